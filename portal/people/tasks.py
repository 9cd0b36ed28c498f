"""Sending invitations, safe to run twice."""

from collections.abc import Callable
from typing import Any

from celery import Task, shared_task

from partners.access.models import Invitation
from partners.jobs.tasks import run_leased
from portal.mail import RETRY_WAIT, deliver
from portal.people.letters import give_up_mail, letter_for, note_mail

Mail = Invitation.Mail


@shared_task(bind=True, name="people.mail")
def mail(
    self: "Task[Any, Any]", /, *, organisation_id: int, event_id: int, invitation_id: int, **_: Any
) -> None:
    """Send the letter of an invitation, if it still stands."""

    def work(done: Callable[[], None]) -> None:
        letter = letter_for(invitation_id, organisation_id)
        outcome = Mail.NONE
        if letter is not None:
            outcome = Mail.SENT if deliver(letter) else Mail.REFUSED
        note_mail(invitation_id, organisation_id, outcome, done)

    run_leased(
        self,
        event_id=event_id,
        organisation_id=organisation_id,
        work=work,
        give_up=lambda reason: give_up_mail(invitation_id),
        first_wait=RETRY_WAIT,
    )
