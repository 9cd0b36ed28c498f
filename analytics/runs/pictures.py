"""One account in full: its rhythm, its ladder, its families, and what a follow-up takes up of it."""

from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import pandas as pd
from django.db.models import QuerySet

from analytics.core.families import families
from analytics.core.registry import SIGNALS
from analytics.core.seasons import APART, BASELINE
from analytics.runs.models import AnalysisRun, Finding, Rung, SeasonFactor, Standing
from analytics.runs.reading import (
    LAPSED,
    LATE,
    Lit,
    Month,
    Stake,
    among,
    by_account,
    latest_run,
    list_months,
    list_stakes,
    lit_steps,
    open_findings,
)
from analytics.runs.sight import look
from partners.access.doors import AccountCard, NotFound
from partners.accounts.models import Account
from partners.agreements.models import Partnership
from partners.audit.services import note_read
from partners.catalogue.models import ProductFamily
from partners.engagement import services as engagement
from partners.ledger.selectors import Order, list_orders
from partners.tenancy.context import current_actor


@dataclass(frozen=True)
class FamilyRow:
    """A family of an account: units of the last three whole months, and of three usual ones of the year before.

    `by_month`: it is seen by month, so of `last_on` only the month is known.
    """

    public_id: str
    name: str
    units_now: float
    units_usual: float
    last_on: date
    by_month: bool
    state: str


@dataclass(frozen=True)
class Today:
    """How a finding's measure stands in the latest run."""

    value: float | None
    usual: float | None
    state: str
    as_of: date


@dataclass(frozen=True)
class AccountPicture:
    """Everything that an account's page shows."""

    run: AnalysisRun | None
    standing: Standing | None
    stake: Stake | None
    findings: dict[str, Finding]
    rungs: dict[str, Rung]
    months: list[Month]
    currency: str | None
    orders: list[Order]
    families: list[FamilyRow]

    @property
    def finding(self) -> Finding | None:
        """That it should have ordered, or has lapsed."""
        return self.findings.get(LATE) or self.findings.get(LAPSED)

    @property
    def lit(self) -> tuple[Lit, ...]:
        """The steps of the ladder that are lit."""
        return lit_steps(self.findings)


def get_account_picture(partnership: Partnership, card: AccountCard) -> AccountPicture:
    """The account's rhythm, months and the orders behind them, as known to its latest run."""
    key = (card.partnership_id, card.account_id)
    of_it = among([key])
    run = latest_run(partnership)
    stake = list_stakes(of_it).get(key)
    orders = list_orders(partnership, card.account_id, until=run.as_of, known_at=run.known_at) if run else []
    return AccountPicture(
        run=run,
        standing=by_account(Standing, of_it).get(key),
        stake=stake,
        findings=open_findings(of_it).get(key, {}),
        rungs={rung.measure: rung for rung in _rungs(partnership, card)},
        months=list_months([partnership.pk], account_id=card.account_id)[partnership.pk],
        currency=stake.money.currency if stake else None,
        orders=orders,
        families=_families(partnership, card, run) if run else [],
    )


def get_today(partnership: Partnership, card: AccountCard, kind: str) -> Today | None:
    """How the measure behind a kind of finding stands now; None where nothing is in sight."""
    run = latest_run(partnership)
    if run is None:
        return None
    if SIGNALS[kind].step is not None:
        rung = next((one for one in _rungs(partnership, card) if one.measure == kind), None)
        return None if rung is None else Today(rung.value, rung.usual, rung.state, run.as_of)
    standing = Standing.objects.filter(partnership_id=partnership.pk, account_id=card.account_id).first()
    if standing is None:
        return None
    return Today(standing.present_gap, standing.usual_gap, standing.judgement, run.as_of)


@dataclass(frozen=True)
class Quarter:
    """One month end of a measure. `factor` is the season's where the month belongs to the baseline or is tested."""

    month: date
    value: float | None
    factor: float | None
    adjusted: float | None
    low: float | None
    high: float | None
    deviation: float | None


