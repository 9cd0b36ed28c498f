"""The rows of a checked file, kept for its commit, so that the file is read and judged once.

What is kept is what was staged, packed, behind the sender's walls beside the file; it is gone when the submission is
decided. It serves as long as what it rests on has not moved: how the file is read, the maker's products, the
distributor's references and the codes of its customers. Otherwise the file is read again.
"""

import hashlib
import json
import zlib
from collections.abc import Iterator
from dataclasses import asdict
from itertools import zip_longest
from typing import Any, TypedDict, cast

from integrations.ingestion.defects import Surroundings
from integrations.ingestion.files import PACKED
from integrations.ingestion.models import CheckedBlock, Submission
from integrations.ingestion.reading import Examination
from integrations.ingestion.recording import RECORDERS
from partners.catalogue.selectors import ProductIndex

SUMMARY = 0  # the number of the block that sums up the others and says what they rest on


class Summary(TypedDict):
    """What stands beside the rows: what they rest on, by what each block is known, and what was counted."""

    rests_on: str
    blocks: list[str]
    staged: dict[str, Any]


class BlocksGone(Exception):  # noqa: N818 (no fault: the file is read again)
    """What was kept of a check is not what its summary says."""


def rests_on(examination: Examination, products: ProductIndex, around: Surroundings) -> str:
    """A digest of all that rows are judged by, beside the file."""
    told = [
        list(RECORDERS[examination.feed].columns),
        examination.to_json(),
        asdict(products),
        around.references.skus,
        sorted((*key, str(size)) for key, size in around.references.packs.items()),
        dict(around.padded),
        sorted(around.own_names),
    ]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def keep_block(submission: Submission, number: int, block: bytes) -> str:
    """Keep staged rows, in their order from 1 on, and return by what they are known again.

    Of two who check the same file at once one is kept; whose it is shows when it is asked for.
    """
    content = zlib.compress(block, PACKED)
    kept = CheckedBlock(
        submission_id=submission.pk, distributor_id=submission.distributor_id, number=number, content=content
    )
    CheckedBlock.objects.bulk_create([kept], ignore_conflicts=True)
    return _known_by(content)


def keep_summary(submission: Submission, summary: Summary) -> None:
    """Keep what was found beside the rows: without it they do not serve."""
    CheckedBlock.objects.filter(submission_id=submission.pk, number=SUMMARY).delete()
    keep_block(submission, SUMMARY, json.dumps(summary).encode())


def find_summary(submission: Submission) -> Summary | None:
    """What was found when the rows were kept; None where none are."""
    found = _contents(submission).filter(number=SUMMARY).first()
    return None if found is None else cast("Summary", json.loads(zlib.decompress(found)))


def list_blocks(submission: Submission, summary: Summary) -> Iterator[bytes]:
    """The rows, a block at a time.

    Raises
    ------
    BlocksGone
        Where one is missing, or another check's.
    """
    contents = _contents(submission).exclude(number=SUMMARY).order_by("number").iterator(chunk_size=1)
    for content, known_by in zip_longest(contents, summary["blocks"]):
        if content is None or _known_by(content) != known_by:
            raise BlocksGone
        yield zlib.decompress(content)


def forget_checked(submission: Submission) -> int:
    """They have served, or never will; how many blocks that were."""
    return CheckedBlock.objects.filter(submission_id=submission.pk).delete()[0]


def _contents(submission: Submission) -> Any:
    return CheckedBlock.objects.filter(submission_id=submission.pk).values_list("content", flat=True)


def _known_by(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
