"""What a file of sell-through costs from its bytes to the committed ledger, beside COPY of the same file.

The floor is COPY of the file's lines, in their order, into one table with three indexes and no walls, as `\\copy` does
it. The product's imports run in processes of their own, whose peak memory is told; one of them at the low priority of a
worker while somebody reads pages.
"""

import multiprocessing
import os
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from io import StringIO
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from django.core.management import CommandError, call_command
from django.db import connections

from integrations.ingestion.models import Submission
from integrations.ingestion.services import (
    check_submission,
    commit_submission,
    confirm_submission,
    receive_file,
)
from partners.agreements.models import Partnership
from partners.agreements.selectors import find_partnership_by_slugs
from partners.jobs.services import relay_waiting
from partners.tenancy.actors import worker
from partners.tenancy.context import acting_as
from partners.tenancy.router import OWNER
from portal.benchmarks.isolation import page_of_product
from portal.benchmarks.trade import DAILY_ROWS, write_catalogue, write_lines
from portal.celery import LOW_PRIORITY, app
from portal.dispatch import DISPATCH

MAKER = "maker"
PIECE = 1 << 20
BLOCK = 1 << 18
PAGES, PAUSE = 40, 0.05

_FLOOR = """
DROP TABLE IF EXISTS floor;
CREATE TABLE floor (
    invoice text, line integer, day date, customer text, name text, city text, region text, postcode text, country text,
    sku text, quantity numeric(18,4), list_price numeric(18,4), discount numeric(18,4), net_amount numeric(18,4),
    currency text
);
CREATE UNIQUE INDEX ON floor (invoice, line);
CREATE INDEX ON floor (customer, day);
CREATE INDEX ON floor (sku)
"""


def measure_ingest(rows: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Import a file of so many lines, again, with one more, beside pages, and a daily file; in the empty database."""
    app.loader.import_default_modules()
    with tempfile.TemporaryDirectory() as folder:
        return _Bench(Path(folder), rows, say).measure()


class _Bench:
    """One run: its files, and what was found so far."""

    def __init__(self, folder: Path, rows: int, say: Callable[[str], None]) -> None:
        self.rows, self.say = rows, say
        self.file, self.longer, self.daily, self.catalogue = (
            folder / name for name in ("lines.csv", "longer.csv", "daily.csv", "products.csv")
        )
        self.floors: list[float] = []

    def measure(self) -> dict[str, Any]:
        self.say(f"Writing {self.rows:,} lines")
        write_catalogue(self.catalogue)
        write_lines(self.file, self.rows)
        write_lines(self.longer, 1, after=self.rows)
        _put_before(self.longer, self.file)
        write_lines(self.daily, DAILY_ROWS, after=self.rows + 1)
        call_command("load_catalogue", str(self.catalogue), manufacturer=MAKER, stdout=StringIO())
        partnership, other = _partner("first"), _partner("second")
        _run_waiting()
        self._copy()
        first = self._import(partnership, self.file, "Importing the file")
        self._copy()
        second = self._import(partnership, self.file, "Importing it again")
        longer = self._import(partnership, self.longer, "Importing it with one line more")
        self._copy()
        came = [(told["accepted"], told["duplicates"]) for told in (first, second, longer)]
        if came != [(self.rows, 0), (0, self.rows), (1, self.rows)]:
            raise CommandError(f"Not every line came to the ledger once: {came} new and known.")
        fresh = self._analyse(partnership)
        quiet, busy = self._pages(other)
        floor = statistics.median(self.floors)
        return {
            "rows": self.rows,
            "ratio_to_copy": round(first["seconds"] / floor, 2),
            "ratio_second_import": round(second["seconds"] / floor, 2),
            "ratio_overlapping_import": round(longer["seconds"] / floor, 2),
            "peak_mb": max(told["peak_mb"] for told in (first, second, longer)),
            "pages_ratio": round(busy / quiet, 2),
            "fresh_seconds": fresh,
            "copy_seconds": [round(seconds, 2) for seconds in self.floors],
            "first_seconds": first["parts"],
            "second_seconds": second["parts"],
            "overlapping_seconds": longer["parts"],
            "page_ms": [round(quiet * 1000, 2), round(busy * 1000, 2)],
        }

    def _copy(self) -> None:
        """The floor once more."""
        self.say("Copying the file into one table")
        with connections[OWNER].cursor() as cursor:
            for statement in _FLOOR.split(";"):
                cursor.execute(statement)
            started = time.perf_counter()
            with (
                self.file.open("rb") as file,
                cursor.copy("COPY floor FROM STDIN (FORMAT csv, HEADER)") as copy,
            ):
                while block := file.read(BLOCK):
                    copy.write(block)
            self.floors.append(time.perf_counter() - started)
            cursor.execute("DROP TABLE floor")

    def _import(self, partnership: Partnership, file: Path, step: str) -> dict[str, Any]:
        self.say(step)
        return _Child(lambda: _imported(partnership, file)).wait()

    def _analyse(self, partnership: Partnership) -> float:
        """Seconds from the commit of a daily file to the outcomes of its months, of one side and then the other."""
        self.say("Analysing it for both sides")
        _run_waiting()
        self.say(f"Importing a daily file of {DAILY_ROWS:,} lines, and analysing it")
        _imported(partnership, self.daily)
        started = time.perf_counter()
        _run_waiting()
        return round(time.perf_counter() - started, 2)

    def _pages(self, partnership: Partnership) -> tuple[float, float]:
        """Medians of the maker's page in seconds: with nothing beside it, and beside an import of low priority."""
        maker = partnership.manufacturer_id
        self.say("Reading pages, then beside an import in a worker")
        with connections[OWNER].cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE)")  # as the database does by itself, a minute later
        _timed_page(maker)
        quiet = [_timed_page(maker) for _ in range(PAGES)]
        child = _Child(lambda: _imported(partnership, self.file), nice=LOW_PRIORITY)
        busy = []
        while child.runs():
            busy.append(_timed_page(maker))
        child.wait()
        return statistics.median(quiet), statistics.median(busy)


