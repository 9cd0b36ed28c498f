"""A login that is half done: the password was right, the second factor is still owed."""

from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from allauth.account.utils import url_str_to_user_pk
from django.contrib.sessions.backends.base import SessionBase

from partners.organisations.login import GateBackend
from partners.organisations.models import User

GIVEN = "given_password"  # what is another once the password is


def note_password(session: SessionBase, user: User) -> None:
    """The right password was given: it opens the second step as long as it is the right one."""
    if LOGIN_SESSION_KEY in session:
        session[GIVEN] = user.get_session_auth_hash()


def pending_user_id(session: SessionBase) -> int | None:
    """Who is on the way in, as allauth wrote it into the session; None where nobody is, or not by that password."""
    kept = session.get(LOGIN_SESSION_KEY)
    if not isinstance(kept, dict) or not kept.get("user_pk"):
        return None
    user = GateBackend().get_user(int(url_str_to_user_pk(kept["user_pk"])))
    if user is None or session.get(GIVEN) != user.get_session_auth_hash():
        session.pop(LOGIN_SESSION_KEY)
        return None
    return user.pk
