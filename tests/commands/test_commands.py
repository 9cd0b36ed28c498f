"""The commands that stay: from an empty database to late orders, in JSON, with faults in words."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from partners.agreements.models import Category, Grant
from partners.organisations.login import find_organisation
from partners.organisations.services import first_administrator
from partners.tenancy.actors import worker
from partners.tenancy.context import acting_as
from tests.ingestion.files import GOOD, GOOD_NET, workbook
from tests.world import CATALOGUE

pytestmark = pytest.mark.django_db
PAIR = ("--manufacturer", "acme", "--distributor", "north")


def run(*words: str) -> dict[str, Any]:
    out = StringIO()
    call_command(*words, "--json", stdout=out)
    result: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return result


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "products.csv").write_text(CATALOGUE)
    (tmp_path / "sales.csv").write_text(GOOD)
    return tmp_path


@pytest.fixture
def set_up(files: Path) -> Path:
    assert run("load_catalogue", str(files / "products.csv"), "--manufacturer", "acme")["products"] == 3
    shared = run("create_partnership", *PAIR, "--share", "volume", "price")["shared"]
    assert shared == ["volume", "price"]
    return files


def test_a_sheet_of_a_workbook_can_be_named(set_up: Path) -> None:
    (set_up / "sales.xlsx").write_bytes(workbook(Sales=GOOD, Short="\n".join(GOOD.splitlines()[:2])))
    with pytest.raises(CommandError, match=r'Sheet "Sales" of the workbook is read'):
        run("submit", str(set_up / "sales.xlsx"), *PAIR)
    assert run("submit", str(set_up / "sales.xlsx"), *PAIR, "--sheet", "Short")["accepted"] == 1


def test_the_whole_way(set_up: Path) -> None:
    sent = run("submit", str(set_up / "sales.csv"), *PAIR)
    assert sent.keys() >= {
        "submission",
        "state",
        "accepted",
        "quarantined",
        "duplicates",
        "net_amount",
        "seconds",
    }
    assert (sent["state"], sent["accepted"], sent["net_amount"]) == ("committed", 4, GOOD_NET)
    found = run("analyse", "--manufacturer", "acme", "--as-of", "2026-03-01")
    assert found.keys() >= {"run", "accounts", "signals", "late", "seconds"}
    assert (found["accounts"], found["late"]) == (2, 0)
    assert run("submit", str(set_up / "sales.csv"), *PAIR)["duplicates"] == 4
    assert run("undo", sent["submission"])["lines"] == 4
    assert run("submit", str(set_up / "sales.csv"), *PAIR)["accepted"] == 4


def test_what_is_shared_is_a_grant_of_the_distributor_s_first_administrator(set_up: Path) -> None:
    run("create_partnership", *PAIR, "--share", "volume")  # again: nothing new
    north = find_organisation("north")
    assert north is not None
    with acting_as(worker(north.id)):
        administrator = first_administrator()
        assert administrator is not None
        grants = list(Grant.objects.order_by("id"))
        assert [grant.category for grant in grants] == [Category.VOLUME, Category.PRICE]
        assert {grant.granted_by_id for grant in grants} == {administrator.pk}


def test_the_maker_s_own_sales_are_a_partnership_with_itself(set_up: Path) -> None:
    own = ("--manufacturer", "acme", "--distributor", "acme")
    run("create_partnership", *own)
    assert run("submit", str(set_up / "sales.csv"), *own)["accepted"] == 4
    assert run("analyse", "--manufacturer", "acme")["accounts"] == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("submit", "sales.csv", "--manufacturer", "nobody", "--distributor", "north"),
            "no organisation 'nobody'",
        ),
        (
            ("submit", "sales.csv", "--manufacturer", "north", "--distributor", "acme"),
            "is a distributor, not a",
        ),
        (("submit", "missing.csv", *PAIR), "No such file"),
        (("undo", "sub_unknown"), "no submission 'sub_unknown'"),
        (("analyse", "--manufacturer", "north"), "is a distributor, not a manufacturer"),
        (
            ("create_partnership", "--manufacturer", "north", "--distributor", "acme"),
            "is a distributor, not a",
        ),
        (("load_catalogue", "sales.csv", "--manufacturer", "acme"), "has no column product_name, family"),
    ],
)
def test_faults_are_said_in_a_sentence(
    set_up: Path, words: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(set_up)
    with pytest.raises(CommandError, match=said):
        run(*words)


def test_a_refused_file_fails_the_command(set_up: Path) -> None:
    (set_up / "bad.csv").write_text(GOOD.replace("RB-1", "XX-1"))
    with pytest.raises(CommandError, match="2 of 4 rows cannot be taken"):
        run("submit", str(set_up / "bad.csv"), *PAIR, "--all-or-nothing")
    assert run("submit", str(set_up / "sales.csv"), *PAIR)["duplicates"] == 0


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",No SKU,F,,,,,,", "Row 5 of the catalogue has no sku"),
        ("X-1,Name,F,,,12;5,,,", "Row 5, column list_price: '12;5' is not an amount"),
        ("X-1,Name,F,,,,NaN,,", "column unit_cost: 'NaN' is not an amount"),
        ("X-1,Name,F,,,,,2013-02-31,", "column launched_on: '2013-02-31' is not a date"),
    ],
)
def test_a_bad_catalogue_row_loads_nothing(files: Path, row: str, said: str) -> None:
    (files / "products.csv").write_text(CATALOGUE + row + "\n")
    with pytest.raises(CommandError, match=said.replace("(", r"\(")):
        run("load_catalogue", str(files / "products.csv"), "--manufacturer", "acme")
