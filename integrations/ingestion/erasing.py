"""Destroying files that hold a customer: the file as a whole, and what was found in it. Recorded lines stay."""

import re
import zipfile
from collections import Counter
from collections.abc import Collection, Iterator
from typing import IO, BinaryIO
from xml.sax.saxutils import escape

from django.db.models import F

from integrations.ingestion.checked import forget_checked
from integrations.ingestion.files import open_file
from integrations.ingestion.models import (
    CheckedBlock,
    FeedMapping,
    QuarantineCount,
    QuarantinedCells,
    QuarantinedRow,
    Submission,
    SubmissionCheck,
    SubmissionPiece,
)
from integrations.ingestion.reasons import Stop, to_say
from partners.agreements.models import Partnership

ENCODINGS = ("utf-8", "cp1252", "utf-16-le", "utf-16-be")
BLOCK = 1 << 20
MOST_UNPACKED = 4 << 30  # bytes of a workbook; one that comes to more counts as holding anything
_UNDECIDED = (
    Submission.State.RECEIVED,
    Submission.State.CHECKING,
    Submission.State.CHECKED,
    Submission.State.COMMITTING,
)


def list_kept_files(distributor_id: int) -> list[Submission]:
    """The distributor's submissions whose original file is still there."""
    kept = SubmissionPiece.objects.filter(distributor_id=distributor_id).values("submission_id")
    return list(Submission.objects.filter(distributor_id=distributor_id, pk__in=kept).order_by("pk"))


def holds(submission: Submission, words: Collection[str]) -> bool:
    """Whether the original file says one of these words; one that cannot be read is taken to."""
    with open_file(submission) as file:
        try:
            return any(_says(part, words) for part in _parts(file))
        except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError):
            return True


def erase_file(submission: Submission) -> Counter[str]:
    """Destroy a file and what was quoted of it. One on which nobody has decided yet is refused, and says why."""
    gone: Counter[str] = Counter()
    gone["ingestion_submissionpiece"] += SubmissionPiece.objects.filter(submission_id=submission.pk).delete()[
        0
    ]
    gone["ingestion_checkedblock"] += forget_checked(submission)
    cells = QuarantinedCells.objects.filter(submission_id=submission.pk)
    gone["ingestion_quarantinedcells"] += cells.delete()[0]
    gone["ingestion_quarantinedrow"] += QuarantinedRow.objects.filter(submission=submission).delete()[0]
    said = to_say(Stop.ERASED, {})
    undecided = Submission.objects.filter(pk=submission.pk, state__in=_UNDECIDED)
    refused = undecided.filter(committed_at=None).update(state=Submission.State.REFUSED)
    undecided.update(state=Submission.State.COMMITTED)  # it waited to be committed again: its lines live
    was_refused = Submission.objects.filter(pk=submission.pk, state=Submission.State.REFUSED).exists()
    SubmissionCheck.objects.filter(submission=submission).update(
        examination={},
        asked=[],
        noted=[said],
        refused=said if refused or was_refused else F("refused"),
        sha256="",
        duplicates=0,
    )
    FeedMapping.objects.filter(partnership_id=submission.partnership_id, feed=submission.feed).delete()
    gone["ingestion_submissioncheck"] += 1
    return gone


def erase_submissions(partnership: Partnership, limit: int) -> Counter[str]:
    """Destroy at most `limit` submissions of a partnership with their files; nothing where none is left."""
    gone: Counter[str] = Counter()
    of_it = Submission.objects.filter(
        partnership_id=partnership.pk, distributor_id=partnership.distributor_id
    )
    ids = list(of_it.order_by("pk").values_list("pk", flat=True)[:limit])
    gone["ingestion_submissionpiece"] += SubmissionPiece.objects.filter(submission_id__in=ids).delete()[0]
    for table in (CheckedBlock, QuarantinedCells, QuarantineCount):
        gone[table._meta.db_table] += table._default_manager.filter(submission_id__in=ids).delete()[0]
    for model in (QuarantinedRow, SubmissionCheck):
        gone[model._meta.db_table] += model._default_manager.filter(submission__in=ids).delete()[0]
    gone["ingestion_submission"] += Submission.objects.filter(pk__in=ids).delete()[0]
    if not ids:
        mappings = FeedMapping.objects.filter(partnership_id=partnership.pk)
        gone["ingestion_feedmapping"] += mappings.delete()[0]
    return gone


def _parts(file: BinaryIO) -> Iterator[IO[bytes]]:
    """The file itself, or what a workbook is packed of."""
    if not zipfile.is_zipfile(file):
        file.seek(0)
        yield file
        return
    with zipfile.ZipFile(file) as packed:
        if sum(member.file_size for member in packed.infolist()) > MOST_UNPACKED:
            raise ValueError("it unpacks to more than is read")
        for member in packed.infolist():
            with packed.open(member) as part:
                yield part


def _says(part: IO[bytes], words: Collection[str]) -> bool:
    forms = {
        form for word in words for form in (word, escape(word), escape(word, {'"': "&quot;", "'": "&apos;"}))
    }
    found = {form.encode(code, "ignore") for form in forms for code in ENCODINGS}
    pattern = re.compile(
        b"(?<![0-9A-Za-z])(?:"
        + b"|".join(re.escape(form) for form in sorted(found) if form)
        + b")(?![0-9A-Za-z])",
        re.IGNORECASE,
    )
    longest, tail = max(map(len, found), default=0) + 1, b""
    while block := part.read(BLOCK):
        text = tail + block
        if pattern.search(text):
            return True
        tail = text[-longest:]
    return False
