"""Hostile files are refused quickly and in little memory; what the native reader cannot bound never reaches it."""

import contextlib
import datetime as dt
import io
import random
import resource
import struct
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
import xlwt

from integrations.ingestion.reading import FileRefused, examine, parse

TODAY = dt.date(2024, 6, 30)
HEADINGS = ["invoice_number", "invoice_date", "account_id", "sku", "quantity"]
LINE = ["I-1", "2024-01-31", "A-7", "BK-1", "3"]
SECONDS = 2.0
STARTING = 0.5  # of a process
MEGABYTES = 300
SCHEMA = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def _row(number, cells):
    texts = (
        f'<c r="{chr(65 + i)}{number}" t="inlineStr"><is><t>{cell}</t></is></c>'
        for i, cell in enumerate(cells)
    )
    return f'<row r="{number}">{"".join(texts)}</row>'


GOOD = _row(1, HEADINGS) + _row(2, LINE)


def _sheet(rows, before=""):
    return f'<?xml version="1.0"?>{before}<worksheet {SCHEMA}><sheetData>{rows}</sheetData></worksheet>'


def _package(sheet, **parts):
    """An XLSX file with one sheet, made by hand; further parts by their name, "__" for "/"."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    links = "http://schemas.openxmlformats.org/package/2006/relationships"
    files = {
        "_rels/.rels": f'<Relationships xmlns="{links}"><Relationship Id="r1" Type="{office}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {SCHEMA} xmlns:r="{office}"><sheets><sheet name="S" sheetId="1" r:id="r1"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{links}"><Relationship Id="r1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet,
        **{name.replace("__", "/"): content for name, content in parts.items()},
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _bomb():
    """Less than a megabyte that declares a gigabyte; packing one in earnest would take seconds."""
    stream = io.BytesIO(_package(_sheet(GOOD)))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("xl/media/large.xml", bytes(64 << 20))
    content = bytearray(stream.getvalue())
    struct.pack_into("<I", content, content.rfind(b"PK\x01\x02") + 24, 1 << 30)
    return bytes(content)


def _lying():
    """A part that declares fewer bytes than it inflates to."""
    content = bytearray(_package(_sheet(GOOD), xl__zero="<a>" + "0" * 200_000 + "</a>"))
    struct.pack_into("<I", content, content.rfind(b"PK\x01\x02") + 24, 100)
    return bytes(content)


def _copied_text():
    """Half a megabyte of cells that all name one text of 40 kB."""
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 20_001))
    text = random.Random(1).randbytes(20_000).hex()
    return _package(_sheet(cells), xl__sharedStrings__xml=f"<sst {SCHEMA}><si><t>{text}</t></si></sst>")


def _old(rows):
    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def copied_text_of_old():
    """A megabyte of cells that all name one text of 30 kB."""
    return _old([["a" * 30_000]] * 60_000)


def _beyond_all_columns():
    """A cell whose record says column 65535, in the place of its own."""
    content = _old([HEADINGS, LINE, [7.25]])
    cell = struct.pack("<HHHH", 0x027E, 10, 2, 0)
    assert content.count(cell) == 1
    return content.replace(cell, struct.pack("<HHHH", 0x027E, 10, 2, 65_535))


def _sheet_many_times():
    """A hundred sheets that all begin where the first one does."""
    book = xlwt.Workbook()
    for number in range(100):
        sheet = book.add_sheet(f"S{number}")
        for row in range(2_000 if number == 0 else 1):
            for column in range(20):
                sheet.write(row, column, "a")
    stream = io.BytesIO()
    book.save(stream)
    content = stream.getvalue()
    names = [content.index(struct.pack("<BB", len(name), 0) + name) for name in (b"S0", b"S99")]
    first = content[names[0] - 6 : names[0] - 2]
    sheets = bytearray(content)
    for number in range(100):
        name = f"S{number}".encode()
        at = content.index(struct.pack("<BB", len(name), 0) + name, names[0], names[1] + 8)
        sheets[at - 6 : at - 2] = first
    return bytes(sheets)


class EndlessLine(io.RawIOBase):
    """A file of two gigabytes whose second line never ends, made as it is read."""

    start = (",".join(HEADINGS) + "\n").encode()
    size = 2 << 30

    def __init__(self):
        super().__init__()
        self.position = 0

    def seek(self, offset, whence=0):
        self.position = (0, self.position, self.size)[whence] + offset
        return self.position

    def tell(self):
        return self.position

    def read(self, size=-1):
        assert size >= 0, "the whole of a large file must never be asked for"
        content = self.start[self.position : self.position + size]
        content += b"a" * (min(size, self.size - self.position) - len(content))
        self.position += len(content)
        return content


def _csv(*records):
    return "".join(",".join(record) + "\n" for record in records).encode()


HOSTILE = {
    "a gigabyte in a megabyte": (_bomb, "too_large_inside"),
    "a part larger than it says": (_lying, "broken_workbook"),
    "tightly packed": (lambda: _package(_sheet(GOOD), xl__a__xml="0" * 5_000_000), "packed_too_tightly"),
    "half a workbook": (lambda: _package(_sheet(GOOD))[:700], "cut_workbook"),
    "an archive in it by name": (lambda: _package(_sheet(GOOD), **{"xl__a.zip": ""}), "nested_archive"),
    "an archive in it by content": (
        lambda: _package(_sheet(GOOD), xl__media__a="PK\x03\x04 and so on"),
        "nested_archive",
    ),
    "too many parts": (
        lambda: _package(_sheet(GOOD), **{f"part{n}": "<a/>" for n in range(1_001)}),
        "too_many_parts",
    ),
    "entities": (
        lambda: _package(_sheet(GOOD, before='<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>')),
        "broken_workbook",
    ),
    "a cell in the last corner": (
        lambda: _package(_sheet(GOOD + '<row r="3"><c r="XFD1048576"><v>1</v></c></row>')),
        "scattered_cells",
    ),
    "a cell in the last corner, hidden from a careless look": (
        lambda: _package(_sheet(GOOD + '<row r="3"><c x=">" r="XFD1048576"><v>1</v></c></row>')),
        "broken_workbook",
    ),
    "a cell without an address": (
        lambda: _package(_sheet(GOOD + '<row r="1048576"><c><v>1</v></c></row>')),
        "broken_workbook",
    ),
    "a large sheet with a few cells": (
        lambda: _package(_sheet(GOOD + '<row r="900000"><c r="T900000"><v>1</v></c></row>')),
        "scattered_cells",
    ),
    "a thousand columns": (
        lambda: _package(_sheet(GOOD + '<row r="3"><c r="ALM3"><v>1</v></c></row>')),
        "too_many_columns",
    ),
    "one text in each cell": (_copied_text, "too_large_inside"),
    "one text in each cell of an old workbook": (copied_text_of_old, "too_costly"),
    "an old workbook that is one sheet many times": (_sheet_many_times, "too_costly"),
    "a cell of an old workbook in a column beyond all": (_beyond_all_columns, "too_many_columns"),
    "no workbook in the archive": (
        lambda: _package("").replace(b"xl/workbook.xml", b"xl/workbonk.xml"),
        "wrong_type",
    ),
    "two gigabytes in one line": (EndlessLine, "line_too_long"),
    "a million columns": (lambda: _csv([f"c{n}" for n in range(1_000_000)], ["1"]), "line_too_long"),
    "a hundred thousand columns": (
        lambda: _csv([f"c{n}" for n in range(100_000)], ["1"]),
        "too_many_columns",
    ),
    "a row of many cells": (lambda: _csv(HEADINGS, LINE, ["x"] * 400_000), "too_many_columns"),
    "a quotation mark never closed": (lambda: _csv(HEADINGS, ['"x'], *[LINE] * 9_000), "cell_too_long"),
}


def _processor_seconds():
    """Of this process and of those that read workbooks for it: what else the machine does is no matter."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _refusal(name):
    made = HOSTILE[name][0]()
    source = io.BytesIO(made) if isinstance(made, bytes) else made
    started = _processor_seconds()
    try:
        examination = examine(source, name, "sell_through", today=TODAY)
        list(parse(source, examination))
    except FileRefused as refused:
        return refused, _processor_seconds() - started
    raise AssertionError(f"not refused: {name}")


