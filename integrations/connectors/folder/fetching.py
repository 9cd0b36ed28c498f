"""Takes what lies whole in the boxes, and puts it away with an answer once it is checked.

A file is moved from its box into ``checking`` after it was received, and from there into ``taken`` or ``refused``, its
answer beside it. Where a step was cut short the next look takes it up: a file that was received is known by its bytes.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.db import DataError

from integrations.connectors.answering import Answer, answer_to, refusal
from integrations.connectors.folder.places import (
    CHECKING,
    CLEAR,
    REFUSED,
    TAKEN,
    Box,
    Look,
    claim,
    folder_in,
    has_folder,
    list_files,
    name_with,
    open_boxes,
    open_file,
    put_away,
)
from integrations.ingestion.models import Submission
from integrations.ingestion.reading import FEEDS
from integrations.ingestion.reading.faults import printable
from integrations.ingestion.receiving import FileChanging, receive_file_once
from integrations.ingestion.services import SubmissionError
from partners.agreements.models import Partnership
from partners.agreements.selectors import find_partnership_by_slugs
from partners.organisations.setup import SetupError, require_organisation
from partners.tenancy.actors import worker
from partners.tenancy.context import acting_as

logger = logging.getLogger(__name__)


@dataclass
class Fetched:
    """What one look came to: files received, files put away, and those whose check is under way."""

    received: int = 0
    taken: int = 0
    refused: int = 0
    waiting: int = 0


@dataclass
class Watch:
    """Looks at a folder again and again; a file that did not change between two looks is whole."""

    root: Path
    _before: dict[str, Look] = field(default_factory=dict)

    def fetch(self) -> Fetched:
        """Look once: put away what is checked, receive what is whole."""
        done, seen = Fetched(), dict[str, Look]()
        for box in open_boxes(self.root):
            with _alone(box.name):
                self._answer(box, done)
                for place in ("", CLEAR) if has_folder(box, CLEAR) else ("",):
                    self._receive(box, place, seen, done)
        self._before = seen
        return done

    def _receive(self, box: Box, place: str, seen: dict[str, Look], done: Fetched) -> None:
        with folder_in(box, place) as folder:
            for name, look in list_files(folder).items():
                key = f"{box.name}/{place}/{name}"
                seen[key] = look
                if self._before.get(key) == look:
                    with _alone(box.name):
                        self._receive_one(box, folder, name, look, done, is_clear=place == CLEAR)

    def _receive_one(
        self, box: Box, folder: int, name: str, look: Look, done: Fetched, *, is_clear: bool
    ) -> None:
        with open_file(folder, name, look) as content:
            if content is None:
                return
            try:
                partnership = _partnership_of(box)
                with acting_as(worker(partnership.distributor_id)):
                    submission = receive_file_once(
                        partnership,
                        printable(name, 255),
                        content,
                        source=Submission.Source.FOLDER,
                        feed=box.feed,
                        record_when_clear=is_clear,
                    )
            except FileChanging:
                return
            except (SetupError, SubmissionError) as fault:
                done.refused += 1
                put_away(
                    box, folder, name, REFUSED, name_with("not-received", name), refusal(name, str(fault))
                )
                return
        done.received += 1
        claim(box, folder, name, name_with(submission.public_id, name), look)

    def _answer(self, box: Box, done: Fetched) -> None:
        if not has_folder(box, CHECKING):
            return
        with folder_in(box, CHECKING) as folder:
            for name in list_files(folder):
                answer = _answer_to(box, name.partition(" ")[0])
                if answer is None:
                    done.waiting += 1
                    continue
                done.refused += answer.is_refusal
                done.taken += not answer.is_refusal
                put_away(box, folder, name, REFUSED if answer.is_refusal else TAKEN, name, answer.text)


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """What cannot be read, or not be kept, keeps no other file waiting. A database that is away ends the look.

    The log names the box alone: a file's name may say whose it is.
    """
    try:
        yield
    except (OSError, DataError) as fault:
        why = fault.strerror if isinstance(fault, OSError) else type(fault).__name__
        logger.warning("A file in %s cannot be taken: %s. Trying again later.", printable(name), why)


def _partnership_of(box: Box) -> Partnership:
    """The partnership whose folder it is; raises `SetupError` where there is none, or no such feed."""
    if box.feed not in FEEDS:
        raise SetupError(f"There is no feed '{box.feed}'. Name the folder as one of: {', '.join(FEEDS)}.")
    partnership = find_partnership_by_slugs(box.manufacturer, box.distributor)
    if partnership is None:
        raise SetupError(
            f"'{box.distributor}' has no partnership with '{box.manufacturer}'. Lay the file into the folder of one."
        )
    return partnership


def _answer_to(box: Box, public_id: str) -> Answer | None:
    """None as long as the file is checked or recorded."""
    with acting_as(worker(require_organisation(box.distributor))):
        return answer_to(public_id)
