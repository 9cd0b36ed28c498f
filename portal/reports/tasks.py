"""Ticking, writing, mailing and taking back, each safe to run twice."""

from collections.abc import Callable
from typing import Any

from celery import Task, shared_task
from django.utils import timezone

from partners.jobs.tasks import run_leased
from portal.mail import RETRY_WAIT
from portal.reports.clock import take_due
from portal.reports.mailing import give_up_mail, letter_for, note_mail, send
from portal.reports.models import Report
from portal.reports.writing import give_up_report, withdraw_reports, write_report


@shared_task(name="reports.tick")
def tick() -> None:
    """What the scheduler sends once a minute."""
    take_due(timezone.now())


@shared_task(bind=True, name="reports.write")
def write(
    self: "Task[Any, Any]", /, *, organisation_id: int, event_id: int, report_id: int, **_: Any
) -> None:
    """Write a report with its reader's rights."""
    run_leased(
        self,
        event_id=event_id,
        organisation_id=organisation_id,
        work=lambda done: write_report(report_id, organisation_id, done),
        give_up=lambda reason: give_up_report(report_id),
    )


@shared_task(bind=True, name="reports.mail")
def mail(self: "Task[Any, Any]", /, *, organisation_id: int, event_id: int, report_id: int, **_: Any) -> None:
    """Tell its reader that a report is there, if it still is."""

    def work(done: Callable[[], None]) -> None:
        letter = letter_for(report_id, organisation_id)
        outcome = Report.Mail.NONE if letter is None else send(letter)
        note_mail(report_id, organisation_id, outcome, done)

    run_leased(
        self,
        event_id=event_id,
        organisation_id=organisation_id,
        work=work,
        give_up=lambda reason: give_up_mail(report_id),
        first_wait=RETRY_WAIT,
    )


@shared_task(bind=True, name="reports.withdraw")
def withdraw(self: "Task[Any, Any]", /, *, organisation_id: int, event_id: int, **_: Any) -> None:
    """Erase what rests on sight that was taken away."""
    run_leased(
        self,
        event_id=event_id,
        organisation_id=organisation_id,
        work=lambda done: withdraw_reports(organisation_id, done),
    )
