"""A forgotten password: a letter with a link that is good for an hour, and once."""

import json
from hashlib import sha256

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language, gettext

from partners.jobs.services import emit
from partners.organisations.login import GateBackend, find_login, list_seats
from partners.organisations.models import User
from partners.tenancy.actors import worker
from partners.tenancy.context import acting_as
from portal.mail import letter
from portal.ui.session.sealing import box

SEALED, FILLING = "password letters", "="


def want_letter(email: str) -> None:
    """Have a letter sent to this address, if somebody with a seat has it."""
    user = find_login(email)
    seats = list_seats(user.pk) if user else []
    if user and seats:
        with acting_as(worker(seats[0].organisation_id)):
            emit("password.forgotten", user_id=user.pk, language=get_language())


def letter_for(user_id: int, language: str, event_id: int) -> EmailMessage | None:
    """The letter as it may go out at this moment; None to somebody who has left meanwhile."""
    user = GateBackend().get_user(user_id)
    if user is None or not list_seats(user_id):
        return None
    with translation.override(language):
        body = gettext(
            "Somebody, probably you, asked for a new password for this address. Choose it here within an hour:\n\n"
            "%(link)s\n\nIf it was not you, nothing has to be done: your password stays as it is."
        ) % {"link": settings.PUBLIC_URL + reverse("new_password", args=[seal_link(user)])}
        return letter(user.email, gettext("A new password"), body, number=f"password-{event_id}")


def seal_link(user: User) -> str:
    """The words of a link for this person, good until the password is another, and for an hour at most."""
    # Without the filling at its end, at which some programs would end the link.
    return box(SEALED).encrypt(json.dumps([user.pk, _mark(user)]).encode()).decode().rstrip(FILLING)


def open_link(words: str) -> User | None:
    """Whose link this is; None where it is not good, or not any more."""
    filled = words + FILLING * (-len(words) % 4)
    try:
        user_id, mark = json.loads(box(SEALED).decrypt(filled.encode(), settings.PASSWORD_LETTER_SECONDS))
    except (InvalidToken, UnicodeEncodeError):
        return None
    user = GateBackend().get_user(user_id)
    return user if user is not None and _mark(user) == mark else None


def _mark(user: User) -> str:
    """What is another once the password is."""
    return sha256(user.password.encode()).hexdigest()
