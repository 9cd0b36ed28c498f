"""Reading the people of an organisation."""

from django.db.models import QuerySet

from partners.organisations.models import Membership
from partners.tenancy.actors import Role
from partners.tenancy.context import current_organisation_id

# The address of an administrator whom a command made where there was none (RFC 2606: nobody can log in with it).
NOBODYS_ADDRESS = ".invalid"


def present_seats() -> QuerySet[Membership]:
    """The live seats of the acting organisation with their people, by name."""
    seats = Membership.objects.filter(organisation_id=current_organisation_id(), ended_at=None)
    return seats.select_related("user").order_by("user__name", "pk")


def get_seat(public_id: str) -> Membership:
    """A live seat of the acting organisation; raises `Membership.DoesNotExist`."""
    return present_seats().get(public_id=public_id)


def administrators() -> QuerySet[Membership]:
    """The seats of those who can log in and let people in."""
    found = present_seats().filter(role=Role.ADMINISTRATOR.value)
    return found.exclude(user__email__endswith=NOBODYS_ADDRESS)
