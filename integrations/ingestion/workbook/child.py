"""The process that reads a workbook from its standard input and writes its rows, a batch of JSON on each line.

    python -m integrations.ingestion.workbook.child SECONDS MEGABYTES survey
    python -m integrations.ingestion.workbook.child SECONDS MEGABYTES rows SHEET

What the readers ask of memory and time cannot be known beforehand for every file: beyond these bounds the kernel ends
this process, and nothing else. The last line says ``end``, or why the workbook is refused.
"""

import json
import os
import re
import resource
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Any, BinaryIO
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from integrations.ingestion.workbook import xls, xlsx
from integrations.ingestion.workbook.bounds import MEGABYTE, OUT_OF_MEMORY, ErrorCells, Refused
from integrations.ingestion.workbook.cells import Record, records

SURVEYED_ROWS = 30  # of each sheet: those in which headings are looked for
SURVEYED_CHARACTERS = 300  # of each of their cells
ZIP = b"PK\x03\x04"

_BATCH_ROWS = 100
_BATCH_CHARACTERS = MEGABYTE
_DIRECTORY_END = 65_557  # bytes at the end of an archive in which the end of its directory lies
_NAME = re.compile(
    r"[^\x00-\x1f\x7f-\x9f]{1,255}"
)  # of a sheet: neither databases nor commands take all else
_DAMAGE = (  # all that the readers were seen to raise on files with broken bytes
    CalamineError,
    ElementTree.ParseError,
    IndexError,
    NotImplementedError,
    OSError,
    OverflowError,
    ValueError,
    struct.error,
    zlib.error,
)


def main(seconds: str, megabytes: str, act: str, *sheet: str) -> None:
    """Read within these bounds."""
    _bound(int(seconds), int(megabytes))
    try:
        for line in _survey(sys.stdin.buffer) if act == "survey" else _rows(sys.stdin.buffer, sheet[0]):
            _write(line)
        _write({"end": True})
    except Refused as refused:
        _write({"refused": refused.code, "params": refused.params})
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


def _bound(seconds: int, megabytes: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MEGABYTE, MEGABYTE))
    with suppress(ValueError, OSError):  # a system that knows no such bound (macOS)
        resource.setrlimit(resource.RLIMIT_AS, (megabytes * MEGABYTE, megabytes * MEGABYTE))


def _write(line: Any) -> None:
    sys.stdout.buffer.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")
    sys.stdout.buffer.flush()


def _survey(source: BinaryIO) -> Iterator[dict[str, Any]]:
    """Each visible sheet, or all if none is: its name, its last row, its first rows, and the cells merged in them."""
    with _opened(source) as (workbook, errors):
        listed = workbook.sheets_metadata
        visible = [sheet.name for sheet in listed if sheet.visible == SheetVisibleEnum.Visible]
        for name in visible or [sheet.name for sheet in listed]:
            sheet = workbook.get_sheet_by_name(name)
            start = islice(records(sheet, errors.get(name, {})), SURVEYED_ROWS)
            yield {
                "name": name,
                "rows": sheet.end[0] + 1 if sheet.end else 0,
                "start": [[cell[:SURVEYED_CHARACTERS] for cell in record] for record in start],
                "merged": _merged(sheet),
            }


def _merged(sheet: CalamineSheet) -> list[list[int]]:
    """First row, first column, last row, last column of the merged cells, counted as the records are."""
    left = sheet.start[1] if sheet.start else 0
    return [
        [top, first - left, bottom, last - left]
        for (top, first), (bottom, last) in sheet.merged_cell_ranges or ()
        if bottom < SURVEYED_ROWS
    ]


def _rows(source: BinaryIO, name: str) -> Iterator[list[Record]]:
    """The rows of one sheet in batches."""
    with _opened(source) as (workbook, errors):
        if name not in workbook.sheet_names:
            raise Refused("no_such_sheet", sheet=name, found=", ".join(workbook.sheet_names))
        batch: list[Record] = []
        characters = 0
        for record in records(workbook.get_sheet_by_name(name), errors.get(name, {})):
            batch.append(record)
            characters += sum(map(len, record))
            if len(batch) == _BATCH_ROWS or characters > _BATCH_CHARACTERS:
                yield batch
                batch, characters = [], 0
        yield batch


@contextmanager
def _damage_refused(source: BinaryIO) -> Iterator[None]:
    """Turn what the readers raise on a damaged file into a refusal, a panic of the native one included."""
    try:
        yield
    except PasswordError:
        raise Refused("encrypted_workbook") from None
    except (EOFError, zipfile.BadZipFile, *_DAMAGE) as error:
        raise _damage(source, error) from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise _damage(source, error) from error
        raise


def _damage(source: BinaryIO, error: BaseException) -> Refused:
    """Whether the file ends too early, as one does that was cut off on its way."""
    size = source.seek(0, 2)
    if _starts_as_zip(source):
        is_cut = isinstance(error, zipfile.BadZipFile) and not _has_directory(source, size)
    else:
        is_cut = isinstance(error, EOFError) or xls.is_cut(source)
    return Refused("cut_workbook", found=size) if is_cut else Refused("broken_workbook")


def _starts_as_zip(source: BinaryIO) -> bool:
    source.seek(0)
    return source.read(len(ZIP)) == ZIP


def _has_directory(source: BinaryIO, size: int) -> bool:
    """Whether the list of parts, with which every archive ends, is there."""
    source.seek(max(0, size - _DIRECTORY_END))
    return b"PK\x05\x06" in source.read()


@contextmanager
def _opened(source: BinaryIO) -> Iterator[tuple[CalamineWorkbook, dict[str, ErrorCells]]]:
    """A workbook that was measured, and its error cells by sheet name; refused if it is damaged or protected."""
    with _damage_refused(source):
        if _starts_as_zip(source):
            errors = xlsx.measure(source)
            source.seek(0)
            workbook = CalamineWorkbook.from_filelike(source)
        else:
            found = xls.measure(source)
            source.seek(0)
            workbook = CalamineWorkbook.from_filelike(source)
            errors = dict(zip(workbook.sheet_names, found, strict=False))
        if not all(map(_NAME.fullmatch, workbook.sheet_names)):
            raise Refused("broken_workbook")
        yield workbook, errors


if __name__ == "__main__":
    main(*sys.argv[1:])
