"""Small files made in memory, and what reading makes of them."""

import datetime as dt
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import openpyxl
import pandas as pd
import pytest
import xlwt

from integrations.ingestion.reading import Examination, examine, parse, sentence

TODAY = dt.date(2024, 6, 30)
LINE = {
    "invoice_number": "I-1",
    "line_number": "1",
    "invoice_date": "2024-01-31",
    "promised_date": "2024-02-05",
    "account_id": "A-7",
    "account_name": "Łukasz & Söhne",
    "sku": "BK-1",
    "quantity": "3",
    "net_amount": "12.50",
}


@dataclass(frozen=True)
class Outcome:
    """All chunks of a parsed file in one."""

    examination: Examination
    rows: pd.DataFrame
    faults: pd.DataFrame
    faulty: pd.DataFrame
    set_aside: pd.DataFrame

    @property
    def sentences(self) -> list[str]:
        return [sentence(fault) for fault in self.faults.to_dict("records")]


def _read(content: bytes | str, rows: int = 50_000, **settings: Any) -> Outcome:
    source = io.BytesIO(content.encode() if isinstance(content, str) else content)
    examination = examine(source, "sales", "sell_through", **{"today": TODAY, **settings})
    chunks = list(parse(source, examination, rows=rows))
    joined = (
        pd.concat([getattr(chunk, name) for chunk in chunks], ignore_index=name in ("faults", "set_aside"))
        for name in ("rows", "faults", "faulty", "set_aside")
    )
    return Outcome(examination, *joined)


@pytest.fixture(scope="session")
def read() -> Callable[..., Outcome]:
    """Examine and parse a file given as text or bytes."""
    return _read


@pytest.fixture(scope="session")
def lines() -> Callable[..., str]:
    """A CSV file of good lines, each changed in some columns; the headings are the plain ones."""

    def make(*changes: dict[str, str], delimiter: str = ",") -> str:
        records = [{**LINE, "line_number": str(number), **change} for number, change in enumerate(changes, 1)]
        table = [list(LINE), *([record[key] for key in LINE] for record in records)]
        return "".join(delimiter.join(_cell(cell, delimiter) for cell in record) + "\n" for record in table)

    return make


def _cell(text: str, delimiter: str) -> str:
    return f'"{text}"' if delimiter in text or "\n" in text else text


@pytest.fixture(scope="session")
def workbook() -> Callable[..., bytes]:
    """An XLSX file of the sheets given as rows of cells."""

    def make(**sheets: Sequence[Sequence[object]]) -> bytes:
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, records in sheets.items():
            sheet = book.create_sheet(name)
            for record in records:
                sheet.append(list(record))
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()

    return make


@pytest.fixture(scope="session")
def old_workbook() -> Callable[..., bytes]:
    """An XLS file of the sheets given as rows of cells; "#N/A" and its like become error cells."""

    def make(*, is_1904: bool = False, **sheets: Sequence[Sequence[object]]) -> bytes:
        book = xlwt.Workbook()
        book.dates_1904 = is_1904
        for name, records in sheets.items():
            sheet = book.add_sheet(name)
            for row, record in enumerate(records):
                for column, cell in enumerate(record):
                    _write_cell(sheet, row, column, cell)
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()

    return make


DAY = xlwt.easyxf(num_format_str="YYYY-MM-DD")
ERRORS = {"#N/A": 42, "#DIV/0!": 7, "#REF!": 23}


def _write_cell(sheet: Any, row: int, column: int, cell: object) -> None:
    if cell in ERRORS:
        sheet.row(row).set_cell_error(column, ERRORS[cell])
    elif isinstance(cell, dt.date):
        sheet.write(row, column, cell, DAY)
    elif cell is not None:
        sheet.write(row, column, cell)
