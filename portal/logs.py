"""Log lines for stderr: when, what, where in the code, and never a customer's data.

Our own messages are written by us and hold names from the code, numbers and opaque ids. What others log may quote
anything: an address with a customer's name, a task's arguments, a cell of a file. Of theirs the constant words
are kept, and numbers.
"""

import json
import logging
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from celery import current_task
from django.conf import settings

from portal.home import CHECKOUT
from portal.operations.requests import current_work

MOST_LINES = 30
OURS = ("portal", "partners", "analytics", "integrations")
# Their messages come with the quotation already in them.
QUOTING = ("django.security", "asyncio", "concurrent")
TELLING = ("name", "id", "runtime")  # of Celery's arguments: the task's name, its id and the seconds it took
WITHHELD = "…"
logger = logging.getLogger(__name__)

_ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class PlainFormatter(logging.Formatter):
    """One line a record; an exception as its types and places, without its words.

    The words of an exception quote what failed: a key that was there already, a cell that is no number.
    They are shown only where `DEBUG` is on.
    """

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%SZ")

    def format(self, record: logging.LogRecord) -> str:
        """The record as text."""
        record.message = words(record)
        record.asctime = self.formatTime(record, self.datefmt)
        lines = [self.formatMessage(record)]
        if record.exc_info:
            lines.append(self.formatException(record.exc_info))
        return "\n".join(lines)

    def formatException(self, ei: _ExceptionInfo) -> str:  # noqa: N802  (logging's own name)
        """The exception and its causes: type, then where in our code, then where at last."""
        if settings.DEBUG:
            return super().formatException(ei)
        return "\n".join(_types_and_places(ei[1]))


class JsonFormatter(PlainFormatter):
    """One JSON object a line. The arguments of our own messages stand beside the message, under their names."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON; what is not known is left out."""
        work, task = current_work(), current_task
        entry: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": words(record),
            "request_id": work.request_id,
            "organisation": work.organisation,
            "task": task.name if task else "",
            "task_id": task.request.id if task else "",
            "exception": self.formatException(record.exc_info).splitlines() if record.exc_info else None,
        }
        if _is_ours(record) and isinstance(record.args, Mapping):
            entry |= record.args
        return json.dumps(
            {name: value for name, value in entry.items() if value not in (None, "")}, default=str
        )


def words(record: logging.LogRecord) -> str:
    """A record's message: ours in full, others' without what they quote."""
    if settings.DEBUG or _is_ours(record):
        return record.getMessage()
    if record.name.startswith(QUOTING):
        return f"{record.name.rpartition('.')[2]} ({WITHHELD})"
    if record.name == "django.request":
        return f"answered {getattr(record, 'status_code', WITHHELD)}"
    message, arguments = " ".join(str(record.msg).split()), record.args
    if isinstance(arguments, Mapping):
        return message % {name: _withheld(value, name, record) for name, value in arguments.items()}
    return message % tuple(_withheld(value) for value in arguments) if arguments else message


def report_what_nobody_caught() -> None:
    """Log an exception that ends the process or a thread, instead of Python's own report with all its words."""

    def report(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        logger.critical("ended by an exception", exc_info=(kind, error, trace))

    def report_thread(failed: threading.ExceptHookArgs) -> None:
        if failed.exc_value is not None:
            report(failed.exc_type, failed.exc_value, failed.exc_traceback)

    sys.excepthook, threading.excepthook = report, report_thread


def _withheld(value: object, name: str = "", record: logging.LogRecord | None = None) -> object:
    if name == "exc" and record and record.exc_info and record.exc_info[0]:
        return record.exc_info[0].__name__
    if isinstance(value, BaseException):
        return type(value).__name__
    return value if name in TELLING or isinstance(value, int | float | None) else WITHHELD


def _types_and_places(error: BaseException | None) -> list[str]:
    lines: list[str] = []
    while error is not None and len(lines) < MOST_LINES:
        lines.append(f"{type(error).__module__}.{type(error).__qualname__}")
        frames = traceback.extract_tb(error.__traceback__)
        telling = [frame for frame in frames if _is_our_code(frame) or frame is frames[-1]]
        lines += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in telling]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return lines


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] in OURS


def _is_our_code(frame: traceback.FrameSummary) -> bool:
    path = Path(frame.filename)
    return path.is_relative_to(CHECKOUT) and "site-packages" not in path.parts
