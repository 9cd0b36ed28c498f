"""What a home shows beneath its headline, made of what the selectors found: cards, late orders, the ladder."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from analytics.runs.reading import LATE, Money
from analytics.runs.selectors import AccountRow, LateOrder, PartnershipSummary
from partners.engagement.selectors import FollowUpRow
from portal.telling.figures import Part, Year, stack, sum_months, year_of
from portal.telling.urgency import SHOWN_SLIPPING, Taken, find_taken, furthest_down, is_urgent

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

SHOWN_LATE = 12
LEADING = 2  # rows whose button is filled


@dataclass(frozen=True)
class Card:
    """A figure at a glance: money, or a quantity, with its year behind it."""

    label: "StrPromise"
    money: Money | None
    quantity: Decimal | None
    year: Year


@dataclass(frozen=True)
class Standings:
    """How many of the accounts are in their rhythm, as one bar."""

    on_time: int
    total: int
    parts: list[Part]


@dataclass(frozen=True)
class LateRow:
    """A late order with its picture: the usual gap and what is over it, in hundredths of the present one.

    `taken`: who takes care of it; `leads`: among the first that nobody does.
    """

    order: LateOrder
    is_urgent: bool
    leads: bool
    usual: int
    over: int
    taken: FollowUpRow | None


@dataclass(frozen=True)
class SlippingRow:
    """An account on its way down that is not late; `kind`: its lowest step that is lit."""

    account: AccountRow
    kind: str
    taken: FollowUpRow | None


@dataclass(frozen=True)
class Slipping:
    """The accounts furthest down the ladder, of all that are on it."""

    rows: list[SlippingRow]
    total: int
    has_net: bool
    may_follow: bool


@dataclass(frozen=True)
class LateTable:
    """The rows to show and the columns that at least one of them may fill."""

    rows: list[LateRow]
    total: int
    has_stake: bool
    has_units: bool
    has_partnership: bool
    is_profit: bool
    may_follow: bool


def cards(summaries: Sequence[PartnershipSummary]) -> list[Card]:
    """Twelve months of sell-through, units and orders, each where it is known."""
    days = [summary.run.as_of for summary in summaries if summary.run and summary.is_in_sight]
    if not days:
        return []
    as_of, found = max(days), []
    priced = [summary for summary in summaries if summary.net is not None]
    currencies = {summary.net.currency for summary in priced if summary.net}
    if len(currencies) == 1:
        year = year_of(sum_months(priced, "net"), as_of)
        if year:
            found.append(Card(_("Sell-through, 12 months"), Money(year.total, currencies.pop()), None, year))
    for column, label in (("units", _("Units, 12 months")), ("orders", _("Orders, 12 months"))):
        year = year_of(sum_months(summaries, column), as_of)
        if year:
            found.append(Card(label, None, year.total, year))
    return found


def standings(accounts: Sequence[AccountRow]) -> Standings:
    """The accounts by how they stand, as far as their days are in sight."""
    judged = [row for row in accounts if row.is_judged]
    on_time = sum(row.judgement == "on time" for row in judged)
    return Standings(on_time, len(judged), stack(judged))


def late_table(
    late: Sequence[LateOrder], partnerships: int, taken: Sequence[FollowUpRow], *, may_follow: bool
) -> LateTable:
    """The most urgent rows, without a column that none of them could fill."""
    taken_by = find_taken(taken)
    shown = [(order, taken_by.get((order.card, LATE))) for order in late[:SHOWN_LATE]]
    leading = [order for order, follow_up in shown if follow_up is None][:LEADING]
    return LateTable(
        rows=[_late_row(order, follow_up, leads=order in leading) for order, follow_up in shown],
        total=len(late),
        has_stake=any(order.stake for order in late),
        has_units=any(order.stake is None for order in late),
        has_partnership=partnerships > 1,
        is_profit=all(order.stake.basis == "gross_profit" for order in late if order.stake),
        may_follow=may_follow,
    )


def slipping(accounts: Sequence[AccountRow], taken: Sequence[FollowUpRow], *, may_follow: bool) -> Slipping:
    """The accounts on the ladder that are not late anyway: most steps first, then the largest."""
    found, taken_by = furthest_down(accounts), find_taken(taken)
    return Slipping(
        rows=[_slipping_row(row, taken_by) for row in found[:SHOWN_SLIPPING]],
        total=len(found),
        has_net=any(row.net for row in found),
        may_follow=may_follow,
    )


def _slipping_row(row: AccountRow, taken_by: Taken) -> SlippingRow:
    kind = row.lit[0].kind
    return SlippingRow(row, kind, taken_by.get((row.card, kind)))


def _late_row(order: LateOrder, taken: FollowUpRow | None, *, leads: bool) -> LateRow:
    present = order.usual_gap + max(order.days_late, 0)
    usual = round(100 * order.usual_gap / present) if present else 100
    return LateRow(order, is_urgent(order), leads, usual, 100 - usual, taken)
