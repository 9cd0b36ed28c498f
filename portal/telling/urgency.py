"""What comes first: late orders that ask for action, accounts furthest down the ladder, and who is at it already."""

from collections.abc import Iterable, Mapping

from analytics.runs.selectors import AccountRow, LateOrder
from partners.access.doors import AccountCard
from partners.engagement.selectors import FollowUpRow

URGENT_MISSED = 2  # orders missed from which a row asks for action first
SHOWN_SLIPPING = 8

# One's own follow-up of a finding, by the account as it is met in a partnership and the finding's kind.
Taken = Mapping[tuple[AccountCard, str], FollowUpRow]


def is_urgent(order: LateOrder) -> bool:
    """Whether it asks for action before the others."""
    return order.orders_missed >= URGENT_MISSED


def furthest_down(accounts: Iterable[AccountRow]) -> list[AccountRow]:
    """The accounts on the ladder that are not late anyway: most steps first, then the largest."""
    found = [row for row in accounts if row.lit and row.judgement not in ("late", "lapsed")]
    return sorted(found, key=lambda row: (-len(row.lit), -(row.net.amount if row.net else row.units)))


def find_taken(follow_ups: Iterable[FollowUpRow]) -> Taken:
    """Who takes care of what already: the first follow-up of each finding."""
    taken: dict[tuple[AccountCard, str], FollowUpRow] = {}
    for row in follow_ups:
        if row.card is not None and row.matter is not None and row.takes(row.matter.kind):
            taken.setdefault((row.card, row.matter.kind), row)
    return taken
