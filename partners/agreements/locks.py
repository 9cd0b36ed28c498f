"""The order of locks: a partnership's comes first, before any row of it is written.

It is an advisory lock, held to the end of the transaction, because the maker's workers take it too (shared) and
may not touch the distributor's rows.
"""

from datetime import datetime

from django.db import connection

from partners.agreements.models import Partnership

_SPACE = 1  # the first key of every partnership's advisory lock


def lock_partnership(partnership_id: int) -> Partnership:
    """Wait for every other change to this partnership's sharing or ledger, and shut them out until commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_SPACE, partnership_id])
    return Partnership.objects.get(pk=partnership_id)


def moment_between_changes(partnership_id: int) -> datetime:
    """A moment at which no change of the partnership is half done: what is known then is known for good.

    The lock is given back at once, so that a long analysis does not keep files waiting.
    """
    key = [_SPACE, partnership_id]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock_shared(%s, %s)", key)
        try:
            cursor.execute("SELECT clock_timestamp()")
            moment: datetime = cursor.fetchone()[0]
        finally:
            cursor.execute("SELECT pg_advisory_unlock_shared(%s, %s)", key)
    return moment


def lock_outcomes(partnership_id: int) -> None:
    """One analysis of a partnership at a time for the acting organisation, to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('outcomes ' || app_org() || ' ' || %s, 0))",
            [partnership_id],
        )