def _put_before(path: Path, begins: Path) -> None:
    """Let a file begin with the lines of another one."""
    own = path.read_bytes().split(b"\n", 1)[1]
    shutil.copyfile(begins, path)
    with path.open("ab") as file:
        file.write(own)


def _timed_page(organisation_id: int) -> float:
    time.sleep(PAUSE)
    started = time.perf_counter()
    page_of_product(organisation_id)
    return time.perf_counter() - started


def _partner(distributor: str) -> Partnership:
    """A partnership in which all is shared."""
    call_command(
        "create_partnership", manufacturer=MAKER, distributor=distributor, share=["all"], stdout=StringIO()
    )
    partnership = find_partnership_by_slugs(MAKER, distributor)
    assert partnership is not None
    return partnership


def _imported(partnership: Partnership, file: Path) -> dict[str, Any]:
    """Through the services that pages, interface and commands call; seconds by step, and what became of the lines."""
    actor, moments = worker(partnership.distributor_id), [time.perf_counter()]
    with file.open("rb") as content, acting_as(actor):
        submission = receive_file(
            partnership,
            file.name,
            iter(lambda: content.read(PIECE), b""),
            source=Submission.Source.COMMAND,
        )
    moments.append(time.perf_counter())
    check_submission(submission.pk, partnership.distributor_id)
    moments.append(time.perf_counter())
    with acting_as(actor):
        confirm_submission(Submission.objects.get(pk=submission.pk))
    commit_submission(submission.pk, partnership.distributor_id)
    moments.append(time.perf_counter())
    with acting_as(actor):
        told = Submission.objects.select_related("check_result").get(pk=submission.pk)
    parts = [round(after - before, 2) for before, after in pairwise(moments)]
    return {
        "seconds": moments[-1] - moments[0],
        "parts": dict(zip(("received", "checked", "committed"), parts, strict=True)),
        "accepted": told.accepted,
        "duplicates": told.check_result.duplicates,
    }


def _run_waiting() -> None:
    """Hand the waiting events on and do their tasks here, as workers would."""
    waiting: list[tuple[str, dict[str, Any]]] = []
    while relay_waiting(DISPATCH, lambda task, words: waiting.append((task, words))):
        while waiting:
            task, words = waiting.pop(0)
            app.tasks[task].apply(kwargs=words, throw=True)


class _Child:
    """Work in a process of its own, which tells its result and its peak memory."""

    def __init__(self, work: Callable[[], dict[str, Any]], nice: int = 0) -> None:
        connections.close_all()  # a connection serves one process
        context = multiprocessing.get_context("fork")
        self._told, telling = context.Pipe(duplex=False)
        self._process = context.Process(target=_tell, args=(telling, work, nice))
        self._process.start()
        telling.close()

    def runs(self) -> bool:
        return self._process.is_alive()

    def wait(self) -> dict[str, Any]:
        """The result; raises `CommandError` where the process ended without one."""
        try:
            told: dict[str, Any] = self._told.recv()
        except EOFError:
            told = {}
        self._process.join()
        if not told:
            raise CommandError("The import failed; what it says of that stands above.")
        return told


def _tell(telling: Connection, work: Callable[[], dict[str, Any]], nice: int) -> None:
    os.nice(nice)
    told = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    telling.send({**told, "peak_mb": round(peak)})
    connections.close_all()
