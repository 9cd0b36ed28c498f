"""What kind of file this is: CSV, XLSX or XLS, encoding, delimiter, sheet, and the row that holds the headings."""

import codecs
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice, takewhile
from typing import BinaryIO

import numpy as np

from integrations.ingestion.reading.faults import FileRefused, Refusal, printable
from integrations.ingestion.reading.fields import Feed, normalised_heading
from integrations.ingestion.reading.headings import HeadingRow, find_headings
from integrations.ingestion.reading.tables import (
    LINE_LIMIT,
    Format,
    OtherSheet,
    clean_headings,
    csv_records,
    quoted,
)
from integrations.ingestion.reading.workbooks import Record, Sheet, survey
from integrations.ingestion.workbook.bounds import COLUMNS_LIMIT, MEGABYTE

LONGEST_SHEET = 100  # characters of the name of a sheet that can be chosen, far more than a workbook allows
MOST_SHEETS = 100  # that are named
HEADING_SEARCH = 30  # rows in which the headings are looked for
DELIMITERS = (";", ",", "\t", "|")

_DELIMITER_SAMPLE = 60  # records compared to tell delimiters apart
_SAMPLE_BYTES = 4 * MEGABYTE
_WIDE_SHARE = 0.15  # of NUL bytes at the start of a text in UTF-16
_BINARY_SHARE = 0.05  # of control characters in the first block
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAGIC = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
    b"{\\rtf": "RTF",
    b"\x1f\x8b": "GZIP",
    b"BZh": "BZIP2",
    b"7z\xbc\xaf": "7Z",
    b"Rar!": "RAR",
    b"PAR1": "PARQUET",
    b"SQLite format 3": "SQLITE",
    b"PK\x05\x06": "ZIP",
    b"\x7fELF": "ELF",
}
_MARKUP = {
    b"<!doctype html": "HTML",
    b"<html": "HTML",
    b"<table": "HTML",
    b"<": "XML",
    b"{": "JSON",
    b"[{": "JSON",
}
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_OLDER_WORKBOOK = re.compile(rb"\x09[\x00\x02\x04][\x04\x06\x08]\x00")  # how those before Excel 5 begin
_SEPARATOR_LINE = re.compile(r"sep=(.)\s*", re.IGNORECASE)  # how Excel is told the delimiter


def sniff(
    source: BinaryIO, feed: Feed, remembered: Iterable[str] = (), *, sheet: str = "", sought: str = ""
) -> Format:
    """Find out how a file is written.

    Parameters
    ----------
    source : seekable binary file
    feed : the feed whose headings are looked for
    remembered : headings that were mapped by hand before
    sheet : the sheet of a workbook that is to be read, '' for the one whose headings are known best
    sought : the sheet that was chosen for an earlier file, taken again if this one has it

    Raises
    ------
    FileRefused
        If the file is empty, of another type, too large inside, or has no row of headings, or not this sheet.
    """
    source.seek(0)
    head = source.read(MEGABYTE)
    known = {*feed.keys_by_heading, *map(normalised_heading, remembered)}
    if not head.strip(b" \t\r\n\x00"):
        raise FileRefused(Refusal.EMPTY_FILE)
    if head.startswith((_ZIP, _OLE)):
        layout = Format("xlsx" if head.startswith(_ZIP) else "xls", 0, (), sought=sheet or sought)
        return _sniff_workbook(source, layout, known, sheet)
    if _OLDER_WORKBOOK.match(head):
        raise FileRefused(Refusal.OLD_WORKBOOK)
    _refuse_other_types(head)
    return replace(_sniff_csv(source, known), sought=sought)


def _refuse_other_types(head: bytes) -> None:
    for start, name in _MAGIC.items():
        if head.startswith(start):
            raise FileRefused(Refusal.WRONG_TYPE, found=name)
    text = head[:1024].removeprefix(codecs.BOM_UTF8).lstrip().lower()
    for start, name in _MARKUP.items():
        if text.startswith(start):
            raise FileRefused(Refusal.WRONG_TYPE, found=name)


def _sniff_workbook(source: BinaryIO, layout: Format, known: set[str], wanted: str) -> Format:
    """Take the sheet that a person chose, else the one whose headings are known best; of equals the longest."""
    sheets = survey(source)
    found = {sheet.name: (sheet, row) for sheet in sheets if (row := _headings_of(sheet, known))}
    if wanted and wanted not in found:
        names = ", ".join(sheet.name for sheet in sheets)
        raise FileRefused(Refusal.NO_SUCH_SHEET, sheet=printable(wanted, 100), found=printable(names, 300))
    if not found:
        raise _no_heading_row(next((sheet.start for sheet in sheets if sheet.start), []))
    best = max(found.values(), key=lambda pair: _sheet_rank(*pair))
    sheet, row = found.get(layout.sought, best)
    others = tuple(
        OtherSheet(
            other.name, other.rows, alike=other.name in found and row.known <= found[other.name][1].known
        )
        for other in sheets
        if other is not sheet and other.rows and len(other.name) <= LONGEST_SHEET
    )[:MOST_SHEETS]
    layout = replace(layout, sheet=sheet.name, sheet_rows=sheet.rows, others=others)
    return _with_headings(layout, sheet.start, row)


def _headings_of(sheet: Sheet, known: set[str]) -> HeadingRow | None:
    return find_headings(sheet.start, known, sheet.merged)


def _sheet_rank(sheet: Sheet, row: HeadingRow) -> tuple[int, int, int]:
    """Where no heading is known, the fullest row of words counts more than the length of what is below it."""
    return len(row.known), 0 if row.known else row.filled, sheet.rows - row.row


