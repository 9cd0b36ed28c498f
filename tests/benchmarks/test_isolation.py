"""The benchmark of isolation, small: that both ways find the same, how many statements, what it tells. No ratio."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from portal.benchmarks.isolation import PAGE
from portal.benchmarks.timing import in_turn

SMALL = ("--accounts", "600", "--lines", "3000", "--distributors", "10")


def run(*words: str) -> dict[str, Any]:
    out = StringIO()
    call_command("benchmark", "isolation", *words, "--json", stdout=out, stderr=StringIO())
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_it_measures_in_a_database_of_its_own_and_leaves_nothing(committed_db: None) -> None:
    before = connections["owner"].settings_dict["NAME"]
    found = run(*SMALL)
    assert found["page_queries"] == 14
    assert (found["page_rows"], found["accounts"], found["lines"]) == (PAGE, 600, 3000)
    for name in ("page", "own_page", "aggregate"):
        assert found[f"{name}_ratio"] > 0
        assert found[f"{name}_product_ms"] > 0
        low, high = found[f"{name}_ratio_quartiles"]
        assert low <= high
    assert {connections[alias].settings_dict["NAME"] for alias in ("default", "owner")} == {before}
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname = %s", [f"benchmark_of_{before}"])
        assert cursor.fetchall() == []
        cursor.execute("SELECT count(*) FROM ledger_line")
        assert cursor.fetchone() == (0,)


def test_a_channel_that_cannot_be_made_is_refused_before_anything_is_made() -> None:
    with pytest.raises(CommandError, match="give at least 10 distributors"):
        run("--accounts", "5", "--distributors", "5")
    with pytest.raises(CommandError, match="at least one for each"):
        run("--accounts", "100", "--distributors", "10", "--lines", "9")


def test_both_ways_take_turns_in_beginning() -> None:
    calls: list[str] = []
    compared = in_turn(lambda: calls.append("product"), lambda: calls.append("floor"), 2)
    assert calls == ["product", "floor", "product", "floor", "floor", "product"]
    assert len(compared.product) == len(compared.floor) == 2
