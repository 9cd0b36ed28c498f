"""Letters of the pages."""

from collections.abc import Callable
from typing import Any

from celery import Task, shared_task

from partners.jobs.tasks import run_leased
from partners.tenancy.actors import worker
from partners.tenancy.context import acting_as
from portal.mail import RETRY_WAIT, deliver
from portal.ui.session.letters import letter_for


@shared_task(bind=True, name="login.letter")
def letter(
    self: "Task[Any, Any]",
    /,
    *,
    organisation_id: int,
    event_id: int,
    user_id: int,
    language: str,
    **_: Any,
) -> None:
    """Send the letter about a forgotten password."""

    def work(done: Callable[[], None]) -> None:
        message = letter_for(user_id, language, event_id)
        if message is not None:
            deliver(message)
        with acting_as(worker(organisation_id)):
            done()

    run_leased(self, event_id=event_id, organisation_id=organisation_id, work=work, first_wait=RETRY_WAIT)
