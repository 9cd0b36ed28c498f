"""One task for each partnership and audience."""

from collections.abc import Callable
from datetime import date
from typing import Any

from celery import Task, shared_task

from analytics.runs.services import analyse_partnership
from partners.jobs.tasks import run_leased
from partners.tenancy.actors import worker
from partners.tenancy.context import acting_as


@shared_task(bind=True, name="analytics.analyse")
def analyse(
    self: "Task[Any, Any]",
    /,
    *,
    organisation_id: int,
    event_id: int,
    partnership_id: int,
    months: list[str] | None = None,
    **_: Any,
) -> None:
    """Bring a partnership's outcomes up to date for one audience, for the months that an event touched."""

    def work(done: Callable[[], None]) -> None:
        touched = None if months is None else [date.fromisoformat(month) for month in months]
        with acting_as(worker(organisation_id)):
            analyse_partnership(partnership_id, months=touched, unless_same=True)
            done()

    run_leased(self, event_id=event_id, organisation_id=organisation_id, work=work)
