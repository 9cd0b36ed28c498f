"""For ways in that may bring the same file again, since nobody watches them: it is received once."""

import hashlib
from typing import BinaryIO

from django.db import connection

from integrations.ingestion.files import PIECE
from integrations.ingestion.models import FeedMapping, Submission, SubmissionCheck
from integrations.ingestion.services import receive_file
from partners.agreements.models import Partnership

State = Submission.State


class FileChanging(Exception):  # noqa: N818 (no fault: it is tried again)
    """The file was written to while it was read."""


def receive_file_once(
    partnership: Partnership,
    file_name: str,
    content: BinaryIO,
    *,
    source: Submission.Source,
    feed: str,
    record_when_clear: bool = False,
) -> Submission:
    """Receive a file, unless these very bytes were received for this partnership and feed: then that submission.

    One that was refused, discarded or taken back may come again. `record_when_clear`: commit it without a person, if
    the check has nothing to ask and a person accepted how such a file is read before.

    Raises
    ------
    FileChanging
        If it did not stay the same while it was read; nothing was received.
    """
    digest = _digest(content)
    _lock(partnership, digest)
    same = Submission.objects.filter(partnership_id=partnership.pk, feed=feed, check_result__sha256=digest)
    known = same.exclude(state__in=(State.REFUSED, State.UNDONE)).order_by("pk").first()
    if known is not None:
        return known
    accepted = FeedMapping.objects.filter(partnership_id=partnership.pk, feed=feed)
    content.seek(0)
    submission = receive_file(
        partnership,
        file_name,
        iter(lambda: content.read(PIECE), b""),
        source=source,
        feed=feed,
        trusted=record_when_clear and accepted.exists(),
    )
    if SubmissionCheck.objects.get(submission=submission).sha256 != digest:
        raise FileChanging
    return submission


def _digest(content: BinaryIO) -> str:
    digest = hashlib.sha256()
    while piece := content.read(PIECE):
        digest.update(piece)
    return digest.hexdigest()


def _lock(partnership: Partnership, digest: str) -> None:
    """Of two who bring the same bytes at once, the second waits and finds the first's."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('file ' || %s || ' ' || %s, 0))",
            [partnership.pk, digest],
        )
