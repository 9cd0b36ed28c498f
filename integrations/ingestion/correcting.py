"""Rows in quarantine: kept as they stand in the file, corrected here, and sent again by themselves."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

from django.db.models import Count
from django.utils.translation import gettext

from integrations.ingestion.models import QuarantinedCells, QuarantinedRow, Submission, SubmissionCheck
from integrations.ingestion.reading import Examination
from integrations.ingestion.reading.faults import FOUND_LIMIT, printable
from integrations.ingestion.services import SubmissionError, receive_file
from partners.agreements.models import Partnership
from partners.organisations.roles import Permission, require

Fixes = Mapping[int, Mapping[int, str]]
"""By row of the file, and by position of the column, what stands there instead."""


@dataclass(frozen=True)
class Rule:
    """What stands in a column instead of something, in each row in quarantine."""

    position: int
    found: str
    value: str


@dataclass(frozen=True)
class FaultyRow:
    """A row in quarantine with its cells, and its defects."""

    source_row: int
    cells: Sequence[str]
    defects: Sequence[QuarantinedRow]


@dataclass(frozen=True)
class Defect:
    """One thing that is wrong in several rows: what was found in a column, for one reason, and what is near it."""

    reason: str
    position: int
    column: str
    found: str
    rows: int
    near: Sequence[str]


def list_faulty_rows(submission: Submission, after: int, limit: int) -> list[FaultyRow]:
    """At most `limit` rows that nobody has corrected yet, behind the row `after`, in the order of the file."""
    kept = QuarantinedCells.objects.filter(
        submission_id=submission.pk, corrected_in_id=None, source_row__gt=after
    ).order_by("source_row")[:limit]
    cells = {row.source_row: row.cells for row in kept}
    defects: dict[int, list[QuarantinedRow]] = {row: [] for row in cells}
    for defect in QuarantinedRow.objects.filter(submission=submission, source_row__in=cells).order_by("pk"):
        defects[defect.source_row].append(defect)
    return [FaultyRow(row, cells[row], defects[row]) for row in cells]


def list_defects(submission: Submission, limit: int) -> list[Defect]:
    """The defects that most rows share, those first that most do; of rows that nobody has corrected yet."""
    open_rows = QuarantinedCells.objects.filter(submission_id=submission.pk, corrected_in_id=None)
    positions = {column.heading: column.position for column in _examination(submission).mapping.columns}
    grouped = (
        QuarantinedRow.objects.filter(submission=submission, source_row__in=open_rows.values("source_row"))
        .exclude(found="")
        .values("reason", "column", "found", "params__near")
        .annotate(rows=Count("source_row", distinct=True))
        .order_by("-rows", "reason", "column", "found")
    )
    return [
        Defect(
            group["reason"],
            positions[group["column"]],
            group["column"],
            group["found"],
            group["rows"],
            [near for near in (group["params__near"] or "").split(", ") if near],
        )
        for group in grouped[:limit]
        if group["column"] in positions
    ]


def count_open_rows(submission: Submission) -> int:
    """Rows in quarantine that nobody has corrected yet."""
    return QuarantinedCells.objects.filter(submission_id=submission.pk, corrected_in_id=None).count()


def write_faulty_rows(submission: Submission, chunk: int) -> Iterator[str]:
    """The rows in quarantine as CSV with their reasons in front, to be corrected elsewhere and sent as they are."""
    headings = [column.heading for column in _examination(submission).mapping.columns]
    yield "\ufeff" + _csv([["row", "reasons", *headings]])
    after = 0
    while rows := list_faulty_rows(submission, after, chunk):
        yield _csv(
            [row.source_row, " ".join(defect.sentence for defect in row.defects), *map(_guarded, row.cells)]
            for row in rows
        )
        after = rows[-1].source_row


def correct_rows(submission: Submission, fixes: Fixes, rules: Sequence[Rule] = ()) -> Submission:
    """Send corrected rows of a file again, by themselves, and return the new submission: it goes the usual way.

    Rules come first, fixes of single rows over them. Rows that neither changes stay in quarantine.

    Raises
    ------
    SubmissionError
        When nothing was changed.
    """
    require(Permission.SUBMIT)
    open_rows = QuarantinedCells.objects.select_for_update().filter(
        submission_id=submission.pk, corrected_in_id=None
    )
    corrected = {
        row.source_row: cells
        for row in open_rows.order_by("source_row")
        if (cells := _corrected(row.cells, fixes.get(row.source_row, {}), rules)) != row.cells
    }
    if not corrected:
        raise SubmissionError(
            gettext("Nothing was changed in these rows. Correct what is marked, then send them.")
        )
    examination = _examination(submission)
    content = _csv([[column.heading for column in examination.mapping.columns], *corrected.values()])
    sent = receive_file(
        Partnership.objects.get(pk=submission.partnership_id),
        _name(submission),
        [content.encode()],
        source=Submission.Source(submission.source),
        feed=submission.feed,
        corrects=submission,
    )
    SubmissionCheck.objects.filter(submission=sent).update(examination=examination.to_json())
    open_rows.filter(source_row__in=corrected).update(corrected_in_id=sent.pk)
    return sent


def _examination(submission: Submission) -> Examination:
    return Examination.from_json(SubmissionCheck.objects.get(submission=submission).examination)


def _corrected(cells: Sequence[str], fixes: Mapping[int, str], rules: Sequence[Rule]) -> list[str]:
    corrected = list(cells)
    for rule in rules:
        if printable(cells[rule.position].strip(), FOUND_LIMIT) == rule.found:
            corrected[rule.position] = rule.value
    for position, value in fixes.items():
        corrected[position] = value
    return corrected


def _name(submission: Submission) -> str:
    return gettext("Corrections of %(file)s") % {
        "file": submission.file_name.rpartition(".")[0] or submission.file_name
    }


def _csv(rows: Iterable[Iterable[object]]) -> str:
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _guarded(cell: str) -> str:
    """A cell that a spreadsheet would run is given an apostrophe, as spreadsheets themselves write it."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@")) and not cell[1:2].isdigit() else cell
