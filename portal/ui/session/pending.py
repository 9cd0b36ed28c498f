"""A login that is half done: the password was right, the second factor is still owed."""

from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.account.utils import url_str_to_user_pk
from django.contrib.sessions.backends.base import SessionBase


def pending_user_id(session: SessionBase) -> int | None:
    """Who is on the way in, as allauth wrote it into the session; None where nobody is."""
    kept = session.get(LOGIN_SESSION_KEY)
    if not isinstance(kept, dict) or not kept.get("user_pk"):
        return None
    return int(url_str_to_user_pk(kept["user_pk"]))
