"""Reading the archive and the schedules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min, Prefetch, QuerySet

from partners.access.doors import NotFound
from partners.access.reach import digest_of_rights
from partners.audit.models import AuditEntry
from partners.audit.selectors import list_entries
from partners.tenancy.context import current_organisation_id, current_user_id
from portal.reports.models import Occurrence, Recipient, Report, ReportFile, Schedule

SHOWN = 100


@dataclass(frozen=True)
class Archived:
    """A report of the acting reader, and whether it can be read now: its sight and the reader's rights still hold."""

    report: Report
    is_readable: bool

    @property
    def state(self) -> str:
        """How it stands for its reader: 'withdrawn' from the moment on at which it can no longer be read."""
        is_ready = self.report.state == Report.State.READY
        return str(self.report.state) if self.is_readable or not is_ready else Report.State.WITHDRAWN.value


class Withdrawn(Exception):  # noqa: N818  (a state of affairs, not an error)
    """The report may no longer be read: what it rests on was withdrawn, or its reader's rights have changed."""


def list_archive(limit: int = SHOWN) -> list[Archived]:
    """The acting person's reports, the newest first."""
    found = _own().select_related("partnership__manufacturer", "partnership__distributor").order_by("-id")
    return archived(list(found[:limit]))


def get_own(public_id: str) -> Report:
    """A report of the acting person; raises `NotFound` for anybody else's."""
    report = _own().filter(public_id=public_id).first()
    if report is None:
        raise NotFound(public_id)
    return report


def get_archived(public_id: str) -> tuple[Archived, list[AuditEntry]]:
    """One of them, with what happened to it; raises `NotFound`."""
    report = get_own(public_id)
    return archived([report])[0], list_entries(public_id)


def read_file(public_id: str) -> tuple[Report, bytes]:
    """The document, for its reader.

    Raises
    ------
    NotFound
        For a report that is not the acting person's, or not written.
    Withdrawn
        Where it was written and may no longer be read.
    """
    report = get_own(public_id)
    if report.state == Report.State.WITHDRAWN:
        raise Withdrawn(public_id)
    if report.state != Report.State.READY:
        raise NotFound(public_id)
    file = ReportFile.objects.filter(report=report).first()
    if file is None or report.rights != digest_of_rights():
        raise Withdrawn(public_id)
    return report, bytes(file.content)


def get_schedule(public_id: str) -> Schedule:
    """A schedule of the acting organisation; raises `NotFound`."""
    found = Schedule.objects.filter(public_id=public_id, organisation_id=current_organisation_id()).first()
    if found is None:
        raise NotFound(public_id)
    return found


def list_schedules() -> list[Schedule]:
    """The organisation's schedules with their owners, readers and last occurrences, live ones first."""
    readers = Recipient.objects.select_related("seat__user").order_by("seat__user__name", "pk")
    found = (
        Schedule.objects.filter(organisation_id=current_organisation_id())
        .select_related("owner__user", "partnership__manufacturer", "partnership__distributor")
        .prefetch_related(
            Prefetch("recipients", readers), Prefetch("occurrences", Occurrence.objects.order_by("-due_at"))
        )
    )
    return sorted(found, key=lambda one: (one.state == Schedule.State.ENDED, one.next_at, one.pk))


def next_of_mine() -> datetime | None:
    """When the acting person's next scheduled report comes; None where none is scheduled."""
    mine = Schedule.objects.filter(
        state=Schedule.State.ACTIVE,
        recipients__seat__user_id=current_user_id(),
        recipients__seat__ended_at=None,
        organisation_id=current_organisation_id(),
    )
    found: datetime | None = mine.aggregate(soonest=Min("next_at"))["soonest"]
    return found


def archived(reports: Sequence[Report]) -> list[Archived]:
    """Reports of the acting person, each with whether it can be read at this moment."""
    there = set(ReportFile.objects.filter(report__in=reports).values_list("report_id", flat=True))
    rights = digest_of_rights()
    return [Archived(one, one.pk in there and one.rights == rights) for one in reports]


def _own() -> QuerySet[Report]:
    """The acting person's in the seat of today: one that ended took its reports along, should another begin."""
    mine = Report.objects.filter(organisation_id=current_organisation_id(), reader_user_id=current_user_id())
    return mine.filter(reader__ended_at=None)
