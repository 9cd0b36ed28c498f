"""Analysing a partnership for one audience: the organisation that is acting, with what it may see."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

import pandas as pd

from analytics.core.cadence import cadence, order_days
from analytics.core.facts import SCALE, monthly_money, monthly_volume, ordered
from analytics.core.findings import NEEDS_LINES, find, judge
from analytics.core.ladder import RAISED, climb
from analytics.core.months import money_of
from analytics.core.movement import Movement as Moved
from analytics.core.movement import Value, cause, movement
from analytics.core.quarters import MEASURES, measure
from analytics.core.seasons import seasons
from analytics.runs.models import (
    AnalysisRun,
    AreaFact,
    AreaMoneyFact,
    AreaRung,
    CostFact,
    Finding,
    MoneyFact,
    Movement,
    Outcome,
    Rung,
    SeasonFactor,
    Standing,
    StandingMoney,
    StandingProfit,
    VolumeFact,
)
from analytics.runs.sight import AREA, Sight, covered_until, look
from analytics.runs.storing import insert_frame
from partners.access.reach import partnerships_in_reach
from partners.accounts.models import Account
from partners.agreements.locks import lock_outcomes, moment_between_changes
from partners.agreements.models import Partnership
from partners.audit.services import note_read
from partners.jobs.services import announce
from partners.organisations.roles import Permission, require
from partners.tenancy.actors import sweeper
from partners.tenancy.context import acting_as, current_actor, current_organisation_id

OUTCOMES: tuple[type[Outcome], ...] = (
    AnalysisRun, VolumeFact, MoneyFact, CostFact, Standing, StandingMoney, StandingProfit, Rung, SeasonFactor,
    Movement, Finding, AreaFact, AreaMoneyFact, AreaRung,
)  # fmt: skip
_VOLUME_AMOUNTS = ["units", "returned_units"]
_MONEY_AMOUNTS = [
    "gross_revenue", "list_value", "net_of_listed", "returned_value", "net_revenue", "freight",
]  # fmt: skip
_MONEY_COUNTS = ["lines", "gross_is_net"]
_AREA_AMOUNTS = ["gross_revenue", "net_revenue", "returned_value", "freight"]
_COST_AMOUNTS = ["cost", "net_of_costed"]
_MONEY_KEY = ["account", "month", "currency"]
_STANDING = [
    "account_id", "judgement", "orders", "first_month", "last_month", "first_order_on", "last_order_on", "gaps_used",
    "gaps_window", "usual_gap", "late_after_days", "lapsed_after_days", "present_gap", "previous_gap", "deviation",
    "confidence", "expected_on", "days_late", "orders_missed", "order_units", "units_at_stake",
]  # fmt: skip
_WHOLE = dict.fromkeys(("present_gap", "days_late", "orders_missed", "orders", "gaps_used"), "Int64")
_STANDING_MONEY = ["account_id", "currency", "order_value", "net_at_stake"]
_STANDING_PROFIT = ["account_id", "margin_rate", "profit_at_stake"]
_MOVED = [
    "before", "now", "gained", "lost", "families_added", "families_dropped", "kept_before", "kept_now", "other",
]  # fmt: skip
_COUNTED = ["customers_before", "customers_now", "customers_both", "customers_who_dropped"]
_INTERVAL = "interval_lengthens"
_Fact = VolumeFact | MoneyFact | CostFact | AreaFact | AreaMoneyFact
_VALUES: tuple[Value, ...] = ("quantity", "net_amount")
_SIGNAL = [
    "account", "kind", "value", "baseline", "threshold", "deviation", "confidence", "first_seen_on",
]  # fmt: skip


def analyse_partnership(
    partnership_id: int,
    *,
    as_of: date | None = None,
    months: Sequence[date] | None = None,
    unless_same: bool = False,
) -> AnalysisRun | None:
    """Bring facts, standings and findings of a partnership up to date for the acting organisation.

    Each cell is taken at the finest level at which it is seen; what a level cannot tell is not computed. Facts of
    `months` alone are computed anew (None: of all). `as_of` None means the last day that the feed covers, so that a
    late file makes nobody look late. With `unless_same` a maker to whom nothing has changed keeps its last run: a new
    one would tell that a file came of which it sees no line. Returns None where nothing is in sight, which for a maker
    is the same whether nothing came or nothing is shared.
    """
    require(Permission.ANALYSE)
    lock_outcomes(partnership_id)
    partnership = partnerships_in_reach().get(pk=partnership_id)
    is_first = _sweep(partnership)
    known_at = moment_between_changes(partnership.pk)
    sight = look(partnership, known_at)
    as_of = as_of or covered_until(sight, partnership, known_at)
    if as_of is None:
        _forget(partnership)
        return None
    note_read(
        current_actor(),
        owner_id=partnership.distributor_id,
        partnership_id=partnership.pk,
        what="analysis",
        rows=sight.rows,
    )
    segments = _segments(sight.trade)
    digest = _digest(sight, segments, as_of)
    same = AnalysisRun.objects.filter(partnership_id=partnership.pk, is_latest=True, sight=digest).first()
    if unless_same and same is not None and partnership.distributor_id != current_organisation_id():
        return same
    touched = None if is_first else months
    _store_facts(partnership, sight, touched)
    _store_area_facts(partnership, sight, touched)
    hidden = _without_days(sight, as_of)
    rungs = _store_ladder(partnership, sight, segments, hidden, as_of)
    _store_area_ladder(partnership, sight, as_of)
    _store_movements(partnership, sight, as_of)
    return _store_standings(partnership, sight, rungs, hidden, as_of, known_at, digest)


def _digest(sight: Sight, segments: Mapping[int, str], as_of: date) -> str:
    """What the audience sees, whatever its order."""
    frames = (sight.lines, sight.months, sight.money, sight.areas, sight.areas_money)
    hashed = [pd.util.hash_pandas_object(frame, index=False).sort_values() for frame in frames]
    rows = b"".join(one.to_numpy().tobytes() for one in hashed)
    known = f"{as_of} {sorted(segments.items())}"
    return hashlib.sha256(rows + known.encode()).hexdigest()[:32]


def _without_days(sight: Sight, as_of: date) -> pd.DataFrame:
    """The accounts whose rhythm no line tells, or none of late, with how many orders they have and since when.

    One that has bought by month since its last line is not late, whatever that line says.
    """
    orders = ordered(sight.trade)
    orders = orders[orders["business_date"] <= pd.Timestamp(as_of)]
    lines = ordered(sight.lines)
    last_line = lines[lines["business_date"] <= pd.Timestamp(as_of)].groupby("account")["month"].max()
    by_account = orders.groupby("account")
    known = by_account.agg(
        orders=("document", "nunique"), first_month=("month", "min"), last_month=("month", "max")
    )
    last = last_line.reindex(known.index)
    hidden = known[last.isna() | (known["last_month"] > last)].reset_index()
    priced = sight.money.sort_values(["month", "currency"]).groupby("account")["currency"].last()
    return hidden.assign(currency=hidden["account"].map(priced), judgement=NEEDS_LINES)


def _sweep(partnership: Partnership) -> bool:
    """Take away outcomes of an older epoch; True when no run of the present one is left to add to."""
    audience_id = current_organisation_id()
    if partnership.distributor_id != audience_id:
        with acting_as(sweeper(audience_id).for_purpose(current_actor().purpose)):
            for model in OUTCOMES:
                model.objects.filter(partnership_id=partnership.pk).exclude(epoch=partnership.epoch).delete()
    return not AnalysisRun.objects.filter(partnership_id=partnership.pk).exists()


def _forget(partnership: Partnership) -> None:
    """Nothing is in sight any more: neither is anything that was concluded from it."""
    for model in OUTCOMES:
        model.objects.filter(partnership_id=partnership.pk).delete()


def _store_facts(partnership: Partnership, sight: Sight, months: Sequence[date] | None) -> None:
    volume = monthly_volume(sight.trade)
    by_line = ~volume["account"].isin(sight.months["account"])
    volume["products"] = volume["products"].astype("Int64").where(by_line)
    single = monthly_money(sight.single)
    money = pd.concat([single[[*_MONEY_KEY, *_MONEY_COUNTS, *_MONEY_AMOUNTS]], money_of(sight.money)])
    money = money.groupby(_MONEY_KEY).sum().reset_index() if len(sight.money) else money
    facts: tuple[tuple[type[_Fact], pd.DataFrame, list[str]], ...] = (
        (VolumeFact, volume, _VOLUME_AMOUNTS),
        (MoneyFact, money, _MONEY_AMOUNTS),
        (CostFact, single[[*_MONEY_KEY, "cost_unknown", *_COST_AMOUNTS]], _COST_AMOUNTS),
    )
    for model, frame, amounts in facts:
        _replace_facts(model, partnership, frame, amounts, months)


def _store_area_facts(partnership: Partnership, sight: Sight, months: Sequence[date] | None) -> None:
    money = sight.areas_money.assign(
        gross_revenue=lambda sums: sums["list_value"] + sums["net_sold"] - sums["net_of_listed"],
        net_revenue=lambda sums: sums["net_sold"] - sums["returned_value"],
    )
    units = sight.areas.rename(columns={"family": "family_id"})
    money = money.rename(columns={"family": "family_id"})[
        [*AREA, "family_id", "month", "currency", *_AREA_AMOUNTS]
    ]
    _replace_facts(AreaFact, partnership, units, _VOLUME_AMOUNTS, months)
    _replace_facts(AreaMoneyFact, partnership, money, _AREA_AMOUNTS, months)


def _replace_facts(
    model: type[_Fact],
    partnership: Partnership,
    frame: pd.DataFrame,
    amounts: Sequence[str],
    months: Sequence[date] | None,
) -> None:
    outdated = model._default_manager.filter(partnership_id=partnership.pk)
    if months is not None:
        outdated = outdated.filter(month__in=months)
        frame = frame[frame["month"].isin(pd.to_datetime(list(months)))]
    outdated.delete()
    _insert(model, partnership, frame.assign(**{column: _amounts(frame[column]) for column in amounts}))


def _amounts(scaled: pd.Series) -> pd.Series:
    return pd.Series(
        [Decimal(value).scaleb(-4) for value in scaled.tolist()], index=scaled.index, dtype=object
    )


def _store_standings(
    partnership: Partnership,
    sight: Sight,
    rungs: pd.DataFrame,
    hidden: pd.DataFrame,
    as_of: date,
    known_at: datetime,
    digest: str,
) -> AnalysisRun:
    rhythm = cadence(order_days(sight.lines), as_of)
    rhythm = rhythm[~rhythm["account"].isin(hidden["account"])]
    signals = pd.concat([find(rhythm), _raised(rungs)], ignore_index=True)
    standings = _standings(rhythm, hidden)
    run = _begin_run(partnership, sight, as_of, known_at, digest, standings, signals)
    for model in (Standing, StandingMoney, StandingProfit):
        model.objects.filter(partnership_id=partnership.pk).delete()
    _insert(Standing, partnership, standings[_STANDING].astype(_WHOLE))
    for model, amount, columns in (
        (StandingMoney, "net_at_stake", _STANDING_MONEY),
        (StandingProfit, "profit_at_stake", _STANDING_PROFIT),
    ):
        known = standings[standings[amount].notna()][columns]
        _insert(model, partnership, known.assign(**{amount: known[amount].round(4)}))
    _settle_findings(run, partnership, signals)
    announce("analysis", current_organisation_id())
    return run


def _standings(rhythm: pd.DataFrame, hidden: pd.DataFrame) -> pd.DataFrame:
    """Those that are judged by their days, and those that cannot be."""
    judged = rhythm.assign(
        judgement=judge(rhythm),
        first_month=rhythm["first_order_on"].dt.to_period("M").dt.start_time,
        last_month=rhythm["last_order_on"].dt.to_period("M").dt.start_time,
    )
    if hidden.empty:
        return judged.rename(columns={"account": "account_id"})
    # Money of theirs has a currency; nothing of it is known to be at stake.
    at_stake = pd.Series(0.0, index=hidden.index).where(hidden["currency"].notna())
    unjudged = hidden.assign(gaps_used=0, gaps_window="", net_at_stake=at_stake)
    parts = [part for part in (judged, unjudged.reindex(columns=judged.columns)) if len(part)]
    return pd.concat(parts, ignore_index=True).rename(columns={"account": "account_id"})


def _store_ladder(
    partnership: Partnership, sight: Sight, segments: Mapping[int, str], hidden: pd.DataFrame, as_of: date
) -> pd.DataFrame:
    """Every account against its own normal: the rungs, and the seasons with which a page recomputes them."""
    measured = _measured(sight, hidden, as_of)
    rungs = climb(measured, segments, as_of)
    for model in (Rung, SeasonFactor):
        model.objects.filter(partnership_id=partnership.pk).delete()
    _insert(Rung, partnership, rungs.astype({"measure": str}))
    _insert(SeasonFactor, partnership, seasons(measured, segments, as_of))
    return rungs


def _measured(sight: Sight, hidden: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Quarters of all that is seen; intervals from single lines, of accounts whose days these tell."""
    measured = measure(sight.trade, as_of)
    if sight.months.empty:
        return measured
    by_day = measure(sight.lines, as_of)
    by_day = by_day[(by_day["measure"] == _INTERVAL) & ~by_day["account"].isin(hidden["account"])]
    return pd.concat([measured[measured["measure"] != _INTERVAL], by_day], ignore_index=True)


