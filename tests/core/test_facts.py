from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analytics.core.facts import breadth, monthly_money, monthly_volume

Make = Callable[..., pd.DataFrame]


def test_orders_are_distinct_documents_with_a_positive_sale(make_lines: Make) -> None:
    lines = make_lines(
        {"document": 1, "quantity": 3},
        {"document": 1, "quantity": 2, "product": 2},
        {"document": 2, "quantity": 4, "product": 2, "family": 2},
        {"document": 3, "quantity": -1, "kind": "return"},
        {"document": 4, "quantity": 9, "kind": "transfer", "product": 3},
        {"document": 5, "quantity": 9, "kind": "sample", "product": 4},
        {"document": 6, "quantity": -2, "kind": "correction"},
    )
    (row,) = monthly_volume(lines).to_dict("records")
    assert row["orders"] == 2
    assert row["units"] == 70_000  # 3 + 2 + 4 - 2 corrected
    assert row["returned_units"] == 10_000
    assert (row["products"], row["families"]) == (2, 2)


def test_months_and_accounts_stay_apart(make_lines: Make) -> None:
    lines = make_lines(
        {"business_date": "2024-01-31"},
        {"business_date": "2024-02-01", "document": 2},
        {"business_date": "2024-02-01", "document": 3, "account": 2},
    )
    facts = monthly_volume(lines)
    assert list(zip(facts["account"], facts["month"].dt.strftime("%Y-%m"), strict=True)) == [
        (1, "2024-01"),
        (1, "2024-02"),
        (2, "2024-02"),
    ]


def test_a_month_of_returns_alone_has_no_order_and_transfers_alone_no_row(make_lines: Make) -> None:
    lines = make_lines(
        {"quantity": -1, "kind": "return"},
        {"quantity": 5, "kind": "transfer", "account": 2},
    )
    facts = monthly_volume(lines)
    assert facts["account"].tolist() == [1]
    assert facts[["orders", "units", "returned_units"]].values.tolist() == [[0, 0, 10_000]]


def test_money_by_hand(make_lines: Make) -> None:
    lines = make_lines(
        {"quantity": 2, "list_price": 10, "net_amount": 18, "unit_cost": 6, "freight": 1},
        {"quantity": 1, "list_price": None, "net_amount": 5, "unit_cost": None},
        {"quantity": -1, "kind": "return", "list_price": 10, "net_amount": -9, "unit_cost": 6},
        {"quantity": 7, "kind": "transfer", "list_price": 10, "net_amount": 70},
        {"quantity": 7, "list_price": 10},  # its price is not shared
    )
    (row,) = monthly_money(lines).to_dict("records")
    expected = {
        "lines": 3,
        "gross_revenue": 250_000,
        "gross_is_net": 1,
        "list_value": 200_000,
        "net_of_listed": 180_000,
        "returned_value": 90_000,
        "net_revenue": 140_000,
        "cost": 60_000,
        "net_of_costed": 90_000,
        "cost_unknown": 1,
        "freight": 10_000,
    }
    assert {key: row[key] for key in expected} == expected


def test_currencies_are_never_added_up(make_lines: Make) -> None:
    lines = make_lines({"net_amount": 1, "currency": "EUR"}, {"net_amount": 2, "currency": "PLN"})
    facts = monthly_money(lines)
    assert dict(zip(facts["currency"], facts["net_revenue"], strict=True)) == {"EUR": 10_000, "PLN": 20_000}


amounts = st.integers(-(10**14), 10**14)


@example([(1, 5_000)])
@example([(-1, 5_000)])
@example([(-3, 5_000), (1, 10_000)])
@given(st.lists(st.tuples(amounts, st.integers(-(10**4), 10**4)), min_size=1, max_size=8))
def test_gross_is_exact_and_rounded_once_like_the_database(pairs: list[tuple[int, int]]) -> None:
    lines = pd.DataFrame(
        {
            "account": 1,
            "document": 1,
            "business_date": pd.Timestamp("2024-01-10"),
            "month": pd.Timestamp("2024-01-01"),
            "product": 1,
            "family": 1,
            "kind": "sale",
            "quantity": [quantity for _, quantity in pairs],
            "list_price": pd.array([price for price, _ in pairs], dtype="Int64"),
            "net_amount": pd.array([1] * len(pairs), dtype="Int64"),
            "unit_cost": pd.array([None] * len(pairs), dtype="Int64"),
            "freight": pd.array([None] * len(pairs), dtype="Int64"),
            "currency": "EUR",
        }
    )
    exact = sum((Decimal(price) * Decimal(quantity) for price, quantity in pairs), Decimal(0)) / 10_000
    gross = monthly_money(lines)["gross_revenue"]
    assert gross.dtype == np.int64
    assert gross[0] == int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def test_amounts_beyond_the_reach_of_floats_stay_exact(make_lines: Make) -> None:
    large = 2**53 + 1
    lines = make_lines({"document": 1}, {"document": 2, "account": 2, "list_price": 1})
    lines["net_amount"] = pd.array([large, large], dtype="Int64")
    assert monthly_money(lines)["net_revenue"].tolist() == [large, large]
    lines["quantity"] = [large, -1]
    lines["kind"] = ["sale", "return"]
    assert monthly_volume(lines)["units"].tolist() == [large, 0]


def test_an_impossible_line_is_refused_rather_than_wrapped_round(make_lines: Make) -> None:
    lines = make_lines({"list_price": 10**9, "net_amount": 1, "quantity": 1000})
    with pytest.raises(OverflowError, match="list_price x quantity of one line"):
        monthly_money(lines)


def test_missing_columns_are_all_named(make_lines: Make) -> None:
    lines = make_lines({}).drop(columns=["month", "kind"])
    with pytest.raises(ValueError, match="the frame lacks month, kind"):
        monthly_volume(lines)


def test_no_lines_give_no_facts(make_lines: Make) -> None:
    lines = make_lines({}).iloc[:0]
    assert monthly_volume(lines).empty
    assert monthly_money(lines).empty


def test_breadth_looks_back_ninety_days_and_never_ahead(make_lines: Make) -> None:
    lines = make_lines(
        {"business_date": "2024-04-02", "product": 1, "family": 1},  # the day before the window
        {"business_date": "2024-04-03", "product": 2, "family": 1},
        {"business_date": "2024-07-01", "product": 3, "family": 2},
        {"business_date": "2024-07-01", "product": 4, "kind": "sample"},
        {"business_date": "2024-07-02", "product": 5, "family": 3},
    )
    (row,) = breadth(lines, date(2024, 7, 1)).to_dict("records")
    assert row == {"account": 1, "sku_breadth": 2, "family_breadth": 2}
