"""Reading the record."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import Count, Max, Q, Sum
from django.db.models.functions import TruncDate

from partners.audit.models import AccessEntry, AuditEntry
from partners.tenancy.context import current_organisation_id


@dataclass(frozen=True)
class Reading:
    """What the other side of a partnership read of one kind: how often, how many people, how many rows.

    `people` is 0 where only its machines did, or the installation's keepers: `supported` times it was they.
    """

    partnership_id: int
    what: str
    times: int
    people: int
    rows: int
    last_at: datetime
    supported: int


def list_entries(subject: str) -> list[AuditEntry]:
    """What the acting organisation's people and workers did to one thing, the latest first."""
    return list(AuditEntry.objects.filter(subject=subject).order_by("-at", "-pk"))


@dataclass(frozen=True)
class DayOfReading:
    """What one reader of the other side read of one kind on one day, by one way. `reader` is '' for its machines."""

    on: date
    reader: str
    what: str
    via: str
    times: int
    rows: int
    last_at: datetime


def list_days_of_reading(partnership_id: int, since: datetime, limit: int) -> list[DayOfReading]:
    """The owner's access log of one partnership, a line for each day, reader, kind and way, the latest first."""
    days = (
        AccessEntry.objects.filter(
            owner_id=current_organisation_id(), partnership_id=partnership_id, at__gte=since
        )
        .annotate(on=TruncDate("at"))
        .values("on", "reader_user_id", "what", "via")
        .annotate(times=Count("id"), all_rows=Sum("rows"), last_at=Max("at"))
        .order_by("-last_at", "what", "via", "reader_user_id")[:limit]
    )
    found = list(days)
    names = _names_of_readers() if found else {}
    return [
        DayOfReading(
            row["on"],
            names.get(row["reader_user_id"], ""),
            row["what"],
            row["via"],
            row["times"],
            row["all_rows"],
            row["last_at"],
        )
        for row in found
    ]


def _names_of_readers() -> dict[int | None, str]:
    """Who read the acting organisation's data: the only people of others whose names it may know."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT user_id, name FROM gate_readers()")
        return dict(cursor.fetchall())


def list_readings(since: datetime) -> list[Reading]:
    """Who read the acting organisation's data since then, the latest first."""
    counted = (
        AccessEntry.objects.filter(owner_id=current_organisation_id(), at__gte=since)
        .values("partnership_id", "what")
        .annotate(
            times=Count("id"),
            people=Count("reader_user_id", distinct=True),
            all_rows=Sum("rows"),
            last_at=Max("at"),
            supported=Count("id", filter=~Q(reader_support="")),
        )
        .order_by("-last_at", "partnership_id", "what")
    )
    return [
        Reading(
            row["partnership_id"],
            row["what"],
            row["times"],
            row["people"],
            row["all_rows"],
            row["last_at"],
            row["supported"],
        )
        for row in counted
    ]