def _store_area_ladder(partnership: Partnership, sight: Sight, as_of: date) -> None:
    """The same of postcode areas, each among those of its country; nobody knows an area's days."""
    AreaRung.objects.filter(partnership_id=partnership.pk).delete()
    if sight.areas.empty:
        return
    measured = measure(sight.area_trade, as_of)
    rungs = climb(measured[measured["measure"] != _INTERVAL], sight.places["country"], as_of)
    located = rungs.merge(sight.places, left_on="account", right_index=True).drop(columns="account")
    _insert(AreaRung, partnership, located.astype({"measure": str}))


def _segments(lines: pd.DataFrame) -> dict[int, str]:
    accounts = Account.objects.filter(pk__in=lines["account"].unique().tolist())
    return {account.pk: account.segment for account in accounts}


def _raised(rungs: pd.DataFrame) -> pd.DataFrame:
    """The rungs that are lit, as findings: the threshold is the edge of the band that was left."""
    lit = rungs[rungs["state"] == RAISED]
    edge = lit["low"].where(lit["measure"].map(lambda key: MEASURES[key].worse == "down"), lit["high"])
    named = lit.assign(kind=lit["measure"].astype(str), baseline=lit["usual"], threshold=edge)
    return named[_SIGNAL]


def _store_movements(partnership: Partnership, sight: Sight, as_of: date) -> None:
    Movement.objects.filter(partnership_id=partnership.pk).delete()
    found = [
        _movement(partnership, moved, by_area=by_area)
        for by_area, trade in ((False, sight.trade), (True, sight.area_trade))
        for value in _VALUES
        if (moved := movement(trade, as_of, value)) is not None
    ]
    Movement.objects.bulk_create(found)


