"""Ten distributors' real files, by command, to the cent. Reads the folder that THROUGHLINE_REALDATA names."""

import csv
import json
import os
from collections.abc import Iterator
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Sum

from analytics.runs.selectors import get_overview
from partners.access.doors import list_partnerships
from partners.accounts.models import AccountIdentity
from partners.ledger.models import Line, LinePrice
from partners.organisations.login import find_organisation
from partners.tenancy.actors import worker
from partners.tenancy.context import acting_as

pytestmark = [pytest.mark.realdata, pytest.mark.django_db]
MAKER = "adventure-works"
AS_OF = "2013-05-31"


@pytest.fixture
def channel() -> Path:
    folder = os.environ.get("THROUGHLINE_REALDATA")
    if not folder:
        pytest.skip("THROUGHLINE_REALDATA names no folder")
    return Path(folder) / "adventureworks_channel"


def run(*words: str) -> dict[str, Any]:
    out = StringIO()
    call_command(*words, "--json", stdout=out)
    result: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return result


def expected(channel: Path) -> Iterator[tuple[str, Path, dict[str, str]]]:
    with (channel / "expected_totals.csv").open() as lines:
        for row in csv.DictReader(lines):
            name = row["distributor"].lower().replace(" ", "_")
            (file,) = (channel / "sell_through").glob(f"{name}.*")
            yield name.replace("_", "-"), file, row


def id_of(slug: str) -> int:
    known = find_organisation(slug)
    assert known is not None
    return known.id


def test_ten_distributors_come_in_to_the_cent_and_a_second_time_adds_nothing(channel: Path) -> None:
    assert run("load_catalogue", str(channel / "products.csv"), "--manufacturer", MAKER)["products"] == 250
    shared = {"germany": (), "france": ("volume",), "canada": ("volume", "price")}
    for slug, file, row in expected(channel):
        pair = ("--manufacturer", MAKER, "--distributor", slug)
        share = shared.get(slug, ("volume", "price", "identity"))
        run("create_partnership", *pair, *(("--share", *share) if share else ()))
        sent = run("submit", str(file), *pair, "--all-or-nothing")
        assert sent["accepted"] == int(row["lines"]), slug
        assert Decimal(sent["net_amount"]) == Decimal(row["net_amount"]), slug
        assert (sent["quarantined"], sent["duplicates"]) == (0, 0), slug
        assert sent["set_aside"] == (18 if slug == "united-kingdom" else 0)
        with acting_as(worker(id_of(slug))):
            assert AccountIdentity.objects.count() == int(row["accounts"])
            assert Line.objects.filter(superseded_at=None).count() == int(row["lines"])
            net = LinePrice.objects.aggregate(net=Sum("net_amount"))["net"]
            assert round(net, 2) == Decimal(row["net_amount"])
        again = run("submit", str(file), *pair)
        assert (again["accepted"], again["duplicates"]) == (0, int(row["lines"]))
    _a_stranger_s_file_is_asked_about(channel)
    _each_side_sees_its_own(channel)


def _a_stranger_s_file_is_asked_about(channel: Path) -> None:
    from django.core.management import CommandError

    file = channel / "sell_through" / "germany.csv"
    with pytest.raises(CommandError, match="another company's file"):
        run("submit", str(file), "--manufacturer", MAKER, "--distributor", "northwest")


def _each_side_sees_its_own(channel: Path) -> None:
    found = run("analyse", "--manufacturer", MAKER, "--as-of", AS_OF)
    # Germany shares nothing: its 32 accounts do not exist for the maker.
    assert found["accounts"] == 630 - 32
    assert found["late"] > 0
    with acting_as(worker(id_of(MAKER))):
        names = {
            (row.partnership.distributor.slug, row.card.name is None, row.stake is None)
            for row in get_overview(list_partnerships()).late
        }
    assert not [name for name in names if name[0] == "germany"]
    assert all(without_name == (slug in ("france", "canada")) for slug, without_name, _ in names)
    assert all(without_money == (slug == "france") for slug, _, without_money in names)
    with acting_as(worker(id_of("northwest"))):
        late = get_overview(list_partnerships()).late
        assert {row.partnership.distributor.slug for row in late} == {"northwest"}
        assert all(row.card.name and row.stake for row in late)
