"""Coming, going, and choosing among one's own seats."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from allauth.account.views import LoginView
from allauth.core.ratelimit import consume
from allauth.decorators import rate_limit
from allauth.mfa.base.views import AuthenticateView
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from partners.organisations.login import list_seats
from partners.organisations.services import keep_password
from partners.tenancy.context import acting_as
from portal.ui.middleware import SEAT
from portal.ui.pages import page
from portal.ui.session.forms import ForgottenForm, LoginForm, NewPasswordForm, SecondStepForm
from portal.ui.session.freshness import drop_what_waits
from portal.ui.session.letters import open_link, want_letter
from portal.ui.session.limits import too_many
from portal.ui.session.seats import find_seat

GONE, BAD_REQUEST = 410, 400
ANSWER_SECONDS = 0.5  # after which a letter is said to be on its way, whoever has the address


class Login(LoginView):  # type: ignore[misc]
    """E-mail and password, through the gate."""

    form_class = LoginForm
    template_name = "session/login.html"


class SecondStep(AuthenticateView):  # type: ignore[misc]
    """The second factor of whoever gave the right password and has one."""

    form_class = SecondStepForm
    template_name = "session/second_step.html"


@page(None)
def choose_seat(request: HttpRequest) -> HttpResponse:
    """POST: work in another of one's own seats from now on."""
    if request.method == "POST":
        seat = find_seat(request, request.POST.get("seat", ""))
        if seat is None:
            raise Http404
        request.session[SEAT] = seat.membership_id
        drop_what_waits(request)  # it was meant for the other seat
    return redirect("home")


@never_cache
def forgotten(request: HttpRequest) -> HttpResponse:
    """Have a letter sent. What is answered, and when, does not tell whether anybody has the address."""
    form = ForgottenForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        status = BAD_REQUEST if request.method == "POST" else None
        return render(request, "session/forgotten.html", {"form": form}, status=status)
    email = form.cleaned_data["email"]
    if not consume(request, action="reset_password", key=email.lower()):
        return too_many(request)
    with _not_before(ANSWER_SECONDS):
        want_letter(email)
    messages.info(
        request,
        _("If somebody here has this address, a letter with a link is on its way. It is good for an hour."),
    )
    return redirect("login")


@sensitive_post_parameters()
@never_cache
@rate_limit(action="reset_password_from_key")  # type: ignore[untyped-decorator]
def new_password(request: HttpRequest, words: str) -> HttpResponse:
    """Choose a new password, by the letter's link."""
    user = open_link(words)
    seats = list_seats(user.pk) if user else []
    if user is None or not seats:
        return render(request, "session/link_over.html", status=GONE)
    form = NewPasswordForm(user, request.POST or None)
    if not form.is_valid():
        status = BAD_REQUEST if form.is_bound else None
        return render(request, "session/new_password.html", {"form": form}, status=status)
    with acting_as(seats[0].actor(user.pk)):
        keep_password(form.save(commit=False))
    logout(request)
    messages.success(request, _("Your password is changed. Log in with the new one."))
    return redirect("login")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Nothing here is for search engines."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")


@contextmanager
def _not_before(seconds: float) -> Iterator[None]:
    """Take so long in any case, so that the time taken tells nothing."""
    end = time.monotonic() + seconds
    try:
        yield
    finally:
        time.sleep(max(0.0, end - time.monotonic()))
