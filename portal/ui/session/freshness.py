"""Step-up: what changes who sees what wants a second factor of the last minutes."""

import json
import time
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext

SECOND_FACTOR = "mfa"
ASKED = "factor_asked_at"


def is_fresh(request: HttpRequest) -> bool:
    """Whether the person gave their second factor in this session within the last minutes."""
    given = [
        record["at"]
        for record in get_authentication_records(request, request.user)
        if record["method"] == SECOND_FACTOR
    ]
    return bool(given) and time.time() - max(given) < settings.STEP_UP_SECONDS


def require_fresh_factor(request: HttpRequest) -> None:
    """Go on only after a fresh second factor.

    Raises
    ------
    ReauthenticationRequired
        Where it has to be given again: allauth keeps what was sent, asks for it, and goes on with what was sent.
    ImmediateHttpResponse
        Where the person has none yet: they are led to set one up, and come back to the page.
    """
    if is_fresh(request):
        return
    drop_what_waits(request)  # whoever left it, and asks for something else, meant it no more
    if is_mfa_enabled(request.user):
        request.session[ASKED] = time.time()
        raise ReauthenticationRequired
    messages.info(
        request, gettext("This needs a second factor. Set one up, and you come back to where you were.")
    )
    if request.method == "POST":
        messages.warning(request, gettext("What you sent is not saved: send it again once you are back."))
    here = urlencode({"next": request.get_full_path()})
    raise ImmediateHttpResponse(HttpResponseRedirect(f"{reverse('mfa_activate_totp')}?{here}"))


def drop_what_waits(request: HttpRequest) -> bool:
    """Forget what was sent and waits in the session; True if there was something."""
    return request.session.pop(STATE_SESSION_KEY, None) is not None


def drop_what_cannot_go_on(request: HttpRequest) -> None:
    """What waits goes on only soon after it was sent, and where its own question leads; else the person is told."""
    waiting = request.session.get(STATE_SESSION_KEY, {})
    sent_to = json.loads(waiting["request"])["path"] if "request" in waiting else None
    is_soon = time.time() - request.session.pop(ASKED, 0.0) < settings.STEP_UP_SECONDS
    if is_soon and sent_to == get_next_redirect_url(request):
        return
    if drop_what_waits(request):
        messages.warning(request, gettext("What you sent is not saved: send it again."))
