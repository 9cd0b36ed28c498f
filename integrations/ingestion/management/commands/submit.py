"""manage.py submit FILE --manufacturer SLUG --distributor SLUG [--feed FEED] [--sheet NAME] [--restates] …"""

import time
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from integrations.ingestion.models import Submission, SubmissionCheck
from integrations.ingestion.reading import FEEDS
from integrations.ingestion.services import (
    SubmissionError,
    check_submission,
    commit_submission,
    confirm_submission,
    receive_file,
)
from partners.agreements.models import Partnership
from partners.agreements.selectors import find_partnership_by_slugs
from partners.organisations.setup import SetupError
from partners.tenancy.actors import worker
from partners.tenancy.commands import ReportingCommand
from partners.tenancy.context import acting_as

PIECE = 1 << 20


class Command(ReportingCommand):
    """Receives, checks and commits a file in the foreground, by the same services as the workers."""

    help = "Submit a distributor's file."
    faults = (SetupError, SubmissionError, OSError)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)
        parser.add_argument("--manufacturer", required=True, metavar="SLUG")
        parser.add_argument("--distributor", required=True, metavar="SLUG")
        parser.add_argument("--feed", default="sell_through", choices=list(FEEDS))
        parser.add_argument("--sheet", default="", metavar="NAME", help="of a workbook, if not the best fit")
        parser.add_argument("--restates", action="store_true", help="replace what is recorded in its months")
        parser.add_argument("--all-or-nothing", action="store_true", help="refuse the file if any row is bad")
        parser.add_argument("--yes", action="store_true", help="commit although the check asks something")

    def run(
        self,
        *,
        file: Path,
        manufacturer: str,
        distributor: str,
        feed: str,
        sheet: str,
        all_or_nothing: bool,
        restates: bool,
        yes: bool,
        **_: Any,
    ) -> dict[str, Any]:
        started = time.monotonic()
        partnership = _find_partnership(manufacturer, distributor)
        actor = worker(partnership.distributor_id)
        with file.open("rb") as content, acting_as(actor):
            submission = receive_file(
                partnership,
                file.name,
                iter(lambda: content.read(PIECE), b""),
                source=Submission.Source.COMMAND,
                all_or_nothing=all_or_nothing,
                restates=restates,
                feed=feed,
                sheet=sheet,
            )
        check_submission(submission.pk, partnership.distributor_id)
        with acting_as(actor):
            check = _require_checked(submission, yes)
            confirm_submission(check.submission)
        commit_submission(submission.pk, partnership.distributor_id)
        with acting_as(actor):
            return _result(submission, round(time.monotonic() - started, 2))


def _find_partnership(manufacturer: str, distributor: str) -> Partnership:
    partnership = find_partnership_by_slugs(manufacturer, distributor)
    if partnership is None:
        raise SetupError(
            f"'{distributor}' has no partnership with '{manufacturer}'. Create it with create_partnership."
        )
    return partnership


def _require_checked(submission: Submission, yes: bool) -> SubmissionCheck:
    check = SubmissionCheck.objects.select_related("submission").get(submission=submission)
    if check.submission.state == Submission.State.REFUSED:
        raise CommandError(f"{submission.public_id} refused: {check.refusal}")
    if check.questions and not yes:
        raise CommandError(
            f"{submission.public_id} is checked but not committed. {' '.join(check.questions)}"
            " Submit it with --yes if so."
        )
    return check


def _result(submission: Submission, seconds: float) -> dict[str, Any]:
    check = SubmissionCheck.objects.select_related("submission").get(submission=submission)
    if check.submission.state != Submission.State.COMMITTED:
        raise CommandError(f"{submission.public_id} refused: {check.refusal}")
    net: dict[str, str] = check.totals["net"]
    return {
        "submission": submission.public_id,
        "state": check.submission.state,
        "accepted": check.submission.accepted,
        "quarantined": check.quarantined,
        "duplicates": check.duplicates,
        "replaced": check.totals["replaced"],
        "set_aside": check.set_aside,
        "net_amount": next(iter(net.values()), "0.00") if len(net) <= 1 else None,
        "net_amounts": net,
        "seconds": seconds,
    }
