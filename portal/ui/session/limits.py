"""What a session and an attempt at logging in are held to."""

import hmac
import time
from hashlib import sha256

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

BEGAN, SEEN = "began_at", "seen_at"
STREAM = "/live/"
ASKED_BY_PAGES = {
    "X-Live",
    "Hx-Request",
}  # by scripts of pages that lie open, whether anybody is there or not
NOTED_EVERY = 60  # seconds
TOO_MANY_REQUESTS = 429
WAIT_SECONDS = 5 * 60  # the longest of ACCOUNT_RATE_LIMITS


def begin(request: HttpRequest, user: AbstractBaseUser, **_: object) -> None:
    """At each login: the session begins."""
    request.session[BEGAN] = request.session[SEEN] = time.time()


def is_over(session: SessionBase) -> bool:
    """Whether the session was left alone for too long, or has lasted as long as one may."""
    now = time.time()
    began, seen = session.get(BEGAN, 0.0), session.get(SEEN, 0.0)
    return bool(now - seen >= settings.SESSION_IDLE_SECONDS or now - began >= settings.SESSION_COOKIE_AGE)


def note_use(request: HttpRequest) -> None:
    """Remember, a minute finely, that the acting person used this session; what open pages ask for is no use."""
    if request.path_info == STREAM or ASKED_BY_PAGES & set(request.headers):
        return
    now = time.time()
    if now - request.session[SEEN] >= NOTED_EVERY:
        request.session[SEEN] = now
        known = UserSession.objects.filter(session_key=request.session.session_key)
        known.update(last_seen_at=timezone.now())


def digest_key(key: str, prefix: str, version: int) -> str:
    """By what the cache keeps a count: a digest that names neither an address nor a login."""
    named = f"{prefix}:{version}:{key}".encode("utf-8", "surrogatepass")
    return hmac.new(settings.SECRET_KEY.encode(), named, sha256).hexdigest()


def too_many(request: HttpRequest) -> HttpResponse:
    """429: too many attempts, and when to try again."""
    response = render(request, "429.html", {"minutes": WAIT_SECONDS // 60}, status=TOO_MANY_REQUESTS)
    response.headers["Retry-After"] = str(WAIT_SECONDS)
    return response
