"""Analysing a partnership for one audience: the organisation that is acting, with what it may see."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

import pandas as pd

from analytics.core.cadence import cadence, order_days
from analytics.core.facts import SCALE, monthly_money, monthly_volume
from analytics.core.findings import find, judge
from analytics.core.ladder import RAISED, climb
from analytics.core.movement import Value, cause, movement
from analytics.core.quarters import MEASURES, measure
from analytics.core.seasons import seasons
from analytics.runs.models import (
    AnalysisRun,
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
from analytics.runs.storing import insert_frame
from partners.access.reach import partnerships_in_reach
from partners.accounts.models import Account
from partners.agreements.locks import lock_outcomes, moment_between_changes
from partners.agreements.models import Partnership
from partners.audit.services import note_read
from partners.jobs.services import announce
from partners.ledger.selectors import frame_lines, last_business_date
from partners.organisations.roles import Permission, require
from partners.tenancy.actors import sweeper
from partners.tenancy.context import acting_as, current_actor, current_organisation_id

OUTCOMES: tuple[type[Outcome], ...] = (
    AnalysisRun, VolumeFact, MoneyFact, CostFact, Standing, StandingMoney, StandingProfit, Rung, SeasonFactor,
    Movement, Finding,
)  # fmt: skip
_VOLUME_AMOUNTS = ["units", "returned_units"]
_MONEY_AMOUNTS = [
    "gross_revenue", "list_value", "net_of_listed", "returned_value", "net_revenue", "freight",
]  # fmt: skip
_MONEY_COUNTS = ["lines", "gross_is_net"]
_COST_AMOUNTS = ["cost", "net_of_costed"]
_MONEY_KEY = ["account", "month", "currency"]
_STANDING = [
    "account_id", "judgement", "orders", "first_order_on", "last_order_on", "gaps_used", "gaps_window", "usual_gap",
    "late_after_days", "lapsed_after_days", "present_gap", "previous_gap", "deviation", "confidence", "expected_on",
    "days_late", "orders_missed", "order_units", "units_at_stake",
]  # fmt: skip
_STANDING_MONEY = ["account_id", "currency", "order_value", "net_at_stake"]
_STANDING_PROFIT = ["account_id", "margin_rate", "profit_at_stake"]
_MOVED = [
    "before", "now", "gained", "lost", "families_added", "families_dropped", "kept_before", "kept_now", "other",
]  # fmt: skip
_COUNTED = ["customers_before", "customers_now", "customers_both", "customers_who_dropped"]
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

    Facts of `months` alone are computed anew (None: of all). `as_of` None means the last day that the feed covers,
    so that a late file makes nobody look late. With `unless_same` a maker to whom nothing has changed keeps its last
    run: a new one would tell that a file came of which it sees no line. Returns None where nothing is in sight,
    which for a maker is the same whether nothing came or nothing is shared.
    """
    require(Permission.ANALYSE)
    lock_outcomes(partnership_id)
    partnership = partnerships_in_reach().get(pk=partnership_id)
    is_first = _sweep(partnership)
    known_at = moment_between_changes(partnership.pk)
    as_of = as_of or last_business_date(partnership.pk)
    if as_of is None:
        _forget(partnership)
        return None
    lines = frame_lines(partnership.pk, known_at=known_at)
    note_read(
        current_actor(),
        owner_id=partnership.distributor_id,
        partnership_id=partnership.pk,
        what="analysis",
        rows=len(lines),
    )
    segments = _segments(lines)
    sight = _digest(lines, segments, as_of)
    same = AnalysisRun.objects.filter(partnership_id=partnership.pk, is_latest=True, sight=sight).first()
    if unless_same and same is not None and partnership.distributor_id != current_organisation_id():
        return same
    _store_facts(partnership, lines, None if is_first else months)
    rungs = _store_ladder(partnership, lines, segments, as_of)
    _store_movements(partnership, lines, as_of)
    return _store_standings(partnership, lines, rungs, as_of, known_at, sight)


def _digest(lines: pd.DataFrame, segments: Mapping[int, str], as_of: date) -> str:
    """What the audience sees, whatever its order."""
    rows = pd.util.hash_pandas_object(lines, index=False).sort_values().to_numpy()
    known = f"{as_of} {sorted(segments.items())}"
    return hashlib.sha256(rows.tobytes() + known.encode()).hexdigest()[:32]


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


