"""The course of each account through time: season, decline down the ladder, silence; and the truth about it.

Days are numbered from 0, the first day of the simulated period.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

# Order pace by calendar month for everybody: summer holidays, Christmas.
MONTH_PACE = np.array([1.0, 1.05, 1.1, 1.0, 1.0, 1.05, 0.9, 0.75, 1.1, 1.1, 1.05, 0.75])
SEASONAL_SWING = 0.6
# After stocking up before the new price list, an account buys little for eleven weeks.
STOCKED_PACE = 0.4
STOCKED_DAYS = 77
# A declining account reaches the end of each step after six spacings: quantity, pace, breadth, returns.
RAMP = 6.0
QUANTITY_LOSS = 0.32
INTERVAL_GAIN = 0.8
BREADTH_LOSS = 0.5
RETURN_CHANCE = 0.012
RETURN_GAIN = 7.0
EARLIEST_DECLINE = 240
LATEST_DECLINE = 120
REVENUE_WINDOW = 90
REVENUE_SHARE = 0.6
STEPS = 6
NEVER = np.inf

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Period:
    """The simulated days: two years, up to and including `until`."""

    until: date

    @property
    def start(self) -> date:
        return self.until - timedelta(days=self.days - 1)

    @property
    def days(self) -> int:
        return 731

    def dates(self) -> pd.DatetimeIndex:
        return pd.date_range(self.start, self.until)


@dataclass(frozen=True)
class Decline:
    """How accounts walk down the ladder. Arrays of one value an account; `start` is NEVER for the rest.

    Step n begins (n - 1) spacings after the start.
    """

    start: Floats
    spacing: Floats

    def begins(self, step: int) -> Floats:
        """Return the first day of a step for every account."""
        return self.start + (step - 1) * self.spacing

    def progress(self, step: int, account: Ints, day: Ints) -> Floats:
        """Return how far a step has gone, 0 to 1."""
        return np.clip((day - self.begins(step)[account]) / (RAMP * self.spacing[account]), 0.0, 1.0)

    def quantity(self, account: Ints, day: Ints) -> Floats:
        """Return what is left of the quantity on a line."""
        return 1 - QUANTITY_LOSS * self.progress(1, account, day)

    def pace(self, account: Ints, day: Ints) -> Floats:
        """Return what is left of the pace of orders."""
        return 1 / (1 + INTERVAL_GAIN * self.progress(2, account, day))

    def products(self, breadth: Ints, account: Ints, day: Ints) -> Ints:
        """Return how many products the account still buys."""
        left = breadth[account] * (1 - BREADTH_LOSS * self.progress(3, account, day))
        return np.rint(left).astype(np.int64)

    def return_chance(self, account: Ints, day: Ints) -> Floats:
        """Return the chance that a line comes back. Returns rise faster than the other steps."""
        return RETURN_CHANCE * (1 + RETURN_GAIN * self.discontent(account, day))

    def discontent(self, account: Ints, day: Ints) -> Floats:
        """Return how far the returns have risen, 0 to 1."""
        return np.minimum(3 * self.progress(4, account, day), 1.0)


def draw_decline(rng: np.random.Generator, accounts: pd.DataFrame, period: Period) -> Decline:
    """Let the disengaging accounts begin their way down, some of them too late to finish it."""
    count = len(accounts)
    start = rng.integers(EARLIEST_DECLINE, period.days - LATEST_DECLINE, count).astype(float)
    return Decline(
        start=np.where(accounts["kind"] == "disengaging", start, NEVER),
        spacing=rng.integers(25, 41, count).astype(float),
    )


def own_pace(accounts: pd.DataFrame, period: Period) -> Floats:
    """Return each account's pace of orders had it stayed, 1 = one in its own gap, shape (accounts, days)."""
    dates = period.dates()
    kind = accounts["kind"].to_numpy()[:, None]
    angle = 2 * np.pi * (dates.dayofyear.to_numpy()[None, :] - accounts["peak"].to_numpy()[:, None]) / 365.25
    stocked = dates.dayofyear.to_numpy() <= STOCKED_DAYS
    pace = np.where(kind == "random", 1.0, MONTH_PACE[dates.month.to_numpy() - 1][None, :])
    pace = np.where(kind == "seasonal", 1 + SEASONAL_SWING * np.cos(angle), pace)
    pace = np.where((kind == "stock_up") & stocked[None, :], STOCKED_PACE * pace, pace)
    joined = np.arange(period.days)[None, :] >= accounts["joins_on"].to_numpy()[:, None]
    return np.asarray(pace * joined)


def truth(
    accounts: pd.DataFrame, decline: Decline, pace: Floats, silent_from: Floats, period: Period
) -> pd.DataFrame:
    """Tell for each account what is so: its kind, the first day of each step, the first day of its silence.

    A step that lies after the last day is blank, and so is what never happens. Step 6 is the first day on
    which the expected units of the trailing 90 days are under 60 % of the account's own course had it stayed.
    """
    begun = [decline.begins(number) for number in range(1, STEPS)]
    steps = np.column_stack([*begun, _revenue_drop(accounts, decline, pace, silent_from)])
    frame = accounts[["account_id", "kind"]].copy()
    for number in range(STEPS):
        frame[f"step_{number + 1}_on"] = iso(steps[:, number], period)
    return frame.assign(silent_from=iso(silent_from, period))


def _revenue_drop(accounts: pd.DataFrame, decline: Decline, pace: Floats, silent_from: Floats) -> Floats:
    account = np.arange(len(accounts))[:, None]
    day = np.arange(pace.shape[1])[None, :]
    breadth = accounts["breadth"].to_numpy()
    chance = accounts["line_chance"].to_numpy()[:, None]
    lines_left = (1 + (decline.products(breadth, account, day) - 1) * chance) / (
        1 + (breadth[:, None] - 1) * chance
    )
    left = decline.quantity(account, day) * decline.pace(account, day) * lines_left
    left = left * (day < silent_from[:, None])
    expected, stayed = _trailing(pace * left), _trailing(pace)
    dropped = (expected < REVENUE_SHARE * stayed) & (day >= REVENUE_WINDOW - 1)
    return np.where(dropped.any(axis=1), dropped.argmax(axis=1), NEVER)


def _trailing(daily: Floats) -> Floats:
    total = np.cumsum(daily, axis=1)
    total[:, REVENUE_WINDOW:] -= total[:, :-REVENUE_WINDOW]
    return total


def iso(day: Floats, period: Period) -> list[str]:
    """Return days as YYYY-MM-DD; those that lie after the last day are blank."""
    names = [*period.dates().strftime("%Y-%m-%d"), ""]
    return [names[index] for index in np.minimum(day, period.days).astype(int).tolist()]
