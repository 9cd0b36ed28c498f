"""Log lines for stderr: when, what, where in the code, and never a customer's data."""

import logging
import time
import traceback
from pathlib import Path
from types import TracebackType

from django.conf import settings

from portal.home import CHECKOUT

MOST_LINES = 30

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
        """The record as text; Celery puts an exception's words among the arguments, so they are taken out."""
        if not settings.DEBUG and isinstance(record.args, dict) and record.exc_info and record.exc_info[0]:
            silent = {"exc": record.exc_info[0].__name__, "args": "…", "kwargs": "…"}
            record.args = {**record.args, **silent}
        return super().format(record)

    def formatException(self, ei: _ExceptionInfo) -> str:  # noqa: N802  (logging's own name)
        """The exception and its causes: type, then where in our code, then where at last."""
        if settings.DEBUG:
            return super().formatException(ei)
        lines: list[str] = []
        error: BaseException | None = ei[1]
        while error is not None and len(lines) < MOST_LINES:
            lines.append(f"{type(error).__module__}.{type(error).__qualname__}")
            frames = traceback.extract_tb(error.__traceback__)
            telling = [frame for frame in frames if _is_ours(frame) or frame is frames[-1]]
            lines += [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in telling]
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(lines)


def _is_ours(frame: traceback.FrameSummary) -> bool:
    path = Path(frame.filename)
    return path.is_relative_to(CHECKOUT) and "site-packages" not in path.parts
