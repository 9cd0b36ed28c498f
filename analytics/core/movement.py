"""Why a partnership's trade moved: the last quarter against the same quarter a year before, in parts that add up.

All amounts are integers x 10,000, as in the frame of lines, so that the parts add up to the last decimal.
"""

import math
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from analytics.core.facts import VOLUME_COLUMNS, ordered, require_columns
from analytics.core.quarters import QUARTER, TRADE, last_whole_month

Value = Literal["quantity", "net_amount"]
Cause = Literal[
    "steady",
    "mixed",
    "customers_gained",
    "customers_lost",
    "more_families",
    "fewer_families",
    "more_orders",
    "fewer_orders",
    "larger_orders",
    "smaller_orders",
]
STEADY = 0.05
EXPLAINS = 0.5
TOP_FAMILIES = 5
# A record that begins within the earlier span makes every later quarter look like growth.
_LATEST_START = 10
_PAIR = ["account", "family"]
_PARTS = ("gained", "lost", "families_added", "families_dropped", "kept", "other")


@dataclass(frozen=True)
class Span:
    """Whole months, from the first day to the last."""

    first: date
    last: date


@dataclass(frozen=True)
class FamilyLoss:
    """A family of which less was sold; `dropped_by` counts customers of both spans who no longer buy it."""

    family: int
    before: int
    now: int
    dropped_by: int


@dataclass(frozen=True)
class Movement:
    """What moved between two spans, and the parts, which add up to now - before.

    Parts: of customers `gained` (no order before, orders now; also those who come back) and `lost`; of customers
    of both spans, `families_added` and `families_dropped`, and `within` the families that they kept; `other`:
    returns and corrections where neither span has an order to set them against.

    Counts: customers are accounts with an order. `orders_*` are the documents in which customers of both spans
    bought families that they kept; `families_each_*` the mean number of families that such a customer bought, NaN
    without such customers.
    """

    value: Value
    currency: str | None
    span_before: Span
    span_now: Span
    before: int
    now: int
    gained: int
    lost: int
    families_added: int
    families_dropped: int
    kept_before: int
    kept_now: int
    other: int
    customers_before: int
    customers_now: int
    customers_both: int
    customers_who_dropped: int
    families_each_before: float
    families_each_now: float
    orders_before: int
    orders_now: int
    family_losses: tuple[FamilyLoss, ...]

    @property
    def change(self) -> int:
        return self.now - self.before

    @property
    def within(self) -> int:
        return self.kept_now - self.kept_before

    @property
    def customers_gained(self) -> int:
        return self.customers_now - self.customers_both

    @property
    def customers_lost(self) -> int:
        return self.customers_before - self.customers_both


def movement(lines: pd.DataFrame, as_of: date, value: Value = "quantity") -> Movement | None:
    """Compare the last three whole months with the same three a year before.

    Parameters
    ----------
    lines : DataFrame
        The frame of lines of one partnership, see `analytics.core.facts`; with net_amount and currency where
        `value` is 'net_amount'.
    as_of : date
        The day of the analysis. Later lines are ignored. Which month is the last whole one: see
        `analytics.core.quarters`.
    value : {'quantity', 'net_amount'}
        Units of sales and corrections, or net revenue of sales, corrections and returns.

    Returns
    -------
    Movement or None
        None where there is nothing to compare with: no order in the earlier span, no positive total, or a record
        that begins more than ten days into it; or a line of either span has no amount, or another currency.

    Raises
    ------
    ValueError
        If a column is missing.
    """
    require_columns(lines, VOLUME_COLUMNS)
    if value == "net_amount":
        require_columns(lines, ("net_amount", "currency"))
    spans = _spans(as_of)
    trade = _trade(lines, value)
    before, now = (_during(trade, span, as_of) for span in spans)
    if ordered(before).empty or before[value].sum() <= 0:
        return None
    if (trade["business_date"].min() - pd.Timestamp(spans[0].first)).days > _LATEST_START:
        return None
    if value == "net_amount" and not _priced(pd.concat([before, now])):
        return None
    return _compare(before, now, spans, value)


def cause(moved: Movement) -> Cause:
    """Name the one thing that describes a movement best.

    Gains are set against losses: customers come and go in every quarter, and a customer who left explains nothing
    where another took its place.

    Returns
    -------
    str
        - 'steady': the total moved by no more than 5 %;
        - otherwise the largest in the direction of the change, where it is at least half of it, of customers
          (gained and lost together), families with customers of both spans (added and dropped together), and the
          families that they kept: there the number of orders, or their size, whichever changed by the larger
          factor;
        - 'mixed' where none is half of it.
    """
    if abs(moved.change) <= STEADY * moved.before:
        return "steady"
    grew = moved.change > 0
    parts: dict[Cause, int] = {
        "customers_gained" if grew else "customers_lost": moved.gained + moved.lost,
        "more_families" if grew else "fewer_families": moved.families_added + moved.families_dropped,
        _orders_or_size(moved, grew=grew): moved.within,
    }
    largest = max(parts, key=lambda part: parts[part] / moved.change)
    return largest if parts[largest] / moved.change >= EXPLAINS else "mixed"


