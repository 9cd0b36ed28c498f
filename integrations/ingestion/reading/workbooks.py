"""XLSX workbooks: measured before anything is inflated into memory, then opened.

The reader lays a sheet out as a full rectangle and copies a shared text into each cell that names it, so a
few kilobytes can ask for a terabyte. Hence every part is streamed once and measured before the reader sees
the file.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from integrations.ingestion.reading.faults import FileRefused, Refusal, printable

MEGABYTE = 1 << 20
INFLATED_LIMIT = 400 * MEGABYTE
RATIO_LIMIT = 200
PARTS_LIMIT = 1_000
COLUMNS_LIMIT = 500
AREA_LIMIT = 20_000_000  # cells of a sheet's rectangle; the reader takes some 32 bytes for each
SPARSE_AREA = 4_000_000  # a rectangle up to this size is laid out even if it is nearly empty;
SPARSE_SHARE = 20  # above it, one cell in so many must be filled
TEXTS_LIMIT = 5_000_000  # shared texts of a workbook
ERRORS_LIMIT = 200_000  # cells that hold an error such as #N/A

_BLOCK = MEGABYTE
_ROW_BYTES_LIMIT = 32 * MEGABYTE
_INDEX_LIMIT = 4 * MEGABYTE  # of the part that lists the sheets
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ARCHIVE_NAME = re.compile(r"\.(zip|xlsx|xlsm|xlsb|xls|ods|docx|gz|7z|rar)$", re.IGNORECASE)
_ARCHIVE_BYTES = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")
_TEXT_END = re.compile(rb"</(?:\w+:)?si>|<(?:\w+:)?si\s*/>")
_CELL_START = re.compile(rb"<(?:\w+:)?c[\s/>]")
_ATTRIBUTE = rb"(?!r=)[\w:]{1,30}=[\"'][^\"'<>]{0,60}[\"']"  # short: no tag may take long to look through
_CELL = (
    rb"<(?:\w+:)?c\s+(?:" + _ATTRIBUTE + rb"\s+){0,8}r=[\"']([A-Z]{1,3}[0-9]{1,7})[\"']"
    rb"(?:\s+" + _ATTRIBUTE + rb"){0,8}\s?"
)
_FILLED_CELL = re.compile(_CELL + rb">(?!</)")
_EMPTY_CELL = re.compile(_CELL + rb"(?:/>|></)")
_USUAL_CELL = re.compile(rb'<c r="([A-Z]{1,3}[0-9]{1,7})"(?: [st]="\w{1,12}"){0,2}>(?!</)')
_LETTERS, _DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"0123456789"
_SHARED = re.compile(rb"\st=[\"']s[\"']")
_SHARED_INDEX = re.compile(rb"\st=[\"']s[\"'][^<>]{0,100}><(?:\w+:)?v>([0-9]{1,9})</")
_ERROR_CELL = re.compile(
    rb"<(?:\w+:)?c\s[^<>]*?r=[\"']([A-Z]{1,3})([0-9]{1,7})[\"'][^<>]*\st=[\"']e[\"'][^<>]*>"
    rb"(?:<(?:\w+:)?f[^<>]*/>|<(?:\w+:)?f[^<>]*>[^<]*</(?:\w+:)?f>)?<(?:\w+:)?v>([^<]{1,20})<"
)

_DAMAGE = (  # all that the readers were seen to raise on files with broken bytes
    CalamineError,
    ElementTree.ParseError,
    EOFError,
    NotImplementedError,
    OverflowError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)

ErrorCells = dict[tuple[int, int], str]


@dataclass
class Workbook:
    """An open workbook within every bound, with what the reader leaves out: the text of error cells."""

    reader: CalamineWorkbook
    errors_by_sheet: dict[str, ErrorCells]

    def sheet_names(self) -> list[str]:
        """The visible sheets, or all if none is visible."""
        listed = self.reader.sheets_metadata
        visible = [sheet.name for sheet in listed if sheet.visible == SheetVisibleEnum.Visible]
        return visible or [sheet.name for sheet in listed]

    def sheet(self, name: str) -> tuple[CalamineSheet, ErrorCells]:
        """A sheet and its error cells by (row, column), counted from zero."""
        return self.reader.get_sheet_by_name(name), self.errors_by_sheet.get(name, {})


@contextmanager
def opened_workbook(source: BinaryIO) -> Iterator[Workbook]:
    """Open a workbook, or refuse it: too large, too tightly packed, damaged, protected."""
    with _damage_refused():
        errors = _measured_errors(source)
        source.seek(0)
        with CalamineWorkbook.from_filelike(source) as reader:
            yield Workbook(reader, errors)


@contextmanager
def _damage_refused() -> Iterator[None]:
    """Turn what the readers raise on a damaged file into a refusal, a panic of the native one included."""
    try:
        yield
    except PasswordError:
        raise FileRefused(Refusal.ENCRYPTED_WORKBOOK) from None
    except _DAMAGE as error:
        raise FileRefused(Refusal.BROKEN_WORKBOOK) from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise FileRefused(Refusal.BROKEN_WORKBOOK) from error
        raise


def _measured_errors(source: BinaryIO) -> dict[str, ErrorCells]:
    """Check every bound by streaming; return the error cells by sheet name."""
    source.seek(0)
    with zipfile.ZipFile(source) as archive:
        parts = archive.infolist()
        _check_declared(parts)
        names = {part.filename for part in parts}
        if "xl/workbook.xml" not in names:
            raise FileRefused(Refusal.WRONG_TYPE, found=_kind_of_archive(names))
        texts = _SharedTexts()
        errors: dict[str, ErrorCells] = {}
        for part in sorted(parts, key=lambda part: not _holds_texts(part.filename)):
            found = _measure_part(archive, part, texts)
            if found:
                errors[part.filename] = found
        if not errors:
            return {}
        return {name: errors[part] for name, part in _sheet_parts(archive).items() if part in errors}


def _check_declared(parts: list[zipfile.ZipInfo]) -> None:
    """Check what the archive says of itself, before any of it is inflated."""
    if len(parts) > PARTS_LIMIT:
        raise FileRefused(Refusal.TOO_MANY_PARTS, found=len(parts), limit=PARTS_LIMIT)
    inflated = sum(part.file_size for part in parts)
    if inflated > INFLATED_LIMIT:
        found, limit = -(-inflated // MEGABYTE), INFLATED_LIMIT // MEGABYTE
        raise FileRefused(Refusal.TOO_LARGE_INSIDE, found=found, limit=limit)
    packed = sum(part.compress_size for part in parts)
    if inflated > RATIO_LIMIT * max(packed, 1):
        raise FileRefused(Refusal.PACKED_TOO_TIGHTLY, found=inflated // max(packed, 1), limit=RATIO_LIMIT)
    for part in parts:
        if part.flag_bits & 0x1:
            raise FileRefused(Refusal.ENCRYPTED_WORKBOOK)
        if part.compress_type not in _PACKINGS:
            raise FileRefused(Refusal.BROKEN_WORKBOOK)
        if _ARCHIVE_NAME.search(part.filename):
            raise FileRefused(Refusal.NESTED_ARCHIVE, found=printable(part.filename, 80))


def _kind_of_archive(names: set[str]) -> str:
    if "xl/workbook.bin" in names:
        return "XLSB"
    if "word/document.xml" in names:
        return "DOCX"
    return "ODS" if "content.xml" in names else "ZIP"


def _holds_texts(name: str) -> bool:
    return "sharedstrings" in name.lower()


def _blocks(archive: zipfile.ZipFile, part: zipfile.ZipInfo, end: bytes) -> Iterator[bytes]:
    """Stream a part in blocks cut after ``end``, so that no row (or shared text) lies across two blocks."""
    rest = b""
    with archive.open(part) as stream:
        while block := stream.read(_BLOCK):
            rest += block
            cut = rest.rfind(end) + len(end)
            if cut >= len(end):
                yield _without_entities(rest[:cut])
                rest = rest[cut:]
            elif len(rest) > _ROW_BYTES_LIMIT:
                raise FileRefused(Refusal.BROKEN_WORKBOOK)
    yield _without_entities(rest)


def _without_entities(block: bytes) -> bytes:
    """Refuse XML in which entities could be declared; no workbook needs them."""
    if b"<!DOCTYPE" in block or b"<!ENTITY" in block:
        raise FileRefused(Refusal.BROKEN_WORKBOOK)
    return block


@dataclass
class _SharedTexts:
    """Upper bounds of the lengths of the shared texts, in their order."""

    lengths: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def measure(self, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
        """Read the lengths from the part that holds the texts."""
        found: list[npt.NDArray[np.int64]] = [self.lengths]
        for block in _blocks(archive, part, b"si>"):
            pieces = _TEXT_END.split(block)[:-1]
            found.append(np.fromiter(map(len, pieces), np.int64, len(pieces)))
            if sum(map(len, found)) > TEXTS_LIMIT:
                raise FileRefused(Refusal.TOO_MANY_PARTS, found=sum(map(len, found)), limit=TEXTS_LIMIT)
        self.lengths = np.concatenate(found)

    def bytes_in(self, block: bytes) -> int:
        """How much text the cells of a block come to once each has its own copy."""
        cells = len(_SHARED.findall(block)) if len(self.lengths) else 0
        if not cells:
            return 0
        named = np.array(_SHARED_INDEX.findall(block), dtype=np.int64)
        known = named[named < len(self.lengths)]
        return int(self.lengths[known].sum()) + (cells - len(known)) * int(self.lengths.max())


def _measure_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, texts: _SharedTexts) -> ErrorCells:
    """Measure one part, whatever its name: its content tells whether the reader could take it for a sheet."""
    if _holds_texts(part.filename):
        texts.measure(archive, part)
        return {}
    extent, is_sheet, text_bytes = _Extent(), False, 0
    errors: ErrorCells = {}
    for number, block in enumerate(_blocks(archive, part, b"row>")):
        if number == 0 and block.startswith(_ARCHIVE_BYTES):
            raise FileRefused(Refusal.NESTED_ARCHIVE, found=printable(part.filename, 80))
        is_sheet = is_sheet or b"sheetData" in block
        if is_sheet:
            extent.add(block)
            text_bytes += texts.bytes_in(block)
            errors.update(_error_cells(block))
        if text_bytes > INFLATED_LIMIT:
            found, limit = -(-text_bytes // MEGABYTE), INFLATED_LIMIT // MEGABYTE
            raise FileRefused(Refusal.TOO_LARGE_INSIDE, found=found, limit=limit)
        if len(errors) > ERRORS_LIMIT:
            raise FileRefused(Refusal.TOO_MANY_ERRORS, limit=ERRORS_LIMIT)
    extent.check()
    return errors


@dataclass
class _Extent:
    """The rectangle that the filled cells of a sheet span, as the reader will lay it out."""

    cells: int = 0
    columns: set[bytes] = field(default_factory=set)
    first_row: int = 1 << 30
    last_row: int = 0

    def add(self, block: bytes) -> None:
        """Take in the cells of a block."""
        found = _filled_cells(block)
        if not found:
            return
        addresses = b" ".join(found)
        rows = {int(row) for row in set(addresses.translate(None, _LETTERS).split())}
        self.cells += len(found)
        self.columns.update(addresses.translate(None, _DIGITS).split())
        self.first_row = min(self.first_row, min(rows))
        self.last_row = max(self.last_row, max(rows))

    def check(self) -> None:
        """Refuse a rectangle that is too wide, too large, or large and nearly empty."""
        if not self.cells:
            return
        numbers = [_column_number(letters) for letters in self.columns]
        height, width = self.last_row - self.first_row + 1, max(numbers) - min(numbers) + 1
        area = height * width
        if area > AREA_LIMIT or (area > SPARSE_AREA and self.cells * SPARSE_SHARE < area):
            raise FileRefused(Refusal.SCATTERED_CELLS, rows=height, columns=width, found=self.cells)
        if width > COLUMNS_LIMIT:
            raise FileRefused(Refusal.TOO_MANY_COLUMNS, row=self.first_row, found=width, limit=COLUMNS_LIMIT)


def _filled_cells(block: bytes) -> list[bytes]:
    """The addresses of the cells with content; a cell that does not say where it stands cannot be bounded."""
    found: list[bytes] = _USUAL_CELL.findall(block)
    if len(found) == block.count(b"<c") and b":c" not in block:
        return found  # there is no other tag that could be a cell
    found = _FILLED_CELL.findall(block)
    if len(found) + len(_EMPTY_CELL.findall(block)) != len(_CELL_START.findall(block)):
        raise FileRefused(Refusal.BROKEN_WORKBOOK)
    return found


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _error_cells(block: bytes) -> ErrorCells:
    if b'="e"' not in block and b"='e'" not in block:
        return {}
    return {
        (int(row) - 1, _column_number(column) - 1): text.decode("ascii", "replace")
        for column, row, text in _ERROR_CELL.findall(block)
    }


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Part names by sheet name. No part has entities by now, so the standard parser is safe."""
    targets: dict[str, str] = {}
    for element in _small_xml(archive, "xl/_rels/workbook.xml.rels").iter():
        target = element.get("Target", "")
        targets[element.get("Id", "")] = target[1:] if target.startswith("/") else f"xl/{target}"
    sheets: dict[str, str] = {}
    for element in _small_xml(archive, "xl/workbook.xml").iter():
        if element.tag.endswith("}sheet"):
            link = next((value for key, value in element.items() if key.endswith("}id")), "")
            sheets[element.get("name", "")] = targets.get(link, "")
    return sheets


def _small_xml(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    if name not in archive.namelist():
        raise FileRefused(Refusal.BROKEN_WORKBOOK)
    with archive.open(name) as stream:
        content = _without_entities(stream.read(_INDEX_LIMIT))
    return ElementTree.fromstring(content)  # noqa: S314 (refused above if it declares entities)
