"""Set-up by command: organisations come into being under the slugs that a command names."""

from partners.organisations.login import find_organisation
from partners.organisations.models import Membership, Organisation, OrganisationKind, User
from partners.organisations.selectors import NOBODYS_ADDRESS
from partners.organisations.services import first_administrator, found_organisation, seat_new_user
from partners.tenancy.actors import Actor, ActorKind, Role, founder, worker
from partners.tenancy.context import acting_as


class SetupError(ValueError):
    """A slug that cannot be used as asked; the message says why and what to do."""


def require_organisation(slug: str, kind: OrganisationKind | None = None) -> int:
    """The id behind a slug; raises `SetupError` for one that nobody has, or that is of another kind."""
    known = find_organisation(slug)
    if known is None:
        raise SetupError(
            f"There is no organisation '{slug}'. Create it with found_organisation, create_partnership or"
            " load_catalogue."
        )
    if kind is not None and known.kind is not kind:
        raise SetupError(
            f"'{slug}' is a {known.kind.value}, not a {kind.value}. Give the slug of a {kind.value}."
        )
    return known.id


def settle_organisation(slug: str, kind: OrganisationKind) -> int:
    """The id behind a slug, founded as `kind` where nobody has it."""
    if find_organisation(slug) is None:
        return found_organisation(slug, kind).pk
    return require_organisation(slug, kind)


def settle_administrator(organisation_id: int) -> Actor:
    """The organisation's first administrator as an actor; made, with no usable password, where there is none."""
    with acting_as(worker(organisation_id)):
        user = first_administrator()
    if user is None:
        user = _make_administrator(organisation_id)
    return Actor(ActorKind.PERSON, organisation_id, user.pk, Role.ADMINISTRATOR)


def _make_administrator(organisation_id: int) -> User:
    with acting_as(founder(organisation_id)):
        organisation = Organisation.objects.get(pk=organisation_id)
        email = f"administrator@{organisation.slug}{NOBODYS_ADDRESS}"
        made_before = User.objects.filter(email=email).first()
        if made_before is not None:  # and its seat was ended
            seat = Membership.objects.create(
                organisation=organisation, user=made_before, role=Role.ADMINISTRATOR.value
            )
            return seat.user
        return seat_new_user(email, f"{organisation.name} administrator", None, Role.ADMINISTRATOR).user
