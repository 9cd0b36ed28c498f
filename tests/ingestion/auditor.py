"""One auditor for whatever befell files on their way: every row of a source counted exactly once, no half of a file."""

from collections import Counter

from integrations.ingestion.models import QuarantinedRow, Submission, SubmissionCheck
from partners.agreements.locks import lock_partnership
from partners.agreements.models import Partnership
from partners.ledger.models import Document, Line, LinePrice
from partners.ledger.sums import count_astray
from partners.tenancy.actors import worker
from partners.tenancy.context import acting_as

State = Submission.State
SETTLED = {State.CHECKED, State.COMMITTED, State.REFUSED, State.UNDONE}


def audit(partnership: Partnership) -> Counter[str]:
    """Check every file of sell-through of a partnership against its ledger; how many are in each state."""
    with acting_as(worker(partnership.distributor_id)):
        lock_partnership(partnership.pk)
        files = list(Submission.objects.filter(partnership_id=partnership.pk, feed="sell_through"))
        checks = {
            check.submission_id: check for check in SubmissionCheck.objects.filter(submission__in=files)
        }
        lines = list(Line.objects.filter(partnership_id=partnership.pk))
        priced = set(
            LinePrice.objects.filter(partnership_id=partnership.pk).values_list("line_id", flat=True)
        )
        documents = set(Document.objects.filter(partnership_id=partnership.pk).values_list("pk", flat=True))
        for file in files:
            _audit_file(file, checks[file.pk], [line for line in lines if line.submission_id == file.pk])
        assert {line.submission_id for line in lines} <= {file.pk for file in files}, "a line of no file"
        live = Counter(
            (line.document_id, line.content, line.ordinal) for line in lines if line.superseded_at is None
        )
        assert all(times == 1 for times in live.values()), "a line counted twice"
        assert {line.document_id for line in lines} == documents, (
            "a line without its document, or the reverse"
        )
        assert priced <= {line.pk for line in lines}, "a price of no line"
        assert not any(count_astray(partnership).values()), "sums that say something else than the lines"
        return Counter(str(file.state) for file in files)


def _audit_file(file: Submission, check: SubmissionCheck, lines: list[Line]) -> None:
    assert file.state in SETTLED, f"{file.public_id} is stuck as {file.state}"
    if file.committed_at is None:
        assert not lines, f"{file.public_id} is {file.state}, and lines of it are recorded"
        assert file.accepted == 0
    if file.state == State.UNDONE:
        assert all(line.superseded_at for line in lines), f"{file.public_id} is undone, and lines of it live"
    if file.state in (State.CHECKED, State.COMMITTED):
        told = check.totals["accepted"] + check.duplicates + check.quarantined + check.set_aside
        assert told == check.rows_total, f"{file.public_id}: {told} of {check.rows_total} rows are told of"
        faulty = QuarantinedRow.objects.filter(submission=file).values("source_row").distinct().count()
        assert faulty == check.quarantined, (
            f"{file.public_id}: {faulty} rows in quarantine, not {check.quarantined}"
        )
    if file.state == State.COMMITTED:
        assert len(lines) == file.accepted == check.totals["accepted"], (
            f"half of {file.public_id} is recorded"
        )
        rows = [line.source_row for line in lines]
        assert len(rows) == len(set(rows)), f"{file.public_id}: a row was recorded twice"
