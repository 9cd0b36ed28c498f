"""What every Celery task does: run its work once, try again after a fault, give up after three tries."""

from collections.abc import Callable
from functools import partial
from typing import Any

from celery import Task

from partners.jobs.lease import MOST_TRIES, LeaseHeldElsewhere, finish, run_once

LEASE_WAIT = 5  # seconds until a task that runs elsewhere is looked at again
FIRST_WAIT = 2

Work = Callable[[Callable[[], None]], None]


def run_leased(
    task: "Task[Any, Any]",
    *,
    event_id: int,
    organisation_id: int,
    work: Work,
    give_up: Callable[[str], None] = lambda reason: None,
    first_wait: int = FIRST_WAIT,
) -> None:
    """Run `work(done)` for one event and organisation; it calls `done()` in the transaction of its effect.

    After a fault it waits `first_wait` seconds, then twice that.
    """
    key = f"{task.name}:{event_id}:{organisation_id}"
    try:
        run_once(key, organisation_id, lambda: work(partial(finish, key)), give_up)
    except LeaseHeldElsewhere as held:
        raise task.retry(exc=held, countdown=LEASE_WAIT, max_retries=None) from held
    except Exception as error:
        tried = task.request.retries
        raise task.retry(exc=error, countdown=first_wait * 2**tried, max_retries=MOST_TRIES - 1) from error
