"""How much a client may ask: requests a minute, rows a day. A leaked key is worth no more than that."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.db import connection

from partners.organisations.clients import Identified, note_use
from portal.api.models import ClientUsage

CHARGE = """
INSERT INTO api_clientusage (client_id, minute, requests, day, rows) VALUES (%s, %s, 1, %s, 0)
ON CONFLICT (client_id) DO UPDATE SET
    requests = CASE WHEN api_clientusage.minute = excluded.minute THEN api_clientusage.requests + 1 ELSE 1 END,
    rows = CASE WHEN api_clientusage.day = excluded.day THEN api_clientusage.rows ELSE 0 END,
    minute = excluded.minute, day = excluded.day
RETURNING requests, rows
"""


@dataclass(frozen=True)
class Budget:
    """What a client has left, and in how many seconds it has all of it again."""

    requests_left: int
    rows_left: int
    minute_ends: int
    day_ends: int

    @property
    def wait(self) -> int | None:
        """Seconds to wait, where nothing is left."""
        if self.rows_left < 0:
            return self.day_ends
        return self.minute_ends if self.requests_left < 0 else None

    @property
    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers has them."""
        requests, rows = settings.API_REQUESTS_A_MINUTE, settings.API_ROWS_A_DAY
        left = max(self.requests_left, 0), max(self.rows_left, 0)
        found = {
            "RateLimit-Policy": f'"requests";q={requests};w=60, "rows";q={rows};w=86400',
            "RateLimit": f'"requests";r={left[0]};t={self.minute_ends}, "rows";r={left[1]};t={self.day_ends}',
        }
        return {**found, "Retry-After": str(self.wait)} if self.wait is not None else found


def charge(identified: Identified, now: datetime) -> Budget:
    """Count this call; acting as the client, in a transaction of its own, so that calls do not wait for one another."""
    minute, day = now.replace(second=0, microsecond=0), now.date()
    with connection.cursor() as cursor:
        cursor.execute(CHARGE, [identified.client_id, minute, day])
        requests, rows = cursor.fetchone()
    note_use(identified.credential_id, now)
    midnight = datetime.combine(day + timedelta(days=1), time(), UTC)
    return Budget(
        requests_left=settings.API_REQUESTS_A_MINUTE - requests,
        # None are left once the day's are given; the page that passes the limit is given whole.
        rows_left=settings.API_ROWS_A_DAY - rows if rows < settings.API_ROWS_A_DAY else -1,
        minute_ends=60 - now.second,
        day_ends=int((midnight - now).total_seconds()) + 1,
    )


def charge_rows(client_id: int, rows: int) -> None:
    """Count the rows of an answer."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {ClientUsage._meta.db_table} SET rows = rows + %s WHERE client_id = %s",  # noqa: S608
            [rows, client_id],
        )
