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
TOO_MANY = {"sent_twice", "blank_line"}


@dataclass(frozen=True)
class Channel:
    """A simulated channel: its folder, all its lines in one frame (slips put right), the truth, the slips."""

    out: Path
    summary: Summary
    lines: pd.DataFrame
    truth: pd.DataFrame
    mess: pd.DataFrame

    def feed(self, name: str) -> pd.DataFrame:
        """All files of one of the feeds beside the sell-through; amounts exact, days as days."""
        files = sorted((self.out / name).glob("*.csv"))
        frame = pd.concat(
            [
                pd.read_csv(file, dtype=str, keep_default_na=False).assign(distributor=file.stem)
                for file in files
            ],
            ignore_index=True,
        )
        for column in frame.columns:
            if column in ("amount", "unit_price"):
                frame[column] = frame[column].map(Decimal)
            elif column.endswith(("_date", "_on", "as_of")):
                frame[column] = pd.to_datetime(frame[column])
            elif column.startswith(("quantity", "on_", "line_")):
                frame[column] = frame[column].astype(int)
        return frame


def read_rows(sent: Sent) -> tuple[list[str], list[list[str]]]:
    """Return headings and rows as text, title lines and subtotal rows left out."""
    if sent.path.suffix == ".csv":
        text = sent.path.read_bytes().decode(ENCODINGS.get(sent.distributor, "utf-8"))
        delimiter = ";" if sent.distributor in SEMICOLON else ","
        head, *rows = csv.reader(text.splitlines(), delimiter=delimiter)
        return head, rows
    sheet = openpyxl.load_workbook(sent.path, read_only=True).active
    rows = [["" if value is None else str(value) for value in row] for row in sheet.values]
    head, *filled = [
        row + [""] * (len(COLUMNS) - len(row)) for row in rows if len([cell for cell in row if cell]) > 20
    ]
    return head, filled


def put_right(rows: list[list[str]], slips: pd.DataFrame) -> list[list[str]]:
    """Mend the rows of a file as mess.csv says."""
    mended = [list(row) for row in rows]
    for slip in slips.itertuples():
        if slip.column:
            mended[slip.source_row - 2][COLUMNS.index(slip.column)] = slip.right
    too_many = set(slips.loc[slips["defect"].isin(TOO_MANY), "source_row"] - 2)
    return [row for number, row in enumerate(mended) if number not in too_many]


def read_frame(sent: Sent, slips: pd.DataFrame) -> pd.DataFrame:
    rows = put_right(read_rows(sent)[1], slips)
    frame = pd.DataFrame(rows, columns=COLUMNS).assign(distributor=sent.distributor)
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
    mess = pd.read_csv(out / "mess.csv", keep_default_na=False)
    lines = pd.concat(
        [read_frame(sent, mess[mess["distributor"] == sent.distributor]) for sent in summary.sent],
        ignore_index=True,
    )
    truth = pd.read_csv(out / "truth.csv", dtype=str, keep_default_na=False)
    return Channel(out, summary, lines, truth, mess)


@pytest.fixture(scope="session")
def channel(tmp_path_factory: pytest.TempPathFactory) -> Channel:
    return build(tmp_path_factory.mktemp("channel"))


@pytest.fixture(scope="session")
def null_world(tmp_path_factory: pytest.TempPathFactory) -> Channel:
    return build(tmp_path_factory.mktemp("null"), random=True)
