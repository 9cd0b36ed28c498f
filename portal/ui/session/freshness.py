"""Step-up: what changes who sees what wants a second factor of the last minutes."""

import time
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext

SECOND_FACTOR = "mfa"


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
    if is_mfa_enabled(request.user):
        raise ReauthenticationRequired
    messages.info(
        request, gettext("This needs a second factor. Set one up, and you come back to where you were.")
    )
    here = urlencode({"next": request.get_full_path()})
    raise ImmediateHttpResponse(HttpResponseRedirect(f"{reverse('mfa_activate_totp')}?{here}"))
