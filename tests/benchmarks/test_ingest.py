"""The benchmark of imports, small: that both files come to the ledger whole, and what it tells. No ratio."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connections


def test_it_imports_a_file_twice_in_a_database_of_its_own_and_leaves_nothing(committed_db: None) -> None:
    before = connections["owner"].settings_dict["NAME"]
    out = StringIO()
    call_command("benchmark", "ingest", "--rows", "300", "--json", stdout=out, stderr=StringIO())
    found = json.loads(out.getvalue())
    assert found["rows"] == 300
    ratios = ("ratio_to_copy", "ratio_second_import", "ratio_overlapping_import", "pages_ratio")
    for name in (*ratios, "peak_mb", "fresh_seconds"):
        assert found[name] > 0
    assert set(found["first_seconds"]) == set(found["second_seconds"]) == {"received", "checked", "committed"}
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname = %s", [f"benchmark_of_{before}"])
        assert cursor.fetchall() == []
        cursor.execute("SELECT count(*) FROM ledger_line")
        assert cursor.fetchone() == (0,)


def test_a_file_without_lines_is_refused_before_anything_is_made() -> None:
    with pytest.raises(CommandError, match="give at least one"):
        call_command("benchmark", "ingest", "--rows", "0", stdout=StringIO(), stderr=StringIO())
