"""Who of one's own organisation can own a follow-up."""

from dataclasses import dataclass

from partners.access.reach import who_holds
from partners.organisations.roles import PERMITS, Permission
from partners.organisations.selectors import present_seats
from partners.tenancy.actors import Reach, Role


@dataclass(frozen=True)
class Colleague:
    """Somebody with a seat in the acting organisation; `public_id` is the seat's."""

    public_id: str
    user_id: int
    name: str


def list_owners(partnership_id: int, account_id: int | None) -> list[Colleague]:
    """Those whose role works follow-ups and whose reach covers the account, by name."""
    holders = who_holds(partnership_id, account_id)
    return [
        Colleague(seat.public_id, seat.user_id, seat.user.name)
        for seat in present_seats()
        if Permission.FOLLOW_UP in PERMITS[Role(seat.role)]
        and (Reach(seat.reach) is Reach.WHOLE or seat.user_id in holders[Reach(seat.reach)])
    ]


def list_present() -> set[int]:
    """The users who have a seat in the acting organisation: everybody else has left."""
    return {seat.user_id for seat in present_seats()}
