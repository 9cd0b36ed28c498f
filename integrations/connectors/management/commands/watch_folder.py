"""manage.py watch_folder DIR [--once] [--every SECONDS]"""

import fcntl
import logging
import os
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError, close_old_connections

from integrations.connectors.folder.fetching import Fetched, Watch
from partners.tenancy.commands import ReportingCommand

logger = logging.getLogger(__name__)


class Command(ReportingCommand):
    """Takes files from DIR/DISTRIBUTOR/MANUFACTURER/FEED/ and puts them away with an answer; the workers check them."""

    help = "Receive the files that are laid into a folder."
    faults = (OSError,)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--once", action="store_true", help="take what is whole now, and end")
        parser.add_argument(
            "--every",
            type=float,
            default=10.0,
            metavar="SECONDS",
            help="look so often; a file that did not change from one look to the next is whole",
        )

    def run(self, *, folder: Path, once: bool, every: float, **_: Any) -> dict[str, Any]:
        held = _hold(folder)
        try:
            watch = Watch(folder)
            if once:
                watch.fetch()
                time.sleep(every)
                return asdict(watch.fetch())
            while True:
                _look(watch)
                time.sleep(every)
        finally:
            os.close(held)


def _look(watch: Watch) -> Fetched | None:
    """Look once; where the database is away, again later."""
    close_old_connections()
    try:
        return watch.fetch()
    except DatabaseError as fault:
        logger.warning("The database does not answer (%s). Looking again later.", type(fault).__name__)
        return None


def _hold(folder: Path) -> int:
    """The folder, for this process alone: two would move files from under each other."""
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
        raise CommandError(f"{folder} is watched by another process. Stop that one first.") from None
    return held
