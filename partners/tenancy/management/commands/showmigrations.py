"""`showmigrations`, through the owner's role: the application's may not read the list."""

from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands.showmigrations import Command as DjangoShowMigrations

from partners.tenancy.commands import require_owner
from partners.tenancy.router import OWNER


class Command(DjangoShowMigrations):
    """Django's `showmigrations` with the owner's alias as its default."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database=OWNER)

    def execute(self, *args: Any, **options: Any) -> str | None:
        require_owner()
        return super().execute(*args, **options)
