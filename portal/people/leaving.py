"""Who leaves, or may no longer, and what becomes of what was theirs: the one place that joins the rooms where it lies.

What a successor cannot own stays where it is and is listed until somebody else takes it: open follow-ups, schedules of
reports, partner systems, held partnerships and accounts.
"""

from collections import Counter
from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils.translation import gettext

from partners.access.doors import NotFound
from partners.access.reach import hand_over_reach, held_by_people
from partners.audit.services import record
from partners.engagement.selectors import count_left_by_owner, count_open_by_owner
from partners.engagement.services import hand_over_follow_ups
from partners.organisations.clients import count_clients_by_owner, hand_over_clients
from partners.organisations.models import Membership
from partners.organisations.roles import Permission, require
from partners.organisations.selectors import present_seats
from partners.organisations.services import PeopleError, change_seat, end_seat, lock_people
from partners.tenancy.actors import Reach, Role
from partners.tenancy.context import current_organisation_id
from portal.reports.schedules import (
    count_ownerless,
    count_schedules_by_owner,
    hand_over_schedules,
    rest_ownerless,
)


@dataclass(frozen=True)
class Belongings:
    """How much of each kind."""

    follow_ups: int = 0
    schedules: int = 0
    clients: int = 0
    held: int = 0

    def __bool__(self) -> bool:
        return any((self.follow_ups, self.schedules, self.clients, self.held))


@dataclass(frozen=True)
class Left:
    """Somebody whose things wait for another owner, by the seat that they had last."""

    seat: Membership
    belongings: Belongings


def get_seat(public_id: str) -> Membership:
    """A seat of the acting organisation, a live or an ended one; raises `NotFound`."""
    require(Permission.MANAGE_PEOPLE)
    seats = Membership.objects.filter(organisation_id=current_organisation_id(), public_id=public_id)
    found = seats.select_related("user").first()
    if found is None:
        raise NotFound(public_id)
    return found


def list_successors(seat: Membership) -> list[Membership]:
    """Who can take over what is somebody's."""
    return [one for one in present_seats() if one.user_id != seat.user_id]


def belongings_of(seat: Membership) -> Belongings:
    """What is somebody's at present, of which a successor would own what they themselves could not any more."""
    return Belongings(
        follow_ups=count_open_by_owner().get(seat.user_id, 0),
        schedules=count_schedules_by_owner().get(seat.user_id, 0),
        clients=count_clients_by_owner().get(seat.user_id, 0),
        held=_holding()[seat.user_id],
    )


def list_left() -> list[Left]:
    """What waits for another owner, by whose it was."""
    left = _left_by_user()
    latest: dict[int, Membership] = {}
    seats = Membership.objects.filter(organisation_id=current_organisation_id(), user_id__in=left)
    for seat in seats.select_related("user").order_by("pk"):
        latest[seat.user_id] = seat
    found = [Left(seat, left[user_id]) for user_id, seat in latest.items()]
    return sorted(found, key=lambda one: (one.seat.user.name, one.seat.pk))


@transaction.atomic
def leave(public_id: str, successor: str = "", *, may_be_last: bool = False) -> Belongings:
    """End a seat, at once; what was its holder's goes to the successor (a seat's public id), or waits for one.

    The last administrator's only where `may_be_last`.
    """
    seat = get_seat(public_id)
    lock_people()
    heir = _successor(seat, successor) if successor else None
    end_seat(seat, may_be_last=may_be_last)
    return _settle(public_id, seat.user_id, heir)


@transaction.atomic
def change_place(public_id: str, role: Role, reach: Reach, successor: str = "") -> Belongings:
    """Another role and reach; what these do not cover goes to the successor, or waits for one."""
    seat = get_seat(public_id)
    lock_people()
    if seat.ended_at is not None:
        raise PeopleError(gettext("This seat has ended: invite them anew."))
    heir = _successor(seat, successor) if successor else None
    change_seat(public_id, role, reach)
    return _settle(public_id, seat.user_id, heir)


@transaction.atomic
def hand_over(public_id: str, successor: str) -> Belongings:
    """What waits for another owner finds one: returns what it was."""
    seat = get_seat(public_id)
    lock_people()
    return _settle(public_id, seat.user_id, _successor(seat, successor))


def _successor(seat: Membership, successor: str) -> Membership:
    for one in list_successors(seat):
        if one.public_id == successor:
            return one
    raise PeopleError(gettext("Choose a successor from your own organisation."), "successor")


def _settle(public_id: str, user_id: int, heir: Membership | None) -> Belongings:
    moved = Belongings() if heir is None else _move(user_id, heir)
    if heir is not None and moved:
        record("membership.handed_over", public_id, successor=heir.public_id, **asdict(moved))
    rest_ownerless()
    return moved


def _move(user_id: int, heir: Membership) -> Belongings:
    left = _left_by_user().get(user_id, Belongings())
    held = hand_over_reach(user_id, heir.user_id) if left.held else 0  # first: the heir may reach by it
    return Belongings(
        follow_ups=hand_over_follow_ups(user_id, heir) if left.follow_ups else 0,
        schedules=hand_over_schedules(user_id, heir) if left.schedules else 0,
        clients=hand_over_clients(user_id, heir) if left.clients else 0,
        held=held,
    )


def _holding() -> Counter[int]:
    """How many partnerships and accounts each user holds."""
    holding: Counter[int] = Counter()
    for held in held_by_people().values():
        holding.update({user_id: len(ids) for user_id, ids in held.items()})
    return holding


def _left_by_user() -> dict[int, Belongings]:
    """By user id, what is theirs and cannot be any more."""
    present = {seat.user_id for seat in present_seats()}
    counts = {
        "follow_ups": count_left_by_owner(),
        "schedules": count_ownerless(),
        "clients": {owner: n for owner, n in count_clients_by_owner().items() if owner not in present},
        "held": {owner: n for owner, n in _holding().items() if owner not in present},
    }
    users = {owner for found in counts.values() for owner in found}
    return {
        user_id: Belongings(**{kind: found.get(user_id, 0) for kind, found in counts.items()})
        for user_id in users
    }
