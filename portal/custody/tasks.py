"""Destroying and archiving, each safe to run twice."""

from typing import Any

from celery import Task, shared_task

from partners.jobs.tasks import run_leased
from portal.custody.archiving import forget_everybodys_old_archives, give_up_archive, write_archive
from portal.custody.erasing import destroy as destroy_ordered
from portal.custody.erasing import give_up


@shared_task(name="custody.tick")
def tick() -> None:
    """What the scheduler sends once an hour."""
    forget_everybodys_old_archives()


@shared_task(bind=True, name="custody.destroy")
def destroy(
    self: "Task[Any, Any]", /, *, organisation_id: int, event_id: int, receipt_id: int, **_: Any
) -> None:
    """Destroy what a receipt orders."""
    run_leased(
        self,
        event_id=event_id,
        organisation_id=organisation_id,
        work=lambda done: destroy_ordered(receipt_id, organisation_id, done),
        give_up=lambda reason: give_up(receipt_id),
    )


@shared_task(bind=True, name="custody.archive")
def archive(
    self: "Task[Any, Any]", /, *, organisation_id: int, event_id: int, archive_id: int, **_: Any
) -> None:
    """Put an archive together."""
    run_leased(
        self,
        event_id=event_id,
        organisation_id=organisation_id,
        work=lambda done: write_archive(archive_id, organisation_id, done),
        give_up=lambda reason: give_up_archive(archive_id),
    )
