"""Families bought, stopped and new: fifteen months that a reader can count."""

from datetime import date

import pandas as pd

from analytics.core.families import families

AS_OF = date(2026, 3, 31)  # the quarter: January to March 2026; the year before it: 2025


def lines(*sold: tuple[str, int, int]) -> pd.DataFrame:
    """Sales of one account: day, family, units."""
    days = pd.to_datetime([day for day, _, _ in sold]).astype("datetime64[s]")
    return pd.DataFrame(
        {
            "account": 1,
            "document": range(len(sold)),
            "business_date": days,
            "month": days,
            "product": 1,
            "family": [family for _, family, _ in sold],
            "kind": "sale",
            "quantity": [units * 10_000 for _, _, units in sold],
        }
    )


def test_each_family_is_set_against_its_own_year() -> None:
    found = families(
        lines(
            ("2025-02-10", 7, 8),  # 8 in the year: 2 a quarter
            ("2025-05-10", 8, 12),  # 12 in the year: 3 a quarter
            ("2026-01-10", 8, 5),
            ("2026-02-10", 9, 4),
            ("2024-12-31", 6, 50),  # before all of it
        ),
        AS_OF,
    )
    assert found.to_dict("list") == {
        "family": [7, 8, 9],
        "units_now": [0.0, 5.0, 4.0],
        "units_usual": [2.0, 3.0, 0.0],
        "last_on": [pd.Timestamp("2025-02-10"), pd.Timestamp("2026-01-10"), pd.Timestamp("2026-02-10")],
        "state": ["stopped", "bought", "new"],
    }


def test_what_was_bought_since_the_last_whole_month_has_not_stopped() -> None:
    found = families(
        lines(("2025-06-10", 7, 8), ("2026-04-09", 7, 1), ("2025-06-10", 8, 8)), date(2026, 4, 15)
    )
    assert list(zip(found["family"], found["state"], found["units_now"], strict=True)) == [
        (8, "stopped", 0.0),
        (7, "bought", 0.0),
    ]


def test_later_lines_and_returns_tell_nothing() -> None:
    early = lines(("2026-01-10", 8, 5), ("2026-04-02", 9, 4))
    returned = lines(("2026-02-10", 7, -3)).assign(kind="return")
    found = families(pd.concat([early, returned]), AS_OF)
    assert found["family"].tolist() == [8]


def test_nothing_bought_is_an_empty_list() -> None:
    assert families(lines(("2020-01-10", 8, 5)), AS_OF).empty
