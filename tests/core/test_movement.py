from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.core.movement import Movement, Span, Value, cause, movement

Make = Callable[..., pd.DataFrame]
AS_OF = date(2024, 5, 31)
BEFORE, NOW = "2023-04-10", "2024-04-10"
# The record begins a year before the earlier span, so that the span itself is whole.
OPENING = {"account": 99, "business_date": "2022-04-01", "quantity": 1}


def moved(lines: pd.DataFrame, as_of: date = AS_OF, value: Value = "quantity") -> Movement:
    found = movement(lines, as_of, value)
    assert found is not None
    assert found.change == (
        found.gained + found.lost + found.families_added + found.families_dropped + found.within + found.other
    )
    return found


def test_every_part_by_hand(make_lines: Make) -> None:
    lines = make_lines(
        OPENING,
        # 1 buys 10 + 5 of two families, then 8 of the first and 3 of a third.
        {"account": 1, "family": 1, "business_date": BEFORE, "quantity": 10},
        {"account": 1, "family": 2, "business_date": BEFORE, "quantity": 5},
        {"account": 1, "family": 1, "business_date": NOW, "quantity": 8},
        {"account": 1, "family": 3, "business_date": NOW, "quantity": 3},
        # 2 leaves, 3 arrives, 4 comes back after two years.
        {"account": 2, "family": 1, "business_date": BEFORE, "quantity": 7},
        {"account": 3, "family": 1, "business_date": NOW, "quantity": 4},
        {"account": 4, "family": 2, "business_date": "2022-04-10", "quantity": 50},
        {"account": 4, "family": 2, "business_date": NOW, "quantity": 2},
    )
    found = moved(lines)
    assert found.span_before == Span(date(2023, 3, 1), date(2023, 5, 31))
    assert found.span_now == Span(date(2024, 3, 1), date(2024, 5, 31))
    assert (found.before, found.now) == (220_000, 170_000)
    assert (found.gained, found.lost) == (60_000, -70_000)
    assert (found.families_added, found.families_dropped, found.within) == (30_000, -50_000, -20_000)
    assert (found.customers_before, found.customers_now, found.customers_both) == (2, 3, 1)
    assert (found.customers_gained, found.customers_lost, found.customers_who_dropped) == (2, 1, 1)
    assert (found.families_each_before, found.families_each_now) == (2, 2)
    losses = [(loss.family, loss.before, loss.now, loss.dropped_by) for loss in found.family_losses]
    assert losses == [(1, 170_000, 120_000, 0), (2, 50_000, 20_000, 1)]


def test_months_between_the_spans_and_after_the_analysis_do_not_count(make_lines: Make) -> None:
    spans = make_lines(
        OPENING,
        {"business_date": "2023-03-01", "quantity": 3},
        {"business_date": "2024-03-01", "quantity": 4},
    )
    around = make_lines(
        {"business_date": "2023-02-28", "quantity": 9},
        {"business_date": "2023-06-01", "quantity": 9},
        {"business_date": "2024-02-29", "quantity": 9},
        {"business_date": "2024-05-30", "quantity": 9},
    )
    # Three days of May are to come on the 28th: May counts as over, but what it still brings is not known.
    assert moved(pd.concat([spans, around]), date(2024, 5, 28)) == moved(spans, date(2024, 5, 28))
    assert moved(pd.concat([spans, around]), AS_OF).now == 130_000


def test_an_order_makes_a_customer_and_returns_count_in_money(make_lines: Make) -> None:
    lines = make_lines(
        OPENING | {"net_amount": 1},
        {"account": 1, "business_date": BEFORE, "quantity": 2, "net_amount": 100},
        # Gone, and sends one piece back: lost, not kept.
        {"account": 1, "business_date": NOW, "quantity": -1, "net_amount": -50, "kind": "return"},
        # Nothing but returns in either span.
        {"account": 2, "business_date": NOW, "quantity": -1, "net_amount": -7.5, "kind": "return"},
        {"account": 3, "business_date": NOW, "quantity": 1, "net_amount": 60},
    )
    found = moved(lines, value="net_amount")
    assert (found.before, found.now, found.currency) == (1_000_000, 25_000, "EUR")
    assert (found.lost, found.gained, found.other) == (-1_500_000, 600_000, -75_000)
    assert found.customers_both == 0
    assert np.isnan(found.families_each_before)
    assert moved(lines).change == -10_000  # units are sales and corrections: 2 before, 1 now


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{"business_date": NOW}],
        [OPENING, {"business_date": NOW}],
        [OPENING, {"business_date": BEFORE, "quantity": -1, "kind": "return"}],
        [{"business_date": "2023-03-12"}, {"business_date": NOW}],  # the record begins in the earlier span
    ],
)
def test_nothing_to_compare_with(make_lines: Make, rows: list[dict[str, object]]) -> None:
    lines = make_lines(*rows) if rows else make_lines(OPENING).iloc[:0]
    assert movement(lines, AS_OF) is None


