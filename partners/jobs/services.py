"""Writing intents, and handing them on."""

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from partners.jobs.models import OutboxEvent
from partners.tenancy.actors import RELAY, worker
from partners.tenancy.context import acting_as

BATCH = 100
LIVE_CHANNEL = "throughline_live"
logger = logging.getLogger(__name__)
T = TypeVar("T")


class Target(NamedTuple):
    """A task to send for an event, and the organisation that it acts for."""

    task: str
    organisation_id: int


Dispatch = Mapping[str, Callable[[OutboxEvent], list[Target]]]
Send = Callable[[str, dict[str, Any]], None]


def emit(kind: str, **payload: Any) -> None:
    """Note an event in the transaction that caused it. Payloads are ids and dates, never data."""
    OutboxEvent.objects.create(kind=kind, payload=payload)


def announce(topic: str, organisation_id: int) -> None:
    """Have the open pages of an organisation look again, once this transaction is committed. Carries no data."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [LIVE_CHANNEL, f"{organisation_id} {topic}"])


def each_for_itself(what: str, due: Iterable[tuple[int, int]], work: Callable[[int], T]) -> list[T]:
    """What a clock does for each thing that is due, in the name of the organisation beside it; what came of those.

    One that fails keeps no other waiting: it is logged, and found again with the next tick.
    """
    done = []
    for key, organisation_id in due:
        try:
            with acting_as(worker(organisation_id)):
                done.append(work(key))
        except (OperationalError, InterfaceError):
            raise  # the database is not there: not for the others either
        except Exception:
            logger.exception("%s %s of organisation %s: its turn failed", what, key, organisation_id)
    return done


def _targets(dispatch: Dispatch, event: OutboxEvent) -> list[Target]:
    """An event that the table does not know must not keep the others waiting: it is logged and left behind."""
    try:
        return dispatch[event.kind](event)
    except KeyError:
        logger.exception("outbox event %s of kind %s has no target", event.pk, event.kind)
        return []


def relay_waiting(dispatch: Dispatch, send: Send) -> int:
    """Hand waiting events to the broker, oldest first, and return how many there were.

    An event is marked only after its tasks are with the broker, so that a crash in between sends a task
    twice and loses none; jobs count once.
    """
    with acting_as(RELAY):
        events = list(
            OutboxEvent.objects.filter(relayed_at=None)
            .order_by("id")
            .select_for_update(skip_locked=True)[:BATCH]
        )
        for event in events:
            for target in _targets(dispatch, event):
                send(
                    target.task,
                    {"organisation_id": target.organisation_id, "event_id": event.pk, **event.payload},
                )
        OutboxEvent.objects.filter(pk__in=[event.pk for event in events]).update(relayed_at=timezone.now())
    return len(events)


def wait_again(since: datetime) -> int:
    """Have the events wait again that were handed on since then, and return how many: their broker was lost.

    Tasks that are done by now are not done again.
    """
    with acting_as(RELAY):
        return OutboxEvent.objects.filter(relayed_at__gte=since).update(relayed_at=None)
