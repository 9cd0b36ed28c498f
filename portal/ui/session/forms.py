"""What somebody types to be let in, and to change how they are let in."""

from typing import Any

from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import ReauthenticateForm as AllauthPasswordForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.contrib.auth.forms import PasswordChangeForm as DjangoPasswordChangeForm
from django.contrib.auth.forms import SetPasswordForm
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from partners.organisations.models import User
from partners.tenancy.actors import visitor
from partners.tenancy.context import acting_as
from portal.ui.session.pending import note_password

LONGEST_EMAIL, LONGEST_PASSWORD, LONGEST_CODE = 254, 1_000, 40


def _password_field(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


def _code_field(help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=_("Code"),
        help_text=help_text,
        max_length=LONGEST_CODE,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
    )


def _email_field() -> forms.EmailField:
    return forms.EmailField(
        label=_("E-mail"),
        max_length=LONGEST_EMAIL,
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )


class LoginForm(AllauthLoginForm):  # type: ignore[misc]
    """E-mail and password; the one error never says which of the two was wrong."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = _email_field()
        self.fields["password"] = _password_field(_("Password"))

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Go on as the person whose password was right: only to them does the wall show a second factor."""
        with acting_as(visitor(self.user.pk)):
            response: HttpResponse = super().login(request, redirect_url)
        note_password(request.session, self.user)
        return response


class PasswordForm(AllauthPasswordForm):  # type: ignore[misc]
    """The password once more, of somebody who has no second factor."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"] = _password_field(_("Password"))


CODE_HELP = _("Six digits from your app, or one of your recovery codes.")


class SecondStepForm(AuthenticateForm):  # type: ignore[misc]
    """The second factor on the way in."""

    code = _code_field(CODE_HELP)


class AgainForm(ReauthenticateForm):  # type: ignore[misc]
    """The second factor once more, before something that wants it fresh."""

    code = _code_field(CODE_HELP)


class SetUpForm(ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new second factor."""

    code = _code_field(_("The six digits that your app shows now."))


class ChangePasswordForm(DjangoPasswordChangeForm):
    """The old password, and the new one twice."""

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        _limit(self)


class NewPasswordForm(SetPasswordForm):  # type: ignore[type-arg]
    """A new password, twice, for whoever came by the letter's link."""

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        _limit(self)


class ForgottenForm(forms.Form):
    """To which address the letter goes."""

    use_required_attribute = False
    email = _email_field()


def _limit(form: forms.Form) -> None:
    for field in form.fields.values():
        if isinstance(field, forms.CharField):
            field.max_length = LONGEST_PASSWORD
            field.validators.append(MaxLengthValidator(LONGEST_PASSWORD))
            field.widget.attrs["maxlength"] = str(LONGEST_PASSWORD)
            field.widget.attrs.pop("autofocus", None)
            field.help_text = ""
    form.fields["new_password1"].help_text = _("At least 12 characters, and none that many others use.")
