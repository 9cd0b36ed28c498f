"""Sums by month as lines: they add up to what they were, and count orders as they say."""

from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core.facts import SCALE, monthly_volume
from analytics.core.months import MONTH_COLUMNS, MONTH_MONEY_COLUMNS, as_lines, by_family, by_month, money_of

JANUARY, FEBRUARY = pd.Timestamp("2026-01-01"), pd.Timestamp("2026-02-01")


def months(*rows: tuple[Any, ...]) -> pd.DataFrame:
    """account, family, month, units, returned, documents"""
    frame = pd.DataFrame(rows, columns=list(MONTH_COLUMNS))
    return frame.astype({"units": "int64", "returned_units": "int64", "documents": "int64"})


def money(*rows: tuple[Any, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(MONTH_MONEY_COLUMNS)).astype({"is_whole": bool})


NO_MONEY = money()


def test_orders_are_of_one_size_and_add_up() -> None:
    lines = as_lines(months((1, 7, JANUARY, 10 * SCALE + 1, 2 * SCALE, 3)), NO_MONEY)
    sales = lines[lines["kind"] == "sale"]["quantity"].tolist()
    assert sales == [33335, 33333, 33333]
    assert lines[lines["kind"] == "return"]["quantity"].tolist() == [-2 * SCALE]
    assert lines["document"].is_unique
    assert lines["net_amount"].isna().all()


@given(
    st.lists(
        st.tuples(
            st.integers(1, 3), st.integers(1, 2), st.sampled_from([JANUARY, FEBRUARY]),
            st.integers(-50_000, 10**9), st.integers(0, 10**6), st.integers(0, 9),
        ),
        max_size=8, unique_by=lambda row: row[:3],
    )
)  # fmt: skip
def test_facts_of_them_are_the_sums(rows: list[tuple[Any, ...]]) -> None:
    facts = monthly_volume(as_lines(months(*rows), NO_MONEY)).set_index(["account", "month"])
    given_ = months(*rows).groupby(["account", "month"])[["units", "returned_units"]].sum()
    for key, row in given_.iterrows():
        if key in facts.index:
            assert facts.loc[key, ["units", "returned_units"]].tolist() == row.tolist()
        else:
            assert not row.any()


def test_whole_money_prices_every_line_and_part_of_it_none_but_its_own() -> None:
    units = months((1, 7, JANUARY, 4 * SCALE, 0, 2), (1, 8, JANUARY, 2 * SCALE, 0, 1))
    lines = as_lines(
        units,
        money((1, 7, JANUARY, "USD", 500, 20, True), (1, 8, JANUARY, "EUR", 300, 0, False)),
    )
    whole = lines[lines["family"] == 7]
    assert whole["net_amount"].notna().all()
    assert (whole["net_amount"].sum(), set(whole["currency"])) == (480, {"USD"})
    part = lines[lines["family"] == 8]
    assert part["net_amount"].isna().sum() == 1
    assert part["net_amount"].sum() == 300


def test_money_sums_up_as_single_lines_do() -> None:
    rows = [
        {
            "account": 1, "family": family, "month": JANUARY, "currency": "USD", "net_sold": 900, "list_value": 1000,
            "net_of_listed": 800, "returned_value": 50, "freight": 3, "lines": 2, "unlisted": 1,
        }
        for family in (7, 8)
    ]  # fmt: skip
    (fact,) = money_of(pd.DataFrame(rows)).to_dict("records")
    assert (fact["gross_revenue"], fact["net_revenue"], fact["gross_is_net"], fact["lines"]) == (
        2200,
        1700,
        2,
        4,
    )


def test_an_order_of_two_families_counts_twice_by_family_and_a_month_once() -> None:
    lines = pd.DataFrame(
        {"account": 1, "document": [5, 5, 6], "family": [7, 8, 7], "month": JANUARY, "product": [1, 2, 3]}
    )
    assert by_family(lines)["document"].nunique() == 3
    assert by_month(lines)["document"].nunique() == 1


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ValueError, match="documents"):
        as_lines(months().drop(columns="documents"), NO_MONEY)
    with pytest.raises(ValueError, match="is_whole"):
        as_lines(months(), NO_MONEY.drop(columns="is_whole"))
