"""The id of the request at work."""

from contextvars import ContextVar

_current: ContextVar[str] = ContextVar("throughline_request", default="")


def current_request_id() -> str:
    """The id under which the logs know the present request; '' outside one."""
    return _current.get()
