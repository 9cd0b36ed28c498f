"""Write a one-sheet XLSX from rows that are already XML.

A general library needs longer for two workbooks than all other files of a large channel take, and it stamps
the time of writing into them. These parts are all that a reader needs, and the same rows give the same bytes.
"""

import zipfile
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from string import ascii_uppercase
from xml.sax.saxutils import escape

MOST_ROWS = 1_048_576
EMPTY_CELL = "<c/>"
_LETTERS = [*ascii_uppercase, *(first + second for first in ascii_uppercase for second in ascii_uppercase)]
_EPOCH = date(1899, 12, 30)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'

_FIXED_PARTS = {
    "[Content_Types].xml": (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
    ),
    # Style 1 is a date, style 0 all the rest.
    "xl/styles.xml": (
        f'{_XML}<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
        '<cellXfs count="2"><xf xfId="0"/><xf numFmtId="14" xfId="0" applyNumberFormat="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ),
}


def text_cell(text: str) -> str:
    """Return a cell of text."""
    return f'<c t="inlineStr"><is><t>{escape(text)}</t></is></c>'


def number_cell(number: str) -> str:
    """Return a cell of a number, given in digits with a point."""
    return f"<c><v>{number}</v></c>"


def date_cell(day: date) -> str:
    """Return a cell that holds a date as spreadsheets do: a number with a date format."""
    return f'<c s="1"><v>{(day - _EPOCH).days}</v></c>'


def _placed(row: str, number: int) -> str:
    """Tell each cell where it stands, as careful readers insist. Text is escaped: only cells begin `<c`."""
    cells = zip(_LETTERS, row.split("<c")[1:], strict=False)
    placed = "".join([f'<c r="{letter}{number}"{cell}' for letter, cell in cells])
    return f'<row r="{number}">{placed}</row>'


def write_workbook(path: Path, sheet: str, rows: Iterable[str]) -> None:
    """Write rows of joined cells as the one sheet of a new XLSX file.

    Raises
    ------
    ValueError
        If there are more rows than a sheet holds.
    """
    body = [_placed(row, number) for number, row in enumerate(rows, start=1)]
    if len(body) > MOST_ROWS:
        raise ValueError(
            f"{path.name} would need {len(body):,} rows and a sheet holds {MOST_ROWS:,}: "
            "simulate fewer lines or more distributors"
        )
    parts = _FIXED_PARTS | {
        "xl/workbook.xml": (
            f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
            f'<sheet name="{escape(sheet)}" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ),
        "xl/worksheets/sheet1.xml": (
            f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>{"".join(body)}</sheetData></worksheet>'
        ),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED, compresslevel=1)
