"""The files: their shapes, and that what they hold adds up."""

import hashlib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import python_calamine

from integrations.ingestion.reading import examine, parse
from integrations.simulator import workbook
from integrations.simulator.places import COUNTRIES
from integrations.simulator.shapes import COLUMNS
from integrations.simulator.simulate import simulate
from integrations.simulator.workbook import text_cell, write_workbook

from .conftest import UNTIL, Channel, read_rows


def hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_every_figure_of_the_summary_is_in_the_files(channel: Channel) -> None:
    assert len(channel.summary.sent) == 6
    for sent in channel.summary.sent:
        if sent.slips:
            continue  # what a reader makes of these is in test_mess
        lines = channel.lines[channel.lines["distributor"] == sent.distributor]
        assert len(lines) == sent.lines
        assert lines["account_id"].nunique() == sent.accounts
        assert lines["net_amount"].sum() == sent.net_amount
        assert set(lines["currency"]) == {sent.currency}


def test_ingestion_takes_every_file_as_it_is(channel: Channel) -> None:
    for sent in channel.summary.sent:
        with sent.path.open("rb") as file:
            found = examine(file, sent.path.name, "sell_through", today=UNTIL)
            chunks = list(parse(file, found))
        assert [column.heading for column in found.mapping.columns if not column.field] == []
        assert {column.why for column in found.mapping.columns} <= {"plain", "alias", "shared_alias"}
        assert found.conventions.uncertain == ()
        if not sent.slips:
            assert sum(len(chunk.faults) for chunk in chunks) == 0
            assert sum(len(chunk.rows) for chunk in chunks) == sent.lines
            net = sum(Decimal(net) for chunk in chunks for net in chunk.rows["net_amount"])
            assert net == sent.net_amount


def test_money_adds_up_to_the_cent_on_every_line(channel: Channel) -> None:
    lines = channel.lines
    value = [price * quantity for price, quantity in zip(lines["list_price"], lines["quantity"], strict=True)]
    assert (pd.Series(value) - lines["discount_amount"] == lines["net_amount"]).all()
    assert ((lines["net_amount"] < 0) == (lines["quantity"] < 0)).all()
    assert (lines["quantity"] != 0).all()
    assert (lines["freight"] >= 0).all()


def test_documents_hold_together(channel: Channel) -> None:
    lines = channel.lines
    documents = lines.groupby(["distributor", "invoice_number"])
    assert (documents["account_id"].nunique() == 1).all()
    assert (documents["day"].nunique() == 1).all()
    assert (lines["line_number"] == documents.cumcount() + 1).all()
    sold, credited = lines[lines["quantity"] > 0], lines[lines["quantity"] < 0]
    assert len(credited) > 50
    assert not set(sold["invoice_number"]) & set(credited["invoice_number"])


def test_only_working_days_of_the_two_years(channel: Channel) -> None:
    days = channel.lines["day"]
    assert channel.summary.start == date(2023, 7, 1)
    assert days.min().date() >= channel.summary.start
    assert days.max().date() <= UNTIL
    assert days.dt.dayofweek.max() < 5


def test_every_product_is_in_the_price_list(channel: Channel) -> None:
    catalogue = pd.read_csv(channel.out / "products.csv")
    assert catalogue["sku"].is_unique
    assert len(catalogue) == 120
    assert set(channel.lines["sku"]) <= set(catalogue["sku"])
    assert (catalogue["unit_cost"] < catalogue["list_price"]).all()
    assert catalogue.columns[:4].tolist() == ["sku", "product_name", "family", "category"]


def test_the_german_file_is_what_a_german_system_writes(channel: Channel) -> None:
    raw = (channel.out / "sell_through" / "tannforst.csv").read_bytes()
    assert raw.startswith(b"Rechnungsnr;Pos;Rechnungsdatum;")
    assert "Währung;Verkäufer".encode("cp1252") in raw
    first = raw.decode("cp1252").split("\r\n")[1].split(";")
    assert first[2] == "03.07.2023"
    net = first[COLUMNS.index("net_amount")]
    assert "," in net
    assert "." not in net


def test_the_polish_file_spells_lodz(channel: Channel) -> None:
    raw = (channel.out / "sell_through" / "wrzosek.csv").read_bytes()
    assert raw.startswith("\ufeffinvoice_number;".encode())
    assert ";Łódź;łódzkie;90-".encode() in raw


