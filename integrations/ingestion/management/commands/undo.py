"""manage.py undo SUBMISSION"""

from typing import Any

from django.core.management.base import CommandParser

from integrations.ingestion.gate import find_sender
from integrations.ingestion.models import Submission
from integrations.ingestion.services import (
    SubmissionError,
    commit_submission,
    list_repeaters,
    undo_submission,
)
from partners.tenancy.actors import worker
from partners.tenancy.commands import ReportingCommand
from partners.tenancy.context import acting_as


class Command(ReportingCommand):
    """Takes a committed submission's lines out of the present; history keeps them."""

    help = "Undo a committed submission."
    faults = (SubmissionError,)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("submission", metavar="SUBMISSION", help="its id, sub_…")

    def run(self, *, submission: str, **_: Any) -> dict[str, Any]:
        sender = find_sender(submission)
        if sender is None:
            raise SubmissionError(
                f"There is no submission '{submission}'. Look it up on the page Feeds and files."
            )
        with acting_as(worker(sender)):
            found = Submission.objects.get(public_id=submission)
            repeaters = list_repeaters(found)
            lines = undo_submission(found)
        for repeater in repeaters:
            commit_submission(repeater.pk, sender)
        return {"submission": submission, "state": "undone", "lines": lines}
