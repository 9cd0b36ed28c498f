"""Organisations come into being, and people get their seats."""

from django.db import connection
from django.utils import timezone

from partners.audit.services import record
from partners.organisations.models import Membership, Organisation, OrganisationKind, User
from partners.organisations.roles import Permission, require
from partners.tenancy.actors import Reach, Role, founder
from partners.tenancy.context import acting_as, current_organisation_id


def found_organisation(
    slug: str,
    kind: OrganisationKind,
    name: str = "",
    *,
    country: str = "",
    time_zone: str = "UTC",
    currency: str = "USD",
) -> Organisation:
    """Create an organisation under an id drawn beforehand, acting as that organisation: nobody's wall opens."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('organisations_organisation', 'id'))")
        organisation_id = cursor.fetchone()[0]
    with acting_as(founder(organisation_id)):
        organisation = Organisation.objects.create(
            id=organisation_id,
            slug=slug,
            kind=kind,
            name=name or slug.replace("-", " ").title(),
            country=country,
            time_zone=time_zone,
            currency=currency,
        )
        record("organisation.founded", organisation.public_id)
    return organisation


def seat_new_user(
    email: str, name: str, password: str | None, role: Role, reach: Reach = Reach.WHOLE
) -> Membership:
    """Make a login and give it a seat in the acting organisation."""
    require(Permission.MANAGE_PEOPLE)
    organisation_id = current_organisation_id()
    user = User(email=email, name=name, home_id=organisation_id)
    user.set_password(password)
    user.save()
    membership = Membership.objects.create(
        organisation_id=organisation_id, user=user, role=role.value, reach=reach.value
    )
    record("membership.started", membership.public_id, user=user.public_id, role=role.value)
    return membership


def end_seat(membership: Membership) -> None:
    """Somebody leaves: with the next click the seat is gone. What they own stays, and waits for another owner."""
    require(Permission.MANAGE_PEOPLE)
    if Membership.objects.filter(pk=membership.pk, ended_at=None).update(ended_at=timezone.now()):
        record("membership.ended", membership.public_id)


def first_administrator() -> User | None:
    """The acting organisation's longest seated administrator."""
    seat = (
        Membership.objects.filter(
            organisation_id=current_organisation_id(), role=Role.ADMINISTRATOR.value, ended_at=None
        )
        .select_related("user")
        .order_by("id")
        .first()
    )
    return None if seat is None else seat.user
