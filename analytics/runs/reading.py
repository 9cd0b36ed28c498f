"""What the selectors of this room read with: outcomes by account, masked by what is shared and by reach."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from django.db.models import Sum

from analytics.core.registry import SIGNALS
from analytics.runs.models import (
    AnalysisRun,
    Finding,
    MoneyFact,
    Standing,
    StandingMoney,
    StandingProfit,
    VolumeFact,
)
from partners.access.reach import accounts_in_reach
from partners.agreements.models import Partnership

LATE, LAPSED = "should_have_ordered", "lapsed"
OutcomeT = TypeVar("OutcomeT", Standing, StandingMoney, StandingProfit)
Key = tuple[int, int]  # partnership and account
# What a column is narrowed to: account_id=7, account_id__in=[7, 9], kind="lapsed".
Only = int | str | list[int]


@dataclass(frozen=True)
class Money:
    """An exact amount in one currency."""

    amount: Decimal
    currency: str


@dataclass(frozen=True)
class Stake:
    """What the missed orders of an account are worth: gross profit, or net revenue where margin is unknown."""

    money: Money
    basis: str


@dataclass(frozen=True)
class Lit:
    """A step of the ladder that is lit, and since when."""

    step: int
    kind: str
    first_seen_on: date


@dataclass(frozen=True)
class Month:
    """One month of an account or partnership; `net` is None without prices, `orders` where none is told apart."""

    month: date
    orders: int | None
    units: Decimal
    net: Decimal | None


def lit_steps(found: Mapping[str, Finding]) -> tuple[Lit, ...]:
    """The steps that open findings light, from the lowest up."""
    steps = [(SIGNALS[kind].step, kind, finding.first_seen_on) for kind, finding in found.items()]
    return tuple(Lit(step, kind, first) for step, kind, first in sorted(steps, key=str) if step is not None)


def open_findings(by_id: Iterable[int], **only: Only) -> dict[Key, dict[str, Finding]]:
    """Open findings by account and kind; the latest where one kind was seen twice."""
    found: defaultdict[Key, dict[str, Finding]] = defaultdict(dict)
    rows = Finding.objects.filter(partnership_id__in=list(by_id), state=Finding.State.OPEN, **only)
    for finding in rows.order_by("first_seen_on"):
        found[finding.partnership_id, finding.account_id][finding.kind] = finding
    return found


def list_stakes(by_id: dict[int, Partnership], **only: Only) -> dict[Key, Stake]:
    """What the missed orders are worth, by account: its gross profit where it earns one that is in sight."""
    profits = by_account(StandingProfit, by_id, **only)
    return {
        key: Stake(Money(profits[key].profit_at_stake, money.currency), "gross_profit")
        if key in profits
        else Stake(Money(money.net_at_stake, money.currency), "net_revenue")
        for key, money in by_account(StandingMoney, by_id, **only).items()
    }


def latest_run(partnership: Partnership) -> AnalysisRun | None:
    """The run that a page of this partnership shows."""
    return latest_runs({partnership.pk: partnership}).get(partnership.pk)


def latest_runs(by_id: dict[int, Partnership]) -> dict[int, AnalysisRun]:
    return {
        run.partnership_id: run
        for run in AnalysisRun.objects.filter(partnership_id__in=by_id, is_latest=True)
    }


def by_account(model: type[OutcomeT], by_id: dict[int, Partnership], **only: Only) -> dict[Key, OutcomeT]:
    rows = model._default_manager.filter(partnership_id__in=by_id, **only)
    return {(row.partnership_id, row.account_id): row for row in rows}


def list_months(partnership_ids: Iterable[int], **only: int) -> defaultdict[int, list[Month]]:
    """Months by partnership, oldest first."""
    # A total passes the same door as a list: who reaches some accounts sums those.
    held = accounts_in_reach()
    reach = {"partnership_id__in": list(partnership_ids), **only} | (
        {} if held is None else {"account_id__in": held}
    )
    volume = (
        VolumeFact.objects.filter(**reach)
        .values("partnership_id", "month")
        .annotate(all_orders=Sum("orders"), all_units=Sum("units"))
        .order_by("month")
    )
    money = {
        (row["partnership_id"], row["month"]): row["total"]
        for row in MoneyFact.objects.filter(**reach)
        .values("partnership_id", "month")
        .annotate(total=Sum("net_revenue"))
    }
    months = defaultdict(list)
    for row in volume:
        key = row["partnership_id"], row["month"]
        months[key[0]].append(Month(key[1], row["all_orders"], row["all_units"], money.get(key)))
    return months
