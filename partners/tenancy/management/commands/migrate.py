"""`migrate`, through the owner's role."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands.migrate import Command as DjangoMigrate

from partners.tenancy.router import OWNER


class Command(DjangoMigrate):
    """Django's `migrate` with the owner's alias as its default, and no other."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database=OWNER)

    def handle(self, *args: Any, **options: Any) -> None:
        if options["database"] != OWNER:
            raise CommandError(
                f"'{options['database']}' is the application's role, which owns nothing and cannot migrate."
                f" Leave --database out, or say --database {OWNER}."
            )
        super().handle(*args, **options)