def _movement(partnership: Partnership, moved: Moved, *, by_area: bool) -> Movement:
    return Movement(
        partnership_id=partnership.pk,
        distributor_id=partnership.distributor_id,
        epoch=partnership.epoch,
        value=moved.value,
        by_area=by_area,
        currency=moved.currency or "",
        month=moved.span_now.last,
        cause=cause(moved),
        **{name: Decimal(getattr(moved, name)).scaleb(-4) for name in _MOVED},
        **{name: getattr(moved, name) for name in _COUNTED},
        families_each_before=_known(moved.families_each_before),
        families_each_now=_known(moved.families_each_now),
        losses=[
            [loss.family, (loss.now - loss.before) / SCALE, loss.dropped_by] for loss in moved.family_losses
        ],
    )


def _known(number: float) -> float | None:
    return None if math.isnan(number) else number


def _begin_run(
    partnership: Partnership,
    sight: Sight,
    as_of: date,
    known_at: datetime,
    digest: str,
    standings: pd.DataFrame,
    signals: pd.DataFrame,
) -> AnalysisRun:
    AnalysisRun.objects.filter(partnership_id=partnership.pk, is_latest=True).update(is_latest=False)
    return AnalysisRun.objects.create(
        partnership_id=partnership.pk,
        distributor_id=partnership.distributor_id,
        epoch=partnership.epoch,
        as_of=as_of,
        known_at=known_at,
        sight=digest,
        levels=sight.levels,
        accounts=len(standings),
        signals=len(signals),
        late=int((signals["kind"] == "should_have_ordered").sum()),
    )


