"""A file as rows of text: CSV and XLSX behind one iterator, in bounded memory.

The row number is the one that a person sees in Excel: records are counted, blank ones included, from 1. It
equals the line number in an editor as long as no quoted cell runs over several lines.
"""

import codecs
import csv
import datetime as dt
import io
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import chain, islice
from typing import Any, BinaryIO, Literal, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from integrations.ingestion.reading.faults import FileRefused, Refusal, printable
from integrations.ingestion.reading.workbooks import COLUMNS_LIMIT, ErrorCells, opened_workbook

CELLS = "cells"  # the column of a chunk that counts the cells which each row really had
CHUNK_ROWS = 50_000
CHUNK_CELLS = 2_000_000
CHUNK_BYTES = 16 << 20
LINE_LIMIT = 1_000_000  # characters

_BLOCK = 1 << 20
_BATCH = 100  # records held as lists: the garbage collector would walk over more of them again and again
_EXACT_DIGITS = 15  # what Excel keeps of a number

Record = list[str]


@dataclass(frozen=True)
class Format:
    """How a file is written: all that was found, to be shown to a person and used again.

    ``encoding`` and ``delimiter`` are empty for a workbook, ``sheet`` for a CSV file. ``heading_row`` counts
    from 1; ``titles`` are the lines above it; ``sheet_rows`` is the last row of the sheet.
    """

    kind: Literal["csv", "xlsx"]
    heading_row: int
    headings: tuple[str, ...]
    titles: tuple[str, ...] = ()
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheet_rows: int = 0

    def to_json(self) -> dict[str, Any]:
        """As plain values that JSON can hold."""
        return asdict(self)

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> Self:
        """The reverse of ``to_json``."""
        return cls(**{**saved, "headings": tuple(saved["headings"]), "titles": tuple(saved["titles"])})


def read_chunks(source: BinaryIO, layout: Format, rows: int = CHUNK_ROWS) -> Iterator[pd.DataFrame]:
    """Yield the rows below the headings as text, at most ``rows`` at a time (fewer if they are very large).

    Each frame has one column of strings for each heading, named by its position (0, 1, ...), and the column
    ``CELLS``; its index is the row number in the file. A short row is filled up with empty cells and a long
    one cut, which ``CELLS`` betrays.

    Raises
    ------
    FileRefused
        If the file does not hold the headings of ``layout``, or cannot be read on.
    """
    records = csv_records(source, layout) if layout.kind == "csv" else _sheet_records(source, layout)
    _skip_to_data(records, layout)
    row = layout.heading_row + 1
    while True:
        chunk = _next_chunk(source, records, rows, layout.headings, row)
        if chunk.empty:
            return
        yield chunk
        row += len(chunk)


def _skip_to_data(records: Iterator[Record], layout: Format) -> None:
    found = next(islice(records, layout.heading_row - 1, None), [])
    if clean_headings(found) != layout.headings:
        raise FileRefused(
            Refusal.CHANGED_FILE,
            row=layout.heading_row,
            expected=quoted(layout.headings),
            found=quoted(clean_headings(found)),
        )


def clean_headings(record: Record) -> tuple[str, ...]:
    """The cells of a heading row, each printable and on one line."""
    return tuple(printable(" ".join(cell.split()), 200) for cell in record)


def quoted(headings: tuple[str, ...]) -> str:
    """Headings as they appear in a sentence, at most thirty of them."""
    named = [heading for heading in headings if heading]
    shown = ", ".join(f'"{heading[:40]}"' for heading in named[:30])
    return f"{shown}, ..." if len(named) > 30 else shown


