#!/usr/bin/env python
"""Throughline's commands. On an empty home any of them starts the embedded database and migrates first."""

import os
import signal
import sys
from types import FrameType

NEED_NO_DATABASE = {"help", "version", "makemessages", "compilemessages", "collectstatic", "startapp"}
CARE_FOR_MIGRATIONS = {"migrate", "makemigrations", "showmigrations", "sqlmigrate", "squashmigrations"}


def main() -> None:
    """Prepare the database as far as the command needs it, then run the command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    from django.core.management import execute_from_command_line

    from portal.home import HomeError

    signal.signal(signal.SIGTERM, _leave)
    try:
        _prepare(sys.argv[1:])
    except HomeError as error:
        sys.exit(f"{error}")
    execute_from_command_line(sys.argv)


def _prepare(words: list[str]) -> None:
    if not words or words[0].startswith("-") or words[0] in NEED_NO_DATABASE or {"-h", "--help"} & set(words):
        return
    import django

    from portal import database

    django.setup()
    database.start_embedded()
    if words[0] == "migrate":
        database.forget_migrations()
    elif words[0] not in CARE_FOR_MIGRATIONS:
        database.migrate_embedded()


def _leave(number: int, frame: FrameType | None) -> None:
    # As an exit and not a death, so that the embedded server is given up on the way out.
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
