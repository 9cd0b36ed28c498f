"""Reading the record."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Sum

from partners.audit.models import AccessEntry, AuditEntry
from partners.tenancy.context import current_organisation_id


@dataclass(frozen=True)
class Reading:
    """What the other side of a partnership read of one kind: how often, how many people, how many rows.

    `people` is 0 where only its machines did.
    """

    partnership_id: int
    what: str
    times: int
    people: int
    rows: int
    last_at: datetime


def list_entries(subject: str) -> list[AuditEntry]:
    """What the acting organisation's people and workers did to one thing, the latest first."""
    return list(AuditEntry.objects.filter(subject=subject).order_by("-at", "-pk"))


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
        )
        .order_by("-last_at")
    )
    return [
        Reading(
            row["partnership_id"], row["what"], row["times"], row["people"], row["all_rows"], row["last_at"]
        )
        for row in counted
    ]
