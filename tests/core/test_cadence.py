from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analytics.core.cadence import _confidence, cadence, order_days

Make = Callable[..., pd.DataFrame]
START = date(2023, 1, 2)


def days_of(
    gaps: list[int],
    account: int = 1,
    start: date = START,
    net: float = 100.0,
    cost: float = 60.0,
    currency: str | None = "EUR",
) -> pd.DataFrame:
    """Order days that follow each other by `gaps`, all of one value."""
    offsets = np.concatenate([[0], np.cumsum(gaps)]).astype(int)
    return pd.DataFrame(
        {
            "account": account,
            "business_date": [pd.Timestamp(start) + pd.Timedelta(days=int(offset)) for offset in offsets],
            "units": 10.0,
            "net": net,
            "cost": cost,
            "currency": currency,
        }
    )


def one(days: pd.DataFrame, as_of: date) -> pd.Series:
    (row,) = cadence(days, as_of).itertuples(index=False)
    return pd.Series(row._asdict())


def test_a_rhythm_by_hand() -> None:
    gaps = [20, 30, 25, 35, 30]
    last = START + timedelta(days=sum(gaps))
    row = one(days_of(gaps), last + timedelta(days=70))
    logs = np.log(gaps)
    width = logs.std(ddof=1) * np.sqrt(1 + 1 / 5)
    assert row["orders"] == 6
    assert row["span_days"] == 140
    assert row["usual_gap"] == 30
    assert row["previous_gap"] == 30
    assert row["present_gap"] == 70
    assert row["expected_on"] == pd.Timestamp(last + timedelta(days=30))
    assert row["days_late"] == 40
    assert row["orders_missed"] == 2
    assert row["late_after_days"] == pytest.approx(np.exp(logs.mean() + stats.t.ppf(0.9, 4) * width))
    assert row["lapsed_after_days"] == 90  # three usual gaps pass the fitted 0.99 quantile
    assert row["net_at_stake"] == 200
    assert row["profit_at_stake"] == pytest.approx(80)
    assert row["basis"] == "gross_profit"


def test_a_half_day_of_usual_gap_is_expected_on_the_next_day() -> None:
    row = one(days_of([10, 11, 10, 11]), START + timedelta(days=42 + 11))
    assert row["usual_gap"] == 10.5
    assert row["days_late"] == 0


def test_nothing_after_the_day_of_analysis_is_read() -> None:
    as_of = START + timedelta(days=130)
    before = days_of([30] * 4)
    after = days_of([17, 3, 99], start=as_of + timedelta(days=1), net=1e6)
    pd.testing.assert_frame_equal(cadence(pd.concat([after, before]), as_of), cadence(before, as_of))


def test_an_order_on_the_day_itself_counts() -> None:
    row = one(days_of([30] * 4), START + timedelta(days=120))
    assert row["orders"] == 5
    assert row["present_gap"] == 0


def test_the_rhythm_stands_still_while_the_buyer_is_silent() -> None:
    days = days_of([20, 40] * 10)
    last = days["business_date"].max().date()
    moving = ["present_gap", "deviation", "confidence", "days_late", "orders_missed"]
    moving += ["units_at_stake", "net_at_stake", "profit_at_stake"]
    soon = cadence(days, last + timedelta(days=1)).drop(columns=moving)
    late = cadence(days, last + timedelta(days=400)).drop(columns=moving)
    pd.testing.assert_frame_equal(soon, late)


def test_the_trailing_year_describes_the_rhythm_where_it_has_three_gaps() -> None:
    days = days_of([10] * 30 + [61] * 6)
    row = one(days, days["business_date"].max().date())
    assert row["gaps_window"] == "trailing year"
    assert (row["gaps_used"], row["usual_gap"]) == (6, 61)


def test_fewer_than_three_recent_gaps_fall_back_on_all() -> None:
    days = days_of([150, 160, 170, 180, 190])
    row = one(days, days["business_date"].max().date())
    assert row["gaps_window"] == "all"
    assert (row["gaps_used"], row["usual_gap"]) == (5, 170)


