"""Reading the people of an organisation."""

from django.db.models import QuerySet

from partners.organisations.models import Membership
from partners.tenancy.context import current_organisation_id


def present_seats() -> QuerySet[Membership]:
    """The live seats of the acting organisation with their people, by name."""
    seats = Membership.objects.filter(organisation_id=current_organisation_id(), ended_at=None)
    return seats.select_related("user").order_by("user__name", "pk")
