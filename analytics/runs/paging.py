"""Outcomes a page at a time, for partner systems: in an order that does not move while they read."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from analytics.runs.models import AnalysisRun, Finding, MoneyFact, VolumeFact
from partners.access.doors import AccountCard, NotFound, find_cards, handles_in_reach
from partners.agreements.models import Partnership

SHORTEST_CODE = 12  # letters of a finding's id that tell it from others, and that a report prints
Position = tuple[int, int, date]  # partnership, account, month


@dataclass(frozen=True)
class MonthMoney:
    """An account's month in one currency."""

    currency: str
    gross_revenue: Decimal
    net_revenue: Decimal
    returned_value: Decimal
    freight: Decimal


@dataclass(frozen=True)
class AccountMonth:
    """An account's month. `money` is None where no price is in sight."""

    card: AccountCard
    partnership: Partnership
    fact: VolumeFact
    money: list[MonthMoney] | None

    @property
    def position(self) -> Position:
        """Its place in the order of pages."""
        return self.fact.partnership_id, self.fact.account_id, self.fact.month


@dataclass(frozen=True)
class Signal:
    """A finding with the account that it is about, and the run that last confirmed it."""

    finding: Finding
    card: AccountCard
    partnership: Partnership
    run: AnalysisRun | None


@dataclass(frozen=True)
class Cut:
    """Which rows: of one account, of months from (included) to (excluded), of one kind or state; '' and None: all."""

    account_id: int | None = None
    from_month: date | None = None
    to_month: date | None = None
    kind: str = ""
    state: str = ""


def page_months(
    partnerships: Sequence[Partnership], cut: Cut, *, after: Position | None, limit: int
) -> list[AccountMonth]:
    """Months of accounts in sight and reach, by partnership, account and month."""
    by_id = {one.pk: one for one in partnerships}
    found = _of(VolumeFact.objects.all(), partnerships, cut)
    if cut.from_month:
        found = found.filter(month__gte=cut.from_month)
    if cut.to_month:
        found = found.filter(month__lt=cut.to_month)
    if after:
        found = found.filter(_beyond(*after))
    facts = list(found.order_by("partnership_id", "account_id", "month")[:limit])
    cards = find_cards(partnerships, {fact.account_id for fact in facts})
    money = _money(facts)
    return [
        AccountMonth(
            card=cards[fact.partnership_id, fact.account_id],
            partnership=by_id[fact.partnership_id],
            fact=fact,
            money=money.get((fact.partnership_id, fact.account_id, fact.month)),
        )
        for fact in facts
        if (fact.partnership_id, fact.account_id) in cards
    ]


def page_signals(
    partnerships: Sequence[Partnership], cut: Cut, *, after: int | None, limit: int
) -> list[Signal]:
    """Findings about accounts in sight and reach, in the order in which they were first found."""
    found = _of(Finding.objects.all(), partnerships, cut)
    if cut.kind:
        found = found.filter(kind=cut.kind)
    if cut.state:
        found = found.filter(state=cut.state)
    if after is not None:
        found = found.filter(pk__gt=after)
    return _signals(partnerships, found.order_by("pk")[:limit])


def get_signal(partnerships: Sequence[Partnership], public_id: str) -> Signal:
    """One finding about an account in sight and reach; raises `NotFound`."""
    signals = _signals(partnerships, _of(Finding.objects.filter(public_id=public_id), partnerships, Cut()))
    if not signals:
        raise NotFound(public_id)
    return signals[0]


def find_signal(partnerships: Sequence[Partnership], code: str) -> Signal:
    """The finding whose id begins so, as a report prints it; raises `NotFound` for none and for several."""
    if len(code) < SHORTEST_CODE:
        raise NotFound(code)
    found = _of(Finding.objects.filter(public_id__startswith=code), partnerships, Cut())
    signals = _signals(partnerships, found[:2])
    if len(signals) != 1:
        raise NotFound(code)
    return signals[0]


def _of(found: QuerySet[Any], partnerships: Sequence[Partnership], cut: Cut) -> QuerySet[Any]:
    """What is about accounts that the reader may know of and reaches: a page is as long as its limit, or the last."""
    handles = handles_in_reach(partnerships).filter(
        partnership_id=OuterRef("partnership_id"), account_id=OuterRef("account_id")
    )
    found = found.filter(Exists(handles), partnership_id__in=[one.pk for one in partnerships])
    return found if cut.account_id is None else found.filter(account_id=cut.account_id)


def _beyond(partnership_id: int, account_id: int, month: date) -> Q:
    same = Q(partnership_id=partnership_id)
    return (
        Q(partnership_id__gt=partnership_id)
        | same & Q(account_id__gt=account_id)
        | same & Q(account_id=account_id, month__gt=month)
    )


def _money(facts: Sequence[VolumeFact]) -> dict[Position, list[MonthMoney]]:
    found: defaultdict[Position, list[MonthMoney]] = defaultdict(list)
    rows = MoneyFact.objects.filter(
        partnership_id__in={fact.partnership_id for fact in facts},
        account_id__in={fact.account_id for fact in facts},
        month__in={fact.month for fact in facts},
    )
    for row in rows.order_by("currency"):
        money = MonthMoney(row.currency, row.gross_revenue, row.net_revenue, row.returned_value, row.freight)
        found[row.partnership_id, row.account_id, row.month].append(money)
    return dict(found)


def _signals(partnerships: Sequence[Partnership], found: QuerySet[Finding]) -> list[Signal]:
    by_id = {one.pk: one for one in partnerships}
    findings = list(found)
    cards = find_cards(partnerships, {finding.account_id for finding in findings})
    runs = AnalysisRun.objects.in_bulk({finding.run_id for finding in findings})
    return [
        Signal(
            finding=finding,
            card=cards[finding.partnership_id, finding.account_id],
            partnership=by_id[finding.partnership_id],
            run=runs.get(finding.run_id),
        )
        for finding in findings
        if (finding.partnership_id, finding.account_id) in cards
    ]
