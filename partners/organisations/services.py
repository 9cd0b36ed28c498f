"""Organisations come into being, and people get their seats, change them and leave."""

import re
import unicodedata
from dataclasses import asdict, dataclass
from zoneinfo import available_timezones

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext

from partners.audit.journal import note_taken_away
from partners.audit.models import TakenAway
from partners.audit.services import record
from partners.organisations.models import Membership, Organisation, OrganisationKind, User
from partners.organisations.roles import PERMITS, Permission, require
from partners.organisations.selectors import administrators, get_seat, present_seats
from partners.tenancy.actors import ActorKind, Reach, Role, founder
from partners.tenancy.context import acting_as, current_actor, current_organisation_id, current_user_id

LONGEST_NAME = 120
UNNAMED = ("Cc", "Cf", "Cs", "Zl", "Zp")  # controls, directions, halves of letters, ends of lines
JOINERS = ("\N{ZERO WIDTH NON-JOINER}", "\N{ZERO WIDTH JOINER}")  # with which some names are written


class PeopleError(ValueError):
    """A step with people or the organisation that cannot be taken; the message says why. `field`: of what was given."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Particulars:
    """What an organisation says of itself: its country by two letters, its currency by three."""

    name: str
    country: str
    time_zone: str
    currency: str


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


@transaction.atomic
def change_seat(public_id: str, role: Role, reach: Reach) -> Membership:
    """Another role or reach for somebody of the acting organisation, with their next click."""
    seat = _lock_seat(public_id)
    was = (seat.role, seat.reach)
    require_suitable(role, reach)
    if role is not Role.ADMINISTRATOR:
        _require_another_administrator(seat)
    seat.role, seat.reach = role.value, reach.value
    if was != (seat.role, seat.reach):
        seat.save(update_fields=["role", "reach"])
        record("membership.changed", public_id, was=was, now=(seat.role, seat.reach))
    return seat


@transaction.atomic
def end_seat(membership: Membership, *, may_be_last: bool = False) -> None:
    """Somebody leaves: with the next click the seat is gone. What they own stays, and waits for another owner.

    The last administrator stays, but where `may_be_last`: then a command has to invite the next one.
    """
    lock_people()
    if not may_be_last:
        _require_another_administrator(membership)
    if Membership.objects.filter(pk=membership.pk, ended_at=None).update(ended_at=timezone.now()):
        record("membership.ended", membership.public_id)
        note_taken_away(TakenAway.Deed.SEAT_ENDED, membership.public_id)


def lock_people() -> None:
    """One change of the organisation's people at a time; whoever waited for another's may have lost the right to it."""
    require(Permission.MANAGE_PEOPLE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('people ' || app_org(), 0))")
    actor = current_actor()
    may = {role.value for role, permits in PERMITS.items() if Permission.MANAGE_PEOPLE in permits}
    if actor.kind is ActorKind.PERSON and may.isdisjoint(
        present_seats().filter(user_id=current_user_id()).values_list("role", flat=True)
    ):
        raise PermissionDenied(gettext("You are no administrator any more."))


def require_suitable(role: Role, reach: Reach) -> None:
    """Whether a seat of the acting organisation can have this role with this reach."""
    if role is Role.ADMINISTRATOR and reach is not Reach.WHOLE:
        raise PeopleError(gettext("An administrator reaches the whole organisation."), "reach")
    if reach is Reach.ACCOUNTS and Permission.SHARE in PERMITS[role]:
        raise PeopleError(
            gettext(
                "Who shares, shares all of a partnership: choose partnerships, or the whole organisation."
            ),
            "reach",
        )
    if reach is Reach.ACCOUNTS:
        organisation = Organisation.objects.get(pk=current_organisation_id())
        if organisation.kind == OrganisationKind.MANUFACTURER:
            raise PeopleError(
                gettext(
                    "The accounts are your distributors': choose partnerships, or the whole organisation."
                ),
                "reach",
            )


def change_organisation(wanted: Particulars, *, may_change_currency: bool) -> Organisation:
    """What the acting organisation says of itself; only what changed goes on record, with what it was."""
    require(Permission.MANAGE_PEOPLE)
    wanted = check_particulars(wanted)
    with transaction.atomic():
        organisation = Organisation.objects.select_for_update().get(pk=current_organisation_id())
        was = {name: getattr(organisation, name) for name in asdict(wanted)}
        if wanted.currency != organisation.currency and not may_change_currency:
            raise PeopleError(
                gettext("There are amounts on record in %(currency)s: the currency stays.")
                % {"currency": organisation.currency},
                "currency",
            )
        changed = {name: now for name, now in asdict(wanted).items() if now != was[name]}
        if changed:
            for name, now in changed.items():
                setattr(organisation, name, now)
            organisation.save(update_fields=list(changed))
            before = {name: was[name] for name in changed}
            record("organisation.changed", organisation.public_id, was=before, now=changed)
    return organisation


def require_name(name: str, field: str = "name") -> str:
    """A name on one line, without what no name holds; raises `PeopleError`."""
    found = name.strip()
    if not found or len(found) > LONGEST_NAME:
        raise PeopleError(gettext("Give a name of 1 to %(most)s characters.") % {"most": LONGEST_NAME}, field)
    if any(unicodedata.category(letter) in UNNAMED and letter not in JOINERS for letter in found):
        raise PeopleError(gettext("A name stands on one line and holds no control characters."), field)
    return found


def check_particulars(wanted: Particulars) -> Particulars:
    """The same, tidied; raises `PeopleError` for what no organisation can say of itself."""
    if not re.fullmatch("[A-Z]{2}", wanted.country):
        raise PeopleError(gettext("Give the country by its two letters, as in DE or US."), "country")
    if wanted.time_zone not in available_timezones():
        raise PeopleError(gettext("Choose a time zone of the list."), "time_zone")
    if not re.fullmatch("[A-Z]{3}", wanted.currency):
        raise PeopleError(gettext("Give the currency by its three letters, as in EUR or USD."), "currency")
    return Particulars(require_name(wanted.name), wanted.country, wanted.time_zone, wanted.currency)


def _lock_seat(public_id: str) -> Membership:
    lock_people()
    return get_seat(public_id)


def _require_another_administrator(seat: Membership) -> None:
    """Somebody has to be left who can let people in: the last administrator stays one."""
    left = administrators().exclude(pk=seat.pk)
    if administrators().filter(pk=seat.pk).exists() and not left.exists():
        raise PeopleError(
            gettext("%(name)s is the last administrator here. Make somebody else an administrator first.")
            % {"name": seat.user.name}
        )


def keep_password(user: User) -> None:
    """The acting person's new password, as it was set on `user`: every other session of theirs ends with it."""
    User.objects.filter(pk=current_user_id()).update(password=user.password)
    record("login.password_changed", user.public_id)


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
