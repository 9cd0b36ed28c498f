"""The journal of what was taken away: files outside the database, by which a restored backup is brought up to date.

Each taking-away is a row of `TakenAway` first, in the transaction that does it, and a line of the journal once that is
committed: written at once by whoever did it, else by the relay. So what was rolled back is in neither, a crash in
between loses nothing, and a full disk hinders nobody from taking away. A line is ids and words from the code.
"""

import json
import logging
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from partners.audit.models import TakenAway
from partners.tenancy.actors import RELAY
from partners.tenancy.context import acting_as

LINES = "*.jsonl"
BEHIND_AFTER = timedelta(seconds=10)  # a row waits for its line for milliseconds
logger = logging.getLogger(__name__)
# The files when they were last found to agree with the database, and the last entry of both: readiness asks often,
# and ten thousand entries take a quarter of a second to compare.
_agreed: tuple[list[tuple[str, int, int]], str] | None = None


class JournalBehindError(RuntimeError):
    """What was taken away is not in the journal yet: a backup that is restored now would bring it back."""


class OlderDatabaseError(ImproperlyConfigured):
    """Database and journal do not belong together; the message says what to do."""


@dataclass(frozen=True)
class Entry:
    """A line of the journal."""

    id: str
    at: str
    organisation_id: int
    deed: str
    subject: str
    word: str


@dataclass(frozen=True)
class Journal:
    """All entries, in the order of what happened, and how many lines could not be read: a crash tears one off."""

    entries: list[Entry]
    unreadable: int


def note_taken_away(deed: TakenAway.Deed, subject: str, word: str = "") -> None:
    """Called in the transaction of what it notes, for the acting organisation; `subject` is a public id."""
    TakenAway.objects.create(deed=deed, subject=subject, word=word)
    transaction.on_commit(keep_journal, robust=True)


# --- writing ---


def keep_journal() -> None:
    """Write down what is not in the journal yet. Where it cannot be written, that is logged, and tried again later."""
    try:
        _write_waiting()
    except OSError as error:
        logger.error(
            "The journal in THROUGHLINE_JOURNAL cannot be written (%s). What is taken away stays away, but a backup"
            " that is restored brings it back until the journal has caught up. Make room, or mend its rights.",
            error.strerror,
        )


def _write_waiting() -> None:
    """One at a time, on however many machines. Who dies between line and mark leaves a line that is written twice."""
    with acting_as(RELAY):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('journal', 0))")
        waiting = list(TakenAway.objects.filter(journalled_at=None).order_by("id"))
        if waiting:
            _append(_entry(row) for row in waiting)
            ids = [row.pk for row in waiting]
            TakenAway.objects.filter(pk__in=ids).update(journalled_at=timezone.now())


def _entry(row: TakenAway) -> Entry:
    return Entry(row.public_id, row.at.isoformat(), row.organisation_id, row.deed, row.subject, row.word)


def _append(entries: Iterable[Entry]) -> None:
    """On the disk when it returns. Each time begins with a line feed: what a crash tore off ends there."""
    folder = settings.JOURNAL
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{timezone.now():%Y-%m}.jsonl"
    lines = "".join(f"{json.dumps(asdict(entry))}\n" for entry in entries)
    with open(path, "ab", opener=partial(os.open, mode=0o600)) as file:
        file.write(f"\n{lines}".encode())
        file.flush()
        os.fsync(file.fileno())
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)  # the name of a new file too
    finally:
        os.close(descriptor)


# --- reading ---


def read_journal() -> Journal:
    """Every file of the folder; what is there twice counts once. Raises `OSError` where one cannot be read."""
    found: dict[str, Entry] = {}
    unreadable = 0
    for path in sorted(settings.JOURNAL.glob(LINES)):
        for line in path.read_bytes().splitlines():
            entry = _parse(line) if line else None
            if entry is not None:
                found[entry.id] = entry
            elif line:
                unreadable += 1
    return Journal(sorted(found.values(), key=lambda entry: (entry.at, entry.id)), unreadable)