@pytest.mark.parametrize("name", HOSTILE)
def test_refused_in_time(name):
    refused, seconds = _refusal(name)
    assert refused.code == HOSTILE[name][1]
    assert seconds < SECONDS + STARTING
    assert len(refused.sentence) < 600


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is read from /proc")
def test_refused_in_little_memory():
    # Not getrusage: its peak survives exec, so that it would be the one of the process that runs the tests.
    script = f"""
import pathlib, re, sys
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from tests.reading import test_hostile_files as hostile
for name, (_make, code) in hostile.HOSTILE.items():
    if code != "too_costly":  # the bounds of the process that reads end it
        hostile._refusal(name)
print(re.search(r"VmHWM:\\s+(\\d+) kB", pathlib.Path("/proc/self/status").read_text())[1])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert int(done.stdout) // 1024 < MEGABYTES


@pytest.mark.parametrize("filler", [" " * 60_000, "9" * 100_000, "(" * 60_000, "1," * 50_000, "E+" * 40_000])
@pytest.mark.parametrize("position", range(5))
def test_a_huge_cell_costs_its_row_and_no_time(filler, position):
    line = [f'"{filler}"' if place == position else cell for place, cell in enumerate(LINE)]
    source = io.BytesIO(_csv(HEADINGS, LINE, line))
    started = time.perf_counter()
    (chunk,) = parse(source, examine(source, "x", "sell_through", today=TODAY))
    assert time.perf_counter() - started < SECONDS
    assert list(chunk.rows.index) == [2]
    assert list(chunk.faulty.index) == [3]


@pytest.mark.parametrize("seed", range(60))
def test_damaged_workbooks_are_read_or_refused_and_nothing_else(seed):
    chance = random.Random(seed)
    content = bytearray(_package(_sheet(GOOD + "".join(_row(n, LINE) for n in range(3, 40)))))
    for _ in range(chance.randint(1, 6)):
        content[chance.randrange(4, len(content))] = chance.randrange(256)
    source = io.BytesIO(bytes(content))
    with contextlib.suppress(FileRefused):
        examination = examine(source, "x", "sell_through", today=TODAY)
        chunks = list(parse(source, examination))
        assert sum(len(chunk.rows) + len(chunk.faulty) for chunk in chunks) == examination.rows_seen
