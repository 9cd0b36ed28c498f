"""The gate for commands that name a submission and nobody else."""

from django.db import connection


def find_sender(public_id: str) -> int | None:
    """The organisation that sent the submission with exactly this id: the one to act for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT gate_submission(%s)", [public_id])
        sender: int | None = cursor.fetchone()[0]
    return sender