def blank_rows(chunk: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Which rows of a chunk hold nothing but white space."""
    left = np.arange(len(chunk))
    for position in chunk.columns.drop(CELLS):
        cells = chunk[position].to_numpy()[left]
        left = left[np.fromiter(map(len, map(str.strip, cells)), np.int64, len(cells)) == 0]
        if not len(left):
            break
    blank = np.zeros(len(chunk), dtype=bool)
    blank[left] = True
    return blank


def _next_chunk(
    source: BinaryIO, records: Iterator[Record], rows: int, headings: tuple[str, ...], first_row: int
) -> pd.DataFrame:
    """Gather up to ``rows`` records, fewer if they are large, in batches: few lists are alive at a time."""
    width = len(headings)
    rows, until = min(rows, CHUNK_CELLS // width), source.tell() + CHUNK_BYTES
    cells = np.empty((rows, width), dtype=object, order="F")
    counts = np.full(rows, width, dtype=np.int64)
    done = 0
    while (
        done < rows and source.tell() < until and (batch := list(islice(records, min(_BATCH, rows - done))))
    ):
        lengths = np.fromiter(map(len, batch), np.int64, len(batch))
        for odd in np.flatnonzero(lengths != width):
            batch[odd], counts[done + odd] = _fitted(batch[odd], headings, first_row + done + int(odd))
        cells[done : done + len(batch)] = batch
        done += len(batch)
    index = pd.RangeIndex(first_row, first_row + done, name="row")
    chunk = pd.DataFrame(cells[:done], index=index, columns=range(width), copy=False)
    chunk[CELLS] = counts[:done]
    return chunk


def _fitted(record: Record, headings: tuple[str, ...], row: int) -> tuple[Record, int]:
    """Fit a record to the headings, and count its cells: empty ones beyond the headings are no fault.

    Nor are missing cells where the heading is empty too, nor a row without any text.
    """
    if len(record) > COLUMNS_LIMIT:
        raise FileRefused(Refusal.TOO_MANY_COLUMNS, row=row, found=len(record), limit=COLUMNS_LIMIT)
    width = len(headings)
    overfull = any(map(str.strip, record[width:]))
    lacking = any(headings[len(record) :]) and any(map(str.strip, record))
    return (record + [""] * width)[:width], len(record) if overfull or lacking else width


def csv_records(source: BinaryIO, layout: Format) -> Iterator[Record]:
    """The records of a CSV file, from its first line on."""
    return chain.from_iterable(_csv_batches(source, layout))


def _csv_batches(source: BinaryIO, layout: Format) -> Iterator[list[Record]]:
    row = room = 0

    def blocks() -> Iterator[list[str]]:
        nonlocal room
        for block in _line_blocks(source, layout.encoding):
            room = min(_BATCH, len(block))  # long lines: fewer of them at a time
            yield block

    reader = csv.reader(chain.from_iterable(blocks()), delimiter=layout.delimiter)
    while True:
        batch: list[Record] = []
        try:
            batch.extend(islice(reader, max(room, 1)))
        except csv.Error:
            raise FileRefused(
                Refusal.CELL_TOO_LONG, row=row + len(batch), limit=csv.field_size_limit()
            ) from None
        if not batch:
            return
        yield batch
        row += len(batch)


def _line_blocks(source: BinaryIO, encoding: str) -> Iterator[list[str]]:
    """The lines of a text file with their ends, many at a time; no line grows beyond the limit in memory."""
    wide = encoding.startswith("utf-16")
    decoder = codecs.getincrementaldecoder(encoding)("strict" if wide else "surrogateescape")
    source.seek(0)
    rest, done = "", 0
    try:
        while block := source.read(_BLOCK):
            lines = list(io.StringIO(rest + decoder.decode(block), newline=""))
            rest = lines.pop() if lines else ""  # the rest of this line may lie in the next block
            yield lines
            done += len(lines)
            if len(rest) > LINE_LIMIT or max(map(len, lines), default=0) > LINE_LIMIT:
                raise FileRefused(Refusal.LINE_TOO_LONG, row=done, limit=LINE_LIMIT)
        yield list(io.StringIO(rest + decoder.decode(b"", final=True), newline=""))
    except UnicodeDecodeError:
        raise FileRefused(Refusal.UNREADABLE_TEXT, encoding=encoding.upper()) from None


def _sheet_records(source: BinaryIO, layout: Format) -> Iterator[Record]:
    with opened_workbook(source) as workbook:
        if layout.sheet not in workbook.sheet_names():
            raise FileRefused(
                Refusal.CHANGED_FILE, row=layout.heading_row, expected=quoted(layout.headings), found=""
            )
        yield from sheet_records(*workbook.sheet(layout.sheet))


def sheet_records(sheet: Any, errors: ErrorCells) -> Iterator[Record]:
    """The rows of a sheet as text, from its first row on; columns count from the first that is used."""
    first_column = sheet.start[1] if sheet.start else 0
    by_row: dict[int, list[tuple[int, str]]] = {}
    for (row, column), text in errors.items():
        by_row.setdefault(row, []).append((column - first_column, text))
    for row, cells in enumerate(sheet.iter_rows()):
        record = [cell if type(cell) is str else _cell_text(cell) for cell in cells]
        for column, text in by_row.get(row, ()):
            if 0 <= column < len(record):
                record[column] = text
        yield record


@lru_cache(maxsize=1 << 16, typed=True)  # typed: True and 1.0 are equal, and differ as texts
def _cell_text(cell: object) -> str:
    """A typed cell as text: 7.1 and not 7.0999999, 1 and not 1.0, a date as YYYY-MM-DD."""
    if isinstance(cell, float):
        return _number_text(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ") if cell.time() != dt.time() else cell.date().isoformat()
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return str(cell)


def _number_text(number: float) -> str:
    """A number with the 15 digits that Excel keeps; a larger one stays in scientific notation, as a loss.

    Three decimals are written as four, because "1.234" could elsewhere be a thousand.
    """
    if abs(number) >= 10**_EXACT_DIGITS:
        return f"{number:.14E}"
    text = f"{number:.{_EXACT_DIGITS}g}"
    if "e" in text:
        text = f"{Decimal(text):f}"
    return f"{text}0" if text[-4:-3] == "." else text
