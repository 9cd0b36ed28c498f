"""How a segment's quarters differ by the time of year, known only from the months before those under test.

The baseline of a month is twelve quarters that end three months before it, so that it holds every calendar month
once. What an account bought then, over its own mean of those twelve, is averaged over the accounts of its segment
and shrunk towards 1.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.core.facts import require_columns
from analytics.core.quarters import MEASURES, VALUE_COLUMNS, Dates, last_days, last_whole_month

BASELINE = 12
APART = 3
# The month under test has the calendar month of the baseline's third.
SAME_MONTH = BASELINE + APART - 13
REACH = BASELINE + APART - 1
SHRINK = 12
MIN_ACCOUNTS = 5
# A segment that sold next to nothing in some month must not blow that month up.
LEAST_FACTOR = 0.25

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Segments = Mapping[int, str] | pd.Series


@dataclass(frozen=True)
class Panel:
    """One measure as accounts x months, up to the last whole month.

    `accounts` and `months` (counted from 1970-01) name rows and columns, `first` is the column of each account's
    first order, `segment` the index into `names` of the segment that each account belongs to.
    """

    accounts: npt.NDArray[np.int64]
    months: Ints
    values: Floats
    first: Ints
    segment: Ints
    names: list[str]

    def ends(self) -> Dates:
        return last_days(self.months)

    def history(self, column: int) -> Ints:
        """Return how many months each account has traded at the end of a month, that of its first included."""
        return np.maximum(column + 1 - self.first, 0)

    def baseline(self, column: int) -> Floats:
        """Return the twelve quarters that a month is judged by, accounts x 12; NaN where there is none."""
        begin = column - REACH
        window = np.full((len(self.accounts), BASELINE), np.nan)
        if begin + BASELINE > 0:
            window[:, max(-begin, 0) :] = self.values[:, max(begin, 0) : begin + BASELINE]
        return window


@dataclass(frozen=True)
class Season:
    """The factors by which a month is judged, segments x 12 in the order of its baseline.

    `accounts` is how many each row tells of, `pooled` whether these are everybody's for want of own ones.
    """

    factors: Floats
    accounts: Ints
    pooled: Bools


def panel(values: pd.DataFrame, segments: Segments, as_of: date, measure: Hashable) -> Panel:
    """Lay one measure out as accounts x months.

    Parameters
    ----------
    values : DataFrame
        As `analytics.core.quarters.measure` returns it.
    segments : Mapping or Series
        The segment of each account. An account without one belongs to the segment ''.
    as_of : date
        The day of the analysis. Later months are ignored.
    measure : str
        A key of `MEASURES`.

    Raises
    ------
    ValueError
        If a column is missing.
    """
    require_columns(values, VALUE_COLUMNS)
    end = last_whole_month(as_of)
    rows = values[(values["measure"] == measure) & (values["month"] <= pd.Timestamp(end))]
    month = rows["month"].to_numpy().astype("datetime64[M]").astype(np.int64)
    accounts, row = np.unique(rows["account"].to_numpy(dtype=np.int64), return_inverse=True)
    last = (end.year - 1970) * 12 + end.month - 1
    months = np.arange(month.min() if len(month) else last, last + 1)
    grid = np.full((len(accounts), len(months)), np.nan)
    grid[row, month - months[0]] = rows["value"]
    first = np.full(len(accounts), len(months))
    np.minimum.at(first, row, month - months[0])
    named = pd.Series(accounts).map(segments).fillna("").astype(str)
    names, segment = np.unique(named.to_numpy(dtype=object), return_inverse=True)
    return Panel(accounts, months, grid, first, segment, names.tolist())


def season(of: Panel, column: int) -> Season:
    """Return the factors of every segment for the baseline of one month."""
    window = of.baseline(column)
    mean = window.mean(axis=1)
    whole = mean > 0
    ratio = window[whole] / mean[whole, None]
    segment = of.segment[whole]
    count = np.bincount(segment, minlength=len(of.names))
    totals = np.zeros((len(of.names), BASELINE))
    np.add.at(totals, segment, ratio)
    own = count >= MIN_ACCOUNTS
    totals = np.where(own[:, None], totals, ratio.sum(axis=0))
    accounts = np.where(own, count, len(ratio))
    # The mean shrunk by n / (n + k) towards 1 is that of n accounts and k more that know no season.
    factors = (totals + SHRINK) / (accounts + SHRINK)[:, None]
    return Season(np.maximum(factors, LEAST_FACTOR), accounts, ~own)


def seasons(values: pd.DataFrame, segments: Segments, as_of: date) -> pd.DataFrame:
    """Return the season factors by which the last whole month is judged.

    Parameters
    ----------
    values, segments, as_of
        As for `panel`.

    Returns
    -------
    DataFrame
        One row per measure, segment and calendar month, sorted: measure, segment, month_of_year (1-12), factor
        (what a quarter that ends in it is of the account's own mean), accounts (how many tell of it: those of the
        segment that have all twelve quarters of the baseline, or of the whole frame where these are fewer than 5),
        pooled (whether it is the whole frame).

    Raises
    ------
    ValueError
        If a column is missing.
    """
    tables = [_table(panel(values, segments, as_of, measure), measure) for measure in MEASURES]
    table = pd.concat([table for table in tables if len(table)] or tables, ignore_index=True)
    return table.sort_values(["measure", "segment", "month_of_year"], ignore_index=True)


def _table(of: Panel, measure: str) -> pd.DataFrame:
    column = len(of.months) - 1
    known = season(of, column)
    month_of_year = (of.months[column] - REACH + np.arange(BASELINE)) % 12 + 1
    return pd.DataFrame(
        {
            "measure": pd.Series(measure, index=range(len(of.names) * BASELINE), dtype=object),
            "segment": np.repeat(np.array(of.names, dtype=object), BASELINE),
            "month_of_year": np.tile(month_of_year, len(of.names)),
            "factor": known.factors.ravel(),
            "accounts": np.repeat(known.accounts, BASELINE),
            "pooled": np.repeat(known.pooled, BASELINE),
        }
    )
