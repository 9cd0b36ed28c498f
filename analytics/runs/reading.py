"""What the selectors of this room read with: outcomes by account, masked by what is shared and by reach."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from django.db.models import BooleanField, Q, Sum
from django.db.models.expressions import RawSQL

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
Which = Q | RawSQL  # what the rows are to satisfy


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


def among(keys: Collection[Key]) -> Which:
    """These accounts as met in these partnerships, each found by the tables' unique keys: for `filter`."""
    if not keys:
        return Q(pk__in=[])  # asks the database nothing
    return RawSQL(
        "(partnership_id, account_id) IN (SELECT * FROM unnest(%s::bigint[], %s::bigint[]))",
        [[partnership_id for partnership_id, _ in keys], [account_id for _, account_id in keys]],
        output_field=BooleanField(),
    )


def open_findings(which: Which) -> dict[Key, dict[str, Finding]]:
    """Open findings by account and kind; the latest where one kind was seen twice."""
    found: defaultdict[Key, dict[str, Finding]] = defaultdict(dict)
    rows = Finding.objects.filter(which, state=Finding.State.OPEN)
    for finding in rows.order_by("first_seen_on"):
        found[finding.partnership_id, finding.account_id][finding.kind] = finding
    return found


def list_stakes(which: Which) -> dict[Key, Stake]:
    """What the missed orders are worth, by account: its gross profit where it earns one that is in sight."""
    profits = by_account(StandingProfit, which)
    return {
        key: Stake(Money(profits[key].profit_at_stake, money.currency), "gross_profit")
        if key in profits
        else Stake(Money(money.net_at_stake, money.currency), "net_revenue")
        for key, money in by_account(StandingMoney, which).items()
    }


def latest_run(partnership: Partnership) -> AnalysisRun | None:
    """The run that a page of this partnership shows."""
    return latest_runs([partnership.pk]).get(partnership.pk)


def latest_runs(partnership_ids: Iterable[int]) -> dict[int, AnalysisRun]:
    return {
        run.partnership_id: run
        for run in AnalysisRun.objects.filter(partnership_id__in=list(partnership_ids), is_latest=True)
    }


def by_account(model: type[OutcomeT], which: Which) -> dict[Key, OutcomeT]:
    rows = model._default_manager.filter(which)
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
