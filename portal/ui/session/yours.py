"""Your login: the password, the second factor, its recovery codes, and where you are logged in."""

from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import get_next_redirect_url, passthrough_next_redirect_url
from allauth.account.views import ReauthenticateView
from allauth.decorators import rate_limit
from allauth.mfa.base.views import ReauthenticateView as FactorAgainView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from qrcode import QRCode

from partners.audit.services import record
from partners.organisations.services import keep_password
from portal.ui.pages import page
from portal.ui.session.forms import AgainForm, ChangePasswordForm, PasswordForm, SetUpForm
from portal.ui.session.freshness import SECOND_FACTOR, drop_what_cannot_go_on
from portal.ui.session.sessions import end_other_sessions, end_session, go_on_with, list_sessions

BAD_REQUEST = 400


@page(None)
def your_login(request: HttpRequest) -> HttpResponse:
    """All of it on one page."""
    kept = {one.type: one for one in Authenticator.objects.filter(user_id=request.user.pk)}
    codes = kept.get(Authenticator.Type.RECOVERY_CODES)
    context = {
        "factor": kept.get(Authenticator.Type.TOTP),
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else 0,
        "sessions": list_sessions(request),
    }
    return render(request, "session/your_login.html", context)


@sensitive_post_parameters()
@page(None)
@rate_limit(action="change_password")  # type: ignore[untyped-decorator]
def password(request: HttpRequest) -> HttpResponse:
    """A new password; every other session ends."""
    form = ChangePasswordForm(request.user, request.POST or None)  # type: ignore[arg-type]
    if not form.is_valid():
        status = BAD_REQUEST if form.is_bound else None
        return render(request, "session/password.html", {"form": form}, status=status)
    user = form.save(commit=False)
    keep_password(user)
    go_on_with(request, user)
    messages.success(request, _("Your password is changed. You are logged out everywhere else."))
    return redirect("your_login")


@page(None)
def session_end(request: HttpRequest, ref: str) -> HttpResponse:
    """POST: end one of the others."""
    if request.method == "POST":
        if not end_session(request, ref):
            raise Http404
        messages.success(request, _("That session is ended."))
    return redirect("your_login")


@page(None)
def sessions_end(request: HttpRequest) -> HttpResponse:
    """POST: end all the others."""
    if request.method == "POST":
        end_other_sessions(request)
        messages.success(request, _("You are logged out everywhere else."))
    return redirect("your_login")


class FactorAgain(FactorAgainView):  # type: ignore[misc]
    """The second factor once more; then allauth goes on with what was sent."""

    form_class = AgainForm
    template_name = "session/again.html"

    def form_valid(self, form: AgainForm) -> HttpResponse:
        drop_what_cannot_go_on(self.request)
        response: HttpResponse = super().form_valid(form)
        return response


class PasswordAgain(ReauthenticateView):  # type: ignore[misc]
    """The password once more, of somebody who has no second factor yet."""

    form_class = PasswordForm
    template_name = "session/again.html"


class SetUp(ActivateTOTPView):  # type: ignore[misc]
    """A second factor: a secret for an app, as a picture and as text, and the first code that the app makes of it."""

    form_class = SetUpForm
    template_name = "session/set_up.html"

    def get_context_data(self, **given: Any) -> dict[str, Any]:
        context = super().get_context_data(**given)
        secret = context["form"].secret
        groups = [secret[start : start + 4] for start in range(0, len(secret), 4)]
        next_url = get_next_redirect_url(self.request) or ""
        return {**context, **_picture(context["totp_url"]), "secret": " ".join(groups), "next_url": next_url}

    def form_valid(self, form: SetUpForm) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        record_authentication(
            self.request, self.request.user, SECOND_FACTOR, type="totp", reauthenticated=True
        )
        end_other_sessions(self.request)  # they came in without it
        record("login.factor_set_up", self.request.user.public_id)
        return response

    def get_success_url(self) -> str:
        return str(passthrough_next_redirect_url(self.request, reverse("mfa_view_recovery_codes"), "next"))


class TakeAway(DeactivateTOTPView):  # type: ignore[misc]
    """The second factor goes, and its recovery codes with it."""

    template_name = "session/take_away.html"
    success_url = reverse_lazy("your_login")

    def form_valid(self, form: Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        record("login.factor_taken_away", self.request.user.public_id)
        messages.success(
            self.request, _("Your second factor is taken away. Your password alone lets you in now.")
        )
        return response


class Codes(ViewRecoveryCodesView):  # type: ignore[misc]
    """Recovery codes, shown once."""

    template_name = "session/codes.html"

    def get_context_data(self, **given: Any) -> dict[str, Any]:
        next_url = get_next_redirect_url(self.request) or reverse("your_login")
        return {**super().get_context_data(**given), "next_url": next_url}


class NewCodes(GenerateRecoveryCodesView):  # type: ignore[misc]
    """New recovery codes; the old ones are good for nothing any more."""

    template_name = "session/codes_new.html"

    def form_valid(self, form: Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        record("login.codes_renewed", self.request.user.public_id)
        return response


def _page_of(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """One of allauth's views as a page of ours: for a seat, kept in no cache, rendered while the person acts."""

    @page(None)
    def shown(request: HttpRequest) -> HttpResponseBase:
        response = view(request)
        return response.render() if isinstance(response, TemplateResponse) else response

    return shown


factor_again, password_again = _page_of(FactorAgain.as_view()), _page_of(PasswordAgain.as_view())
set_up, take_away = _page_of(SetUp.as_view()), _page_of(TakeAway.as_view())
codes, codes_new = _page_of(Codes.as_view()), _page_of(NewCodes.as_view())


def _picture(text: str) -> dict[str, Any]:
    """A QR code as the size and the path of an SVG: dark squares, row by row."""
    drawn = QRCode(border=4)
    drawn.add_data(text)
    rows = drawn.get_matrix()
    squares = [f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark]
    return {"picture_size": len(rows), "picture_path": "".join(squares)}
