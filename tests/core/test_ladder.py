"""Worked numbers. A quarter's value is given outright; how it comes about is in test_quarters."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analytics.core.ladder import _effective, climb, course, judge, rule
from analytics.core.quarters import MEASURES, VALUE_COLUMNS
from analytics.core.registry import SIGNALS
from analytics.core.seasons import panel, seasons

AS_OF = date(2024, 12, 31)
NAN = float("nan")
REVENUE = MEASURES["revenue_drops"]
# Eleven quarters, one unknown: an account without all twelve tells of no season. Median 100, and the distances
# from it 0 0 5 5 10 10 15 15 20 20 30: their median is 10.
SPREAD = 1.22 * 1.4826 * 10
RAGGED = [NAN, 80, 85, 90, 95, 100, 100, 105, 110, 115, 120, 130]


def quarters(
    accounts: dict[int, list[float]], measure: str = "revenue_drops", until: str = "2024-12"
) -> pd.DataFrame:
    """The values of each account up to a month, the first in the month of its first order."""
    rows = []
    for account, values in accounts.items():
        months = pd.period_range(end=until, periods=len(values), freq="M").end_time.normalize()
        rows += [(account, measure, month, value) for month, value in zip(months, values, strict=True)]
    return pd.DataFrame(rows, columns=list(VALUE_COLUMNS))


def stand(values: pd.DataFrame, account: int = 1, segments: dict[int, str] | None = None) -> pd.Series:
    rows = climb(values, segments or {}, AS_OF)
    (row,) = rows[rows["account"] == account].to_dict("records")
    return pd.Series(row)


def last(values: pd.DataFrame, measure: str = "revenue_drops", account: int = 1) -> pd.Series:
    return course(values, {}, AS_OF, account, measure).iloc[-1]


def test_median_and_mad_by_hand() -> None:
    row = stand(quarters({1: [*RAGGED, 100, 100, 70]}))
    assert (row["value"], row["usual"], row["basis"], row["months"]) == (70, 100, "own", 11)
    assert row["deviation"] == pytest.approx(30 / SPREAD)
    assert row["low"] == pytest.approx(100 - 1.25 * SPREAD)
    assert row["high"] == pytest.approx(100 + 1.25 * SPREAD)
    assert row["month"] == pd.Timestamp("2024-12-31")
    assert row["state"] == "normal"  # the months before it were not bad


def test_the_months_under_test_and_the_two_before_are_not_in_the_baseline() -> None:
    spoilt = quarters({1: [*RAGGED, 9_999, 9_999, 70]})
    assert last(spoilt)["deviation"] == last(quarters({1: [*RAGGED, 100, 100, 70]}))["deviation"]


def test_a_calm_account_is_given_a_tenth_of_its_centre() -> None:
    calm = quarters({1: [100.0] * 14 + [80]})
    assert last(calm)["scale"] == 10
    assert last(calm)["deviation"] == 2
    # and the measure's least: half a family, where a tenth of two would be a fifth.
    few = quarters({1: [2.0] * 14 + [1]}, "breadth_narrows")
    assert last(few, "breadth_narrows")["scale"] == 0.5


def test_the_spread_is_no_less_than_the_segment_s() -> None:
    """Two calm accounts among three that spread by 0.18 of their centre: the middle one of five is theirs."""
    calm = [100.0] * 14 + [80]
    accounts = {1: calm, 2: calm} | {n: [*RAGGED, 100, 100, 100] for n in (3, 4, 5)}
    assert last(quarters(accounts))["scale"] == pytest.approx(SPREAD)
    del accounts[5]
    assert last(quarters(accounts))["scale"] == 10


def test_intervals_are_compared_by_their_ratio() -> None:
    row = last(quarters({1: [30.0] * 14 + [60]}, "interval_lengthens"), "interval_lengthens")
    # The least spread is 3 days in 30, which is also the tenth.
    assert row["scale"] == pytest.approx(0.1)
    assert row["centre"] == pytest.approx(30)
    assert row["deviation"] == pytest.approx(np.log(2) / 0.1)
    assert row["low"] == pytest.approx(30 * np.exp(-0.2))
    assert row["high"] == pytest.approx(30 * np.exp(0.2))
    short = last(quarters({1: [6.0] * 14 + [12]}, "interval_lengthens"), "interval_lengthens")
    assert short["scale"] == pytest.approx(0.5)


def test_a_season_by_hand() -> None:
    """Every December twice a usual month: mean 1300 / 12, so December is 24/13 of it, the others 12/13."""
    year = [100.0] * 2 + [200.0] + [100.0] * 9
    # 15 months from October 2023: the baseline of December 2024 is October to September, its third a December.
    values = quarters({n: [*year, 100, 100, 200] for n in range(1, 7)})
    table = seasons(values, {}, AS_OF)
    factors = table.set_index("month_of_year")["factor"]
    december, other = (6 * 24 / 13 + 12) / 18, (6 * 12 / 13 + 12) / 18
    assert factors[12] == pytest.approx(december)
    assert factors.drop(12).tolist() == pytest.approx([other] * 11)
    assert (table["accounts"] == 6).all()
    row = last(values)
    assert row["factor"] == pytest.approx(december)
    assert row["centre"] == pytest.approx(100 / other)
    assert row["adjusted"] == pytest.approx(200 / december)
    assert stand(values)["usual"] == pytest.approx(100 / other * december)


def test_a_small_segment_takes_the_seasons_of_all() -> None:
    year = [100.0] * 2 + [200.0] + [100.0] * 9
    values = quarters({n: [*year, 100, 100, 200] for n in range(1, 10)})
    named = {n: "small" if n <= 4 else "large" for n in range(1, 10)}
    table = seasons(values, named, AS_OF).groupby("segment")["accounts"].first()
    assert table.to_dict() == {"large": 5, "small": 9}


def test_what_never_sold_in_a_month_does_not_blow_it_up() -> None:
    year = [0.0] * 2 + [100.0] + [0.0] * 9
    table = seasons(quarters({n: [*year, 0, 0, 0] for n in range(1, 100)}), {}, AS_OF)
    assert table["factor"].min() == 0.25


@pytest.mark.parametrize(
    ("deviations", "raised"),
    [
        ([0, 1.25, 1.25], True),
        ([1.25, 0, 1.25], True),
        ([1.25, 1.25, 0.1], True),
        ([1.25, 1.25, -0.1], False),  # no longer worse than usual
        ([0, 0, 1.3], False),
        ([1.3, NAN, 1.3], True),
        ([1.3, 1.3, NAN], False),  # nothing was measured now
        ([NAN, NAN, 1.3], False),
        # The CUSUM: 0.1, then 2.5 - 0.5 more, then 0.4 more reach twice the threshold, 2.5.
        ([0.6, 2.5, 0.9], True),
        ([0.6, 2.5, 0.8], False),
        ([0.4, 2.5, 0.9], False),
        ([-9, 2.5, 1.0], True),  # what was better before is forgotten: 2, 2.5
        ([0, 0, 99], False),  # one wild month counts for 2.5
        ([0, 99, 0.4], False),
        ([1.2, 1.2, 1.2], False),
    ],
)
def test_two_of_three_or_the_cusum(deviations: list[float], raised: bool) -> None:
    assert rule(np.array([deviations]), REVENUE)[0, -1] == raised
    assert not rule(np.array([deviations]), MEASURES["units"]).any()


def test_first_seen_is_the_first_month_of_the_unbroken_run() -> None:
    fallen = quarters({1: [100.0] * 20 + [50.0] * 5})  # bad from August; two of three in September
    row = stand(fallen)
    assert row["state"] == "raised"
    assert row["first_seen_on"] == pd.Timestamp("2024-09-30")
    recovered = quarters({1: [100.0] * 20 + [50, 50, 120, 50, 50]})
    # October is better than usual, so the run breaks; in November August is out of sight.
    assert stand(recovered)["first_seen_on"] == pd.Timestamp("2024-11-30")
    healthy = stand(quarters({1: [100.0] * 25}))
    assert (healthy["state"], healthy["deviation"]) == ("normal", 0)
    assert pd.isna(healthy["first_seen_on"])


def test_a_month_without_a_value_is_no_signal() -> None:
    row = stand(quarters({1: [100.0] * 23 + [20, NAN]}, "quantity_shrinks"))
    assert row["state"] == "no order"
    assert np.isnan([row["value"], row["deviation"], row["confidence"]]).all()
    assert row["usual"] == 100
    # Revenue is unknown because a line has no price, not because nothing was ordered.
    assert stand(quarters({1: [100.0] * 24 + [NAN]}))["state"] == "no baseline"


def test_an_account_long_gone_is_not_normal() -> None:
    assert stand(quarters({1: [100.0] * 5 + [0.0] * 20}))["state"] == "no order"


def test_under_a_year_the_segment_stands_in_at_half_the_confidence() -> None:
    """Five accounts at 80 to 120: median 100, distances 0, 10, 10, 20, 20, their median 10."""
    old = {n: [60.0 + 10 * n] * 25 for n in range(2, 7)}
    row = stand(quarters(old | {1: [NAN, NAN, 60, 60, 60]}))
    assert (row["basis"], row["months"], row["usual"]) == ("segment", 5, 100)
    assert row["deviation"] == pytest.approx(40 / SPREAD)
    assert (row["state"], row["first_seen_on"]) == ("raised", pd.Timestamp("2024-11-30"))
    full = stand(quarters(old | {1: [100.0] * 22 + [60, 60, 60]}))
    assert 0.4 < row["confidence"] < 0.5 < full["confidence"]
    del old[6]
    alone = stand(quarters(old | {1: [NAN, NAN, 60, 60, 60]}))
    assert (alone["basis"], alone["state"]) == ("none", "no baseline")
    assert np.isnan(alone["usual"])


def test_two_months_of_history_are_none() -> None:
    old = {n: [60.0 + 10 * n] * 25 for n in range(2, 7)}
    row = stand(quarters(old | {1: [NAN, NAN]}))
    assert (row["state"], row["basis"]) == ("no baseline", "none")


def test_five_accounts_are_a_segment_of_their_own() -> None:
    old = {n: [60.0 + 10 * n] * 25 for n in range(2, 7)} | {n: [1000.0] * 25 for n in range(7, 13)}
    named = {account: "large" if account > 6 else "small" for account in range(13)}
    values = quarters(old | {1: [NAN, NAN, 60, 60, 60]})
    assert stand(values, segments=named)["usual"] == 100
    values = values[values["account"] != 6]
    assert stand(values, segments=named)["usual"] == 1000


def test_own_history_begins_with_twelve_months_before_the_gap() -> None:
    assert stand(quarters({1: [100.0] * 15}))["basis"] == "own"
    assert stand(quarters({1: [100.0] * 14}))["basis"] == "none"
    old = {n: [100.0] * 15 for n in range(2, 7)}
    assert stand(quarters(old | {1: [100.0] * 14}))["basis"] == "segment"
    # Half of the twelve quarters must have a value.
    assert stand(quarters({1: [NAN] * 6 + [100.0] * 9}))["basis"] == "own"
    assert stand(quarters({1: [NAN] * 7 + [100.0] * 8}))["basis"] == "none"


def test_confidence_by_hand() -> None:
    row = stand(quarters({1: [100.0] * 22 + [90, 80, 70]}))  # deviations 1, 2, 3
    tested, known = (
        3 / (1 + 2 * (2 / 3 * 2 / 3 + 1 / 3 * 1 / 3)),
        12 / (1 + 2 * (11 / 12 * 2 / 3 + 10 / 12 / 3)),
    )
    error = (1 / tested + np.pi / 2 / known) ** 0.5
    assert row["confidence"] == pytest.approx(stats.t.cdf(2 / error, known - 1))


@pytest.mark.parametrize("ends", [1, 2, 3, 6, 12])
def test_overlapping_quarters_count_for_fewer(ends: int) -> None:
    """The mean of as many month ends, over quarters of independent months."""
    months = np.random.default_rng(ends).normal(0, 1, (40_000, ends + 2))
    ending = np.lib.stride_tricks.sliding_window_view(months, 3, axis=1).mean(axis=2)
    assert ending.var() / ending.mean(axis=1).var() == pytest.approx(
        _effective(np.array([ends]))[0], rel=0.05
    )


def test_chance_alone_lights_few_accounts_and_convinces_fewer() -> None:
    """2,000 accounts of independent normal months; the decision record has the whole table."""
    months = np.random.default_rng(5).normal(100, 40, (2_000, 27))
    ending = np.lib.stride_tricks.sliding_window_view(months, 3, axis=1).mean(axis=2)
    rows = climb(quarters(dict(enumerate(ending.tolist()))), {}, AS_OF)
    assert 0.01 < (rows["state"] == "raised").mean() < 0.1
    assert (rows["confidence"] > 0.9).mean() < 0.1


def test_half_of_what_falls_by_half_is_seen() -> None:
    months = np.random.default_rng(6).normal(100, 40, (500, 27))
    months[:, -4:] /= 2
    ending = np.lib.stride_tricks.sliding_window_view(months, 3, axis=1).mean(axis=2)
    rows = climb(quarters(dict(enumerate(ending.tolist()))), {}, AS_OF)
    assert (rows["state"] == "raised").mean() > 0.5


def noise(seed: int, accounts: int = 8, months: int = 30) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = {}
    for account in range(accounts):
        level = rng.uniform(40, 60) * np.where(np.arange(months) > rng.integers(15, 40), 0.4, 1.0)
        drawn = np.maximum(level * rng.normal(1, 0.3, months), 0)
        rows[account] = np.where(rng.random(months) < 0.05, NAN, drawn).tolist()[rng.integers(0, 20) :]
    return pd.concat([quarters(rows, key) for key in MEASURES], ignore_index=True)


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_the_course_ends_where_the_account_stands(seed: int) -> None:
    values = noise(seed)
    segments = {account: "ab"[account % 2] for account in range(8)}
    for row in climb(values, segments, AS_OF).to_dict("records"):
        path = course(values, segments, AS_OF, row["account"], row["measure"])
        end = path.iloc[-1]
        assert end["raised"] == (row["state"] == "raised")
        for column in ("month", "value", "low", "high", "deviation"):
            assert end[column] == row[column] or (np.isnan(end[column]) and np.isnan(row[column]))
        if row["state"] == "raised":
            run = path[path["month"] >= row["first_seen_on"]]
            assert run["raised"].all()
            assert not path[path["month"] < row["first_seen_on"]]["raised"][-1:].any()


def test_a_rung_holds_its_course_in_one_row() -> None:
    values = noise(3)
    for row in climb(values, {}, AS_OF).to_dict("records"):
        path = course(values, {}, AS_OF, row["account"], row["measure"])
        for name, column in (
            ("values", "value"),
            ("lows", "low"),
            ("highs", "high"),
            ("deviations", "deviation"),
        ):
            told = [NAN if value is None else value for value in row[name]]
            np.testing.assert_allclose(told, path[column], rtol=1e-12)
        for name in ("centre", "scale"):
            told = NAN if row[name] is None else row[name]
            np.testing.assert_allclose(told, path[name].iloc[-1], rtol=1e-12)


@given(seed=st.integers(0, 2**32 - 1), back=st.integers(1, 8))
@settings(max_examples=15, deadline=None)
def test_what_comes_later_changes_nothing_earlier(seed: int, back: int) -> None:
    values = noise(seed)
    for key, kind in MEASURES.items():
        now = panel(values, {}, AS_OF, key)
        day = pd.Period("2024-12", "M") - back
        then = panel(values, {}, day.end_time.date(), key)
        rows = np.isin(now.accounts, then.accounts[then.first < len(then.months)])
        early = judge(then, kind).deviation
        late = judge(now, kind).deviation[rows][:, :-back]
        np.testing.assert_array_equal(late, early)


def test_the_course_is_two_years_long() -> None:
    values = quarters({1: [100.0] * 40, 2: [100.0] * 5})
    assert course(values, {}, AS_OF, 1, "revenue_drops")["month"].iloc[0] == pd.Timestamp("2023-01-31")
    assert len(course(values, {}, AS_OF, 2, "revenue_drops")) == 5
    assert course(values, {}, AS_OF, 3, "revenue_drops").empty
    assert course(values, {}, AS_OF, 1, "units").empty


def test_the_first_month_of_the_course_knows_what_came_before_it() -> None:
    """Two bad months raise the signal in the first that is shown, the 22nd of 45."""
    path = course(quarters({1: [100.0] * 20 + [50.0] * 25}), {}, AS_OF, 1, "revenue_drops")
    assert len(path) == 24
    assert path["raised"].iloc[0]


def test_a_band_does_not_reach_below_nothing() -> None:
    row = stand(quarters({1: [NAN, 0, 200, 0, 200, 100, 0, 200, 0, 200, 0, 200, 100, 100, 100]}))
    assert (row["usual"], row["low"]) == (100, 0)
    assert row["high"] == pytest.approx(100 + 1.25 * SPREAD * 10)


def test_nobody_trades_yet() -> None:
    empty = quarters({})
    assert climb(empty, {}, AS_OF).empty
    assert seasons(empty, {}, AS_OF).empty
    assert course(empty, {}, AS_OF, 1, "units").empty
    assert list(climb(empty, {}, AS_OF)) == list(climb(quarters({1: [1.0]}), {}, AS_OF))


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ValueError, match="the frame lacks value"):
        climb(quarters({1: [1.0]}).drop(columns="value"), {}, AS_OF)


def test_every_step_is_a_signal_that_names_its_threshold() -> None:
    for key, kind in MEASURES.items():
        if kind.step is None:
            assert key not in SIGNALS
        else:
            assert SIGNALS[key].step == kind.step
            assert ("price" in SIGNALS[key].needs) == kind.needs_price
            assert f" {kind.threshold:g} spreads" in SIGNALS[key].definition