def _sniff_csv(source: BinaryIO, known: set[str]) -> Format:
    encoding = find_encoding(source)
    layout = Format("csv", 0, (), encoding=encoding)
    samples: dict[str, list[Record]] = {}
    refused: FileRefused | None = None
    for delimiter in DELIMITERS:
        try:
            samples[delimiter] = _sample(source, replace(layout, delimiter=delimiter))
        except (
            FileRefused
        ) as error:  # cut at the wrong delimiter, a sound file may have cells that are too long
            refused = error
    delimiter = _delimiter(samples, known)
    records = samples.get(delimiter, [])[:HEADING_SEARCH]
    found = find_headings(records, known)
    if not found:
        raise refused or _no_heading_row(records)
    return _with_headings(replace(layout, delimiter=delimiter), records, found)


def _sample(source: BinaryIO, layout: Format) -> list[Record]:
    near = takewhile(lambda _: source.tell() <= _SAMPLE_BYTES, csv_records(source, layout))
    return list(islice(near, _DELIMITER_SAMPLE))


def _delimiter(samples: dict[str, list[Record]], known: set[str]) -> str:
    """The delimiter that the first line names, or the one under which the sample looks most like a table."""
    for delimiter, records in samples.items():
        named = _SEPARATOR_LINE.fullmatch(delimiter.join(records[0])) if records else None
        if named and named[1] in samples:
            return named[1]
    ranked = ((_delimiter_rank(records, known), delimiter) for delimiter, records in samples.items())
    return max(ranked, key=lambda pair: pair[0], default=((0, 0.0, 0), DELIMITERS[0]))[1]


def _delimiter_rank(records: list[Record], known: set[str]) -> tuple[int, float, int]:
    """Known headings first, then how evenly and into how many cells the records are cut."""
    found = find_headings(records[:HEADING_SEARCH], known)
    widths = Counter(len(record) for record in records if record)
    if not widths:
        return 0, 0.0, 0
    width, times = widths.most_common(1)[0]
    evenness = times / widths.total() if width > 1 else 0.0
    return len(found.known) if found else 0, evenness, width


def _with_headings(layout: Format, records: list[Record], found: HeadingRow) -> Format:
    if len(found.headings) > COLUMNS_LIMIT:
        raise FileRefused(
            Refusal.TOO_MANY_COLUMNS, row=found.row, found=len(found.headings), limit=COLUMNS_LIMIT
        )
    lines = tuple(clean_headings(record) for record in records[found.row - found.lines : found.row])
    above = [
        " ".join(cell for cell in clean_headings(record) if cell)
        for record in records[: found.row - found.lines]
    ]
    return replace(
        layout,
        heading_row=found.row,
        headings=found.headings,
        heading_lines=lines if found.lines > 1 else (),
        titles=tuple(title[:200] for title in above if title),
    )


def _no_heading_row(records: list[Record]) -> FileRefused:
    filled = [(row, record) for row, record in enumerate(records, start=1) if any(map(str.strip, record))]
    if not filled:
        return FileRefused(Refusal.EMPTY_FILE)
    row, record = filled[0]
    shown = printable(quoted(clean_headings(record)), 200)
    return FileRefused(Refusal.NO_HEADING_ROW, searched=HEADING_SEARCH, row=row, found=shown)


def find_encoding(source: BinaryIO) -> str:
    """The encoding of a text file, decided by reading all of it.

    A byte order mark decides. Else UTF-16 shows by its NUL bytes. Else the file is UTF-8, unless more
    characters break its rules than keep them: then it is CP1252. A few broken bytes in a UTF-8 file are left
    to be reported row by row, since to take the whole file for CP1252 would spoil each accented letter.
    """
    source.seek(0)
    head = source.read(4096)
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if head.startswith(mark):
            return _checked(source, encoding)
    nul = np.frombuffer(head, dtype=np.uint8) == 0
    if nul.sum() > _WIDE_SHARE * len(nul):
        if not nul[::2].any():
            return _checked(source, "utf-16-le")
        if not nul[1::2].any():
            return _checked(source, "utf-16-be")
    return _checked(source, "utf-8")


def _checked(source: BinaryIO, encoding: str) -> str:
    """Decode the whole file in blocks; return the encoding, or CP1252 for what is not UTF-8 after all."""
    wide = encoding.startswith("utf-16")
    decoder = codecs.getincrementaldecoder(encoding)("strict" if wide else "surrogateescape")
    kept = broken = 0
    source.seek(0)
    block = source.read(LINE_LIMIT)
    if not wide and _share_of_controls(block) > _BINARY_SHARE:
        raise FileRefused(Refusal.WRONG_TYPE, found="BINARY")
    try:
        while block:
            if len(block) == LINE_LIMIT and b"\n" not in block and b"\r" not in block:
                raise FileRefused(Refusal.LINE_TOO_LONG, row=0, limit=LINE_LIMIT)
            text = decoder.decode(block)
            if not text.isascii():
                points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
                escaped = int(((points >= 0xDC80) & (points <= 0xDCFF)).sum())
                broken += escaped
                kept += int((points > 0x7F).sum()) - escaped
            block = source.read(LINE_LIMIT)
        broken += len(decoder.decode(b"", final=True))
    except UnicodeDecodeError:
        raise FileRefused(Refusal.UNREADABLE_TEXT, encoding=encoding.upper()) from None
    return "cp1252" if encoding == "utf-8" and broken > kept else encoding


def _share_of_controls(block: bytes) -> float:
    codes = np.frombuffer(block, dtype=np.uint8)
    return float(((codes < 9) | ((codes > 13) & (codes < 32))).mean())
