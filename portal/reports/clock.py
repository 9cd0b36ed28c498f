"""When a schedule is due: local time resolved by us, each occurrence taken once, whoever notices and however late.

A time that the clocks skip in spring is that much later on the day; one that they show twice in autumn is the first
(PEP 495, fold 0). The scheduler only ticks: what is due is read from the schedules themselves, so that two of them, or
one that stood still, change nothing but the moment.
"""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection

from partners.jobs.services import each_for_itself, emit
from partners.organisations.models import Membership, Organisation
from partners.organisations.roles import PERMITS, Permission
from partners.tenancy.actors import Role
from portal.reports.models import Occurrence, Recipient, Report, Schedule

WEEK = 7
HALF_A_WEEK = timedelta(days=WEEK / 2)
GRACE = timedelta(days=1)  # how late an occurrence is still taken
logger = logging.getLogger(__name__)


def occurrences(weekday: int, at: time, zone: str, after: datetime) -> Iterator[datetime]:
    """The moments (UTC) after `after` at which it is this weekday (Monday 0) and time in a zone, without end."""
    here = ZoneInfo(zone)
    day = after.astimezone(here).date() - timedelta(days=1)
    day += timedelta(days=(weekday - day.weekday()) % WEEK)
    while True:
        moment = datetime.combine(day, at, here).astimezone(UTC)
        if moment > after:
            yield moment
        day += timedelta(days=WEEK)


def take_due(now: datetime) -> int:
    """Take every occurrence that is due, each for its own organisation; returns how many reports are wanted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT schedule_id, organisation_id FROM gate_due_schedules(%s)", [now])
        due = cursor.fetchall()
    return sum(each_for_itself("schedule", due, lambda schedule_id: _take(schedule_id, now)))


def _take(schedule_id: int, now: datetime) -> int:
    schedule = (
        Schedule.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(pk=schedule_id, state=Schedule.State.ACTIVE, next_at__lte=now)
        .select_related("owner")
        .first()
    )
    if schedule is None:
        return 0  # another clock was quicker
    zone = Organisation.objects.get(pk=schedule.organisation_id).time_zone
    # One a week, also where the organisation has moved to another time zone since.
    coming = occurrences(schedule.weekday, schedule.at, zone, schedule.next_at + HALF_A_WEEK)
    missed, due = [], schedule.next_at
    while (following := next(coming)) <= now:
        missed.append(due)
        due = following
    for moment in missed:
        _skip(schedule, moment, Occurrence.Skipped.CLOCK_STOOD)
    schedule.next_at = following
    wanted = _take_one(schedule, due, now)
    schedule.save(update_fields=["next_at", "state"])
    return wanted


def _take_one(schedule: Schedule, due: datetime, now: datetime) -> int:
    owner = schedule.owner
    if owner.ended_at is not None or Permission.SCHEDULE_REPORTS not in PERMITS[Role(owner.role)]:
        _skip(schedule, due, Occurrence.Skipped.OWNER_LEFT)
        schedule.state = Schedule.State.RESTING
        return 0
    if now - due > GRACE:
        _skip(schedule, due, Occurrence.Skipped.CLOCK_STOOD)
        return 0
    occurrence, is_new = Occurrence.objects.get_or_create(schedule=schedule, due_at=due)
    if not is_new:
        return 0  # the clock was set back
    seated = Recipient.objects.filter(schedule=schedule, seat__ended_at=None)
    recipients = list(seated.select_related("seat__user"))
    for recipient in recipients:
        order_report(recipient.seat, schedule.language, schedule.partnership_id, occurrence)
    return len(recipients)


def order_report(
    seat: Membership, language: str, partnership_id: int | None, occurrence: Occurrence | None = None
) -> Report:
    """Have a report written for this reader, with their rights of that moment."""
    report = Report.objects.create(
        reader=seat,
        reader_user_id=seat.user_id,
        reader_name=seat.user.name,
        occurrence=occurrence,
        partnership_id=partnership_id,
        language=language,
        mail=Report.Mail.NONE if occurrence is None else Report.Mail.WAITING,
    )
    emit("report.wanted", report_id=report.pk)
    return report


def _skip(schedule: Schedule, moment: datetime, why: Occurrence.Skipped) -> None:
    Occurrence.objects.get_or_create(schedule=schedule, due_at=moment, defaults={"skipped": why})
