"""The gate for whoever belongs to no organisation: commands that name a submission, and those who count them."""

from typing import NamedTuple

from django.db import connection


class SubmissionCount(NamedTuple):
    """How many files of the whole installation are in a state."""

    state: str
    submissions: int


def find_sender(public_id: str) -> int | None:
    """The organisation that sent the submission with exactly this id: the one to act for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT gate_submission(%s)", [public_id])
        sender: int | None = cursor.fetchone()[0]
    return sender


def count_all_submissions() -> list[SubmissionCount]:
    """Files by state, over all organisations, as bare numbers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT state, submissions FROM gate_count_submissions()")
        return [SubmissionCount(*row) for row in cursor.fetchall()]
