"""Run a task's work so that it counts once, however often the broker delivers it.

The lease is a PostgreSQL advisory lock held by the worker's own session: it ends when the session does, so a
killed worker's task can run again at once, and no clock decides who is alive. Whoever lost the session lost
its transaction too, so two holders can never both commit. The job's row counts the tries (committed before the
work starts, so that a file which kills its worker is noticed) and remembers the end in the work's transaction.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection
from django.utils import timezone

from partners.jobs.models import Job
from partners.tenancy.actors import worker
from partners.tenancy.context import acting_as

MOST_TRIES = 3
ERROR_LENGTH = 200

COUNT_A_TRY = """
INSERT INTO jobs_job (key, organisation_id, state, tries, error, started_at)
VALUES (%s, app_org(), 'running', 1, '', now())
ON CONFLICT (organisation_id, key) DO UPDATE SET tries = jobs_job.tries + (jobs_job.state = 'running')::int
RETURNING state, tries
"""


class LeaseHeldElsewhere(Exception):  # noqa: N818  (a state of affairs, not an error)
    """Another worker runs this job now; try again later."""


def run_once(
    key: str, organisation_id: int, work: Callable[[], None], give_up: Callable[[str], None]
) -> Job.State:
    """Run `work` for `organisation_id` unless `key` is done; after three started tries call `give_up` instead.

    `work` opens its own transactions and must call `finish(key)` in the one that publishes its effect.

    Raises
    ------
    LeaseHeldElsewhere
        When another session holds the lease.
    Exception
        Whatever `work` raised, after it was noted on the job.
    """
    with _lease(key):
        with acting_as(worker(organisation_id)), connection.cursor() as cursor:
            cursor.execute(COUNT_A_TRY, [key])
            state, tries = cursor.fetchone()
        if state != Job.State.RUNNING:
            return Job.State(state)
        if tries > MOST_TRIES:
            return _end(key, organisation_id, give_up)
        try:
            work()
        except LeaseHeldElsewhere:
            raise
        except Exception as error:
            _note(key, organisation_id, error)
            if tries == MOST_TRIES:
                _end(key, organisation_id, give_up)
            raise
    return Job.State.DONE


def finish(key: str) -> None:
    """Mark the job done, in the transaction of its effect, and make sure that the lease is still ours.

    Raises
    ------
    LeaseHeldElsewhere
        When the session was lost meanwhile and another worker has begun: this transaction must not commit.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [key])
        if not cursor.fetchone()[0]:
            raise LeaseHeldElsewhere(key)
    Job.objects.filter(key=key).update(state=Job.State.DONE, finished_at=timezone.now(), error="")


@contextmanager
def _lease(key: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [key])
        if not cursor.fetchone()[0]:
            raise LeaseHeldElsewhere(key)
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [key])


def _note(key: str, organisation_id: int, error: Exception) -> None:
    with acting_as(worker(organisation_id)):
        Job.objects.filter(key=key).update(error=f"{type(error).__name__}"[:ERROR_LENGTH])


def _end(key: str, organisation_id: int, give_up: Callable[[str], None]) -> Job.State:
    with acting_as(worker(organisation_id)):
        job = Job.objects.get(key=key)
        give_up(job.error or "the worker was killed each time")
        Job.objects.filter(key=key).update(state=Job.State.FAILED, finished_at=timezone.now())
    return Job.State.FAILED
