"""manage.py benchmark NAME [--rows N | --accounts N --lines N --distributors N]"""

from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandParser

from partners.tenancy.commands import ReportingCommand
from portal.benchmarks.channel import Size
from portal.benchmarks.database import throw_away_database
from portal.benchmarks.importing import measure_ingest
from portal.benchmarks.isolation import measure_isolation

Say = Callable[[str], None]


def _isolation(say: Say, *, accounts: int, lines: int, distributors: int, **_: Any) -> dict[str, Any]:
    size = Size(accounts=accounts, lines=lines, distributors=distributors)
    with throw_away_database():
        return measure_isolation(size, say)


def _ingest(say: Say, *, rows: int, **_: Any) -> dict[str, Any]:
    if rows < 1:
        raise ValueError(f"{rows} rows: give at least one.")
    with throw_away_database():
        return measure_ingest(rows, say)


# Each measures in an empty database of its own, as large as its options say.
BENCHMARKS: dict[str, Callable[..., dict[str, Any]]] = {"isolation": _isolation, "ingest": _ingest}


class Command(ReportingCommand):
    """Says its progress on standard error and its figures, medians in the same run, on standard output."""

    help = "Measure the product beside a floor, in a throw-away database; the installation's data is not touched."
    faults = (ValueError,)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("name", choices=sorted(BENCHMARKS), help="what to measure")
        parser.add_argument("--rows", type=int, default=1_000_000, help="ingest: the lines of the file")
        parser.add_argument("--accounts", type=int, default=100_000, help="isolation")
        parser.add_argument("--lines", type=int, default=10_000_000, help="isolation")
        parser.add_argument("--distributors", type=int, default=200, help="isolation")

    def run(self, *, name: str, **options: Any) -> dict[str, Any]:
        return {"benchmark": name, **BENCHMARKS[name](self._say, **options)}

    def _say(self, step: str) -> None:
        self.stderr.write(f"{step} …")
        self.stderr.flush()
