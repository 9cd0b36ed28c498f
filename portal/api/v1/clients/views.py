"""Who calls, and the exchange of a secret for a token."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from partners.organisations.models import ApiClient, Organisation
from partners.tenancy.context import current_actor, current_organisation_id
from portal.api.oauth import answer
from portal.api.v1.clients.serializers import CallerSerializer
from portal.api.views import ApiView


class Caller(ApiView):
    """Who calls."""

    @extend_schema(operation_id="get_caller", responses=CallerSerializer)
    def get(self, request: Request) -> Response:
        """Read in whose name your key acts, and what it may do: a first call to try it."""
        actor = current_actor()
        client = ApiClient.objects.select_related("owner").get(pk=self.identified.client_id)
        assert actor.role is not None, "a client acts in somebody's role"
        assert actor.client is not None, "nobody else calls"
        caller = {
            "client": client.public_id,
            "organisation": Organisation.objects.get(pk=current_organisation_id()).name,
            "owner": client.owner.name,
            "role": actor.role.value,
            "reach": actor.reach.value,
            "scopes": sorted(scope.value for scope in actor.client.scopes),
        }
        return self.one(CallerSerializer(caller))


@csrf_exempt
def token(request: HttpRequest) -> HttpResponse:
    """The token endpoint (RFC 6749, section 4.4)."""
    return answer(request)
