"""The rhythm in which each buyer orders, and how far its present gap has left it.

A gap is the number of days between consecutive order days; two documents of one day are one order day. All
that describes the rhythm is taken up to the last order, so that it stands still while the buyer is silent:
only the present gap grows. The first day on which a rule became true can therefore be told exactly.

Why the thresholds are what they are: portal/docs/decisions/0010-late-after-fitted-quantile.md.
"""

from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from analytics.core.facts import SCALE, VOLUME_COLUMNS, ordered, require_columns

WINDOW_DAYS = 365
MIN_GAPS = 3
LATE_QUANTILE = 0.9
LAPSED_QUANTILE = 0.99
LAPSED_CYCLES = 3
# The least spread on the log scale. Nobody orders to the day: a tenth of the gap, never less than one day.
MIN_SPREAD = 0.1
MIN_SPREAD_DAYS = 1.0
_DAY = ["account", "business_date"]
ORDER_DAY_COLUMNS = ("account", "business_date", "units", "net", "cost", "currency")

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def order_days(lines: pd.DataFrame) -> pd.DataFrame:
    """Collapse lines to one row per account and day on which it ordered.

    Parameters
    ----------
    lines : DataFrame
        The frame of lines, see `analytics.core.facts`. The money columns net_amount, unit_cost and currency
        are read where the frame has them.

    Returns
    -------
    DataFrame
        Sorted by account and day: account, business_date, units (base units, float), net and cost (in units
        of currency, float; NaN where a line of the day lacks it or the day mixes currencies), currency.
        Without money columns net and cost are NaN and currency is None.

    Raises
    ------
    ValueError
        If a column is missing.
    """
    require_columns(lines, VOLUME_COLUMNS)
    orders = ordered(lines)
    priced = "net_amount" in orders.columns
    if priced:
        require_columns(orders, ("net_amount", "unit_cost", "currency"))
    amounts = orders[_DAY].assign(
        units=orders["quantity"] / SCALE,
        net=_decimal(orders["net_amount"]) if priced else np.nan,
        cost=_decimal(orders["unit_cost"]) * orders["quantity"] / SCALE if priced else np.nan,
        currency=orders["currency"] if priced else None,
    )
    grouped = amounts.groupby(_DAY)
    days = grouped[["units", "net", "cost"]].sum()
    complete = grouped[["net", "cost"]].count().eq(grouped.size(), axis=0)
    complete = complete.mul(grouped["currency"].nunique() == 1, axis=0)
    days[["net", "cost"]] = days[["net", "cost"]].where(complete)
    return days.assign(currency=grouped["currency"].first()).reset_index()


