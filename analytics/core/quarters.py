"""What each account's trade measured at every month's end, over the quarter up to it.

A quarter is three whole calendar months. One month of trade is too little to measure most accounts by; a quarter
moves slowly and its month ends overlap by two thirds, which `analytics.core.ladder` allows for.
"""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.core.cadence import WINDOW_DAYS
from analytics.core.facts import SCALE, VOLUME_COLUMNS, ordered, require_columns

QUARTER = 3
# Feeds end on the last day of trade, which a weekend or a holiday puts before the month's last day.
DAYS_TO_COME = 3
TRADE = ("sale", "correction", "return")
VALUE_COLUMNS = ("account", "measure", "month", "value")
_GAP_LIMIT = 1 << 16
_LONG_AGO = -(1 << 40)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Dates = npt.NDArray[np.datetime64]


@dataclass(frozen=True)
class Measure:
    """One measure of a quarter. `step` is its rung of the ladder; without one it raises no signal.

    `threshold` is how many spreads worse counts, `least` the least spread in the measure's own unit: nobody buys
    to the piece. A measure of `ratios` is compared by logarithms: twice as long is as far as half as long.
    """

    step: int | None
    unit: Literal["units", "days", "families", "money"]
    worse: Literal["up", "down"]
    needs_price: bool
    threshold: float
    least: float
    ratios: bool = False


MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "quantity_shrinks": Measure(1, "units", "down", False, 1.25, 0.5),
        "interval_lengthens": Measure(2, "days", "up", False, 2.0, 3.0, ratios=True),
        "breadth_narrows": Measure(3, "families", "down", False, 1.5, 0.5),
        "revenue_drops": Measure(6, "money", "down", True, 1.25, 1.0),
        "units": Measure(None, "units", "down", False, 1.25, 0.5),
    }
)


def last_whole_month(as_of: date) -> date:
    """Return the last day of the last month that is over: at most three of its days are still to come."""
    end = as_of.replace(day=calendar.monthrange(as_of.year, as_of.month)[1])
    return end if (end - as_of).days <= DAYS_TO_COME else as_of.replace(day=1) - timedelta(days=1)


def last_days(months: Ints) -> Dates:
    """Return the last day of each month, counted from 1970-01."""
    following = (months + 1).astype("datetime64[M]").astype("datetime64[D]")
    return np.asarray(following - np.timedelta64(1, "D"), dtype="datetime64[D]")


