"""What is said to whoever sent a file by a way on which nobody waits for it: what was found, and what to do."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext

from integrations.ingestion.models import Submission, SubmissionCheck
from integrations.ingestion.selectors import page_quarantined
from partners.tenancy.context import current_organisation_id

SHOWN_ROWS = 50

State = Submission.State


@dataclass(frozen=True)
class Answer:
    """A text of a few lines."""

    text: str
    is_refusal: bool


def refusal(file_name: str, sentence: str) -> str:
    """The answer to a file that was not received at all."""
    return f"{file_name}\n\n{gettext('This file was not received.')} {sentence}\n"


def answer_to(public_id: str) -> Answer | None:
    """What became of a file of the acting distributor; None as long as it is checked or recorded."""
    check = (
        SubmissionCheck.objects.filter(
            submission__public_id=public_id, distributor_id=current_organisation_id()
        )
        .select_related("submission")
        .first()
    )
    if check is None or check.submission.state in (State.RECEIVED, State.CHECKING, State.COMMITTING):
        return None
    submission = check.submission
    received = timezone.localtime(submission.received_at).strftime("%Y-%m-%d %H:%M %Z")
    told = [f"{submission.file_name}\n{submission.public_id}, {submission.feed}, {received}", _outcome(check)]
    if submission.state != State.REFUSED:
        told += ["\n".join(lines) for lines in (_counts(check), check.notes, _rows(check)) if lines]
    return Answer("\n\n".join(told) + "\n", is_refusal=submission.state == State.REFUSED)


def _outcome(check: SubmissionCheck) -> str:
    state = check.submission.state
    if state == State.REFUSED:
        return f"{gettext('Nothing of this file was recorded.')} {check.refusal}"
    if state == State.UNDONE:
        return gettext("This file was recorded and taken back.")
    if state == State.COMMITTED:
        return gettext("This file is recorded.")
    waits = gettext(
        "This file is checked and waits for somebody: look at it in the portal and record or discard it."
    )
    return "\n".join([waits, *check.questions])


def _counts(check: SubmissionCheck) -> list[str]:
    counts = (
        (gettext("rows"), check.rows_total),
        (gettext("new"), check.totals.get("accepted", 0)),
        (gettext("known already"), check.duplicates),
        (gettext("in quarantine"), check.quarantined),
        (gettext("no lines of trade"), check.set_aside),
    )
    return [", ".join(f"{count} {words}" for words, count in counts)]


def _rows(check: SubmissionCheck) -> list[str]:
    """The first rows that were not taken, each with what is to be done."""
    rows = page_quarantined(check.submission.public_id, None, SHOWN_ROWS + 1)
    sentences = [row.sentence for row in rows[:SHOWN_ROWS]]
    if len(rows) > SHOWN_ROWS:
        return [
            gettext("The first %(count)s defects; the portal lists all:") % {"count": SHOWN_ROWS},
            *sentences,
        ]
    return sentences