@pytest.mark.parametrize("odd", [{"net_amount": None}, {"net_amount": 5, "currency": "PLN"}])
def test_money_is_compared_only_where_all_of_it_is_known(make_lines: Make, odd: dict[str, object]) -> None:
    lines = make_lines(
        OPENING, {"business_date": BEFORE, "net_amount": 5}, {"business_date": NOW, "net_amount": 5}
    )
    assert movement(lines, AS_OF, "net_amount") is not None
    mixed = pd.concat([lines, make_lines({"business_date": NOW, "document": 2} | odd)])
    assert movement(mixed, AS_OF, "net_amount") is None


def test_the_five_families_that_lost_most(make_lines: Make) -> None:
    before = [{"family": f, "business_date": BEFORE, "quantity": 10 * f} for f in range(1, 8)]
    found = moved(make_lines(OPENING, *before, {"family": 7, "business_date": NOW, "quantity": 70}))
    assert [loss.family for loss in found.family_losses] == [6, 5, 4, 3, 2]
    assert found.customers_who_dropped == 1


PLAIN = Movement(
    value="quantity",
    currency=None,
    span_before=Span(date(2023, 3, 1), date(2023, 5, 31)),
    span_now=Span(date(2024, 3, 1), date(2024, 5, 31)),
    before=1000,
    now=1000,
    gained=0,
    lost=0,
    families_added=0,
    families_dropped=0,
    kept_before=800,
    kept_now=800,
    other=0,
    customers_before=10,
    customers_now=10,
    customers_both=10,
    customers_who_dropped=0,
    families_each_before=2.0,
    families_each_now=2.0,
    orders_before=40,
    orders_now=40,
    family_losses=(),
)


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"now": 1050}, "steady"),
        ({"now": 950}, "steady"),
        ({"now": 1051, "gained": 51}, "customers_gained"),
        ({"now": 800, "lost": -200}, "customers_lost"),
        # 300 left and 280 came: families explain the fall, not the customers.
        ({"now": 800, "lost": -300, "gained": 280, "families_dropped": -180}, "fewer_families"),
        ({"now": 1200, "families_added": 190, "families_dropped": -40, "gained": 50}, "more_families"),
        # Orders by a quarter, their size hardly; then the other way round.
        ({"now": 800, "kept_now": 600, "orders_now": 30}, "fewer_orders"),
        ({"now": 800, "kept_now": 600, "orders_now": 39}, "smaller_orders"),
        ({"now": 1200, "kept_now": 1000, "orders_now": 50}, "more_orders"),
        ({"now": 1200, "kept_now": 1000, "orders_now": 40}, "larger_orders"),
        ({"now": 800, "kept_now": 600, "orders_now": 45}, "smaller_orders"),
        ({"now": 700, "lost": -120, "families_dropped": -100, "kept_now": 720, "orders_now": 30}, "mixed"),
        ({"now": 800, "other": -200}, "mixed"),
        # A part that more than explains the change is still the one.
        ({"now": 800, "lost": -500, "families_added": 300}, "customers_lost"),
    ],
)
def test_the_cause_in_one_word(changes: dict[str, int], answer: str) -> None:
    assert cause(replace(PLAIN, **changes)) == answer  # type: ignore[arg-type]


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "account": st.integers(1, 3),
            "family": st.integers(1, 3),
            "document": st.integers(1, 4),
            "business_date": st.sampled_from([BEFORE, NOW, "2023-05-31", "2024-03-01"]),
            "quantity": st.integers(-40, 40).map(lambda tenths: tenths / 10),
            "kind": st.sampled_from(["sale", "return", "correction", "transfer"]),
        }
    ),
    max_size=20,
)


@given(rows=ROWS)
def test_the_parts_always_add_up(rows: list[dict[str, object]]) -> None:
    frame = pd.DataFrame([OPENING | {"document": 0, "family": 1, "kind": "sale"}, *rows])
    frame["business_date"] = pd.to_datetime(frame["business_date"])
    frame["quantity"] = (frame["quantity"] * 10_000).round().astype("int64")
    frame = frame.assign(month=frame["business_date"], product=1)
    if movement(frame, AS_OF) is not None:
        found = moved(frame)
        during = frame["business_date"].dt.year == 2024
        kinds = frame["kind"].isin(["sale", "correction"])
        assert found.now == frame[during & kinds]["quantity"].sum()
        cause(found)
