"""manage.py demo: build the demonstration if it is not there, say how to log in, and serve."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser

from portal.demo import LOGINS, build_demo, demo_password


class Command(BaseCommand):
    """The first thing that a newcomer runs; a second start keeps the data."""

    help = "Build the demonstration and serve it. PORT and THROUGHLINE_HOME come by environment."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--build-only", action="store_true", help="build and say how to log in, do not serve"
        )

    def handle(self, *args: Any, build_only: bool, **options: Any) -> None:
        build_demo(lambda step: self.stdout.write(f"  {step} …"))
        self.stdout.write("\nLog in as one of these, each with the password  " + demo_password() + "\n\n")
        for login in LOGINS:
            self.stdout.write(
                f"  {login.email:<28} {login.name:<16} {login.role.value} at {login.organisation}"
            )
        self.stdout.write("")
        if not build_only:
            call_command("serve")
