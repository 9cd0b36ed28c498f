import itertools
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core.quarters import MEASURES, last_whole_month, measure

Make = Callable[..., pd.DataFrame]
AS_OF = date(2024, 6, 30)
NAN = float("nan")


def told(lines: pd.DataFrame, name: str, account: int = 1, as_of: date = AS_OF) -> list[float]:
    """The values of one account's months, oldest first."""
    values = measure(lines, as_of)
    rows = values[(values["measure"] == name) & (values["account"] == account)]
    return [round(value, 6) for value in rows["value"].tolist()]


def same(found: list[float], expected: list[float]) -> bool:
    return bool(np.array_equal(found, expected, equal_nan=True))


@pytest.mark.parametrize(
    ("as_of", "last"),
    [
        (date(2024, 5, 31), date(2024, 5, 31)),
        (date(2024, 5, 28), date(2024, 5, 31)),
        (date(2024, 5, 27), date(2024, 4, 30)),
        (date(2024, 2, 26), date(2024, 2, 29)),
        (date(2023, 2, 25), date(2023, 2, 28)),
        (date(2024, 1, 3), date(2023, 12, 31)),
    ],
)
def test_a_month_is_over_when_three_of_its_days_are_to_come(as_of: date, last: date) -> None:
    assert last_whole_month(as_of) == last


def test_units_for_each_order(make_lines: Make) -> None:
    lines = make_lines(
        {"business_date": "2024-01-10", "document": 1, "quantity": 10},
        {"business_date": "2024-01-10", "document": 1, "quantity": 2, "product": 2},
        {"business_date": "2024-02-10", "document": 2, "quantity": 6},
        {"business_date": "2024-03-05", "document": 9, "quantity": -3, "kind": "correction"},
        {"business_date": "2024-03-06", "document": 8, "quantity": -4, "kind": "return"},
        {"business_date": "2024-03-07", "document": 7, "quantity": 70, "kind": "transfer"},
    )
    # To March: (12 + 6 - 3) / 2 orders. To April: (6 - 3) / 1. To May: a correction without an order.
    assert same(told(lines, "quantity_shrinks"), [NAN, NAN, 7.5, 3, NAN, NAN])
    assert same(told(lines, "units"), [NAN, NAN, 5, 1, -1, 0])


def test_families_are_counted_once_a_quarter(make_lines: Make) -> None:
    lines = make_lines(
        {"business_date": "2024-01-10", "family": 1},
        {"business_date": "2024-01-11", "family": 2, "document": 2},
        {"business_date": "2024-03-10", "family": 1, "document": 3},
        {"business_date": "2024-04-10", "family": 3, "document": 4},
        {"business_date": "2024-04-11", "family": 4, "kind": "return", "quantity": -1, "document": 5},
    )
    assert same(told(lines, "breadth_narrows"), [NAN, NAN, 2, 2, 2, 1])


def test_an_interval_is_the_longer_of_the_usual_and_the_open_one(make_lines: Make) -> None:
    days = ["2024-01-01", "2024-01-11", "2024-01-31", "2024-03-01", "2024-03-01", "2024-03-11"]
    lines = make_lines(*({"business_date": day, "document": n} for n, day in enumerate(days)))
    # Gaps 10 and 20 ended in January, 30 and 10 in March. To March their median is 15, and 20 days are open; to
    # April 20 against 50 open.
    assert same(told(lines, "interval_lengthens")[2:], [20, 50, 81, 111])
    early = lines[lines["business_date"] < "2024-03-11"]
    assert same(told(early, "interval_lengthens")[2:4], [30, 60])


def test_after_a_year_without_an_order_no_interval_is_left(make_lines: Make) -> None:
    lines = make_lines({"business_date": "2022-05-31"})
    assert same(told(lines, "interval_lengthens", as_of=date(2023, 6, 30))[-3:], [334, 365, NAN])


def test_revenue_counts_returns_and_is_a_month_s(make_lines: Make) -> None:
    lines = make_lines(
        {"business_date": "2024-01-10", "net_amount": 300},
        {"business_date": "2024-02-10", "net_amount": -60, "kind": "return", "quantity": -1},
        {"business_date": "2024-04-10", "net_amount": 0.03, "kind": "correction"},
        {"business_date": "2024-04-10", "net_amount": 999, "kind": "sample"},
    )
    assert same(told(lines, "revenue_drops"), [NAN, NAN, 80, -19.99, 0.01, 0.01])


def test_revenue_of_a_quarter_is_whole_or_unknown(make_lines: Make) -> None:
    lines = make_lines(
        {"business_date": "2024-01-10", "net_amount": 300, "currency": "PLN"},
        {"business_date": "2024-02-10", "net_amount": 30},
        {"business_date": "2024-03-10", "net_amount": 30},
        {"business_date": "2024-03-11", "net_amount": 30},
    )
    assert same(told(lines, "revenue_drops"), [NAN, NAN, NAN, 30, 20, 0])
    lines.loc[3, "net_amount"] = pd.NA
    assert same(told(lines, "revenue_drops"), [NAN, NAN, NAN, NAN, NAN, 0])


