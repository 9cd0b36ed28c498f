"""What the product's commands have in common: words for people, or one line of JSON with --json."""

import json
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from partners.tenancy.router import OWNER


class ReportingCommand(BaseCommand):
    """A command whose result is a mapping. Faults that a person can mend end it with their sentence and status 1."""

    run: Callable[..., dict[str, Any]]  # does the work and returns what is to be printed
    faults: tuple[type[Exception], ...] = ()
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the result as JSON on the last line")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            result = self.run(**options)
        except (PermissionDenied, *self.faults) as fault:  # type: ignore[misc]
            raise CommandError(str(fault)) from fault
        if options["json"]:
            self.stdout.write(json.dumps(result, default=str))
        else:
            for name, value in result.items():
                self.stdout.write(f"{name.replace('_', ' ')}: {value}")


def require_owner() -> None:
    """For commands that work through the owner's role.

    Raises
    ------
    CommandError
        Where this process was not given it.
    """
    if OWNER not in connections:
        raise CommandError(
            "Migrations are made and read by the database's owner, whose address is not given here. Set"
            " DATABASE_OWNER_URL for this command; web and workers run without it."
        )
