"""XLSX workbooks: measured before anything is inflated into memory.

The reader lays a sheet out as a full rectangle and copies a shared text into each cell that names it, so a
few kilobytes can ask for a terabyte. Hence every part is streamed once and measured before the reader sees
the file.
"""

import re
import zipfile
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.etree import ElementTree

from integrations.ingestion.workbook.bounds import MEGABYTE, ErrorCells, Extent, Refused, check_errors

INFLATED_LIMIT = 400 * MEGABYTE
RATIO_LIMIT = 200
PARTS_LIMIT = 1_000
TEXTS_LIMIT = 5_000_000  # shared texts of a workbook

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


def measure(source: BinaryIO) -> dict[str, ErrorCells]:
    """Check every bound by streaming; return the error cells by sheet name."""
    source.seek(0)
    with zipfile.ZipFile(source) as archive:
        parts = archive.infolist()
        _check_declared(parts)
        names = {part.filename for part in parts}
        if "xl/workbook.xml" not in names:
            raise Refused("wrong_type", found=_kind_of_archive(names))
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
        raise Refused("too_many_parts", found=len(parts), limit=PARTS_LIMIT)
    inflated = sum(part.file_size for part in parts)
    if inflated > INFLATED_LIMIT:
        found, limit = -(-inflated // MEGABYTE), INFLATED_LIMIT // MEGABYTE
        raise Refused("too_large_inside", found=found, limit=limit)
    packed = sum(part.compress_size for part in parts)
    if inflated > RATIO_LIMIT * max(packed, 1):
        raise Refused("packed_too_tightly", found=inflated // max(packed, 1), limit=RATIO_LIMIT)
    for part in parts:
        if part.flag_bits & 0x1:
            raise Refused("encrypted_workbook")
        if part.compress_type not in _PACKINGS:
            raise Refused("broken_workbook")
        if _ARCHIVE_NAME.search(part.filename):
            raise Refused("nested_archive", found=part.filename[:80])


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
                raise Refused("broken_workbook")
    yield _without_entities(rest)


def _without_entities(block: bytes) -> bytes:
    """Refuse XML in which entities could be declared; no workbook needs them."""
    if b"<!DOCTYPE" in block or b"<!ENTITY" in block:
        raise Refused("broken_workbook")
    return block


@dataclass
class _SharedTexts:
    """Upper bounds of the lengths of the shared texts, in their order."""

    lengths: "array[int]" = field(default_factory=lambda: array("L"))
    longest: int = 0

    def measure(self, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
        """Read the lengths from the part that holds the texts."""
        for block in _blocks(archive, part, b"si>"):
            self.lengths.extend(map(len, _TEXT_END.split(block)[:-1]))
            if len(self.lengths) > TEXTS_LIMIT:
                raise Refused("too_many_parts", found=len(self.lengths), limit=TEXTS_LIMIT)
        self.longest = max(self.lengths, default=0)

    def bytes_in(self, block: bytes) -> int:
        """How much text the cells of a block come to once each has its own copy."""
        cells = len(_SHARED.findall(block)) if self.lengths else 0
        if not cells:
            return 0
        known = [index for index in map(int, _SHARED_INDEX.findall(block)) if index < len(self.lengths)]
        return sum(map(self.lengths.__getitem__, known)) + (cells - len(known)) * self.longest


def _measure_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, texts: _SharedTexts) -> ErrorCells:
    """Measure one part, whatever its name: its content tells whether the reader could take it for a sheet."""
    if _holds_texts(part.filename):
        texts.measure(archive, part)
        return {}
    extent, is_sheet, text_bytes = Extent(), False, 0
    errors: ErrorCells = {}
    for number, block in enumerate(_blocks(archive, part, b"row>")):
        if number == 0 and block.startswith(_ARCHIVE_BYTES):
            raise Refused("nested_archive", found=part.filename[:80])
        is_sheet = is_sheet or b"sheetData" in block
        if is_sheet:
            _extend(extent, block)
            text_bytes += texts.bytes_in(block)
            errors.update(_error_cells(block))
        if text_bytes > INFLATED_LIMIT:
            found, limit = -(-text_bytes // MEGABYTE), INFLATED_LIMIT // MEGABYTE
            raise Refused("too_large_inside", found=found, limit=limit)
        check_errors(errors)
    extent.check()
    return errors


def _extend(extent: Extent, block: bytes) -> None:
    """Take in the cells of a block."""
    found = _filled_cells(block)
    if not found:
        return
    addresses = b" ".join(found)
    rows = {int(row) - 1 for row in set(addresses.translate(None, _LETTERS).split())}
    extent.cells += len(found)
    extent.columns.update(map(_column_number, set(addresses.translate(None, _DIGITS).split())))
    extent.first_row = min(extent.first_row, min(rows))
    extent.last_row = max(extent.last_row, max(rows))


def _filled_cells(block: bytes) -> list[bytes]:
    """The addresses of the cells with content; a cell that does not say where it stands cannot be bounded."""
    found: list[bytes] = _USUAL_CELL.findall(block)
    if len(found) == block.count(b"<c") and b":c" not in block:
        return found  # there is no other tag that could be a cell
    found = _FILLED_CELL.findall(block)
    if len(found) + len(_EMPTY_CELL.findall(block)) != len(_CELL_START.findall(block)):
        raise Refused("broken_workbook")
    return found


def _column_number(letters: bytes) -> int:
    """Counted from zero."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1


def _error_cells(block: bytes) -> ErrorCells:
    if b'="e"' not in block and b"='e'" not in block:
        return {}
    return {
        (int(row) - 1, _column_number(column)): text.decode("ascii", "replace")
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
        raise Refused("broken_workbook")
    with archive.open(name) as stream:
        content = _without_entities(stream.read(_INDEX_LIMIT))
    return ElementTree.fromstring(content)  # noqa: S314 (refused above if it declares entities)
