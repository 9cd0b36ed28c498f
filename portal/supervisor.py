"""Run several programs as one: start them again when they die, stop them in order when asked.

Each runs apart from the terminal's Ctrl-C, so that it is stopped once, by us, by a signal to its main
process alone (Celery hangs when its pool is signalled too).
"""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from portal.home import CHECKOUT

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
HEALTHY_AFTER_SECONDS = 60.0
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class Service:
    """One program to keep running."""

    name: str
    command: Sequence[str]
    seconds_to_stop: float = 10.0
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    due: float = 0.0
    pause: float = FIRST_PAUSE_SECONDS

    def start(self) -> None:
        """Start the program."""
        self.started = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603
            self.command, cwd=CHECKOUT, stdin=subprocess.DEVNULL, start_new_session=True
        )

    def attend(self) -> float:
        """Notice the program's death, and start it again when its pause is over.

        Returns
        -------
        float
            The seconds until this wants attention again if no signal comes first.
        """
        now = time.monotonic()
        if self.process and self.process.poll() is not None:
            if now - self.started > HEALTHY_AFTER_SECONDS:
                self.pause = FIRST_PAUSE_SECONDS
            _say(f"{self.name} {_how(self.process.returncode)}; it starts again in {self.pause:.0f} s.")
            self.process, self.due = None, now + self.pause
            self.pause = min(self.pause * 2, LONGEST_PAUSE_SECONDS)
        if self.process is None and now >= self.due:
            self.start()
        return self.due - now if self.process is None else LONGEST_PAUSE_SECONDS

    def stop(self) -> None:
        """Ask the main process to stop, wait, and end all that it started if it does not."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(self.seconds_to_stop)
        except subprocess.TimeoutExpired:
            _say(f"{self.name} did not stop within {self.seconds_to_stop:.0f} s and was ended.")
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def run(services: Sequence[Service]) -> None:
    """Keep `services` running until SIGINT, SIGTERM or SIGHUP, then stop them in the order given."""
    with _bell() as ring:
        try:
            while not _asked_to_stop(ring, min(service.attend() for service in services)):
                pass
        finally:
            for service in services:
                service.stop()


@contextmanager
def _bell() -> Iterator[int]:
    """A descriptor on which every signal's number arrives, so that waiting and noticing are one act."""
    ring, ringer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    before = {number: signal.signal(number, lambda *_: None) for number in (*STOPS, signal.SIGCHLD)}
    woken = signal.set_wakeup_fd(ringer, warn_on_full_buffer=False)
    try:
        yield ring
    finally:
        signal.set_wakeup_fd(woken)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(ring)
        os.close(ringer)


def _asked_to_stop(ring: int, patience: float) -> bool:
    readable, _, _ = select.select([ring], [], [], patience)
    return bool(readable) and bool(set(os.read(ring, 512)) & set(STOPS))


def _how(status: int) -> str:
    return f"ended with status {status}" if status >= 0 else f"was ended by {signal.Signals(-status).name}"


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
