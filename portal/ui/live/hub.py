"""One LISTEN for each process, on which every open page of that process hangs.

What is announced carries no data: an organisation's number and a word. Marks count what was heard, so that a page
that was away for a moment knows whether it missed something.
"""

import asyncio
import logging
import secrets
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
from django.db import connection

from partners.jobs.services import LIVE_CHANNEL

ANY = "any"
PAUSE_SECONDS = 2.0
_ADDRESS = ("dbname", "host", "port", "user", "password")
MOST_OF_ONE, MOST_OF_ALL = 10, 1_000
_WAITING = 20  # words that one page may have unread; it looks at everything anyway
logger = logging.getLogger(__name__)


class Ear:
    """One open page: a queue in the loop that serves it."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.queue: asyncio.Queue[str] = asyncio.Queue(_WAITING)

    def tell(self, topic: str) -> None:
        """From the listening thread. A loop that has ended hears no more."""
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self._put, topic)

    def _put(self, topic: str) -> None:
        if not self.queue.full():
            self.queue.put_nowait(topic)


class Hub:
    """Listens from the first open page on, in a thread of its own, until it is stopped."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ears: dict[int, set[Ear]] = defaultdict(set)
        self._heard: Counter[int] = Counter()
        self._open: Counter[int] = Counter()
        self._connection: psycopg.Connection[tuple[object, ...]] | None = None
        self._thread: threading.Thread | None = None
        self._life = ""

    def is_full(self, user_id: int) -> bool:
        """Whether a person, or everybody together, has as many pages open as one process serves."""
        return self._open[user_id] >= MOST_OF_ONE or self._open.total() >= MOST_OF_ALL

    def mark(self, organisation_id: int) -> str:
        """How much was heard for an organisation; another after any announcement, and after a gap in listening."""
        return f"{self._life}.{self._heard[organisation_id]}"

    @contextmanager
    def listening(self, organisation_id: int, user_id: int) -> Iterator[Ear]:
        """Hang an ear on the hub."""
        ear = Ear()
        with self._lock:
            self._ears[organisation_id].add(ear)
            self._open[user_id] += 1
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._listen, name="live", daemon=True)
                self._thread.start()
        try:
            yield ear
        finally:
            with self._lock:
                self._ears[organisation_id].discard(ear)
                self._open[user_id] -= 1

    def stop(self) -> None:
        """Hang up; the next open page starts anew."""
        with self._lock:
            thread, self._thread, self._life = self._thread, None, ""
            if self._connection is not None:
                self._connection.close()
        if thread is not None:
            thread.join()

    def _listen(self) -> None:
        me = threading.current_thread()
        while self._thread is me:
            try:
                self._hear()
            except psycopg.Error:
                if self._thread is me:
                    logger.warning("live pages: the database hung up; listening again in %s s", PAUSE_SECONDS)
                    threading.Event().wait(PAUSE_SECONDS)

    def _hear(self) -> None:
        address = connection.get_connection_params()
        known = {key: address[key] for key in _ADDRESS if address.get(key)}
        with psycopg.connect(autocommit=True, **known) as self._connection:
            self._connection.execute(f"LISTEN {LIVE_CHANNEL}")
            self._life = secrets.token_hex(4)
            for organisation_id in list(self._ears):
                self._tell(organisation_id, ANY)  # what was said meanwhile nobody heard
            for notice in self._connection.notifies():
                number, _, topic = notice.payload.partition(" ")
                if number.isdecimal():  # whoever is connected may notify; only we write like this
                    self._heard[int(number)] += 1
                    self._tell(int(number), topic)

    def _tell(self, organisation_id: int, topic: str) -> None:
        with self._lock:
            ears = list(self._ears[organisation_id])
        for ear in ears:
            ear.tell(topic)


HUB = Hub()
