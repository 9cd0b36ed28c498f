"""Where a person is logged in, and ending it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY, update_session_auth_hash
from django.http import HttpRequest
from django.utils.translation import gettext as _

from partners.organisations.models import User
from portal.ui.session.limits import is_over
from portal.ui.session.store import SessionStore

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


@dataclass(frozen=True)
class OpenSession:
    """One session of the acting person, as its page tells of it."""

    ref: str
    browser: str
    address: str
    began_at: datetime
    seen_at: datetime
    is_this: bool


def list_sessions(request: HttpRequest) -> list[OpenSession]:
    """The acting person's sessions, this one first, then the latest used; those that are over are cleared away."""
    found = [
        OpenSession(
            _ref(one),
            _browser(one.user_agent),
            one.ip,
            one.created_at,
            one.last_seen_at,
            _is_this(request, one),
        )
        for one in _living(request)
    ]
    return sorted(found, key=lambda one: (not one.is_this, -one.seen_at.timestamp()))


def end_session(request: HttpRequest, ref: str) -> bool:
    """End one of the acting person's other sessions; False where they have none of that reference."""
    found = [one for one in _living(request) if _ref(one) == ref and not _is_this(request, one)]
    for one in found:
        one.end()
    return bool(found)


def end_other_sessions(request: HttpRequest) -> None:
    """End every session of the acting person but this one."""
    for one in UserSession.objects.filter(user_id=request.user.pk):
        if not _is_this(request, one):
            one.end()


def go_on_with(request: HttpRequest, user: User) -> None:
    """The acting person's password is another: this session goes on under a new key, and every other one ends."""
    end_other_sessions(request)
    before = request.session.session_key
    update_session_auth_hash(request, user)
    UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)


def _living(request: HttpRequest) -> Iterator[UserSession]:
    for one in UserSession.objects.filter(user_id=request.user.pk):
        kept = SessionStore(one.session_key)
        if kept.get(HASH_SESSION_KEY) == request.user.get_session_auth_hash() and not is_over(kept):  # type: ignore[union-attr]
            yield one
        else:
            one.end()


def _is_this(request: HttpRequest, session: UserSession) -> bool:
    return bool(session.session_key == request.session.session_key)


def _ref(session: UserSession) -> str:
    """By what the page names a session: its key would open it, and its number would tell how many there are."""
    return "ses_" + sha256(session.session_key.encode()).hexdigest()[:20]


def _browser(agent: str) -> str:
    browser = next((name for mark, name in BROWSERS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Some other program")