def test_one_order_has_no_gap_and_two_no_threshold() -> None:
    lone = one(days_of([]), START + timedelta(days=5))
    assert np.isnan([lone["usual_gap"], lone["previous_gap"], lone["late_after_days"]]).all()
    assert pd.isna(lone["expected_on"])
    assert np.isnan(lone["profit_at_stake"])
    pair = one(days_of([30]), START + timedelta(days=200))
    assert pair["usual_gap"] == 30
    assert np.isnan(pair["late_after_days"])


def test_a_clockwork_buyer_is_given_a_tenth_of_its_gap_and_at_least_a_day() -> None:
    monthly = one(days_of([30] * 12), START + timedelta(days=360))
    assert 33 < monthly["late_after_days"] < 36
    daily = one(days_of([1] * 120), START + timedelta(days=120))
    assert 3 < daily["late_after_days"] < 5  # a weekend is no silence


def test_a_ragged_buyer_lapses_after_a_year_at_the_latest() -> None:
    gaps = [5, 60, 8, 70]
    row = one(days_of(gaps), START + timedelta(days=sum(gaps)))
    assert row["late_after_days"] < 365
    assert row["lapsed_after_days"] == 365


def test_value_is_taken_from_the_trailing_year() -> None:
    old = days_of([30] * 12, net=9_000.0, cost=1.0)
    recent = days_of([30] * 13, start=START + timedelta(days=500), net=50.0, cost=40.0)
    row = one(pd.concat([old, recent]), START + timedelta(days=500 + 390))
    assert row["order_value"] == 50
    assert row["margin_rate"] == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("net", "cost", "currency", "basis"),
    [
        (100.0, 60.0, "EUR", "gross_profit"),
        (100.0, np.nan, "EUR", "net_revenue"),
        (100.0, 120.0, "EUR", "net_revenue"),
        (np.nan, np.nan, None, "units"),
    ],
)
def test_the_stake_says_on_what_it_ranks(net: float, cost: float, currency: str | None, basis: str) -> None:
    row = one(days_of([30] * 5, net=net, cost=cost, currency=currency), START + timedelta(days=150 + 65))
    assert row["basis"] == basis
    assert row["units_at_stake"] == 20
    assert np.isnan(row["profit_at_stake"]) == (basis != "gross_profit")
    assert np.isnan(row["net_at_stake"]) == (basis == "units")


def test_days_in_another_currency_bear_no_money() -> None:
    dollars = days_of([30] * 3, net=7_000.0, currency="USD")
    euros = days_of([30] * 2, start=START + timedelta(days=120), net=80.0, cost=60.0)
    row = one(pd.concat([dollars, euros]), START + timedelta(days=180))
    assert (row["currency"], row["order_value"], row["usual_gap"]) == ("EUR", 80, 30)
    assert row["margin_rate"] == pytest.approx(0.25)


def test_confidence_grows_with_silence_and_with_history() -> None:
    gaps = [20, 30, 25, 35, 30]

    def confidence(gaps: list[int], silent: int) -> float:
        return float(one(days_of(gaps), START + timedelta(days=sum(gaps) + silent))["confidence"])

    assert confidence(gaps, 45) < confidence(gaps, 60) < confidence(gaps, 120) <= 1
    assert confidence(gaps, 60) < confidence(gaps * 2, 60)
    assert confidence(gaps, 0) < 0.01


def test_confidence_is_the_level_of_the_tolerance_bound() -> None:
    """Samples of ten put the bound beyond the true quantile as often as the confidence says."""
    rng = np.random.default_rng(3)
    logs = rng.normal(3.0, 0.5, (20_000, 10))
    reached = logs.mean(axis=1) + 1.8 * logs.std(axis=1, ddof=1)
    beyond = (reached > 3.0 + 0.5 * stats.norm.ppf(0.9)).mean()
    assert _confidence(np.array([1.8]), np.array([10]))[0] == pytest.approx(beyond, abs=0.01)