def _store_facts(partnership: Partnership, lines: pd.DataFrame, months: Sequence[date] | None) -> None:
    if months is not None:
        lines = lines[lines["month"].isin(pd.to_datetime(list(months)))]
    money = monthly_money(lines)
    facts = (
        (VolumeFact, monthly_volume(lines), _VOLUME_AMOUNTS),
        (MoneyFact, money[[*_MONEY_KEY, *_MONEY_COUNTS, *_MONEY_AMOUNTS]], _MONEY_AMOUNTS),
        (CostFact, money[[*_MONEY_KEY, "cost_unknown", *_COST_AMOUNTS]], _COST_AMOUNTS),
    )
    for model, frame, amounts in facts:
        outdated = model.objects.filter(partnership_id=partnership.pk)
        (outdated if months is None else outdated.filter(month__in=months)).delete()
        _insert(model, partnership, frame.assign(**{column: _amounts(frame[column]) for column in amounts}))


def _amounts(scaled: pd.Series) -> pd.Series:
    return pd.Series(
        [Decimal(value).scaleb(-4) for value in scaled.tolist()], index=scaled.index, dtype=object
    )


def _store_standings(
    partnership: Partnership,
    lines: pd.DataFrame,
    rungs: pd.DataFrame,
    as_of: date,
    known_at: datetime,
    sight: str,
) -> AnalysisRun:
    rhythm = cadence(order_days(lines), as_of)
    signals = pd.concat([find(rhythm), _raised(rungs)], ignore_index=True)
    standings = rhythm.assign(judgement=judge(rhythm)).rename(columns={"account": "account_id"})
    run = _begin_run(partnership, as_of, known_at, sight, standings, signals)
    for model in (Standing, StandingMoney, StandingProfit):
        model.objects.filter(partnership_id=partnership.pk).delete()
    _insert(
        Standing, partnership, standings[_STANDING].astype({"days_late": "Int64", "orders_missed": "Int64"})
    )
    for model, amount, columns in (
        (StandingMoney, "net_at_stake", _STANDING_MONEY),
        (StandingProfit, "profit_at_stake", _STANDING_PROFIT),
    ):
        known = standings[standings[amount].notna()][columns]
        _insert(model, partnership, known.assign(**{amount: known[amount].round(4)}))
    _settle_findings(run, partnership, signals)
    announce("analysis", current_organisation_id())
    return run


def _store_ladder(
    partnership: Partnership, lines: pd.DataFrame, segments: Mapping[int, str], as_of: date
) -> pd.DataFrame:
    """Every account against its own normal: the rungs, and the seasons with which a page recomputes them."""
    measured = measure(lines, as_of)
    rungs = climb(measured, segments, as_of)
    for model in (Rung, SeasonFactor):
        model.objects.filter(partnership_id=partnership.pk).delete()
    _insert(Rung, partnership, rungs.astype({"measure": str}))
    _insert(SeasonFactor, partnership, seasons(measured, segments, as_of))
    return rungs


def _segments(lines: pd.DataFrame) -> dict[int, str]:
    accounts = Account.objects.filter(pk__in=lines["account"].unique().tolist())
    return {account.pk: account.segment for account in accounts}


def _raised(rungs: pd.DataFrame) -> pd.DataFrame:
    """The rungs that are lit, as findings: the threshold is the edge of the band that was left."""
    lit = rungs[rungs["state"] == RAISED]
    edge = lit["low"].where(lit["measure"].map(lambda key: MEASURES[key].worse == "down"), lit["high"])
    named = lit.assign(kind=lit["measure"].astype(str), baseline=lit["usual"], threshold=edge)
    return named[_SIGNAL]


def _store_movements(partnership: Partnership, lines: pd.DataFrame, as_of: date) -> None:
    Movement.objects.filter(partnership_id=partnership.pk).delete()
    found = [moved for value in _VALUES if (moved := movement(lines, as_of, value)) is not None]
    Movement.objects.bulk_create(
        [
            Movement(
                partnership_id=partnership.pk,
                distributor_id=partnership.distributor_id,
                epoch=partnership.epoch,
                value=moved.value,
                currency=moved.currency or "",
                month=moved.span_now.last,
                cause=cause(moved),
                **{name: Decimal(getattr(moved, name)).scaleb(-4) for name in _MOVED},
                **{name: getattr(moved, name) for name in _COUNTED},
                families_each_before=_known(moved.families_each_before),
                families_each_now=_known(moved.families_each_now),
                losses=[
                    [loss.family, (loss.now - loss.before) / SCALE, loss.dropped_by]
                    for loss in moved.family_losses
                ],
            )
            for moved in found
        ]
    )


def _known(number: float) -> float | None:
    return None if math.isnan(number) else number


def _begin_run(
    partnership: Partnership,
    as_of: date,
    known_at: datetime,
    sight: str,
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
        sight=sight,
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
