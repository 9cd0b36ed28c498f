"""Writing the record: called inside the transaction of what it records."""

from collections import Counter
from contextvars import ContextVar
from typing import Any, NamedTuple

from partners.audit.models import AccessEntry, AuditEntry
from partners.tenancy.actors import Actor
from partners.tenancy.context import current_actor


class _Read(NamedTuple):
    owner_id: int
    partnership_id: int
    what: str
    subject: str
    purpose: int
    via: str


_reads: ContextVar[Counter[_Read] | None] = ContextVar("throughline_reads", default=None)


def record(action: str, subject: str, **details: Any) -> None:
    """Note that the active actor did `action` to the thing with public id `subject`, and through what."""
    actor = current_actor()
    if actor.client is not None:
        details["client"] = actor.client.public_id
    if actor.support:
        details["support"] = actor.support
    AuditEntry.objects.create(action=action, subject=subject, details=details)


def note_read(
    actor: Actor, *, owner_id: int, partnership_id: int, what: str, rows: int, subject: str = ""
) -> None:
    """Selectors call this for rows of another organisation; written when the outermost `acting_as` ends.

    Reading one's own rows is not noted, in a mirror neither, and neither is a read that found nothing.
    """
    if owner_id in (actor.organisation_id, actor.mirrored_id) or rows == 0:
        return
    reads = _reads.get()
    if reads is None:
        reads = Counter()
        _reads.set(reads)
    reads[_Read(owner_id, partnership_id, what, subject, actor.purpose.value, actor.via.value)] += rows


def write_reads(actor: Actor) -> None:
    """Write what was read into the access log, in the transaction that read it."""
    reads = _reads.get()
    forget_reads()
    if reads:
        AccessEntry.objects.bulk_create(
            [
                AccessEntry(**read._asdict(), rows=rows, reader_support=actor.support)
                for read, rows in reads.items()
            ]
        )


def forget_reads() -> None:
    """What was read by an actor who left is nobody else's reading."""
    _reads.set(None)