@pytest.mark.parametrize("count", [3, 20, 365])
def test_confidence_is_a_probability_however_far_the_gap(count: int) -> None:
    levels = _confidence(np.array([-60.0, -1.0, 0.0, 1.0, 60.0]), np.full(5, count))
    assert (np.diff(levels) >= 0).all()
    assert 0 <= levels[0] < 0.02
    assert 0.99 < levels[-1] <= 1


@pytest.mark.parametrize("gaps", [4, 12, 40])
def test_one_gap_in_ten_passes_the_threshold(gaps: int) -> None:
    """On its own model and on gamma gaps; the decision record has the whole table."""
    rng = np.random.default_rng(gaps)
    buyers = 3_000
    usual = min(30, 300 / gaps)  # so that all gaps lie in the trailing year
    shape = (buyers, gaps + 1)
    for drawn in (usual * np.exp(rng.normal(0, 0.5, shape)), rng.gamma(4, usual / 4, shape)):
        whole = np.maximum(np.rint(drawn), 1).astype(int)
        days = np.concatenate([np.zeros((buyers, 1), int), whole[:, :gaps].cumsum(axis=1)], axis=1)
        frame = pd.DataFrame(
            {
                "account": np.repeat(np.arange(buyers), gaps + 1),
                "business_date": np.datetime64("2020-01-01") + days.ravel().astype("timedelta64[D]"),
                "units": 1.0,
                "net": np.nan,
                "cost": np.nan,
                "currency": None,
            }
        )
        late_after = cadence(frame, date(2035, 1, 1))["late_after_days"].to_numpy()
        assert 0.07 < (whole[:, gaps] > late_after).mean() < 0.13


def test_two_rows_on_one_day_are_refused() -> None:
    days = days_of([30, 30])
    with pytest.raises(ValueError, match="account 1 has two rows on 2023-02-01: collapse the lines"):
        cadence(pd.concat([days, days.iloc[1:2]]), date(2024, 1, 1))


def test_nobody_ordered_yet() -> None:
    empty = cadence(days_of([30, 30]), START - timedelta(days=1))
    assert empty.empty
    assert "late_after_days" in empty.columns


def test_order_days_collapse_documents_and_leave_out_what_is_no_order(make_lines: Make) -> None:
    lines = make_lines(
        {"document": 1, "quantity": 2, "net_amount": 20, "unit_cost": 6},
        {"document": 2, "quantity": 1, "net_amount": 11, "unit_cost": 7},
        {"document": 3, "quantity": -2, "net_amount": -20, "unit_cost": 6, "kind": "return"},
        {"document": 4, "quantity": 5, "net_amount": 1, "kind": "sample"},
        {"document": 5, "quantity": 4, "net_amount": 9, "business_date": "2024-01-11"},
        {"document": 6, "quantity": 4, "business_date": "2024-01-12"},
        {"document": 6, "quantity": 4, "net_amount": 9, "unit_cost": 1, "business_date": "2024-01-12"},
    )
    days = order_days(lines)
    assert days["units"].tolist() == [3, 4, 8]
    assert days["net"].tolist()[:2] == [31, 9]
    assert days["cost"].tolist()[0] == 19
    # A cost that one line lacks would flatter the margin of the day; so would a net amount.
    assert days["cost"].isna().tolist() == [False, True, True]
    assert days["net"].isna().tolist() == [False, False, True]


def test_order_days_without_money_still_have_units(make_lines: Make) -> None:
    lines = make_lines({"quantity": 2.5}).drop(columns=["list_price", "net_amount", "unit_cost", "currency"])
    (row,) = order_days(lines).to_dict("records")
    assert row["units"] == 2.5
    assert np.isnan(row["net"])
    assert row["currency"] is None or pd.isna(row["currency"])


def test_a_day_in_two_currencies_has_no_value(make_lines: Make) -> None:
    lines = make_lines({"net_amount": 1}, {"net_amount": 2, "currency": "PLN"})
    assert order_days(lines)["net"].isna().all()
