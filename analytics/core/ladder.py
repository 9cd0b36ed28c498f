"""The disengagement ladder: each account's quarters against its own baseline, and since when they have been worse.

Normal is the account's own: twelve quarters that end three months before the month under test, each divided by the
season factor of its calendar month. All months of history are judged by the same rule, each with the baseline of
its own time, so that the first month in which the rule held can be told exactly and stays where it is.

Why the rules are what they are: portal/docs/decisions/0011-the-ladder-is-judged-by-quarters.md.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from analytics.core.quarters import MEASURES, QUARTER, Dates, Measure
from analytics.core.seasons import (
    BASELINE,
    MIN_ACCOUNTS,
    REACH,
    SAME_MONTH,
    Panel,
    Season,
    Segments,
    panel,
    season,
)

TESTED = 3
PASSES = 2
# One-sided CUSUM (Page 1954). Decision and cap are in thresholds; with the cap one wild month raises nothing.
CUSUM_REFERENCE = 0.5
CUSUM_DECISION = 2.0
CUSUM_CAP = 2.0
# MAD to standard deviation of a normal, and by how much twelve quarters that overlap understate it.
NORMAL_MAD = 1.4826
OVERLAP = 1.22
LEAST_RELATIVE = 0.1
MIN_QUARTERS = 6
COURSE_MONTHS = 24

RAISED = "raised"
NORMAL = "normal"
NO_BASELINE = "no baseline"
NO_ORDER = "no order"
OWN = "own"
SEGMENT = "segment"
NONE = "none"
_NONE, _SEGMENT, _OWN = 0, 1, 2
_BASES = np.array([NONE, SEGMENT, OWN], dtype=object)
_CLIMB = (
    "account",
    "measure",
    "month",
    "value",
    "usual",
    "low",
    "high",
    "deviation",
    "state",
    "basis",
    "months",
    "confidence",
    "first_seen_on",
    "centre",
    "scale",
    "values",
    "lows",
    "highs",
    "deviations",
)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def climb(values: pd.DataFrame, segments: Segments, as_of: date) -> pd.DataFrame:
    """Say where every account stands on the ladder at the end of the last whole month.

    Parameters
    ----------
    values : DataFrame
        As `analytics.core.quarters.measure` returns it.
    segments : Mapping or Series
        The segment of each account (a string). An account without one belongs to the segment ''.
    as_of : date
        The day of the analysis. Later months are ignored.

    Returns
    -------
    DataFrame
        One row per account and measure, sorted:

        - account, measure, month (the last day of the last whole month), value (see `measure`; NaN: none);
        - usual: what is usual for this month, centre x season factor, in the measure's unit; low and high: the
          band around it that the threshold leaves, low never below 0 (all NaN without a baseline);
        - deviation: spreads from usual, positive where it is worse;
        - state: 'raised', 'normal', 'no baseline' or 'no order' (nothing in the quarter to measure, or nothing
          where nothing is usual). A measure without a step is never raised;
        - basis: whose baseline, 'own', 'segment' or 'none'; months: how many quarters of an own baseline have a
          value, otherwise how many months the account has traded;
        - confidence: 0-1, how sure it is that the last three months are worse than usual, see `_confidence`; NaN
          without a deviation;
        - first_seen_on: the last day of the first month from which the signal has stood without a break; NaT
          where none stands;
        - centre and scale: of the baseline of that month, as `course` has them;
        - values, lows, highs, deviations: lists of the months up to that one, at most 24, oldest first, None where
          there is none.

    Raises
    ------
    ValueError
        If a column is missing.
    """
    parts = [_rungs(panel(values, segments, as_of, key), key, kind) for key, kind in MEASURES.items()]
    rows = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    rows["measure"] = pd.Categorical(rows["measure"], categories=list(MEASURES))
    return rows.sort_values(["account", "measure"], ignore_index=True)


def course(values: pd.DataFrame, segments: Segments, as_of: date, account: int, measure: str) -> pd.DataFrame:
    """Return all that a person needs to recompute one account's step, month by month.

    Parameters
    ----------
    values, segments, as_of
        As for `climb`: of all accounts, since the seasons are theirs.
    account : int
    measure : str
        A key of `MEASURES`.

    Returns
    -------
    DataFrame
        One row per month of the last 24 from the account's first order on: month (its last day), value, factor
        (of the season), adjusted (value / factor), centre and scale (of the baseline of that month; the scale
        of interval_lengthens is of natural logarithms), low, high, deviation, raised. Empty for an account
        that has no such measure.

    Raises
    ------
    KeyError
        If there is no such measure.
    ValueError
        If a column is missing.
    """
    kind = MEASURES[measure]
    of = panel(values, segments, as_of, measure)
    judged = judge(of, kind, since=len(of.months) - COURSE_MONTHS - TESTED)
    (row,) = np.nonzero(of.accounts == account)
    low, high = _band(judged, kind)
    columns = {
        "value": of.values,
        "factor": judged.factor,
        "adjusted": of.values / judged.factor,
        "centre": _plain(judged.centre, kind),
        "scale": judged.scale,
        "low": low,
        "high": high,
        "deviation": judged.deviation,
        "raised": rule(judged.deviation, kind),
    }
    frame = pd.DataFrame({name: array[row].ravel() for name, array in columns.items()})
    frame.insert(0, "month", np.tile(of.ends().astype("datetime64[ns]"), len(row)))
    begin = max(len(of.months) - COURSE_MONTHS, *of.first[row], 0)
    return frame.iloc[begin:].reset_index(drop=True)


@dataclass(frozen=True)
class Judged:
    """Every month of every account against its baseline, accounts x months.

    `factor` is the season's for the month under test. `centre` and `scale` are those of the baseline, of
    logarithms where the measure is one of ratios. `basis` is 0 none, 1 the segment's, 2 the account's own; `used`
    how many quarters its own baseline has. `deviation` is in scales, positive where it is worse.
    """

    factor: Floats
    centre: Floats
    scale: Floats
    basis: Ints
    used: Ints
    deviation: Floats


def judge(of: Panel, kind: Measure, since: int = 0) -> Judged:
    """Hold every month from the column `since` on against the baseline of its own time."""
    shape = of.values.shape
    factor, centre, scale = np.ones(shape), np.full(shape, np.nan), np.full(shape, np.nan)
    basis, used = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    # Before that nobody has a baseline.
    for column in range(max(since, REACH), shape[1]):
        known = season(of, column)
        factor[:, column] = known.factors[of.segment, SAME_MONTH]
        levels = _levels(of, column, known, kind)
        centre[:, column], scale[:, column], basis[:, column], used[:, column] = levels
    adjusted = _compared(of.values / factor, kind)
    worse = centre - adjusted if kind.worse == "down" else adjusted - centre
    return Judged(factor, centre, scale, basis, used, worse / scale)


def rule(deviation: Floats, kind: Measure) -> Bools:
    """Say in which months a signal stands, accounts x months.

    It does where the month is worse than usual and, of it and the two before it, two pass the threshold or the
    CUSUM of the three passes twice the threshold. A month without a deviation counts for nothing.
    """
    if kind.step is None:
        return np.zeros(deviation.shape, dtype=bool)
    padded = np.pad(np.nan_to_num(deviation), ((0, 0), (TESTED - 1, 0)))
    window = np.lib.stride_tricks.sliding_window_view(padded, TESTED, axis=1)
    passes = (window >= kind.threshold).sum(axis=2) >= PASSES
    total = np.zeros(deviation.shape)
    for month in range(TESTED):
        counted = np.minimum(window[:, :, month], CUSUM_CAP * kind.threshold)
        total = np.maximum(total + counted - CUSUM_REFERENCE, 0.0)
    return np.asarray((passes | (total >= CUSUM_DECISION * kind.threshold)) & (deviation > 0))


def _levels(of: Panel, column: int, known: Season, kind: Measure) -> tuple[Floats, Floats, Ints, Ints]:
    """Return centre, scale, basis and the quarters used of every account, for one month."""
    adjusted = _compared(of.baseline(column) / known.factors[of.segment], kind)
    used = (~np.isnan(adjusted)).sum(axis=1)
    history = of.history(column)
    own = (history > REACH) & (used >= MIN_QUARTERS)
    centre, spread = _middle_and_spread(adjusted)
    shared = _shared(of, adjusted[own], own, _relative(centre, spread, kind)[own])[of.segment]
    young = (history >= QUARTER) & (history <= REACH) & ~np.isnan(shared[:, 0])
    basis = np.where(own, _OWN, np.where(young, _SEGMENT, _NONE))
    centre = np.choose(basis, [np.nan, shared[:, 0], centre])
    spread = np.choose(basis, [np.nan, shared[:, 1], spread])
    relative = np.fmax(shared[:, 2], LEAST_RELATIVE)
    if kind.ratios:
        scale = np.maximum.reduce([spread, relative, kind.least / np.exp(centre)])
    else:
        scale = np.maximum.reduce([spread, relative * np.abs(centre), np.full(len(centre), kind.least)])
    return centre, scale, basis, np.where(own, used, 0)


def _shared(of: Panel, adjusted: Floats, own: Bools, relative: Floats) -> Floats:
    """Return what the baselines of each segment have in common, shape (segments, 3).

    Centre and spread of all their quarters together, and the median of their relative spreads. Fewer than five
    baselines have nothing in common: everybody's stand in, and NaN where these are too few as well.
    """
    common = np.full((len(of.names), 3), np.nan)
    if len(adjusted) < MIN_ACCOUNTS:
        return common
    everybody = _pool(adjusted, relative)
    for number in range(len(of.names)):
        rows = of.segment[own] == number
        whole = rows.sum() >= MIN_ACCOUNTS
        common[number] = _pool(adjusted[rows], relative[rows]) if whole else everybody
    return common


def _pool(adjusted: Floats, relative: Floats) -> tuple[float, float, float]:
    quarters = adjusted[~np.isnan(adjusted)]
    centre = np.median(quarters)
    told = relative[~np.isnan(relative)]
    spread = OVERLAP * NORMAL_MAD * np.median(np.abs(quarters - centre))
    return float(centre), float(spread), float(np.median(told)) if len(told) else np.nan


def _relative(centre: Floats, spread: Floats, kind: Measure) -> Floats:
    if kind.ratios:
        return spread
    return np.asarray(np.divide(spread, centre, out=np.full(len(centre), np.nan), where=centre > 0))


def _middle_and_spread(adjusted: Floats) -> tuple[Floats, Floats]:
    centre = _median(adjusted)
    return centre, OVERLAP * NORMAL_MAD * _median(np.abs(adjusted - centre[:, None]))


def _median(rows: Floats) -> Floats:
    """Return the median of each row without its NaN; numpy's own takes ten times as long."""
    ranked = np.sort(rows, axis=1)
    count = (~np.isnan(ranked)).sum(axis=1)
    row = np.arange(len(rows))
    low = ranked[row, np.maximum(count - 1, 0) // 2]
    high = ranked[row, np.minimum(count // 2, rows.shape[1] - 1)]
    return np.asarray((low + high) / 2)


def _compared(values: Floats, kind: Measure) -> Floats:
    """Return values as they are compared; a ratio measure counts days, and less than one is none."""
    return np.asarray(np.log(np.maximum(values, 1.0))) if kind.ratios else values


def _plain(compared: Floats, kind: Measure) -> Floats:
    return np.asarray(np.exp(compared)) if kind.ratios else compared


def _band(judged: Judged, kind: Measure) -> tuple[Floats, Floats]:
    reach = kind.threshold * judged.scale
    low = _plain(judged.centre - reach, kind) * judged.factor
    high = _plain(judged.centre + reach, kind) * judged.factor
    return np.maximum(low, 0.0), high


def _rungs(of: Panel, key: str, kind: Measure) -> pd.DataFrame:
    judged = judge(of, kind)
    stands = rule(judged.deviation, kind)
    low, high = _band(judged, kind)
    value, basis, used = of.values[:, -1], judged.basis[:, -1], judged.used[:, -1]
    traded = of.history(len(of.months) - 1)
    usual = (_plain(judged.centre, kind) * judged.factor)[:, -1]
    # An unpriced line leaves revenue without a value; that is no want of orders.
    unmeasured = np.isnan(value) & (traded >= QUARTER) & (not kind.needs_price)
    silent = unmeasured | ((value == 0) & (usual == 0))
    unknown = np.isnan(judged.deviation[:, -1])
    columns = {
        "account": of.accounts,
        "measure": np.full(len(value), key, dtype=object),
        "month": np.full(len(value), of.ends()[-1]).astype("datetime64[ns]"),
        "value": value,
        "usual": usual,
        "low": low[:, -1],
        "high": high[:, -1],
        "deviation": judged.deviation[:, -1],
        "state": np.select(
            [stands[:, -1], silent, unknown], [RAISED, NO_ORDER, NO_BASELINE], np.array(NORMAL, dtype=object)
        ),
        "basis": _BASES[basis],
        "months": np.where(basis == _OWN, used, traded),
        "confidence": _confidence(judged),
        "first_seen_on": _first_seen(stands, of.ends()),
        "centre": _plain(judged.centre[:, -1], kind),
        "scale": judged.scale[:, -1],
        **_courses(of, judged, low, high),
    }
    return pd.DataFrame(columns, columns=list(_CLIMB))


def _courses(of: Panel, judged: Judged, low: Floats, high: Floats) -> dict[str, list[list[float | None]]]:
    begin = max(len(of.months) - COURSE_MONTHS, 0)
    grids = {"values": of.values, "lows": low, "highs": high, "deviations": judged.deviation}
    return {name: _lists(grid, of.first, begin) for name, grid in grids.items()}


def _first_seen(stands: Bools, ends: Dates) -> Dates:
    """Return the end of the earliest month of the unbroken run up to the last one, NaT without a run."""
    broken = ~stands[:, ::-1]
    run = np.where(broken.any(axis=1), broken.argmax(axis=1), stands.shape[1])
    first = ends[np.minimum(stands.shape[1] - run, stands.shape[1] - 1)].astype("datetime64[ns]")
    return np.where(run > 0, first, np.datetime64("NaT", "ns"))


def _confidence(judged: Judged) -> Floats:
    """Return how sure it is that the mean of the last three deviations is above 0.

    Student's t of that mean, with the variance of a mean over the tested months and of a median over the
    baseline: quarters that overlap count for fewer, see `_effective`. A baseline that is only the segment's halves it.
    """
    last = judged.deviation[:, -TESTED:]
    tested = (~np.isnan(last)).sum(axis=1)
    mean = np.nansum(last, axis=1) / np.maximum(tested, 1)
    known = _effective(np.where(judged.basis[:, -1] == _OWN, judged.used[:, -1], BASELINE))
    # The variance of a median is pi / 2 times that of a mean.
    error = np.sqrt(1 / _effective(tested) + np.pi / 2 / known)
    sure = special.stdtr(known - 1, mean / error)
    sure = np.where(judged.basis[:, -1] == _SEGMENT, sure / 2, sure)
    return np.where(np.isnan(judged.deviation[:, -1]), np.nan, sure)


def _effective(quarters: Ints) -> Floats:
    """Return how many independent quarters `quarters` consecutive month ends are worth, at least 1.

    n / (1 + 2 sum (1 - k / n) r(k)), with r = 2/3 and 1/3 for ends one and two months apart, which share two
    months and one of three. Source: Bayley & Hammersley 1946, J. Roy. Statist. Soc. Suppl. 8.
    """
    n = np.maximum(quarters, 1).astype(float)
    shared = np.maximum(1 - 1 / n, 0) * 2 / 3 + np.maximum(1 - 2 / n, 0) / 3
    return np.asarray(n / (1 + 2 * shared))


def _lists(grid: Floats, first: Ints, begin: int) -> list[list[float | None]]:
    """Return each row from its first month on, as a list; what lies before `begin` is left out."""
    shown = grid[:, begin:]
    rows = np.where(np.isnan(shown), None, shown.astype(object))  # type: ignore[call-overload]
    return [row[max(since - begin, 0) :].tolist() for row, since in zip(rows, first, strict=True)]
