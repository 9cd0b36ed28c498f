"""Judge each buyer's rhythm, and raise the signals that follow.

The rules: with five order days that span three months a buyer is judged; it is late when its present gap
passes the fitted 0.9 quantile of its own gaps and is longer than its previous gap; it has lapsed past the
lapsed threshold. 'Too few orders' is an answer.
"""

import numpy as np
import pandas as pd

MIN_ORDERS = 5
MIN_SPAN_DAYS = 92
ON_TIME = "on time"
LATE = "late"
LAPSED = "lapsed"
TOO_FEW_ORDERS = "too few orders"
TOO_SHORT_A_HISTORY = "too short a history"
# Of buyers that are seen by month: no day is known, so neither a gap nor whether one is late.
NEEDS_LINES = "needs lines"
_KINDS = {LATE: "should_have_ordered", LAPSED: "lapsed"}


def judge(cadence: pd.DataFrame) -> pd.Series:
    """Say for every buyer how it stands.

    Parameters
    ----------
    cadence : DataFrame
        As `analytics.core.cadence.cadence` returns it.

    Returns
    -------
    Series
        'on time', 'late', 'lapsed', 'too few orders' or 'too short a history', on the index of `cadence`.
    """
    answers = [
        (cadence["orders"] < MIN_ORDERS, TOO_FEW_ORDERS),
        (cadence["span_days"] < MIN_SPAN_DAYS, TOO_SHORT_A_HISTORY),
        (cadence["present_gap"] > cadence["lapsed_after_days"], LAPSED),
        (cadence["present_gap"] > _late_threshold(cadence), LATE),
    ]
    choices = np.select([rule for rule, _ in answers], [answer for _, answer in answers], ON_TIME)
    return pd.Series(choices, index=cadence.index, name="judgement")


def find(cadence: pd.DataFrame) -> pd.DataFrame:
    """Raise a signal for every buyer that is late or has lapsed.

    Parameters
    ----------
    cadence : DataFrame
        As `analytics.core.cadence.cadence` returns it.

    Returns
    -------
    DataFrame
        One row per signal: account, kind (a key of `registry.SIGNALS`), value (present gap, days), baseline
        (usual gap, days), threshold (days that the gap had to pass), deviation (fitted spreads on the log
        scale), confidence (0-1), first_seen_on (the first day on which the rule was true).
    """
    judged = cadence.assign(kind=judge(cadence).map(_KINDS))
    raised = judged[judged["kind"].notna()]
    threshold = raised["lapsed_after_days"].where(raised["kind"] == "lapsed", _late_threshold(raised))
    first_day = pd.to_timedelta(np.floor(threshold) + 1, unit="D")
    signals = raised.assign(
        value=raised["present_gap"],
        baseline=raised["usual_gap"],
        threshold=threshold,
        first_seen_on=raised["last_order_on"] + first_day,
    )
    columns = [
        "account",
        "kind",
        "value",
        "baseline",
        "threshold",
        "deviation",
        "confidence",
        "first_seen_on",
    ]
    return signals[columns].reset_index(drop=True)


def _late_threshold(cadence: pd.DataFrame) -> pd.Series:
    return cadence[["late_after_days", "previous_gap"]].max(axis=1)
