"""XLS workbooks (BIFF 5 and 8 in a compound file): measured, and searched for the errors that the reader leaves out.

See [MS-XLS] for the records; every cell begins with its row and its column.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from olefile import OleFileIO

from integrations.ingestion.workbook.bounds import ErrorCells, Extent, Refused, check_errors

_BEGIN, _END, _SHEET, _PASSWORD = 0x0809, 0x000A, 0x0085, 0x002F
_FORMULA, _BOOLEAN_OR_ERROR, _NUMBERS = 0x0006, 0x0205, 0x00BD
_CELLS = frozenset({_FORMULA, _BOOLEAN_OR_ERROR, _NUMBERS, 0x0203, 0x0204, 0x027E, 0x00FD, 0x00D6})
_HEAD, _PLACE = struct.Struct("<HH"), struct.Struct("<HH")
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
_KINDS = {"worddocument": "DOC", "powerpoint document": "PPT", "__properties_version1.0": "MSG"}

_SECTOR = 512  # bytes; the last one of a file is filled too
_LAST_SECTOR = 0xFFFFFFFA  # greater numbers say that there is none

_Record = tuple[int, bytes]


def measure(source: BinaryIO) -> list[ErrorCells]:
    """Check the bounds of every sheet; return the error cells by the sheets' order in the workbook."""
    content = _workbook_stream(source)
    offsets = []
    for kind, body in _records(content, 0):
        if kind == _PASSWORD:
            raise Refused("encrypted_workbook")
        if kind == _SHEET:
            offsets.append(int.from_bytes(body[:4], "little"))
    return [_measure_sheet(content, offset) for offset in offsets]


def is_cut(source: BinaryIO) -> bool:
    """Whether a compound file ends within a sector, or before those that its header names: its tables and names."""
    size = source.seek(0, 2)
    source.seek(0)
    header = source.read(_SECTOR)
    if size % _SECTOR:
        return True
    (names,) = struct.unpack_from("<I", header, 48)
    sectors = [
        sector for sector in (names, *struct.unpack_from("<109I", header, 76)) if sector <= _LAST_SECTOR
    ]
    return (max(sectors, default=0) + 2) * _SECTOR > size


def _workbook_stream(source: BinaryIO) -> bytes:
    with OleFileIO(source) as compound:
        names = {"/".join(path).lower(): path for path in compound.listdir()}
        if "encryptedpackage" in names:
            raise Refused("encrypted_workbook")
        path = names.get("workbook") or names.get("book")
        if path is None:
            kinds = (kind for name, kind in _KINDS.items() if name in names)
            raise Refused("wrong_type", found=next(kinds, "OLE"))
        content: bytes = compound.openstream(path).read()
        if len(content) < compound.get_size(path):
            raise EOFError
    return content


def _measure_sheet(content: bytes, offset: int) -> ErrorCells:
    extent, errors = Extent(), ErrorCells()
    for kind, body in _records(content, offset):
        if kind in _CELLS and len(body) > 6:
            row, column = _PLACE.unpack_from(body)
            last = int.from_bytes(body[-2:], "little") if kind == _NUMBERS else column
            extent.cells += max(last - column, 0) + 1
            extent.columns.update((column, last))
            extent.first_row, extent.last_row = min(extent.first_row, row), max(extent.last_row, row)
            if error := _error(kind, body):
                errors[row, column] = error
    extent.check()
    return check_errors(errors)


def _error(kind: int, body: bytes) -> str:
    """The error that a cell shows, '' for none: its own, or the last result of its formula."""
    if kind == _BOOLEAN_OR_ERROR and len(body) >= 8 and body[7] == 1:
        return _ERRORS.get(body[6], "#N/A")
    if kind == _FORMULA and len(body) >= 14 and body[12:14] == b"\xff\xff" and body[6] == 2:
        return _ERRORS.get(body[8], "#N/A")
    return ""


def _records(content: bytes, offset: int) -> Iterator[_Record]:
    """The records of a sheet, or of what all share, without those of its charts."""
    depth = 0
    while True:
        if offset + 4 > len(content):
            raise Refused("broken_workbook")
        kind, length = _HEAD.unpack_from(content, offset)
        if kind == _BEGIN:
            depth += 1
        elif kind == _END:
            depth -= 1
        if depth < 1:
            return
        if depth == 1:
            yield kind, content[offset + 4 : offset + 4 + length]
        offset += 4 + length