def test_without_money_there_is_no_revenue(make_lines: Make) -> None:
    lines = make_lines({"account": 1, "net_amount": 5}, {"account": 2})
    volume = lines.drop(columns=["net_amount", "list_price", "unit_cost", "freight", "currency"])
    assert set(measure(volume, AS_OF)["measure"]) == {key for key in MEASURES if key != "revenue_drops"}
    assert told(lines, "revenue_drops", account=2) == []
    assert len(told(lines, "revenue_drops", account=1)) == 6
    assert len(told(lines, "units", account=2)) == 6


def test_rows_begin_with_the_first_order(make_lines: Make) -> None:
    lines = make_lines(
        {"account": 1, "business_date": "2024-02-10", "quantity": -5, "kind": "return"},
        {"account": 1, "business_date": "2024-04-10", "quantity": 6},
        {"account": 2, "business_date": "2024-02-10", "quantity": -5, "kind": "return"},
        {"account": 3, "business_date": "2024-01-10"},
    )
    values = measure(lines, AS_OF)
    assert values.groupby("account")["month"].min().dt.strftime("%Y-%m-%d").to_dict() == {
        1: "2024-04-30",
        3: "2024-01-31",
    }
    assert same(told(lines, "units"), [NAN, NAN, 2])
    assert list(values.columns) == ["account", "measure", "month", "value"]
    keys = list(zip(values["account"], values["measure"].cat.codes, values["month"], strict=True))
    assert keys == sorted(keys)


@pytest.mark.parametrize("as_of", [date(2023, 12, 31), date(2024, 1, 9), date(2024, 1, 27)])
def test_before_the_first_whole_month_there_is_nothing(make_lines: Make, as_of: date) -> None:
    lines = make_lines({"business_date": "2024-01-10", "net_amount": 1})
    assert measure(lines, as_of).empty
    assert measure(lines.iloc[:0], AS_OF).empty


def test_what_the_last_days_of_a_month_bring_is_not_known_before(make_lines: Make) -> None:
    lines = make_lines({"business_date": "2024-04-10"}, {"business_date": "2024-06-28", "quantity": 5})
    assert same(told(lines, "units", as_of=date(2024, 6, 27)), [NAN, NAN, 0.333333])
    assert same(told(lines, "units", as_of=date(2024, 6, 28)), [NAN, NAN, 2])


def test_a_single_month_has_no_quarter(make_lines: Make) -> None:
    lines = make_lines({"business_date": "2024-06-10", "net_amount": 1})
    values = measure(lines, AS_OF)
    assert len(values) == len(MEASURES)
    assert values["value"].isna().all()


def test_a_missing_column_is_named(make_lines: Make) -> None:
    with pytest.raises(ValueError, match="the frame lacks family"):
        measure(make_lines({}).drop(columns="family"), AS_OF)


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "account": st.integers(1, 3),
            "document": st.integers(1, 9),
            "family": st.integers(1, 3),
            "business_date": st.dates(date(2023, 11, 1), date(2024, 9, 30)),
            "quantity": st.integers(-9, 9).map(lambda units: units * 10_000),
            "kind": st.sampled_from(["sale", "sale", "return", "correction", "sample"]),
        }
    ),
    min_size=1,
    max_size=30,
)


@given(rows=ROWS)
def test_it_says_what_one_month_at_a_time_says(rows: list[dict[str, object]]) -> None:
    """Against a plain recount of every quarter, with lines after the month left in the frame."""
    lines = pd.DataFrame(rows).assign(product=1)
    lines["business_date"] = pd.to_datetime(lines["business_date"])
    lines["month"] = lines["business_date"].dt.to_period("M").dt.to_timestamp()
    for row in measure(lines, AS_OF).itertuples():
        account = lines[lines["account"] == row.account]
        orders = account[(account["kind"] == "sale") & (account["quantity"] > 0)]
        end = row.month.to_period("M")
        if (end - orders["business_date"].min().to_period("M")).n < 2:
            assert np.isnan(row.value)
            continue
        begin = (end - 2).start_time
        here = account[(account["business_date"] >= begin) & (account["business_date"] <= row.month)]
        bought = orders[orders.index.isin(here.index)]
        if row.measure == "breadth_narrows":
            assert row.value == bought["family"].nunique()
        elif row.measure == "units":
            assert row.value == pytest.approx(_units(here) / 3)
        elif row.measure == "quantity_shrinks" and len(bought):
            assert row.value == pytest.approx(_units(here) / bought["document"].nunique())
        elif row.measure == "interval_lengthens":
            assert row.value == _interval(orders, begin, row.month)
        else:
            assert np.isnan(row.value)


def _units(lines: pd.DataFrame) -> float:
    return float(lines[lines["kind"].isin(["sale", "correction"])]["quantity"].sum() / 10_000)


def _interval(orders: pd.DataFrame, begin: pd.Timestamp, end: pd.Timestamp) -> float:
    days = sorted(day for day in set(orders["business_date"]) if day <= end)
    gaps = [(b - a).days for a, b in itertools.pairwise(days) if b >= begin]
    still_open = (end - days[-1]) / timedelta(days=1)
    return max(float(np.median(gaps)), still_open) if gaps else still_open
