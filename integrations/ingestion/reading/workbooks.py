"""Workbooks, XLSX and XLS, read by a process of their own: a hostile one costs that process and no worker."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

from integrations.ingestion.reading.faults import FileRefused, Refusal, printable
from integrations.ingestion.workbook.bounds import MEGABYTE, OUT_OF_MEMORY

SECONDS, MEGABYTES = 2, 300  # of processor time and memory for a workbook of up to a megabyte;
SECONDS_MORE, MEGABYTES_MORE = 2, 25  # for each further megabyte,
MOST_MEGABYTES = 1_200  # up to these

_CHILD = "integrations.ingestion.workbook.child"
_ROOT = Path(__file__).parents[3]
_PASSED_ON = ("LD_LIBRARY_PATH", "PYTHONPATH")
_LONGEST_LINE = 64 * MEGABYTE  # of what the process writes
_SPENT = (
    -signal.SIGXCPU,
    -signal.SIGABRT,
    OUT_OF_MEMORY,
)  # the native reader ends so where it gets no memory
_CRASHED = (-signal.SIGSEGV, -signal.SIGBUS, -signal.SIGILL, -signal.SIGFPE)
_BY_CODE = {refusal.value: refusal for refusal in Refusal}

Record = list[str]


class ReaderError(RuntimeError):
    """The process that reads was ended from outside, or is broken: no fault of the file, so it is tried again."""


@dataclass(frozen=True)
class Sheet:
    """A visible sheet: its last row, its first rows, and what is merged in them (top, left, bottom, right, from 0)."""

    name: str
    rows: int
    start: list[Record]
    merged: list[tuple[int, int, int, int]]


def survey(source: BinaryIO) -> list[Sheet]:
    """The sheets of a workbook, or a refusal: too large, too tightly packed, damaged, protected."""
    with _lines(source, "survey") as lines:
        return [
            Sheet(line["name"], line["rows"], line["start"], [tuple(cells) for cells in line["merged"]])
            for line in lines
        ]


def sheet_records(source: BinaryIO, name: str) -> Iterator[Record]:
    """The rows of a sheet as text, from its first row on; columns count from the first that is used."""
    with _lines(source, "rows", name) as lines:
        for line in lines:
            yield from line


@contextmanager
def _lines(source: BinaryIO, *act: str) -> Iterator[Iterator[Any]]:
    """What the process has to say of a file; it ends with this block."""
    # A copy, since the process moves the position of the file that it is given.
    with tempfile.TemporaryFile() as copy, tempfile.TemporaryFile() as complaints:
        source.seek(0)
        shutil.copyfileobj(source, copy, MEGABYTE)
        bounds = _bounds(copy.tell())
        copy.seek(0)
        process = subprocess.Popen(  # noqa: S603 (the sheet's name is an argument, never a command)
            [sys.executable, "-m", _CHILD, *map(str, bounds), *act],
            stdin=copy,
            stdout=subprocess.PIPE,
            stderr=complaints,
            cwd=_ROOT,
            env={
                name: os.environ[name] for name in _PASSED_ON if name in os.environ
            },  # no secret of the worker's
        )
        try:
            yield _told(process, bounds, complaints)
        finally:
            process.kill()
            process.communicate()


def _bounds(size: int) -> tuple[int, int]:
    """Seconds and megabytes for a file of this size."""
    further = max(0, size - 1) // MEGABYTE
    return SECONDS + further * SECONDS_MORE, min(MEGABYTES + further * MEGABYTES_MORE, MOST_MEGABYTES)


def _told(
    process: "subprocess.Popen[bytes]", bounds: tuple[int, int], complaints: IO[bytes]
) -> Iterator[Any]:
    assert process.stdout is not None
    while (text := process.stdout.readline(_LONGEST_LINE)).endswith(b"\n"):
        line = json.loads(text)
        if isinstance(line, dict) and "refused" in line:
            raise _refusal(line["refused"], line["params"], bounds)
        if isinstance(line, dict) and "end" in line:
            return
        yield line
    if text:
        raise FileRefused(Refusal.BROKEN_WORKBOOK)
    code = process.wait()
    if code in _SPENT:
        raise _refusal(Refusal.TOO_COSTLY, {}, bounds)
    if code in _CRASHED:
        raise FileRefused(Refusal.BROKEN_WORKBOOK)
    complaints.seek(0)
    last = complaints.read()[-300:].decode(errors="replace")
    raise ReaderError(f"The process that reads a workbook ended with {code}: {last}")


def _refusal(code: str, params: dict[str, Any], bounds: tuple[int, int]) -> FileRefused:
    shown = {
        name: printable(value, 200) if isinstance(value, str) else int(value)
        for name, value in params.items()
    }
    if code == Refusal.TOO_COSTLY:
        shown = dict(zip(("seconds", "megabytes"), bounds, strict=True))
    return FileRefused(_BY_CODE[code], **shown)
