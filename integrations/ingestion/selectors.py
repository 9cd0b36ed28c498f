"""Reading submissions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

from django.db.models import Count, Q, Window
from django.db.models.functions import RowNumber

from integrations.ingestion.models import QuarantinedRow, Submission, SubmissionCheck
from partners.access.doors import NotFound, list_partnerships
from partners.agreements.models import Partnership
from partners.audit.services import note_read
from partners.tenancy.context import current_actor, current_organisation_id

SHOWN_ROWS = 25  # of each reason
MIN_FILES = 3  # from which they have a rhythm
GRACE_DAYS = 3


@dataclass(frozen=True)
class SubmissionRow:
    """A submission in a list. For a maker `detail` is None: it sees that and when a file came, and how many rows."""

    submission: Submission
    partnership: Partnership
    detail: SubmissionCheck | None


@dataclass(frozen=True)
class ReasonCount:
    """How many rows one reason kept out."""

    reason: str
    rows: int


@dataclass(frozen=True)
class SubmissionPicture:
    """Everything that a submission's page shows to the distributor who sent it."""

    submission: Submission
    partnership: Partnership
    detail: SubmissionCheck
    reasons: list[ReasonCount]
    quarantined: list[QuarantinedRow]

    @property
    def progress(self) -> int:
        """Per cent of the rows that were read in the present step."""
        return 100 * self.detail.rows_done // self.detail.rows_total if self.detail.rows_total else 0


@dataclass(frozen=True)
class Reporting:
    """How a partnership's files come: how many, when the last one, how often, and when the next is due.

    `usual_days` and `due_on` are None under three files.
    """

    files: int
    last_on: date | None
    usual_days: int | None
    due_on: date | None
    is_late: bool


def get_reporting(partnership: Partnership, today: date) -> Reporting:
    """The rhythm of the recorded files, as far as the reader may know that they came."""
    moments = Submission.objects.filter(partnership_id=partnership.pk, state=Submission.State.COMMITTED)
    days = sorted({moment.date() for moment in moments.values_list("received_at", flat=True)})
    note_read(
        current_actor(),
        owner_id=partnership.distributor_id,
        partnership_id=partnership.pk,
        what="submissions",
        rows=len(days),
    )
    if len(days) < MIN_FILES:
        return Reporting(len(days), days[-1] if days else None, None, None, is_late=False)
    usual = round(median((later - day).days for day, later in pairwise(days)))
    due_on = days[-1] + timedelta(days=usual)
    return Reporting(
        len(days), days[-1], usual, due_on, is_late=(today - due_on).days > max(GRACE_DAYS, usual // 4)
    )


def list_submissions(partnerships: Sequence[Partnership], limit: int = 100) -> list[SubmissionRow]:
    """The newest submissions of these partnerships, newest first."""
    return list_submissions_after(partnerships, None, limit)


def list_submissions_after(
    partnerships: Sequence[Partnership], after: int | None, limit: int
) -> list[SubmissionRow]:
    """The submissions that follow the one with this internal id, newest first; the newest where it is None."""
    by_id = {partnership.pk: partnership for partnership in partnerships}
    wanted = Submission.objects.filter(partnership_id__in=by_id)
    if after is not None:
        wanted = wanted.filter(pk__lt=after)
    found = list(wanted.order_by("-id")[:limit])
    details = {check.submission_id: check for check in SubmissionCheck.objects.filter(submission__in=found)}
    for partnership in partnerships:
        rows = sum(submission.partnership_id == partnership.pk for submission in found)
        note_read(
            current_actor(),
            owner_id=partnership.distributor_id,
            partnership_id=partnership.pk,
            what="submissions",
            rows=rows,
        )
    return [
        SubmissionRow(submission, by_id[submission.partnership_id], details.get(submission.pk))
        for submission in found
    ]


def name_submissions(ids: Collection[int]) -> dict[int, Submission]:
    """Submissions in sight by their internal ids: the files behind lines of the ledger."""
    return {submission.pk: submission for submission in Submission.objects.filter(pk__in=ids)} if ids else {}


def get_progress(public_id: str) -> SubmissionCheck:
    """How far a submission of the acting distributor is; small, since it is asked every second; raises `NotFound`."""
    checks = SubmissionCheck.objects.filter(
        submission__public_id=public_id,
        submission__partnership_id__in=[partnership.pk for partnership in list_partnerships()],
        distributor_id=current_organisation_id(),
    )
    check = checks.select_related("submission").first()
    if check is None:
        raise NotFound(public_id)
    return check


def get_submission(public_id: str) -> SubmissionPicture:
    """A submission of the acting distributor with its findings; raises `NotFound`."""
    submission = Submission.objects.filter(
        public_id=public_id, distributor_id=current_organisation_id()
    ).first()
    partnerships = {partnership.pk: partnership for partnership in list_partnerships()}
    if submission is None or submission.partnership_id not in partnerships:
        raise NotFound(public_id)
    return SubmissionPicture(
        submission=submission,
        partnership=partnerships[submission.partnership_id],
        detail=SubmissionCheck.objects.get(submission=submission),
        reasons=_count_reasons(submission),
        quarantined=_first_of_each_reason(submission),
    )


def page_quarantined(public_id: str, after: tuple[int, int] | None, limit: int) -> list[QuarantinedRow]:
    """Defects of a submission of the acting distributor in the order of the file; raises `NotFound`.

    `after` is the source row and internal id of the last one that was read.
    """
    submission = get_progress(public_id).submission
    rows = QuarantinedRow.objects.filter(submission=submission)
    if after is not None:
        row, pk = after
        rows = rows.filter(Q(source_row__gt=row) | Q(source_row=row, pk__gt=pk))
    return list(rows.order_by("source_row", "pk")[:limit])


def _first_of_each_reason(submission: Submission) -> list[QuarantinedRow]:
    order = ("source_row", "id")
    place = Window(RowNumber(), partition_by="reason", order_by=order)
    rows = QuarantinedRow.objects.filter(submission=submission).annotate(place=place)
    return list(rows.filter(place__lte=SHOWN_ROWS).order_by(*order))


def _count_reasons(submission: Submission) -> list[ReasonCount]:
    counted = (
        QuarantinedRow.objects.filter(submission=submission)
        .values("reason")
        .annotate(rows=Count("source_row", distinct=True))
        .order_by("-rows", "reason")
    )
    return [ReasonCount(row["reason"], row["rows"]) for row in counted]
