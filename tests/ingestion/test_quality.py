"""The quality of a file, by small numbers, and as a file comes in."""

from datetime import date

import pytest

from integrations.ingestion.quality import Counted, overall, score
from tests.ingestion.conftest import Desk

DAY = date(2026, 3, 10)


def parts(**changes: object) -> dict[str, float]:
    given = {
        "rows": 10,
        "quarantined": 0,
        "duplicates": 0,
        "unmatched": 0,
        "filled": 30,
        "asked": 30,
    } | changes
    words = {"received_on": DAY, "last_on": DAY, "restates": False}
    words |= {name: given.pop(name) for name in list(given) if name in words}
    return score(Counted(**given), **words)  # type: ignore[arg-type]


def test_a_perfect_file_has_a_hundred() -> None:
    assert parts() == dict.fromkeys(("completeness", "validity", "timeliness", "uniqueness", "match"), 1.0)
    assert overall(parts()) == 100


@pytest.mark.parametrize(
    ("changes", "name", "share"),
    [
        ({"filled": 12}, "completeness", 0.4),
        ({"quarantined": 4}, "validity", 0.6),
        ({"quarantined": 4, "unmatched": 3}, "match", 0.7),
        ({"quarantined": 5, "duplicates": 1}, "uniqueness", 0.8),
        ({"last_on": date(2026, 2, 28)}, "timeliness", 1.0),
        ({"last_on": date(2026, 2, 7)}, "timeliness", 0.4),
        ({"last_on": date(2025, 12, 1)}, "timeliness", 0.0),
    ],
)
def test_each_part_is_a_share(changes: dict[str, object], name: str, share: float) -> None:
    assert parts(**changes)[name] == share


def test_what_a_file_cannot_show_has_no_part() -> None:
    assert "timeliness" not in parts(last_on=None)
    assert "completeness" not in parts(asked=0)
    assert "uniqueness" not in parts(restates=True, duplicates=10)
    assert parts(rows=0) == {}
    assert overall({}) is None


def test_a_file_gets_its_score_with_its_check(ana: Desk) -> None:
    file = "invoice_number,invoice_date,account_id,sku,quantity\nI-1,2026-01-05,C1,RB-1,2\n"
    file += "I-2,2026-01-06,C1,NO-SUCH,2\n"
    found = ana.check_of(ana.check(file.encode())).totals["quality"]
    assert (found["validity"], found["match"], found["completeness"]) == (0.5, 0.5, 0.0)
    assert found["timeliness"] == 0.0
