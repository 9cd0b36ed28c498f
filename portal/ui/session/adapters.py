"""What allauth asks of us while somebody logs in: who they are, whether they have a second factor, how it is kept."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from partners.tenancy.context import NoActorError, current_actor
from portal.ui.session.freshness import is_fresh
from portal.ui.session.limits import too_many
from portal.ui.session.sealing import box

KEPT = "second factors"
TOO_MANY = ("too_many_login_attempts", "rate_limited")


class LoginAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Passwords and ways; nothing is said in allauth's words, and nothing is sent by it."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _(
            "This e-mail and password do not belong together. Check both and try again."
        ),
        "incorrect_password": _("This is not your password. Type it again."),
    }

    def validation_error(self, code: str, *args: Any) -> Exception:
        """What a form refuses with; too many attempts are no fault of the form but the page that refuses (429)."""
        if code in TOO_MANY:
            refusal: Exception = ImmediateHttpResponse(too_many(self.request))
        else:
            refusal = super().validation_error(code, *args)
        return refusal

    def is_ajax(self, request: HttpRequest) -> bool:
        """Never: pages answer with pages."""
        return False

    def add_message(self, request: HttpRequest, *args: Any, **words: Any) -> None:
        """Pages say themselves what was done."""

    def is_safe_url(self, url: str | None) -> bool:
        """This host alone, whatever others the portal answers for."""
        request = self.request
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        """Whether this is the person's password, counted as an attempt at logging in."""
        found = self.authenticate(self.request, email=user.get_username(), password=password)
        return found is not None and found.pk == user.pk

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Before a second factor is set up or taken away, unless one was given just now."""
        return not is_fresh(self.request)

    def get_reauthentication_methods(self, user: AbstractBaseUser | AnonymousUser) -> list[dict[str, str]]:
        """The second factor where there is one, and the password alone only where there is none."""
        if not user.is_authenticated:
            return []
        name = "mfa_reauthenticate" if is_mfa_enabled(user) else "account_reauthenticate"
        return [{"id": name, "description": "", "url": reverse(name)}]


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: encrypted in the database, and looked up as their person or not at all."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not good, or not any more. Wait for the next one and type that."),
    }

    def is_mfa_enabled(self, user: AbstractBaseUser | AnonymousUser, types: list[str] | None = None) -> bool:
        """Whether this person has a second factor.

        Raises
        ------
        NoActorError
            Unless this very person acts: to anybody else the wall shows no factor, and finding none lets people in.
        """
        if user.is_authenticated and current_actor().user_id != user.pk:
            raise NoActorError("A second factor is looked up as its own person; somebody else is acting.")
        return bool(super().is_mfa_enabled(user, types))

    def encrypt(self, text: str) -> str:
        """As it is kept: nothing without the installation's root key, which lies outside the database."""
        return box(KEPT).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """What was kept; raises `InvalidToken` for what was not encrypted under this root key."""
        return box(KEPT).decrypt(encrypted_text.encode()).decode()
