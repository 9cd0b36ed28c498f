"""manage.py simulate --out DIR --lines N --seed S [--until YYYY-MM-DD] [--random]"""

import time
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from integrations.simulator.simulate import simulate
from partners.tenancy.commands import ReportingCommand


class Command(ReportingCommand):
    """Writes the files that a maker's distributors would send, and the truth behind them."""

    help = "Simulate a channel as files."
    faults = (ValueError,)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--out", type=Path, required=True, metavar="DIR")
        parser.add_argument("--lines", type=int, default=12_000, help="of sell-through, about")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--until", metavar="YYYY-MM-DD", help="last day, default today")
        parser.add_argument("--random", action="store_true", help="a world in which there is nothing to find")

    def run(
        self, *, out: Path, lines: int, seed: int, until: str | None, random: bool, **_: Any
    ) -> dict[str, Any]:
        started = time.monotonic()
        try:
            summary = simulate(out, lines=lines, seed=seed, until=_last_day(until), random=random)
        except OSError as fault:
            raise CommandError(f"{fault.filename or out} cannot be written: {fault.strerror}") from fault
        return {
            "lines": summary.lines,
            "accounts": summary.accounts,
            "distributors": [sent.distributor for sent in summary.sent],
            "from": summary.start,
            "until": summary.until,
            "slips": sum(sent.slips for sent in summary.sent),
            "seconds": round(time.monotonic() - started, 2),
        }


def _last_day(text: str | None) -> date:
    if text is None:
        return timezone.localdate()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"'{text}' is no day: write --until as YYYY-MM-DD") from None