def cadence(days: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Describe every buyer's rhythm as of a day.

    Parameters
    ----------
    days : DataFrame
        One row per account and order day, as `order_days` returns it.
    as_of : date
        The day of the analysis. Later rows are ignored.

    Returns
    -------
    DataFrame
        One row per account that ordered on or before `as_of`, sorted by account:

        - orders (order days), first_order_on, last_order_on, span_days between them;
        - gaps_used and gaps_window: the gaps that ended in the 365 days up to the last order ('trailing
          year'), or all where fewer than three did ('all');
        - usual_gap: median of those, days; late_after_days, lapsed_after_days: fitted (NaN under three gaps);
        - present_gap: days from the last order to `as_of`; previous_gap: the gap before it (NaN: one order);
        - deviation: the present gap from the middle of the fit, in fitted spreads on the log scale;
        - confidence: 0-1, that the present gap lies beyond the buyer's true 0.9 quantile, given how few gaps
          tell of it;
        - expected_on: last order plus usual gap; days_late: negative before it; orders_missed: whole usual
          gaps in the present one;
        - order_units, order_value: medians over the order days of that year; margin_rate: own, same days, NaN
          where no day has a cost; currency: of the last order, days in another bear no money;
        - units_at_stake, net_at_stake, profit_at_stake: one missed order times orders_missed;
        - basis: what ranks the buyer: 'gross_profit', 'net_revenue' (no cost, or no positive margin), or
          'units' (no money is shared).

    Raises
    ------
    ValueError
        If a column is missing, or an account has two rows on one day.
    """
    require_columns(days, ORDER_DAY_COLUMNS)
    known = days[days["business_date"] <= pd.Timestamp(as_of)].sort_values(_DAY)
    twice = known.duplicated(_DAY)
    if twice.any():
        first = known[twice].iloc[0]
        raise ValueError(
            f"account {first['account']} has two rows on {first['business_date']:%Y-%m-%d}: "
            "collapse the lines with order_days"
        )
    day = known["business_date"].to_numpy().astype("datetime64[D]").astype(np.int64)
    account, code = np.unique(known["account"].to_numpy(), return_inverse=True)
    frame = _history(account, code, day)
    today = int(np.datetime64(as_of, "D").astype(np.int64))
    frame["present_gap"] = today - frame["last"]
    frame = frame.join(_rhythm(code, day, frame))
    frame = frame.join(_worth(known, code, day, frame["last"].to_numpy()))
    return _at_stake(_lateness(frame, today))


def _history(account: npt.NDArray[np.int64], code: Ints, day: Ints) -> pd.DataFrame:
    orders = np.bincount(code, minlength=len(account))
    last = np.cumsum(orders) - 1
    frame = pd.DataFrame({"account": account, "orders": orders})
    frame["first"], frame["last"] = day[last - orders + 1], day[last]
    frame["first_order_on"], frame["last_order_on"] = _dates(frame["first"]), _dates(frame["last"])
    frame["span_days"] = frame["last"] - frame["first"]
    before_last = np.where(orders > 1, day[np.maximum(last - 1, 0)], 0)
    frame["previous_gap"] = np.where(orders > 1, day[last] - before_last, np.nan)
    return frame


def _rhythm(code: Ints, day: Ints, frame: pd.DataFrame) -> pd.DataFrame:
    """Fit a log-normal to each buyer's gaps; its predictive quantiles are the thresholds."""
    accounts = len(frame)
    same_buyer = code[1:] == code[:-1]
    gap, owner, ended = np.diff(day)[same_buyer], code[1:][same_buyer], day[1:][same_buyer]
    recent = ended > frame["last"].to_numpy()[owner] - WINDOW_DAYS
    enough = np.bincount(owner[recent], minlength=accounts) >= MIN_GAPS
    used = recent | ~enough[owner]
    gap, owner = gap[used], owner[used]
    count = np.bincount(owner, minlength=accounts)
    usual = pd.Series(gap).groupby(owner).median().reindex(range(accounts)).to_numpy(dtype=float)
    fitted = count >= MIN_GAPS
    centre, spread = _log_fit(gap, owner, count, usual)
    late = np.where(fitted, _predictive(LATE_QUANTILE, centre, spread, count), np.nan)
    extreme = np.where(fitted, _predictive(LAPSED_QUANTILE, centre, spread, count), np.nan)
    # A year without an order leaves no baseline, however ragged the buyer's gaps were.
    lapsed = np.maximum.reduce([late, LAPSED_CYCLES * usual, np.minimum(extreme, WINDOW_DAYS)])
    present = frame["present_gap"].to_numpy(dtype=float)
    deviation = np.where(fitted, (np.log(np.maximum(present, 1.0)) - centre) / spread, np.nan)
    confidence = np.where(fitted, _confidence(deviation, np.maximum(count, 2)), np.nan)
    return pd.DataFrame(
        {
            "gaps_used": count,
            "gaps_window": np.where(enough, "trailing year", "all"),
            "usual_gap": usual,
            "late_after_days": late,
            "lapsed_after_days": lapsed,
            "deviation": deviation,
            "confidence": confidence,
        }
    )


def _log_fit(gap: Ints, owner: Ints, count: Ints, usual: Floats) -> tuple[Floats, Floats]:
    logs = np.log(gap)
    accounts = len(count)
    centre = np.bincount(owner, weights=logs, minlength=accounts) / np.maximum(count, 1)
    squares = np.bincount(owner, weights=(logs - centre[owner]) ** 2, minlength=accounts)
    spread = np.sqrt(squares / np.maximum(count - 1, 1))
    return centre, np.fmax.reduce([spread, np.full(accounts, MIN_SPREAD), MIN_SPREAD_DAYS / usual])


def _predictive(quantile: float, centre: Floats, spread: Floats, count: Ints) -> Floats:
    """Return the log-normal quantile of the next gap: wider than the fit's own, the fewer gaps there are."""
    gaps = np.maximum(count, 2)
    student = special.stdtrit(gaps - 1, quantile)
    # A few wild gaps give a quantile of centuries; a thousand years is the same to everybody.
    return np.asarray(np.exp(np.minimum(centre + student * spread * np.sqrt(1 + 1 / gaps), np.log(365_000))))


def _confidence(deviation: Floats, count: Ints) -> Floats:
    """Return the level at which a normal tolerance bound for the 0.9 quantile still lies below the deviation.

    Source: the noncentral t distribution of such bounds, e.g. Hahn & Meeker, Statistical Intervals, 4.6.
    """
    root = np.sqrt(count)
    # Far below the middle the distribution underflows to NaN; the answer there is nought anyway.
    reached = np.maximum(deviation, 0.0) * root
    return np.asarray(special.nctdtr(count - 1, special.ndtri(LATE_QUANTILE) * root, reached))


def _worth(days: pd.DataFrame, code: Ints, day: Ints, last: Ints) -> pd.DataFrame:
    """Value one order of each buyer, from its order days of the year up to the last one."""
    accounts = len(last)
    currency = days["currency"].to_numpy()[np.cumsum(np.bincount(code, minlength=accounts)) - 1]
    recent = day > last[code] - WINDOW_DAYS
    year, owner = days[recent], code[recent]
    own = (year["currency"] == currency[owner]).to_numpy()
    net = year["net"].to_numpy(dtype=float)
    cost = year["cost"].to_numpy(dtype=float)
    medians = (
        pd.DataFrame({"order_units": year["units"].to_numpy(), "order_value": np.where(own, net, np.nan)})
        .groupby(owner)
        .median()
        .reindex(range(accounts))
    )
    costed = own & ~np.isnan(net) & ~np.isnan(cost)
    revenue = np.bincount(owner[costed], weights=net[costed], minlength=accounts)
    expense = np.bincount(owner[costed], weights=cost[costed], minlength=accounts)
    rate = np.divide(revenue - expense, revenue, out=np.full(accounts, np.nan), where=revenue > 0)
    return medians.assign(margin_rate=rate, currency=currency)


def _lateness(frame: pd.DataFrame, today: int) -> pd.DataFrame:
    usual = frame["usual_gap"].to_numpy(dtype=float)
    expected = frame["last"] + np.ceil(usual)
    return frame.assign(
        expected_on=_dates(expected),
        days_late=today - expected,
        orders_missed=np.floor(frame["present_gap"] / usual),
    ).drop(columns=["first", "last"])


def _at_stake(frame: pd.DataFrame) -> pd.DataFrame:
    missed = frame["orders_missed"]
    net = frame["order_value"] * missed
    earns = (frame["margin_rate"] > 0) & net.notna()
    return frame.assign(
        units_at_stake=frame["order_units"] * missed,
        net_at_stake=net,
        profit_at_stake=(net * frame["margin_rate"]).where(earns),
        basis=np.select([earns, frame["order_value"].notna()], ["gross_profit", "net_revenue"], "units"),
    )


def _decimal(amounts: pd.Series) -> pd.Series:
    return amounts.astype("Float64").astype(float) / SCALE


def _dates(days: pd.Series) -> pd.Series:
    return pd.to_datetime(days, unit="D", origin="unix")
