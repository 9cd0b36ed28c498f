from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core.cadence import cadence
from analytics.core.findings import find, judge
from analytics.core.registry import SIGNALS

START = date(2023, 1, 2)


def days_of(gaps: list[int]) -> pd.DataFrame:
    offsets = np.concatenate([[0], np.cumsum(gaps)]).astype(int)
    dates = pd.Timestamp(START) + pd.to_timedelta(offsets, unit="D")
    return pd.DataFrame(
        {"account": 1, "business_date": dates, "units": 1.0, "net": np.nan, "cost": np.nan, "currency": None}
    )


def judged(gaps: list[int], silent: int) -> str:
    return str(judge(cadence(days_of(gaps), START + timedelta(days=sum(gaps) + silent)))[0])


@pytest.mark.parametrize(
    ("gaps", "silent", "answer"),
    [
        ([30, 30, 30, 30], 31, "on time"),
        ([30, 30, 30, 30], 45, "late"),
        ([30, 30, 30, 30], 91, "lapsed"),
        ([40, 40, 40], 400, "too few orders"),
        ([20, 20, 20, 20], 400, "too short a history"),
        ([23, 23, 23, 23], 400, "lapsed"),
    ],
)
def test_every_answer(gaps: list[int], silent: int, answer: str) -> None:
    assert judged(gaps, silent) == answer


def test_a_gap_no_longer_than_the_previous_one_is_not_late() -> None:
    gaps = [30] * 11 + [60]
    assert judged(gaps, 58) == "on time"
    assert judged(gaps, 60) == "on time"
    assert judged(gaps, 61) == "late"


def test_a_buyer_with_too_few_orders_raises_nothing() -> None:
    assert find(cadence(days_of([40, 40, 40]), START + timedelta(days=900))).empty


def test_a_signal_carries_its_reasons() -> None:
    rhythm = cadence(days_of([30] * 6), START + timedelta(days=180 + 50))
    (signal,) = find(rhythm).to_dict("records")
    assert signal["kind"] == "should_have_ordered"
    assert (signal["value"], signal["baseline"]) == (50, 30)
    assert signal["threshold"] == rhythm["late_after_days"][0]
    assert signal["deviation"] > 1.4
    assert 0.9 < signal["confidence"] <= 1


@given(st.lists(st.integers(1, 120), min_size=4, max_size=25), st.integers(1, 500))
def test_first_seen_is_the_first_day_on_which_the_rule_was_true(gaps: list[int], silent: int) -> None:
    days = days_of(gaps)
    for signal in find(cadence(days, START + timedelta(days=sum(gaps) + silent))).to_dict("records"):
        first = signal["first_seen_on"].date()
        assert find(cadence(days, first))["kind"].tolist() == [signal["kind"]]
        assert signal["kind"] not in find(cadence(days, first - timedelta(days=1)))["kind"].tolist()
        assert signal["kind"] in SIGNALS
        assert 0 <= signal["confidence"] <= 1
        assert signal["value"] > signal["threshold"] >= signal["baseline"]
