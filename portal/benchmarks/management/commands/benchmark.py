"""manage.py benchmark NAME"""

from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandParser

from partners.tenancy.commands import ReportingCommand
from portal.benchmarks.channel import Size
from portal.benchmarks.database import throw_away_database
from portal.benchmarks.isolation import measure_isolation

# Each measures in an empty database of its own, as large as the options say.
BENCHMARKS: dict[str, Callable[[Size, Callable[[str], None]], dict[str, Any]]] = {
    "isolation": measure_isolation,
}


class Command(ReportingCommand):
    """Says its progress on standard error and its figures, medians in the same run, on standard output."""

    help = "Measure the product beside a floor, in a throw-away database; the installation's data is not touched."
    faults = (ValueError,)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name", choices=sorted(BENCHMARKS), help="what to measure")
        parser.add_argument("--accounts", type=int, default=100_000)
        parser.add_argument("--lines", type=int, default=10_000_000)
        parser.add_argument("--distributors", type=int, default=200)

    def run(self, *, name: str, accounts: int, lines: int, distributors: int, **_: Any) -> dict[str, Any]:
        size = Size(accounts=accounts, lines=lines, distributors=distributors)
        self._say("Making a database to measure in")
        with throw_away_database():
            return {"benchmark": name, **BENCHMARKS[name](size, self._say)}

    def _say(self, step: str) -> None:
        self.stderr.write(f"{step} …")
        self.stderr.flush()
