"""Which product families an account buys, which it has stopped to buy, and which are new to it."""

from datetime import date

import pandas as pd

from analytics.core.facts import SCALE, VOLUME_COLUMNS, ordered, require_columns
from analytics.core.quarters import QUARTER, last_whole_month

BASELINE_MONTHS = 12
BOUGHT, STOPPED, NEW = "bought", "stopped", "new"


def families(lines: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Set the families that one account ordered in the last three whole months against the twelve before.

    Parameters
    ----------
    lines : DataFrame
        The frame of lines of one account, see `analytics.core.facts`; the money columns are not read.
    as_of : date
        The day of the analysis. Which month is the last whole one: see `analytics.core.quarters`.

    Returns
    -------
    DataFrame
        One row per family ordered in these fifteen months or since: family; units_now (base units of the last three
        months); units_usual (of three months, mean of the twelve before); last_on (its last order); state:
        'stopped' (ordered in the twelve, and not since), 'new' (the other way round) or 'bought'. Stopped ones
        first, then by what is usual.

    Raises
    ------
    ValueError
        If a column is missing.
    """
    require_columns(lines, VOLUME_COLUMNS)
    last = pd.Period(last_whole_month(as_of), "M")
    orders = ordered(lines)
    orders = orders[orders["business_date"] <= pd.Timestamp(as_of)]
    month = orders["business_date"].dt.to_period("M")
    now = orders[(month > last - QUARTER) & (month <= last)]
    before = orders[(month > last - QUARTER - BASELINE_MONTHS) & (month <= last - QUARTER)]
    sums = {
        "units_now": now.groupby("family")["quantity"].sum(),
        "units_usual": before.groupby("family")["quantity"].sum() * QUARTER / BASELINE_MONTHS,
    }
    recent = orders[month > last - QUARTER - BASELINE_MONTHS].groupby("family").size()
    found = pd.DataFrame(sums).reindex(recent.index).fillna(0.0) / SCALE
    found["last_on"] = orders.groupby("family")["business_date"].max().reindex(found.index)
    found["state"] = BOUGHT
    found.loc[found["last_on"] < (last - QUARTER + 1).start_time, "state"] = STOPPED
    found.loc[found["units_usual"] == 0, "state"] = NEW
    found["order"] = found["state"].map({STOPPED: 0, NEW: 1, BOUGHT: 1})
    ranked = found.sort_values(["order", "units_usual", "units_now"], ascending=[True, False, False])
    return ranked.drop(columns="order").rename_axis("family").reset_index()
