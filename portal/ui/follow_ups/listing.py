"""Which follow-ups a list shows, in which order, and the finding that stands above them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from partners.engagement.selectors import FollowUpRow, Status, Whose

PAGE_SIZE = 50


@dataclass(frozen=True)
class Headline:
    """How many there are, how many are due today, how many are overdue, and the next day for a review."""

    total: int
    due: int
    overdue: int
    next_on: date | None


@dataclass(frozen=True)
class Tab:
    """One of the lists, with how many live ones it holds."""

    whose: Whose
    count: int


def headline(rows: Sequence[FollowUpRow]) -> Headline:
    """The finding over one list."""
    return Headline(
        total=len(rows),
        due=sum(row.is_due and not row.is_overdue for row in rows),
        overdue=sum(row.is_overdue for row in rows),
        next_on=min((row.follow_up.review_on for row in rows if row.follow_up.is_live), default=None),
    )


def in_order(rows: Sequence[FollowUpRow], whose: Whose) -> list[FollowUpRow]:
    """As they came; a team reads first what has lost its owner."""
    is_team = whose is Whose.TEAM
    return sorted(rows, key=lambda row: not (is_team and row.owner_has_left and row.follow_up.is_live))


def tabs(counts: Mapping[Whose, Mapping[Status, int]]) -> list[Tab]:
    """The lists that were counted."""
    return [Tab(whose, count[Status.LIVE]) for whose, count in counts.items()]


def lists_of(*, is_mirror: bool) -> list[Whose]:
    """A mirror has no people: it shows what is shared, and nothing else."""
    return [Whose.THEIRS] if is_mirror else list(Whose)
