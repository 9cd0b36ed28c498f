"""Who calls, as the caller is told."""

from rest_framework import serializers

from partners.tenancy.actors import Reach, Role, Scope
from portal.api.fields import Shown


class CallerSerializer(Shown):
    """A client: in whose name it acts, and how far it reaches."""

    client = serializers.CharField()
    organisation = serializers.CharField()
    owner = serializers.CharField()
    role = serializers.ChoiceField(choices=[role.value for role in Role])
    reach = serializers.ChoiceField(choices=[reach.value for reach in Reach])
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=[scope.value for scope in Scope]))