def _parse(line: bytes) -> Entry | None:
    try:
        said = json.loads(line)
        return Entry(**{field.name: said[field.name] for field in fields(Entry)})
    except (ValueError, KeyError, TypeError):
        return None


def list_missing(entries: Iterable[Entry]) -> list[Entry]:
    """Those that this database does not know: they happened after the backup from which it was restored."""
    entries = list(entries)
    if not entries:
        return []
    with acting_as(RELAY):
        known = set(
            TakenAway.objects.filter(public_id__in=[entry.id for entry in entries]).values_list(
                "public_id", flat=True
            )
        )
    return [entry for entry in entries if entry.id not in known]


def note_replayed(entry: Entry) -> None:
    """From now on this database knows the entry, and is not older than it."""
    with acting_as(RELAY):
        TakenAway.objects.create(
            public_id=entry.id,
            organisation_id=entry.organisation_id,
            deed=entry.deed,
            subject=entry.subject,
            word=entry.word,
            at=entry.at,
            journalled_at=timezone.now(),
        )


def begin_anew() -> None:
    """The journal is lost: have all that this database knows written into a new one."""
    with acting_as(RELAY):
        TakenAway.objects.update(journalled_at=None)
    _write_waiting()


# --- what must be true before anybody is served ---


def refuse_older_database() -> None:
    """Stop where this database lacks what the journal holds, or the journal what this database wrote to it.

    Raises
    ------
    OlderDatabaseError
        With what is to be done.
    ImproperlyConfigured
        Where the journal cannot be read, or the database has no table for it yet.
    """
    global _agreed
    try:
        files = _list_files()
        if _agreed is not None and _agreed[0] == files and _knows(_agreed[1]):
            return
        last = _last_written()  # first: what is marked by now stands in what is read next
        entries = read_journal().entries
    except OSError as error:
        raise ImproperlyConfigured(
            f"The journal in {settings.JOURNAL} cannot be read: {error.strerror}. Let this user read it."
        ) from error
    except ProgrammingError as error:
        raise ImproperlyConfigured(
            "The database is older than this code. Run `manage.py migrate --database owner` first."
        ) from error
    missing = len(list_missing(entries))
    if missing:
        raise OlderDatabaseError(
            f"This database is older than the journal in {settings.JOURNAL}: {missing} of its entries are not known"
            " here, so that what was taken away would be given again. Run `manage.py replay_revocations`, then start"
            " this anew."
        )
    if last is not None and last not in {entry.id for entry in entries}:
        raise OlderDatabaseError(
            f"The journal in {settings.JOURNAL} is not the one that this database has written to. Bring that one back"
            " (THROUGHLINE_JOURNAL says where it lies), or, if it is lost, run"
            " `manage.py replay_revocations --journal-lost`."
        )
    _agreed = (files, last) if last is not None else None


def _list_files() -> list[tuple[str, int, int]]:
    stats = [(path, path.stat()) for path in sorted(settings.JOURNAL.glob(LINES))]
    return [(str(path), stat.st_size, stat.st_mtime_ns) for path, stat in stats]


def _knows(public_id: str) -> bool:
    with acting_as(RELAY):
        return TakenAway.objects.filter(public_id=public_id, journalled_at__isnull=False).exists()


def _last_written() -> str | None:
    with acting_as(RELAY):
        written = TakenAway.objects.filter(journalled_at__isnull=False).order_by("-journalled_at", "-id")
        return written.values_list("public_id", flat=True).first()


def count_waiting() -> int:
    """How much was taken away that is not in the journal yet."""
    with acting_as(RELAY):
        return TakenAway.objects.filter(journalled_at=None).count()


def refuse_journal_behind() -> None:
    """Raise `JournalBehindError` where something waits for its line longer than it should."""
    with acting_as(RELAY):
        waiting = TakenAway.objects.filter(journalled_at=None, at__lt=timezone.now() - BEHIND_AFTER).count()
    if waiting:
        raise JournalBehindError(f"{waiting} entries are not in the journal yet.")
