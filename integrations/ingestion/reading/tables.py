"""A file as rows of text: CSV, XLSX and XLS behind one iterator, in bounded memory.

The row number is the one that a person sees in Excel: records are counted, blank ones included, from 1. It
equals the line number in an editor as long as no quoted cell runs over several lines.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import chain, islice
from typing import Any, BinaryIO, Literal, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from integrations.ingestion.reading.faults import FileRefused, Refusal, printable
from integrations.ingestion.reading.workbooks import Record, sheet_records
from integrations.ingestion.workbook.bounds import COLUMNS_LIMIT

CELLS = "cells"  # the column of a chunk that counts the cells which each row really had
CHUNK_ROWS = 50_000
CHUNK_CELLS = 2_000_000
CHUNK_BYTES = 16 << 20
LINE_LIMIT = 1_000_000  # characters

_BLOCK = 1 << 20
_BATCH = 100  # records held as lists: the garbage collector would walk over more of them again and again


@dataclass(frozen=True)
class OtherSheet:
    """A sheet that is not read: its last row, and whether it has all known headings of the one that is."""

    name: str
    rows: int
    alike: bool = False


@dataclass(frozen=True)
class Format:
    """How a file is written: all that was found, to be shown to a person and used again.

    ``encoding`` and ``delimiter`` are empty for a workbook, ``sheet`` for a CSV file. ``heading_row`` counts
    from 1; ``titles`` are the lines above the headings. Headings that stand in several lines, the last of them
    in ``heading_row``, are joined in ``headings`` and kept as they stand in ``heading_lines``. ``sheet_rows`` is
    the last row of the sheet, ``others`` are the sheets that are not read, ``sought`` is the one that a person
    chose, for this file or an earlier one. From ``footer_row`` on, unless it is 0, no row belongs to the table.
    """

    kind: Literal["csv", "xlsx", "xls"]
    heading_row: int
    headings: tuple[str, ...]
    titles: tuple[str, ...] = ()
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    sheet_rows: int = 0
    heading_lines: tuple[tuple[str, ...], ...] = ()
    others: tuple[OtherSheet, ...] = ()
    sought: str = ""
    footer_row: int = 0

    def to_json(self) -> dict[str, Any]:
        """As plain values that JSON can hold."""
        return asdict(self)

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> Self:
        """The reverse of ``to_json``."""
        rebuilt = {
            "headings": tuple(saved["headings"]),
            "titles": tuple(saved["titles"]),
            "heading_lines": tuple(map(tuple, saved.get("heading_lines", ()))),
            "others": tuple(OtherSheet(**sheet) for sheet in saved.get("others", ())),
        }
        return cls(**{**saved, **rebuilt})


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
    records = csv_records(source, layout) if layout.kind == "csv" else sheet_records(source, layout.sheet)
    _skip_to_data(records, layout)
    row = layout.heading_row + 1
    while True:
        chunk = _next_chunk(source, records, rows, layout.headings, row)
        if chunk.empty:
            return
        yield chunk
        row += len(chunk)


def _skip_to_data(records: Iterator[Record], layout: Format) -> None:
    expected = layout.heading_lines or (layout.headings,)
    first = layout.heading_row - len(expected)
    found = [clean_headings(record) for record in islice(records, first, layout.heading_row)]
    if found != list(expected):
        raise FileRefused(
            Refusal.CHANGED_FILE,
            row=layout.heading_row,
            expected=quoted(expected[-1]),
            found=quoted(found[-1] if found else ()),
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
