"""Reading outcomes for pages, API and reports: joined to accounts through the doors, masked by what is shared."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from operator import or_

from django.db.models import OuterRef, Q, Subquery, Sum

from analytics.core.findings import NEEDS_LINES
from analytics.core.quarters import last_whole_month
from analytics.runs.areas import AreaRow, add_area_months, list_areas, with_areas
from analytics.runs.models import AnalysisRun, Finding, MoneyFact, Movement, Standing, VolumeFact
from analytics.runs.reading import (
    LATE,
    Key,
    Lit,
    Money,
    Month,
    Stake,
    among,
    by_account,
    latest_runs,
    list_months,
    list_stakes,
    lit_steps,
    open_findings,
)
from partners.access.doors import AccountCard, cards_of, find_cards, handles_in_reach, list_cards
from partners.access.reach import accounts_in_reach
from partners.agreements.models import Partnership


@dataclass(frozen=True)
class LateOrder:
    """A row of *should have ordered*. `stake` is None where no money is shared; `lit` are steps of the ladder."""

    card: AccountCard
    partnership: Partnership
    finding_id: str
    first_seen_on: date
    usual_gap: float
    days_late: int
    last_order_on: date
    expected_on: date
    orders: int
    orders_missed: int
    units_at_stake: float
    confidence: float
    stake: Stake | None
    lit: tuple[Lit, ...]


@dataclass(frozen=True)
class AccountRow:
    """A row of the account list; amounts over the last twelve whole months, lit steps of the ladder.

    Of an account whose days are not in sight the month of its last order is known, and no day.
    """

    card: AccountCard
    partnership: Partnership
    judgement: str
    orders: int
    usual_gap: float | None
    last_month: date
    last_order_on: date | None
    days_late: int | None
    units: Decimal
    net: Money | None
    lit: tuple[Lit, ...]

    @property
    def is_judged(self) -> bool:
        """Whether its days are in sight, so that it could be late."""
        return self.judgement != NEEDS_LINES


@dataclass(frozen=True)
class PartnershipSummary:
    """One partnership at a glance: late accounts, what is at stake, twelve months, and the run behind it.

    `areas`: how many postcode areas stand in for accounts that are not told apart; `judged`: how many of the accounts
    have days in sight.
    """

    partnership: Partnership
    run: AnalysisRun | None
    accounts: int
    judged: int
    areas: int
    late: int
    lapsed: int
    at_stake: Money | None
    net: Money | None
    months: list[Month]

    @property
    def is_in_sight(self) -> bool:
        """Whether there is anything to tell of it."""
        return bool(self.run and (self.accounts or self.areas))

    @property
    def levels(self) -> list[int]:
        """The granularities at which it is seen."""
        return self.run.levels if self.run and self.is_in_sight else []


@dataclass(frozen=True)
class Overview:
    """Everything that a home page shows, read once."""

    late: list[LateOrder]
    accounts: list[AccountRow]
    areas: list[AreaRow]
    summaries: list[PartnershipSummary]


@dataclass(frozen=True)
class _Sight:
    """What is in sight of these partnerships: read once, however many lists are made of it."""

    by_id: dict[int, Partnership]
    cards: dict[Key, AccountCard]
    standings: dict[Key, Standing]
    stakes: dict[Key, Stake]
    findings: dict[Key, dict[str, Finding]]
    runs: dict[int, AnalysisRun]


def _look_at(partnerships: Sequence[Partnership], cards: dict[Key, AccountCard] | None = None) -> _Sight:
    """All accounts in sight, or those of these cards."""
    by_id = {partnership.pk: partnership for partnership in partnerships}
    of = Q(partnership_id__in=by_id) if cards is None else among(cards)
    met = by_id if cards is None else {key[0] for key in cards}
    return _Sight(
        by_id=by_id,
        cards=list_cards(partnerships) if cards is None else cards,
        standings=by_account(Standing, of),
        stakes=list_stakes(of),
        findings=open_findings(of),
        runs=latest_runs(met),
    )


def _late_orders(sight: _Sight) -> list[LateOrder]:
    """Accounts that should have ordered by now: most at stake first, gross profit before net revenue."""
    rows = [
        _late_order(sight, key, found)
        for key, found in sight.findings.items()
        if key in sight.cards and key in sight.standings and LATE in found
    ]
    return sorted(rows, key=_most_at_stake)


def list_accounts(partnerships: Sequence[Partnership]) -> list[AccountRow]:
    """Every account in sight and reach that ever ordered, most units first."""
    return _account_rows(_look_at(partnerships))


def page_accounts(
    partnerships: Sequence[Partnership], *, after: str, limit: int, judgement: str = ""
) -> list[AccountRow]:
    """At most `limit` of them in the order of their tokens, from the one that follows the token `after`."""
    judged = Standing.objects.filter(
        partnership_id=OuterRef("partnership_id"), account_id=OuterRef("account_id")
    )
    if judgement:
        judged = judged.filter(judgement=judgement)
    # Looked up for each account in the order of the tokens, until the page is full. As EXISTS it would be joined for
    # all accounts first, for behind the walls a planner takes them to be few (236 ms for 50 of 100,000, then 3).
    handles = (
        handles_in_reach(partnerships)
        .alias(standing=Subquery(judged.values("pk")[:1]))
        .filter(standing__isnull=False, account__merged_into=None, token__gt=after)
    )
    cards = cards_of(partnerships, handles.order_by("token")[:limit])
    return sorted(_account_rows(_look_at(partnerships, cards)), key=lambda row: row.card.token)


def get_account_row(partnership: Partnership, card: AccountCard) -> AccountRow | None:
    """One of them; None where it never ordered, as far as is in sight."""
    cards = {(card.partnership_id, card.account_id): card}
    return next(iter(_account_rows(_look_at([partnership], cards))), None)


def list_late_orders(partnerships: Sequence[Partnership]) -> list[LateOrder]:
    """Accounts that should have ordered by now, most at stake first. No other account is read."""
    late = open_findings(Q(partnership_id__in=[one.pk for one in partnerships], kind=LATE))
    cards = find_cards(partnerships, {account_id for _, account_id in late})
    return _late_orders(_look_at(partnerships, {key: cards[key] for key in late if key in cards}))


def _account_rows(sight: _Sight) -> list[AccountRow]:
    units = _year_by_account(VolumeFact, "units", sight)
    net = _year_by_account(MoneyFact, "net_revenue", sight)
    rows = [
        AccountRow(
            card=sight.cards[key],
            partnership=sight.by_id[key[0]],
            judgement=standing.judgement,
            orders=standing.orders,
            usual_gap=standing.usual_gap,
            last_month=standing.last_month,
            last_order_on=standing.last_order_on,
            days_late=standing.days_late,
            units=units.get(key, Decimal(0)),
            net=Money(net.get(key, Decimal(0)), sight.stakes[key].money.currency)
            if key in sight.stakes
            else None,
            lit=lit_steps(sight.findings.get(key, {})),
        )
        for key, standing in sight.standings.items()
        if key in sight.cards
    ]
    return sorted(rows, key=lambda row: (-row.units, row.card.ref))


def get_overview(partnerships: Sequence[Partnership]) -> Overview:
    """Late orders, accounts, areas and summaries; as many queries for a hundred partnerships as for one."""
    sight = _look_at(partnerships)
    late, accounts, months = _late_orders(sight), _account_rows(sight), list_months(sight.by_id)
    areas = list_areas(partnerships, sight.runs)
    if areas:
        add_area_months(months, with_areas(sight.runs))
    late_of, accounts_of, areas_of = defaultdict(list), defaultdict(list), defaultdict(list)
    for row in late:
        late_of[row.partnership.pk].append(row)
    for account in accounts:
        accounts_of[account.partnership.pk].append(account)
    for area in areas:
        areas_of[area.partnership.pk].append(area)
    summaries = [
        _summary(partnership, sight.runs.get(key), accounts_of[key], areas_of[key], late_of[key], months[key])
        for key, partnership in sight.by_id.items()
    ]
    return Overview(late, accounts, areas, summaries)


def _summary(
    partnership: Partnership,
    run: AnalysisRun | None,
    accounts: list[AccountRow],
    areas: list[AreaRow],
    late: list[LateOrder],
    months: list[Month],
) -> PartnershipSummary:
    return PartnershipSummary(
        partnership=partnership,
        run=run,
        accounts=len(accounts),
        judged=sum(row.is_judged for row in accounts),
        areas=len(areas),
        late=len(late),
        lapsed=Counter(row.judgement for row in accounts)["lapsed"],
        at_stake=total_at_stake(late),
        net=_sum([*(row.net for row in accounts), *(row.net for row in areas)]),
        months=months,
    )


def list_movements(partnership: Partnership) -> list[Movement]:
    """How it moved in a year: net revenue first, where it is in sight. Nothing for who reaches only some accounts."""
    if accounts_in_reach() is not None:
        return []
    return list(Movement.objects.filter(partnership_id=partnership.pk).order_by("by_area", "value"))


def total_at_stake(late: Iterable[LateOrder]) -> Money | None:
    """Gross profit at stake over a list, where every amount is gross profit in one currency; else None."""
    stakes = [row.stake for row in late if row.stake is not None and row.stake.basis == "gross_profit"]
    return _sum(stake.money for stake in stakes)


def _late_order(sight: _Sight, key: Key, found: dict[str, Finding]) -> LateOrder:
    finding, standing = found[LATE], sight.standings[key]
    last_on = standing.last_order_on or standing.last_month  # of who is late, the day is known
    return LateOrder(
        card=sight.cards[key],
        partnership=sight.by_id[key[0]],
        finding_id=finding.public_id,
        first_seen_on=finding.first_seen_on,
        usual_gap=finding.baseline,
        days_late=standing.days_late or 0,
        last_order_on=last_on,
        expected_on=standing.expected_on or last_on,
        orders=standing.orders,
        orders_missed=standing.orders_missed or 0,
        units_at_stake=standing.units_at_stake or 0.0,
        confidence=finding.confidence,
        stake=sight.stakes.get(key),
        lit=lit_steps(found),
    )


def _most_at_stake(row: LateOrder) -> tuple[bool, bool, str, Decimal, float]:
    """Amounts of different currencies are not compared: they follow one another, currency by currency."""
    if row.stake is None:
        return True, True, "", Decimal(0), -row.units_at_stake
    money = row.stake.money
    return False, row.stake.basis != "gross_profit", money.currency, -money.amount, -row.units_at_stake


def _year_by_account(
    model: type[VolumeFact] | type[MoneyFact], column: str, sight: _Sight
) -> dict[Key, Decimal]:
    """Sums over the last twelve months that are over at each run's day."""
    ended: defaultdict[date, list[int]] = defaultdict(list)
    for partnership_id, run in sight.runs.items():
        ended[last_whole_month(run.as_of) + timedelta(days=1)].append(partnership_id)
    if not ended:
        return {}
    years = Q(month__gte=_year_before(min(ended)), month__lt=max(ended))
    if len(ended) > 1:
        of_each = (
            Q(partnership_id__in=of, month__gte=_year_before(end), month__lt=end) for end, of in ended.items()
        )
        years &= reduce(or_, of_each)
    totals = (
        model._default_manager.filter(among(sight.cards), years)
        .values("partnership_id", "account_id")
        .annotate(total=Sum(column))
    )
    return {(row["partnership_id"], row["account_id"]): row["total"] for row in totals}


def _year_before(end: date) -> date:
    return end.replace(year=end.year - 1)


def _sum(amounts: Iterable[Money | None]) -> Money | None:
    """The sum of amounts of one currency; None where there is none, or where currencies mix."""
    known = [money for money in amounts if money is not None]
    if len({money.currency for money in known}) != 1:
        return None
    return Money(sum((money.amount for money in known), Decimal(0)), known[0].currency)
