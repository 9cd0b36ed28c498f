"""manage.py make_report --organisation SLUG --reader E-MAIL --out FILE [--language CODE]"""

import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from partners.access.doors import NotFound
from partners.organisations.setup import SetupError, require_organisation
from partners.tenancy.actors import Actor, ActorKind, Reach, Role, worker
from partners.tenancy.commands import ReportingCommand
from partners.tenancy.context import acting_as
from portal.reports.models import Report
from portal.reports.schedules import ReportError, ask_for_review, colleagues
from portal.reports.selectors import Withdrawn, read_file
from portal.reports.writing import note_download, write_report


class Command(ReportingCommand):
    """Writes a report as its reader, in the foreground, by the same services as the workers."""

    help = "Write somebody's account review, with their rights, into the archive and a file."
    faults = (SetupError, ReportError, OSError)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--organisation", required=True, metavar="SLUG")
        parser.add_argument("--reader", required=True, metavar="E-MAIL")
        parser.add_argument("--out", type=Path, required=True, metavar="FILE")
        parser.add_argument("--language", default="en", choices=[code for code, _ in settings.LANGUAGES])

    def run(self, *, organisation: str, reader: str, out: Path, language: str, **_: Any) -> dict[str, Any]:
        started = time.monotonic()
        actor = _find_reader(require_organisation(organisation), reader)
        with acting_as(actor):
            asked = ask_for_review(language)
        assert actor.organisation_id is not None, "a reader has an organisation"
        write_report(asked.pk, actor.organisation_id)
        with acting_as(actor):
            report, content = _read(asked)
            note_download(report)
        out.write_bytes(content)
        return {
            "report": report.public_id,
            "pages": report.pages,
            "bytes": report.size,
            "sha256": report.sha256,
            "file": out,
            "seconds": round(time.monotonic() - started, 2),
        }


def _read(asked: Report) -> tuple[Report, bytes]:
    try:
        return read_file(asked.public_id)
    except (Withdrawn, NotFound) as gone:  # taken away after it was written, or each time while it was
        raise ReportError("Sight changed while it was written. Run this again.") from gone


def _find_reader(organisation_id: int, email: str) -> Actor:
    with acting_as(worker(organisation_id)):
        found = [seat for seat in colleagues() if seat.user.email.casefold() == email.casefold()]
    if not found:
        raise ReportError(f"Nobody there has the e-mail '{email}'. Give that of somebody with a seat.")
    (seat,) = found
    return Actor(ActorKind.PERSON, organisation_id, seat.user_id, Role(seat.role), Reach(seat.reach))
