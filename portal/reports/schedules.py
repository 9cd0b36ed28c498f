"""Schedules: who gets a review each week, and reviews that somebody asks for now."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from partners.agreements.models import Partnership
from partners.audit.services import record
from partners.organisations.models import Membership, Organisation
from partners.organisations.roles import PERMITS, Permission, require
from partners.organisations.selectors import present_seats
from partners.tenancy.context import current_organisation_id, current_user_id
from portal.reports.clock import occurrences, order_report
from portal.reports.models import Recipient, Report, Schedule
from portal.reports.selectors import get_schedule

MOST_RECIPIENTS = 50


class ReportError(ValueError):
    """A report or schedule that cannot be had as asked; the message says why and what to do."""


@dataclass(frozen=True)
class Timing:
    """A day of the week (Monday 0) and a time, by the organisation's own clock."""

    weekday: int
    at: time


def schedule_review(
    timing: Timing, seats: Collection[str], language: str, partnership: Partnership | None = None
) -> Schedule:
    """An account review each week for these people of one's own organisation (public ids of seats)."""
    require(Permission.SCHEDULE_REPORTS)
    _require_language(language)
    found = list(colleagues().filter(public_id__in=set(seats)))
    if not found or len(found) != len(set(seats)):
        raise ReportError(gettext("Choose at least one reader, each from your own organisation."))
    if len(found) > MOST_RECIPIENTS:
        raise ReportError(
            gettext("One schedule has at most %(most)s readers: make another for the rest.")
            % {"most": MOST_RECIPIENTS}
        )
    with transaction.atomic():
        schedule = Schedule.objects.create(
            owner=_own_seat(),
            partnership=partnership,
            weekday=timing.weekday,
            at=timing.at,
            language=language,
            next_at=_next(timing, timezone.now()),
        )
        Recipient.objects.bulk_create([Recipient(schedule=schedule, seat=seat) for seat in found])
        record("schedule.made", schedule.public_id, readers=[seat.public_id for seat in found])
    return schedule


def end_schedule(public_id: str) -> None:
    """No report of it any more; what was written stays in the archive."""
    schedule = _schedule(public_id)
    if schedule.state != Schedule.State.ENDED:
        Schedule.objects.filter(pk=schedule.pk).update(state=Schedule.State.ENDED)
        record("schedule.ended", public_id)


def take_over_schedule(public_id: str) -> None:
    """One that rests since its owner has left goes on in one's own name."""
    schedule = _schedule(public_id)
    if schedule.state != Schedule.State.RESTING:
        raise ReportError(gettext("This schedule does not rest: nothing needs to be taken over."))
    Schedule.objects.filter(pk=schedule.pk).update(
        owner=_own_seat(),
        state=Schedule.State.ACTIVE,
        next_at=_next(Timing(schedule.weekday, schedule.at), timezone.now()),
    )
    record("schedule.taken_over", public_id)


def hand_over_schedules(owner_id: int, successor: Membership) -> int:
    """Schedules of somebody who left, or may schedule no longer, go on in a colleague's name: how many.

    None where that one may not schedule either.
    """
    require(Permission.MANAGE_PEOPLE)
    if successor.role not in _scheduling():
        return 0
    found = list(_ownerless().filter(owner__user_id=owner_id).select_for_update(of=("self",)))
    for one in found:
        next_at = _next(Timing(one.weekday, one.at), timezone.now())
        Schedule.objects.filter(pk=one.pk).update(
            owner=successor, state=Schedule.State.ACTIVE, next_at=next_at
        )
        record("schedule.handed_over", one.public_id, owner=successor.public_id)
    return len(found)


def rest_ownerless() -> None:
    """Schedules whose owner left, or may schedule no longer, rest until somebody takes them over."""
    require(Permission.MANAGE_PEOPLE)
    waiting = _ownerless().filter(state=Schedule.State.ACTIVE)
    Schedule.objects.filter(pk__in=waiting.values("pk")).update(state=Schedule.State.RESTING)


def count_schedules_by_owner() -> dict[int, int]:
    """How many schedules that have not ended each user has, by user id."""
    return dict(_live().values_list("owner__user_id").annotate(Count("pk")))


def count_ownerless() -> dict[int, int]:
    """How many such schedules each user left, by user id."""
    return dict(_ownerless().values_list("owner__user_id").annotate(Count("pk")))


def _ownerless() -> QuerySet[Schedule]:
    left = Q(owner__ended_at__isnull=False) | ~Q(owner__role__in=_scheduling())
    return _live().filter(left)


def _live() -> QuerySet[Schedule]:
    own = Schedule.objects.filter(organisation_id=current_organisation_id())
    return own.exclude(state=Schedule.State.ENDED)


def _scheduling() -> list[str]:
    return [role.value for role, permits in PERMITS.items() if Permission.SCHEDULE_REPORTS in permits]


def ask_for_review(language: str, partnership: Partnership | None = None) -> Report:
    """A review for oneself, now; the page tells when it is there. One that is being written already is that one."""
    require(Permission.VIEW_ACCOUNTS)
    _require_language(language)
    seat, partnership_id = _own_seat(), None if partnership is None else partnership.pk
    wanted = {"reader": seat, "language": language, "partnership_id": partnership_id, "occurrence": None}
    queued = Report.objects.filter(**wanted, state=Report.State.QUEUED).first()
    if queued is not None:
        return queued
    report = order_report(seat, language, partnership_id)
    record("report.asked", report.public_id)
    return report


def colleagues() -> QuerySet[Membership]:
    """The people of one's own organisation whose role sees accounts, by name: who can get a review."""
    roles = [role.value for role, permits in PERMITS.items() if Permission.VIEW_ACCOUNTS in permits]
    return present_seats().filter(role__in=roles)


def _schedule(public_id: str) -> Schedule:
    require(Permission.SCHEDULE_REPORTS)
    return Schedule.objects.select_for_update().get(pk=get_schedule(public_id).pk)


def _own_seat() -> Membership:
    return Membership.objects.select_related("user").get(
        organisation_id=current_organisation_id(), user_id=current_user_id(), ended_at=None
    )


def _next(timing: Timing, after: datetime) -> datetime:
    zone = Organisation.objects.get(pk=current_organisation_id()).time_zone
    return next(occurrences(timing.weekday, timing.at, zone, after))


def _require_language(language: str) -> None:
    if language not in dict(settings.LANGUAGES):
        raise ReportError(gettext("There is no such language here: choose one of the list."))