def _settle_findings(run: AnalysisRun, partnership: Partnership, signals: pd.DataFrame) -> None:
    """Open what is new, keep what still holds under its first day, clear what no longer does."""
    Finding.objects.bulk_create(
        [
            Finding(
                partnership_id=partnership.pk,
                distributor_id=partnership.distributor_id,
                epoch=partnership.epoch,
                run_id=run.pk,
                **signal,
            )
            for signal in cast(
                "list[dict[str, Any]]", signals.rename(columns={"account": "account_id"}).to_dict("records")
            )
        ],
        update_conflicts=True,
        unique_fields=["audience_id", "purpose", "partnership_id", "account_id", "kind", "first_seen_on"],
        update_fields=["run_id", "state", "value", "baseline", "threshold", "deviation", "confidence"],
    )
    Finding.objects.filter(partnership_id=partnership.pk).exclude(run_id=run.pk).update(
        state=Finding.State.CLEARED
    )


def _insert(model: type[Outcome], partnership: Partnership, frame: pd.DataFrame) -> None:
    insert_frame(
        model,
        frame.rename(columns={"account": "account_id"}),
        audience_id=current_organisation_id(),
        partnership_id=partnership.pk,
        distributor_id=partnership.distributor_id,
        epoch=partnership.epoch,
    )
