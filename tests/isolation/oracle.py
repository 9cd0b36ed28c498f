"""Who may see what, in plain Python, written from the sharing rules alone.

Nothing of the product is imported here, so that a rule which is wrong there is not wrong in the same way here. Names
stand for organisations, accounts and families; a line of sell-through is a `Row`, and what is asked is always: may this
viewer see what this row says of this category, at this granularity, now?
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Category = Literal["volume", "price", "identity", "contacts"]
CATEGORIES: tuple[Category, ...] = ("volume", "price", "identity", "contacts")
# What a category rests on, all the way down: it opens nothing where one of these is not granted as well.
LABEL: dict[Category, frozenset[Category]] = {
    "volume": frozenset({"volume"}),
    "price": frozenset({"price", "volume"}),
    "identity": frozenset({"identity", "volume"}),
    "contacts": frozenset({"contacts", "identity", "volume"}),
}
AREA, MONTH, LINE = 1, 2, 3  # each finer one contains the coarser


@dataclass(frozen=True)
class Grant:
    """The distributor lets the maker see a category. None: every family, no first month, no last (which is excluded).

    Dead from `revoked_at` on; but until the day `keep_history_until` rows that were recorded before stay in sight.
    """

    category: Category
    family: str | None = None
    from_month: date | None = None
    to_month: date | None = None
    granularity: int = LINE
    purposes: frozenset[str] = frozenset(
        {"retention", "planning", "benchmarking", "campaigns", "registration"}
    )
    revoked_at: datetime | None = None
    keep_history_until: date | None = None
    key: int = 0  # by which whoever draws worlds knows it again

    def covers(self, row: "Row", category: Category, granularity: int, purpose: str) -> bool:
        """Whether this grant is about the category of the row at all, dead or alive."""
        return (
            self.category == category
            and self.family in (None, row.family)
            and (self.from_month is None or row.month >= self.from_month)
            and (self.to_month is None or row.month < self.to_month)
            and self.granularity >= granularity
            and purpose in self.purposes
        )

    def is_live(self) -> bool:
        """Whether it has not been revoked."""
        return self.revoked_at is None

    def leaves(self, row: "Row", now: datetime) -> bool:
        """Whether it was revoked and left this row in sight."""
        kept = self.keep_history_until
        return (
            self.revoked_at is not None
            and kept is not None
            and now.date() < kept
            and row.recorded_at < self.revoked_at
        )


@dataclass
class Partnership:
    """A distributor and a maker; one whose sides are the same are the maker's direct sales."""

    maker: str
    distributor: str
    state: str = "active"
    grants: list[Grant] = field(default_factory=list)


@dataclass(frozen=True)
class Row:
    """A line of sell-through. What its distributor took back or restated lives no longer.

    `read_as`: the account into which its own was merged.
    """

    key: str
    partnership: tuple[str, str]
    account: str
    family: str
    month: date
    recorded_at: datetime
    lives: bool = True
    read_as: str = ""

    @property
    def distributor(self) -> str:
        """Whose row it is."""
        return self.partnership[1]


@dataclass(frozen=True)
class Viewer:
    """Somebody of one organisation, for one purpose. None: reach does not stop there."""

    organisation: str
    purpose: str = "retention"
    partnerships: frozenset[tuple[str, str]] | None = None
    accounts: frozenset[str] | None = None
    eyes_on: str | None = None  # in a mirror: the distributor whose rows alone are shown

    def reaches(self, row: Row) -> bool:
        """Whether the row lies in this person's own reach, whoever owns it."""
        return (self.partnerships is None or row.partnership in self.partnerships) and (
            self.accounts is None or bool({row.account, row.read_as} & self.accounts)
        )


Known = dict[tuple[str, str], Partnership]


def can_see(
    viewer: Viewer, row: Row, category: Category, now: datetime, known: Known, granularity: int = LINE
) -> bool:
    """Whether the sharing rules let this viewer's organisation see this of the row; reach is asked apart."""
    if viewer.eyes_on not in (None, row.distributor):
        return False
    if row.distributor == viewer.organisation:
        return True
    partnership = known[row.partnership]
    if partnership.maker != viewer.organisation or partnership.state != "active" or not row.lives:
        return False
    about = {
        needed: [one for one in partnership.grants if one.covers(row, needed, granularity, viewer.purpose)]
        for needed in LABEL[category]
    }
    if all(any(grant.is_live() for grant in grants) for grants in about.values()):
        return True
    # What is left of an ended grant rests on what is open in either way; what a live one opens, on live ones alone.
    is_left = any(grant.leaves(row, now) for grant in about[category])
    return is_left and all(
        any(grant.is_live() or grant.leaves(row, now) for grant in grants) for grants in about.values()
    )


def knows(
    viewer: Viewer, account: str, category: Category, now: datetime, known: Known, rows: Iterable[Row]
) -> bool:
    """Whether the viewer may know of an account to the depth of a category.

    The owner always does. A maker does by a line that lives, in a month that it may see account by account.
    """
    return any(
        account in (row.account, row.read_as)
        and (row.lives or row.distributor == viewer.organisation)
        and can_see(viewer, row, category, now, known, MONTH)
        for row in rows
    )


def sees_wholly(viewer: Viewer, pair: tuple[str, str], category: Category, known: Known) -> bool:
    """Whether every line there ever may be is granted: what tells of all lines at once rests on this."""
    partnership = known[pair]
    if partnership.distributor == viewer.organisation:
        return True
    return (
        partnership.maker == viewer.organisation
        and partnership.state == "active"
        and any(
            grant.category == category
            and (grant.family, grant.from_month, grant.to_month) == (None, None, None)
            and grant.granularity == LINE
            and viewer.purpose in grant.purposes
            and grant.revoked_at is None
            for grant in partnership.grants
        )
    )