@dataclass(frozen=True)
class Evidence:
    """All that a person needs to recompute one step: the quarters of the baseline and those under test.

    `accounts` is how many tell of the seasons of this `segment`, '' where those of all accounts stand in.
    """

    run: AnalysisRun
    rung: Rung
    earlier: list[Quarter]
    baseline: list[Quarter]
    tested: list[Quarter]
    segment: str
    accounts: int


def get_evidence(partnership: Partnership, card: AccountCard, measure: str) -> Evidence:
    """The numbers behind a rung of the latest run; raises `NotFound` where there is none in sight."""
    run = latest_run(partnership)
    rung = _rungs(partnership, card).filter(measure=measure).first()
    if run is None or rung is None:
        raise NotFound(measure)
    note_read(
        current_actor(),
        owner_id=partnership.distributor_id,
        partnership_id=partnership.pk,
        what="evidence",
        rows=len(rung.values),
        subject=card.ref,
    )
    segment = Account.objects.get(pk=card.account_id).segment
    known = SeasonFactor.objects.filter(partnership_id=partnership.pk, measure=measure, segment=segment)
    seasons = {season.month_of_year: season for season in known}
    quarters = _quarters(rung, {number: season.factor for number, season in seasons.items()})
    return Evidence(
        run=run,
        rung=rung,
        earlier=quarters[: -APART - BASELINE],
        baseline=quarters[-APART - BASELINE : -APART],
        tested=quarters[-APART:],
        segment="" if any(season.pooled for season in known) else segment,
        accounts=max((season.accounts for season in seasons.values()), default=0),
    )


def _quarters(rung: Rung, factors: dict[int, float]) -> list[Quarter]:
    """The stored months, each with the factor by which the last of them was judged."""
    last = pd.Period(rung.month, "M")
    columns = zip(rung.values, rung.lows, rung.highs, rung.deviations, strict=True)
    found = []
    for back, (value, low, high, deviation) in zip(range(len(rung.values) - 1, -1, -1), columns, strict=True):
        month = (last - back).end_time.date()
        factor = factors.get(month.month)
        adjusted = value / factor if value is not None and factor else None
        found.append(Quarter(month, value, factor, adjusted, low, high, deviation))
    return found


def get_finding(partnership: Partnership, card: AccountCard, kind: str) -> engagement.Finding | None:
    """The account's open finding of this kind as a follow-up takes it up; None where there is none."""
    key = (card.partnership_id, card.account_id)
    found = open_findings(among([key])).get(key, {}).get(kind)
    run = latest_run(partnership)
    if found is None or run is None:
        return None
    return engagement.Finding(
        kind=found.kind,
        first_seen_on=found.first_seen_on,
        needs_price="price" in SIGNALS[found.kind].needs,
        run=run.public_id,
        as_of=run.as_of,
        value=found.value,
        baseline=found.baseline,
        threshold=found.threshold,
        deviation=found.deviation,
        confidence=found.confidence,
    )


def _rungs(partnership: Partnership, card: AccountCard) -> QuerySet[Rung]:
    return Rung.objects.filter(partnership_id=partnership.pk, account_id=card.account_id)


def _families(partnership: Partnership, card: AccountCard, run: AnalysisRun) -> list[FamilyRow]:
    sight = look(partnership, run.known_at, card.account_id)
    note_read(
        current_actor(),
        owner_id=partnership.distributor_id,
        partnership_id=partnership.pk,
        what="families",
        rows=sight.rows,
        subject=card.ref,
    )
    found = families(sight.trade, run.as_of)
    months = sight.months.groupby("family")["month"].max()
    known = ProductFamily.objects.in_bulk(found["family"].tolist())
    rows = cast("list[dict[str, Any]]", found.to_dict("records"))
    return [
        FamilyRow(
            public_id=known[row["family"]].public_id,
            name=known[row["family"]].name,
            units_now=row["units_now"],
            units_usual=row["units_usual"],
            last_on=row["last_on"].date(),
            by_month=row["family"] in months.index and row["last_on"] <= months[row["family"]],
            state=row["state"],
        )
        for row in rows
        if row["family"] in known
    ]
