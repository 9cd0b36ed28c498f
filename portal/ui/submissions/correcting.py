"""Rows in quarantine: what many share is corrected at once, the others in a grid; they are sent again by themselves."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from integrations.ingestion.correcting import (
    Defect,
    FaultyRow,
    Rule,
    correct_rows,
    count_open_rows,
    list_defects,
    list_faulty_rows,
    write_faulty_rows,
)
from integrations.ingestion.selectors import get_submission
from integrations.ingestion.services import SubmissionError
from partners.organisations.roles import Permission
from portal.ui.pages import page
from portal.ui.parameters import UnknownParameter, read_parameters
from portal.ui.submissions.found import read_examination

PAGE_ROWS, SHOWN_DEFECTS, CHUNK = 25, 20, 500
MOST_FIELDS = 2_000  # of one form, far more than a page has
LONGEST_CELL = 1_000


@dataclass(frozen=True)
class Cell:
    """A cell of a row in quarantine, by the name under which the form sends it."""

    name: str
    heading: str
    value: str
    is_faulty: bool


@dataclass(frozen=True)
class GridRow:
    """A row of the grid: its cells, and what is wrong with it in sentences."""

    source_row: int
    cells: list[Cell]
    sentences: list[str]


@page(Permission.SUBMIT)
def submission_quarantine(request: HttpRequest, public_id: str) -> HttpResponse:
    """The rows that were not taken; POST: send what was corrected."""
    picture = get_submission(public_id)
    after = _after(request)
    examination = read_examination(picture.detail.examination)
    headings = [column.heading for column in examination.mapping.columns] if examination else []
    defects = list_defects(picture.submission, SHOWN_DEFECTS) if examination else []
    if request.method == "POST" and examination:
        try:
            sent = correct_rows(picture.submission, _fixes(request, len(headings)), _rules(request, defects))
        except SubmissionError as error:
            messages.error(request, str(error))
            return redirect(request.get_full_path())
        return redirect("submission", sent.public_id)
    rows = list_faulty_rows(picture.submission, after, PAGE_ROWS + 1)
    context: dict[str, Any] = {
        "picture": picture,
        "submission": picture.submission,
        "open_rows": count_open_rows(picture.submission),
        "defects": defects,
        "rows": [_grid_row(row, headings) for row in rows[:PAGE_ROWS]],
        "next": rows[PAGE_ROWS - 1].source_row if len(rows) > PAGE_ROWS else None,
        "is_first": not after,
    }
    return render(request, "submissions/quarantine.html", context)


@page(Permission.VIEW_SUBMISSIONS)
def submission_quarantine_file(request: HttpRequest, public_id: str) -> HttpResponse:
    """The same rows with their reasons as CSV, to be corrected elsewhere and sent as they are."""
    picture = get_submission(public_id)
    content = "".join(write_faulty_rows(picture.submission, CHUNK)) if picture.detail.examination else ""
    return HttpResponse(
        content,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="quarantine-{public_id}.csv"'},
    )


def _after(request: HttpRequest) -> int:
    after = read_parameters(request, {"after": None}).get("after", "0")
    if not after.isdecimal() or len(after) > 9:
        raise UnknownParameter("A row has a number.")
    return int(after)


def _fixes(request: HttpRequest, columns: int) -> dict[int, dict[int, str]]:
    """The cells of the grid; those that are as they were change nothing."""
    fixes: dict[int, dict[int, str]] = {}
    for name, value in list(request.POST.items())[:MOST_FIELDS]:
        row, _, column = str(name).removeprefix("cell-").partition("-")
        if str(name).startswith("cell-") and row.isdecimal() and column.isdecimal() and int(column) < columns:
            fixes.setdefault(int(row), {})[int(column)] = str(value)[:LONGEST_CELL]
    return fixes


def _rules(request: HttpRequest, defects: list[Defect]) -> list[Rule]:
    """What was entered beside a defect that many rows share."""
    entered = {f"{defect.position}:{defect.found}": defect for defect in defects}
    rules = []
    for number in range(len(defects)):
        defect = entered.get(request.POST.get(f"defect-{number}", ""))
        value = request.POST.get(f"rule-{number}", "")[:LONGEST_CELL]
        if defect and value:
            rules.append(Rule(defect.position, defect.found, value))
    return rules


def _grid_row(row: FaultyRow, headings: list[str]) -> GridRow:
    faulty = {defect.column for defect in row.defects}
    cells = [
        Cell(f"cell-{row.source_row}-{position}", heading, value, heading in faulty)
        for position, (heading, value) in enumerate(zip(headings, row.cells, strict=False))
    ]
    return GridRow(row.source_row, cells, [defect.sentence for defect in row.defects])
