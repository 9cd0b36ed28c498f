"""Check and commit as two tasks, with a person between them."""

from typing import Any

from celery import Task, shared_task

from integrations.ingestion.services import check_submission, commit_submission, set_aside_submission
from partners.jobs.tasks import run_leased


@shared_task(bind=True, name="ingestion.check")
def check(self: "Task[Any, Any]", /, *, organisation_id: int, event_id: int, submission_id: int) -> None:
    """Read a received file and set it against the ledger."""
    run_leased(
        self,
        event_id=event_id,
        organisation_id=organisation_id,
        work=lambda done: check_submission(submission_id, organisation_id, done),
        give_up=lambda reason: set_aside_submission(submission_id, reason),
    )


@shared_task(bind=True, name="ingestion.commit")
def commit(self: "Task[Any, Any]", /, *, organisation_id: int, event_id: int, submission_id: int) -> None:
    """Record a confirmed file."""
    run_leased(
        self,
        event_id=event_id,
        organisation_id=organisation_id,
        work=lambda done: commit_submission(submission_id, organisation_id, done),
        give_up=lambda reason: set_aside_submission(submission_id, reason),
    )
