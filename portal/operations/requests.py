"""By what number the request at hand is known, in log lines, in answers and to whoever asks about it later."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass
class Work:
    """A request or a task at hand: its number (tasks have one of Celery's instead) and for whom it is done."""

    request_id: str = ""
    organisation: str = ""


_current: ContextVar[Work | None] = ContextVar("throughline_work", default=None)


def current_request_id() -> str:
    """The number of the request at hand, such as `req_7f3a…`; empty where there is none."""
    return current_work().request_id


def current_work() -> Work:
    """What is at hand; an empty one where nothing is."""
    return _current.get() or Work()


def note_organisation(public_id: str) -> None:
    """Have the lines of this request or task name the organisation that it is done for."""
    work = _current.get()
    if work is not None:
        work.organisation = public_id


@contextmanager
def at_hand(work: Work) -> Iterator[Work]:
    """Have `work` at hand for the length of the block."""
    token = _current.set(work)
    try:
        yield work
    finally:
        _current.reset(token)


def take_up(work: Work) -> None:
    """Have `work` at hand until other work is: for tasks, whose beginning and end are two calls."""
    _current.set(work)


def new_request() -> Work:
    """A request with a number of its own. One that the client sent is not taken: it could say anything."""
    return Work(f"req_{secrets.token_hex(10)}")