def measure(lines: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Measure every quarter of every account.

    Parameters
    ----------
    lines : DataFrame
        The frame of lines, see `analytics.core.facts`. The money columns net_amount and currency are read where
        the frame has them.
    as_of : date
        The day of the analysis. Later lines are ignored, and so are those after the last whole month.

    Returns
    -------
    DataFrame
        One row per account, measure (a key of `MEASURES`) and month from that of the account's first order to
        the last whole one, sorted: account, measure, month (its last day), value (NaN where there is none).

        - quantity_shrinks: units of sales and corrections for each order of the quarter (base units); NaN
          without an order;
        - interval_lengthens: the larger of the median gap between order days that ended in the quarter and the
          gap still open at the month's end (days); NaN once that gap is longer than a year;
        - breadth_narrows: distinct families on orders of the quarter;
        - revenue_drops: net revenue a month of sales, corrections and returns (currency units), in the
          currency of the account's last priced line; NaN where a line of the quarter has no amount in it. No
          rows for an account without a priced line;
        - units: units of sales and corrections a month (base units).

        The first two months have no value: their quarter began before the account's first order.

    Raises
    ------
    ValueError
        If a column is missing.
    """
    require_columns(lines, VOLUME_COLUMNS)
    end = last_whole_month(as_of)
    known = lines[lines["business_date"] <= pd.Timestamp(min(as_of, end))]
    grid = _Grid.over(ordered(known), end)
    trade = grid.keep(known[known["kind"].isin(TRADE)])
    orders = ordered(trade)
    sold = trade[trade["kind"] != "return"]
    units = grid.quarterly(sold, sold["quantity"]) / SCALE
    documents = grid.distinct(orders, "document")
    per_order = np.divide(units, documents, out=np.full(grid.shape, np.nan), where=documents > 0)
    arrays = {
        "quantity_shrinks": per_order,
        "interval_lengthens": _interval(grid, orders),
        "breadth_narrows": grid.distinct(orders, "family"),
        "units": units / QUARTER,
    }
    parts = [grid.long(name, values) for name, values in arrays.items()]
    priced, revenue = _revenue(grid, trade)
    parts.append(grid.long("revenue_drops", revenue, priced))
    measured = pd.concat(parts, ignore_index=True)
    measured["measure"] = pd.Categorical(measured["measure"], categories=list(MEASURES))
    return measured.sort_values(["account", "measure", "month"], ignore_index=True)


@dataclass(frozen=True)
class _Grid:
    """Accounts x months: every account that has ordered, from the first order of any to the last whole month.

    Months are counted from 1970-01; `first` is the column of each account's first order.
    """

    accounts: npt.NDArray[np.int64]
    first: Ints
    start: int
    months: int

    @classmethod
    def over(cls, orders: pd.DataFrame, end: date) -> "_Grid":
        month = _month_number(orders)
        accounts, code = np.unique(orders["account"].to_numpy(dtype=np.int64), return_inverse=True)
        last = (end.year - 1970) * 12 + end.month - 1
        start = int(month.min()) if len(month) else last
        first = np.full(len(accounts), last - start)
        np.minimum.at(first, code, month - start)
        return cls(accounts, first, start, last - start + 1)

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.accounts), self.months

    def ends(self) -> Dates:
        return last_days(np.arange(self.start, self.start + self.months))

    def keep(self, lines: pd.DataFrame) -> pd.DataFrame:
        """Return the lines of accounts that have ordered, from the month of their first order on."""
        lines = lines[lines["account"].isin(self.accounts)]
        account, month = self.place(lines)
        return lines[month >= self.first[account]]

    def place(self, lines: pd.DataFrame) -> tuple[Ints, Ints]:
        return np.searchsorted(self.accounts, lines["account"]), _month_number(lines) - self.start

    def quarterly(self, lines: pd.DataFrame, amounts: pd.Series) -> Floats:
        """Sum integer amounts over the quarter up to each month; a float holds such sums exactly."""
        account, month = self.place(lines)
        weights = amounts.to_numpy(dtype=float)
        cells = np.bincount(account * self.months + month, weights=weights, minlength=np.prod(self.shape))
        total = np.cumsum(cells.reshape(self.shape), axis=1)
        total[:, QUARTER:] -= total[:, :-QUARTER].copy()
        return np.asarray(total)

    def distinct(self, lines: pd.DataFrame, column: str) -> Floats:
        """Count the distinct values of a column in the quarter up to each month."""
        account, month = self.place(lines)
        value, names = pd.factorize(lines[column])
        many = max(len(names), 1)
        seen = _distinct((account * self.months + month) * many + value)
        cell, value = np.divmod(seen, many)
        key = _distinct(np.concatenate([at * many + value[kept] for at, kept in self._following(cell)]))
        return np.bincount(key // many, minlength=np.prod(self.shape)).reshape(self.shape).astype(float)

    def median(self, account: Ints, month: Ints, days: Ints) -> Floats:
        """Return the median of whole days over the quarter up to each month, 0 where there is none."""
        cells = account * self.months + month
        spread = [at * _GAP_LIMIT + days[kept] for at, kept in self._following(cells)]
        key = np.sort(np.concatenate(spread))
        cell, day = np.divmod(key, _GAP_LIMIT)
        count = np.bincount(cell, minlength=np.prod(self.shape))
        begin = np.cumsum(count) - count
        padded = np.append(day, 0)
        low = padded[np.where(count > 0, begin + (count - 1) // 2, len(day))]
        high = padded[np.where(count > 0, begin + count // 2, len(day))]
        return np.asarray((low + high) / 2).reshape(self.shape)

    def _following(self, cell: Ints) -> list[tuple[Ints, Bools]]:
        """Return where each cell counts: in its own month and the two after it, as far as there are such."""
        left = self.months - 1 - cell % self.months
        return [((cell + later)[left >= later], left >= later) for later in range(QUARTER)]

    def long(self, name: str, values: Floats, accounts: Bools | None = None) -> pd.DataFrame:
        month = np.arange(self.months)
        since = month[None, :] - self.first[:, None]
        values = np.where(since >= QUARTER - 1, values, np.nan)
        shown = since >= 0 if accounts is None else (since >= 0) & accounts[:, None]
        row, column = np.nonzero(shown)
        columns = {"account": self.accounts[row], "measure": name, "month": self.ends()[column]}
        frame = pd.DataFrame({**columns, "value": values[shown]})
        return frame.astype({"measure": "category", "month": "datetime64[ns]"})


def _interval(grid: _Grid, orders: pd.DataFrame) -> Floats:
    day = orders["business_date"].to_numpy().astype("datetime64[D]").astype(np.int64)
    ends = grid.ends().astype(np.int64)
    account = np.searchsorted(grid.accounts, orders["account"])
    account, day = np.divmod(_distinct(account * (1 << 32) + day), 1 << 32)
    month = np.searchsorted(ends, day)
    same = account[1:] == account[:-1]
    closed = grid.median(account[1:][same], month[1:][same], np.diff(day)[same])
    last = np.full(grid.shape, _LONG_AGO)
    np.maximum.at(last, (account, month), day)
    still_open = ends[None, :] - np.maximum.accumulate(last, axis=1)
    # A year without an order leaves no rhythm to compare with, as in `analytics.core.cadence`.
    return np.where(still_open > WINDOW_DAYS, np.nan, np.maximum(closed, still_open))


def _revenue(grid: _Grid, trade: pd.DataFrame) -> tuple[Bools, Floats]:
    """Return which accounts have a priced line, and net revenue a month."""
    if "net_amount" not in trade.columns:
        return np.zeros(len(grid.accounts), dtype=bool), np.full(grid.shape, np.nan)
    require_columns(trade, ("net_amount", "currency"))
    by_day = trade[trade["net_amount"].notna()].sort_values(["business_date", "currency"])
    last = by_day.groupby("account")["currency"].last()
    counts = trade["net_amount"].notna() & (trade["currency"] == trade["account"].map(last))
    own, other = trade[counts], trade[~counts]
    unknown = grid.quarterly(other, pd.Series(1, index=other.index)) > 0
    net = grid.quarterly(own, own["net_amount"]) / SCALE / QUARTER
    return np.isin(grid.accounts, last.index), np.where(unknown, np.nan, net)


def _distinct(keys: Ints) -> Ints:
    """Return sorted distinct keys; numpy's hashing of millions of them takes ten times as long."""
    ranked = np.sort(keys)
    return np.asarray(ranked[np.append(True, ranked[1:] != ranked[:-1])[: len(ranked)]])


def _month_number(lines: pd.DataFrame) -> Ints:
    return lines["business_date"].to_numpy().astype("datetime64[M]").astype(np.int64)
