"""How much waits and was done in the whole installation: bare numbers, for its keepers.

They count over every organisation, through functions of the database's owner that return nothing else.
"""

from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection


class Backlog(NamedTuple):
    """Events that wait for the relay, and the age of the oldest in seconds (0 where none waits)."""

    waiting: int
    oldest_seconds: float


class JobCount(NamedTuple):
    """How many jobs of a task are in a state; `place` counts the tasks asked about from 1, 0 is any other."""

    place: int
    state: str
    jobs: int


def get_outbox_backlog() -> Backlog:
    """What is written in the outbox and not yet with the broker."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT waiting, oldest_seconds FROM gate_outbox_backlog()")
        return Backlog(*cursor.fetchone())


def count_all_jobs(tasks: Sequence[str]) -> list[JobCount]:
    """Jobs by task, in the order of the names given, and by state."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT place, state, jobs FROM gate_count_jobs(%s)", [list(tasks)])
        return [JobCount(*row) for row in cursor.fetchall()]
