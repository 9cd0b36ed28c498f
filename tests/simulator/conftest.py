"""A small channel, simulated once, and its files read back as a stranger would read them."""

import csv
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from integrations.simulator.shapes import COLUMNS
from integrations.simulator.simulate import Sent, Summary, simulate

UNTIL = date(2025, 6, 30)
MONEY = ["list_price", "discount_amount", "net_amount", "unit_cost", "freight"]
ENCODINGS = {"tannforst": "cp1252", "wrzosek": "utf-8-sig"}
SEMICOLON = set(ENCODINGS)


@dataclass(frozen=True)
class Channel:
    """A simulated channel: its folder, all its lines in one frame, the truth."""

    out: Path
    summary: Summary
    lines: pd.DataFrame
    truth: pd.DataFrame


def read_rows(sent: Sent) -> tuple[list[str], list[list[str]]]:
    """Return headings and rows as text, title lines and subtotal rows left out."""
    if sent.path.suffix == ".csv":
        text = sent.path.read_bytes().decode(ENCODINGS.get(sent.distributor, "utf-8"))
        delimiter = ";" if sent.distributor in SEMICOLON else ","
        head, *rows = csv.reader(text.splitlines(), delimiter=delimiter)
        return head, rows
    sheet = openpyxl.load_workbook(sent.path, read_only=True).active
    cells = [
        ["" if value is None else str(value) for value in row] for row in sheet.iter_rows(values_only=True)
    ]
    full = [row for row in cells if len([value for value in row if value]) == len(COLUMNS)]
    return full[0], full[1:]


def read_frame(sent: Sent) -> pd.DataFrame:
    frame = pd.DataFrame(read_rows(sent)[1], columns=COLUMNS).assign(distributor=sent.distributor)
    for column in MONEY:
        frame[column] = [Decimal(text.replace(",", ".")) for text in frame[column]]
    for column in ("quantity", "line_number"):
        frame[column] = frame[column].astype(int)
    sample = frame["invoice_date"].iloc[0]
    day_format = "%d.%m.%Y" if "." in sample else "%d/%m/%Y" if "/" in sample else "ISO8601"
    frame["day"] = pd.to_datetime(frame["invoice_date"], format=day_format)
    return frame


def build(out: Path, **options: object) -> Channel:
    arguments: dict[str, object] = {"lines": 12_000, "seed": 1, "until": UNTIL} | options
    summary = simulate(out, **arguments)  # type: ignore[arg-type]
    lines = pd.concat([read_frame(sent) for sent in summary.sent], ignore_index=True)
    truth = pd.read_csv(out / "truth.csv", dtype=str, keep_default_na=False)
    return Channel(out, summary, lines, truth)


@pytest.fixture(scope="session")
def channel(tmp_path_factory: pytest.TempPathFactory) -> Channel:
    return build(tmp_path_factory.mktemp("channel"))


@pytest.fixture(scope="session")
def null_world(tmp_path_factory: pytest.TempPathFactory) -> Channel:
    return build(tmp_path_factory.mktemp("null"), random=True)
