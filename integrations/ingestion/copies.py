"""What was recorded before: named where files overlap; the very same file, known by its bytes, is not read."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from integrations.ingestion.models import (
    QuarantineCount,
    QuarantinedCells,
    QuarantinedRow,
    Submission,
    SubmissionCheck,
)
from integrations.ingestion.reading.faults import FOUND_LIMIT
from integrations.ingestion.reasons import Remark, Said, to_say

_NOTHING: dict[str, Any] = {
    "accepted": 0,
    "quarantined": 0,
    "changed": 0,
    "replaced": 0,
    "restated": [],
    "accounts": 0,
    "documents": 0,
    "first_on": None,
    "last_on": None,
    "net": {},
    "priced": 0,
}


def find_recorded(submission: Submission) -> SubmissionCheck | None:
    """The check of a file of these bytes of which every row was recorded and stands; None where the file must be read.

    That is so where it recorded each of its rows itself, and its feed took nothing since that could replace one. What
    restates, corrects, is read as a person chose, or was recorded before is always read.
    """
    check = SubmissionCheck.objects.get(submission=submission)
    if check.restates or check.sheet or submission.corrects_id or submission.committed_at:
        return None
    of_feed = SubmissionCheck.objects.filter(
        submission__partnership_id=submission.partnership_id,
        submission__feed=submission.feed,
        submission__state=Submission.State.COMMITTED,
    )
    latest = (
        of_feed.exclude(submission__accepted=0, restates=False)
        .select_related("submission")
        .order_by("-submission__committed_at", "-pk")
        .first()
    )
    if latest is None or latest.sha256 != check.sha256 or latest.restates or latest.sheet:
        return None
    if latest.submission.accepted + latest.set_aside != latest.rows_total:
        return None
    return None if check.examination not in ({}, latest.examination) else latest


def name_overlaps(overlaps: Sequence[tuple[int, int]]) -> list[Said]:
    """From which files so many rows were recorded before, by submission."""
    files = Submission.objects.in_bulk([submission_id for submission_id, _ in overlaps])
    return [
        to_say(
            Remark.OVERLAPS,
            {
                "rows": rows,
                "found": files[submission_id].file_name[:FOUND_LIMIT],
                "day": timezone.localdate(files[submission_id].received_at).isoformat(),
            },
        )
        for submission_id, rows in overlaps
        if submission_id in files
    ]


def keep_as_copy(submission: Submission, recorded: SubmissionCheck) -> SubmissionCheck:
    """What a check would find now: all of it is recorded, whatever an earlier one said."""
    QuarantinedRow.objects.filter(submission=submission).delete()
    for table in (QuarantineCount, QuarantinedCells):
        table.objects.filter(submission_id=submission.pk).delete()
    check = SubmissionCheck.objects.get(submission=submission)
    check.examination = recorded.examination
    check.rows_total = check.rows_done = recorded.rows_total
    check.set_aside, check.duplicates = recorded.set_aside, recorded.rows_total - recorded.set_aside
    overlaps = name_overlaps([(recorded.submission_id, check.duplicates)])
    check.noted = [*(said for said in recorded.noted if said["code"] != Remark.OVERLAPS), *overlaps]
    check.quarantined, check.asked = 0, []
    quality = recorded.totals["quality"]
    check.totals = {
        **recorded.totals,
        **_NOTHING,
        "duplicates": check.duplicates,
        "quality": {
            name: 0.0 if name == "uniqueness" else quality[name] for name in quality if name != "timeliness"
        },
    }
    check.save()
    return check
