"""The ten distributors of the real channel, to the cent, without a mapping written by hand."""

import csv
import datetime as dt
import json
import os
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from integrations.ingestion.reading import Examination, examine, parse, total

FOLDER = Path(os.environ.get("THROUGHLINE_REALDATA", "")) / "adventureworks_channel"
NAMES = {
    "Australia": "australia.csv",
    "Canada": "canada.csv",
    "Central": "central.csv",
    "France": "france.xlsx",
    "Germany": "germany.csv",
    "Northeast": "northeast.csv",
    "Northwest": "northwest.csv",
    "Southeast": "southeast.csv",
    "Southwest": "southwest.csv",
    "United Kingdom": "united_kingdom.xlsx",
}
pytestmark = [
    pytest.mark.realdata,
    pytest.mark.skipif(
        "THROUGHLINE_REALDATA" not in os.environ, reason="THROUGHLINE_REALDATA names no folder"
    ),
]


def _read(name):
    with (FOLDER / "sell_through" / NAMES[name]).open("rb") as source:
        found = examine(source, NAMES[name], "sell_through", today=dt.date(2013, 6, 30))
        saved = Examination.from_json(json.loads(json.dumps(found.to_json())))
        chunks = list(parse(source, saved, rows=1_000))
    return found, chunks


@pytest.mark.parametrize("name", NAMES)
def test_lines_accounts_and_net_amount(name):
    with (FOLDER / "expected_totals.csv").open(newline="") as file:
        expected = {record["distributor"]: record for record in csv.DictReader(file)}[name]
    found, chunks = _read(name)
    rows = pd.concat([chunk.rows for chunk in chunks])
    assert all(chunk.faults.empty for chunk in chunks)
    assert found.mapping.unmapped == found.mapping.missing == found.conventions.uncertain == ()
    assert len(rows) == int(expected["lines"])
    assert rows["account_id"].nunique() == int(expected["accounts"])
    net_amount = total(rows["net_amount"].to_numpy())
    assert net_amount.quantize(Decimal("0.01")) == Decimal(expected["net_amount"])


def test_germany_is_written_as_germans_do():
    found, _ = _read("Germany")
    assert (found.layout.encoding, found.layout.delimiter) == ("cp1252", ";")
    forms = {column.form for column in found.conventions.columns}
    assert forms == {"comma", "dmy"}


def test_france_has_titles_above_its_headings():
    found, _ = _read("France")
    assert (found.layout.kind, found.layout.sheet, found.layout.heading_row) == ("xlsx", "Ventes", 4)
    assert len(found.layout.titles) == 2


def test_the_subtotals_of_the_united_kingdom_agree_with_its_rows():
    found, chunks = _read("United Kingdom")
    assert found.conventions.by_field["invoice_date"].form == "dmy"
    assert found.conventions.by_field["ship_date"].form == "ymd"
    aside = pd.concat([chunk.set_aside for chunk in chunks])
    assert aside["kind"].tolist() == ["subtotal"] * 18
    assert aside["code"].isna().all()
