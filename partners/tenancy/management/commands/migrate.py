"""`migrate`, through the owner's role."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import OperationalError, connections
from psycopg.errors import LockNotAvailable

from partners.tenancy.commands import require_owner
from partners.tenancy.router import OWNER

# Whoever waits for a table's lock keeps everybody waiting who comes after: a migration gives way.
LOCK_TIMEOUT = "5s"


class Command(DjangoMigrate):
    """Django's `migrate` with the owner's alias as its default, and no other."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database=OWNER)

    def execute(self, *args: Any, **options: Any) -> str | None:
        require_owner()
        return super().execute(*args, **options)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["database"] != OWNER:
            raise CommandError(
                f"'{options['database']}' is the application's role, which owns nothing and cannot migrate."
                f" Leave --database out, or say --database {OWNER}."
            )
        with _giving_way():
            super().handle(*args, **options)


@contextmanager
def _giving_way() -> Iterator[None]:
    with connections[OWNER].cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [LOCK_TIMEOUT])
        try:
            yield
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                raise CommandError(
                    f"A table that is to be changed was in use for {LOCK_TIMEOUT}. The migration that met it left"
                    " nothing behind; those before it are made. Run this again, at a quieter time if need be."
                ) from error
            raise
        finally:
            if connections[OWNER].is_usable():
                cursor.execute("RESET lock_timeout")