def test_the_french_workbook_has_titles_and_real_dates(channel: Channel) -> None:
    sheet = openpyxl.load_workbook(channel.out / "sell_through" / "valbrune.xlsx").active
    assert sheet["A1"].value == "Rapport des ventes — Outillage Valbrune"
    assert sheet["A2"].value == "Période : jusqu’au 2025-06-30"
    assert [cell.value for cell in sheet[4]][:3] == ["N° facture", "Ligne", "Date facture"]
    assert sheet["C5"].is_date
    assert sheet["C5"].value.year == 2023


def test_the_trade_workbook_closes_every_day_with_its_subtotal(channel: Channel) -> None:
    path = channel.out / "sell_through" / "pennick.xlsx"
    head, *rows = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_name("POS").to_python()
    units_at, net_at = COLUMNS.index("quantity"), COLUMNS.index("net_amount")
    assert (head[units_at], head[net_at]) == ("Qty Shp", "Ext Resale")
    units, net, day, closed = 0, Decimal(0), "", 0
    for row in rows:
        if str(row[0]).startswith("SUBTOTAL"):
            assert row[0] == f"SUBTOTAL {day}"
            assert row[units_at] == units
            assert round(Decimal(row[net_at]), 2) == net
            units, net, closed = 0, Decimal(0), closed + 1
        else:
            units, net, day = units + int(row[units_at]), net + round(Decimal(row[net_at]), 2), row[2]
    assert closed == channel.lines[channel.lines["distributor"] == "pennick"]["day"].nunique()
    assert units == 0


def test_the_same_arguments_give_the_same_bytes(channel: Channel, tmp_path: Path) -> None:
    simulate(tmp_path, lines=12_000, seed=1, until=UNTIL)
    assert hashes(tmp_path) == hashes(channel.out)


def test_another_seed_gives_other_lines(channel: Channel, tmp_path: Path) -> None:
    simulate(tmp_path, lines=12_000, seed=2, until=UNTIL)
    ours, theirs = hashes(channel.out), hashes(tmp_path)
    alike = {name for name in ours if ours[name] == theirs.get(name)}
    assert alike == {"products.csv", "distributors.csv"}


@pytest.mark.parametrize("lines", [4_000, 12_000, 60_000])
def test_about_as_many_lines_as_asked(lines: int, tmp_path: Path) -> None:
    summary = simulate(tmp_path, lines=lines, seed=5, until=UNTIL)
    assert abs(summary.lines / lines - 1) < 0.05
    assert len(summary.sent) == (14 if lines == 60_000 else 6)


def test_all_fourteen_can_be_written_and_read(tmp_path: Path) -> None:
    summary = simulate(tmp_path, lines=5_000, seed=5, until=date(2024, 2, 29), distributors=14)
    for sent in summary.sent:
        if sent.path.suffix == ".xlsx":
            assert len(read_rows(sent)[1]) == sent.lines
    listed = pd.read_csv(tmp_path / "distributors.csv")
    assert listed["slug"].tolist() == [sent.distributor for sent in summary.sent]
    assert set(listed["country"]) == set(COUNTRIES)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"distributors": 15}, "15 distributors asked for; there are 1 to 14"),
        ({"distributors": -1}, "-1 distributors asked for"),
        ({"lines": 1_000}, "1000 lines are too few for 6 distributors: ask for 1200 or more"),
        ({"seed": -1}, "The seed is -1: give a whole number from 0 on"),
        ({"until": date(1, 1, 1)}, "The last day is 0001-01-01: give one of the years 1992 to 2099"),
    ],
)
def test_impossible_channels_are_refused_before_anything_is_written(
    options: dict[str, Any], message: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=message):
        simulate(tmp_path / "out", **({"lines": 12_000, "seed": 1, "until": UNTIL} | options))
    assert not (tmp_path / "out").exists()


def test_markup_in_a_cell_stays_text(tmp_path: Path) -> None:
    write_workbook(tmp_path / "x.xlsx", "A & B", [text_cell("<b>Gears & Shafts</b>")])
    book = openpyxl.load_workbook(tmp_path / "x.xlsx")
    assert book.sheetnames == ["A & B"]
    assert book.active["A1"].value == "<b>Gears & Shafts</b>"


def test_more_rows_than_a_sheet_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 2)
    with pytest.raises(ValueError, match=r"x.xlsx would need 3 rows and a sheet holds 2"):
        write_workbook(tmp_path / "x.xlsx", "A", ["", "", ""])
