"""Empty files to fill in: the plain headings of a feed, as CSV and as XLSX. Nothing in them has to be deleted."""

from collections.abc import Iterable, Sequence
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from integrations.ingestion.reading import FEEDS

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
NARROWEST, WIDEST = 12, 60  # characters of a column


def headings(feed: str) -> tuple[str, ...]:
    """The plain headings, which always map by themselves."""
    return tuple(field.key for field in FEEDS[feed].fields)


def write_csv(feed: str) -> bytes:
    """One line of headings, in UTF-8 with the mark by which Excel knows it."""
    return f"\ufeff{','.join(headings(feed))}\r\n".encode()


def write_xlsx(feed: str, legend: Iterable[Sequence[str]]) -> bytes:
    """A sheet with the headings alone, and a second one that says what belongs under them: `legend`, row by row."""
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None, "a new workbook has a sheet"
    sheet.title = feed
    sheet.append(headings(feed))
    sheet.freeze_panes = "A2"
    explained = workbook.create_sheet("fields")
    for row in legend:
        explained.append(list(row))
    for page in (sheet, explained):
        for cell in page[1]:
            cell.font = Font(bold=True)
        for number, column in enumerate(page.columns, 1):
            longest = max(len(str(cell.value or "")) for cell in column)
            page.column_dimensions[get_column_letter(number)].width = min(WIDEST, max(NARROWEST, longest + 2))
    content = BytesIO()
    workbook.save(content)
    return content.getvalue()
