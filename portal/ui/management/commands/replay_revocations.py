"""manage.py replay_revocations [--dry-run] [--journal-lost]"""

from collections import Counter
from contextlib import nullcontext
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from partners.audit.journal import begin_anew, list_missing, read_journal
from partners.tenancy.commands import ReportingCommand
from portal.replay import Outcome, replay

BY_HAND = (
    "Look by hand at what the journal does not hold: roles and reach that were narrowed, passwords and second factors,"
    " invitations, files that were undone, shared follow-ups. See from-demo-to-server.md, 'Backups'."
)


class ReplayError(RuntimeError):
    """Something is still to be taken away; the message says what to do."""


class Command(ReportingCommand):
    """For a restored database: without it nobody is served. Run again, it finds nothing left to do."""

    help = "Take away again what was taken away after the backup from which the database was restored."
    faults = (ReplayError, OSError)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="do it, say what was done, and undo it")
        parser.add_argument(
            "--journal-lost", action="store_true", help="write the journal anew, from what the database knows"
        )

    def run(self, *, dry_run: bool, journal_lost: bool, **_: Any) -> dict[str, Any]:
        journal = read_journal()
        missing = list_missing(journal.entries)
        self.stdout.write(
            f"The journal has {len(journal.entries)} entries; {len(missing)} of them this database does not know."
        )
        counts: Counter[str] = Counter()
        refused = 0
        with transaction.atomic() if dry_run else nullcontext():
            for entry, outcome, words in replay(missing):
                self.stdout.write(
                    f"{entry.at} {entry.deed} {entry.subject}: {outcome.value}. {words}".rstrip()
                )
                counts[f"{entry.deed} {outcome.value}"] += 1
                refused += outcome is Outcome.REFUSED
            if dry_run:
                transaction.set_rollback(True)
        if refused:
            raise ReplayError(
                f"{refused} entries were refused; nobody is served until they are replayed. Mend what is said above"
                " and run this again."
            )
        if journal_lost and not dry_run:
            begin_anew()
        if missing:
            self.stdout.write(BY_HAND)
        return {
            "entries": len(journal.entries),
            "unreadable_lines": journal.unreadable,
            "missing": len(missing),
            **dict(sorted(counts.items())),
        }