def _orders_or_size(moved: Movement, *, grew: bool) -> Cause:
    """Say whether the number of orders of kept families or the size of one changed by the larger factor."""
    more = _log_ratio(moved.orders_now, moved.orders_before)
    larger = _log_ratio(moved.kept_now, moved.kept_before) - more
    if grew:
        return "more_orders" if more > larger else "larger_orders"
    return "fewer_orders" if more < larger else "smaller_orders"


def _log_ratio(now: int, before: int) -> float:
    return math.log(now / before) if now > 0 and before > 0 else 0.0


def _spans(as_of: date) -> tuple[Span, Span]:
    """Return the earlier span and the present one."""
    last = pd.Period(last_whole_month(as_of), "M")
    ends = (last - 12, last)
    before, now = (Span((end - (QUARTER - 1)).start_time.date(), end.end_time.date()) for end in ends)
    return before, now


def _trade(lines: pd.DataFrame, value: Value) -> pd.DataFrame:
    kinds = TRADE if value == "net_amount" else ("sale", "correction")
    return lines[lines["kind"].isin(kinds)]


def _during(trade: pd.DataFrame, span: Span, as_of: date) -> pd.DataFrame:
    last = pd.Timestamp(min(span.last, as_of))
    return trade[(trade["business_date"] >= pd.Timestamp(span.first)) & (trade["business_date"] <= last)]


def _priced(trade: pd.DataFrame) -> bool:
    return bool(trade["net_amount"].notna().all()) and trade["currency"].nunique(dropna=False) == 1


def _compare(before: pd.DataFrame, now: pd.DataFrame, spans: tuple[Span, Span], value: Value) -> Movement:
    pairs = _pairs(before, now, value)
    parts = pairs.groupby("part")[["before", "now"]].sum().reindex(_PARTS, fill_value=0)
    change = (parts["now"] - parts["before"]).to_dict()
    customers = pairs[pairs["was"] | pairs["is_now"]].drop_duplicates("account")
    of_both = pairs[pairs["was"] & pairs["is_now"]]
    both = int(of_both["account"].nunique())
    kept = pairs[pairs["part"] == "kept"]
    return Movement(
        value=value,
        currency=str(before["currency"].iloc[0]) if value == "net_amount" else None,
        span_before=spans[0],
        span_now=spans[1],
        before=int(pairs["before"].sum()),
        now=int(pairs["now"].sum()),
        **{part: int(change[part]) for part in _PARTS if part != "kept"},
        kept_before=int(parts["before"]["kept"]),
        kept_now=int(parts["now"]["kept"]),
        customers_before=int(customers["was"].sum()),
        customers_now=int(customers["is_now"].sum()),
        customers_both=both,
        customers_who_dropped=int(pairs["account"][pairs["part"] == "families_dropped"].nunique()),
        families_each_before=float(of_both["bought_before"].sum() / both) if both else math.nan,
        families_each_now=float(of_both["bought_now"].sum() / both) if both else math.nan,
        orders_before=_orders(before, kept),
        orders_now=_orders(now, kept),
        family_losses=_losses(pairs),
    )


def _pairs(before: pd.DataFrame, now: pd.DataFrame, value: Value) -> pd.DataFrame:
    """Return one row per account and family of either span.

    before, now: its amounts; bought_before, bought_now: whether it has an order; was, is_now: whether the account
    has one, of any family; part: the part of the movement that it belongs to.
    """
    sums = [trade.groupby(_PAIR)[value].sum() for trade in (before, now)]
    index = sums[0].index.union(sums[1].index)
    amounts = [part.reindex(index, fill_value=0).astype("int64") for part in sums]
    bought = [index.isin(ordered(trade).groupby(_PAIR).size().index) for trade in (before, now)]
    columns = {"before": amounts[0], "now": amounts[1], "bought_before": bought[0], "bought_now": bought[1]}
    pairs = pd.DataFrame(columns, index=index).reset_index()
    by_account = pairs.groupby("account")
    was, is_now = by_account["bought_before"].transform("any"), by_account["bought_now"].transform("any")
    had, has = pairs["bought_before"], pairs["bought_now"]
    rules = {
        "gained": ~was & is_now,
        "lost": was & ~is_now,
        "kept": had & has,
        "families_added": was & has,
        "families_dropped": had & is_now,
    }
    return pairs.assign(was=was, is_now=is_now, part=np.select([*rules.values()], [*rules], "other"))


def _orders(trade: pd.DataFrame, kept: pd.DataFrame) -> int:
    of_kept = ordered(trade).merge(kept[_PAIR], on=_PAIR)
    return len(of_kept[["account", "document"]].drop_duplicates())


def _losses(pairs: pd.DataFrame) -> tuple[FamilyLoss, ...]:
    dropped = pairs["part"] == "families_dropped"
    families = pairs.assign(dropped=dropped).groupby("family")[["before", "now", "dropped"]].sum()
    change = (families["now"] - families["before"]).sort_values(kind="stable")
    worst = families.loc[change[change < 0].index[:TOP_FAMILIES]].reset_index()
    return tuple(FamilyLoss(*map(int, row)) for row in worst.to_numpy())
