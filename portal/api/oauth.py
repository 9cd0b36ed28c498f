"""OAuth 2 client credentials: oauthlib speaks the protocol, the walled tables hold what it asks for.

A token carries the client's scopes or fewer, lives an hour, and ends with its client, or with its owner's seat.
"""

import base64
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from oauthlib.common import Request
from oauthlib.oauth2 import BackendApplicationServer, OAuth2Error, RequestValidator

from partners.organisations.clients import TOKEN_LIFE, Identified, draw_words, identify, keep_credential
from partners.organisations.models import ApiClient, ApiCredential
from partners.tenancy.context import acting_as
from portal.api.budget import Budget, charge

TOKEN, SECRET = ApiCredential.Kind.TOKEN, ApiCredential.Kind.SECRET
SENT_ON = ("Authorization", "Content-Type")
FORM = "application/x-www-form-urlencoded"
UNAUTHORIZED = 401


@dataclass(frozen=True)
class Authenticated:
    """A client that has shown its secret, as oauthlib knows it."""

    client_id: str
    identified: Identified

    @property
    def scopes(self) -> list[str]:
        """All that it may ask for."""
        client = self.identified.actor.client
        return sorted(scope.value for scope in client.scopes) if client else []


class Validator(RequestValidator):  # type: ignore[misc]  # oauthlib has no types
    """What oauthlib asks of us for this one grant."""

    def authenticate_client(self, request: Request, *args: Any, **kwargs: Any) -> bool:
        """By id and secret, in the header (RFC 6749, 2.3.1) or in the body; counted as a call."""
        client_id, secret = _shown(request)
        identified = identify(secret, SECRET) if secret else None
        if identified is None or identified.actor.client is None:
            return False
        if identified.actor.client.public_id != client_id:
            return False
        _charge(identified)
        request.client = Authenticated(client_id, identified)
        return True

    def validate_grant_type(self, client_id: str, grant_type: str, *args: Any, **kwargs: Any) -> bool:
        return grant_type == "client_credentials"

    def get_default_scopes(self, client_id: str, request: Request, *args: Any, **kwargs: Any) -> list[str]:
        scopes: list[str] = request.client.scopes
        return scopes

    def validate_scopes(
        self, client_id: str, scopes: list[str], client: Authenticated, *args: Any, **kwargs: Any
    ) -> bool:
        return set(scopes) <= set(client.scopes)

    def save_bearer_token(self, token: dict[str, str], request: Request, *args: Any, **kwargs: Any) -> None:
        """Keep its digest, written as the client itself."""
        identified: Identified = request.client.identified
        with acting_as(identified.actor):
            client = ApiClient.objects.get(pk=identified.client_id)
            keep_credential(client, TOKEN, token["access_token"], TOKEN_LIFE, request.scopes)


SERVER = BackendApplicationServer(
    Validator(),
    token_generator=lambda request: draw_words(TOKEN),
    token_expires_in=int(TOKEN_LIFE.total_seconds()),
)


class SlowDownError(OAuth2Error):  # type: ignore[misc]
    """The client has used up its minute or its day."""

    error, status_code = "slow_down", 429

    def __init__(self, budget: Budget) -> None:
        super().__init__(f"Go on in {budget.wait} seconds.")
        self.budget = budget

    @property
    def headers(self) -> dict[str, str]:
        """When to go on."""
        return self.budget.headers


def answer(request: HttpRequest) -> HttpResponse:
    """A token for a secret, or the error that RFC 6749, 5.2 asks for."""
    if request.method != "POST":
        return _refused(405, "A token is asked for by POST.", Allow="POST")
    if request.META.get("QUERY_STRING"):
        return _refused(400, "Say everything in the body: addresses are written into logs.")
    if request.content_type != FORM:
        return _refused(400, f"The body is of the type {FORM}.")
    try:
        body = request.body.decode()
    except (UnicodeDecodeError, RequestDataTooBig):
        return _refused(400, "The body could not be read.")
    headers = {name: request.headers[name] for name in SENT_ON if name in request.headers}
    told, content, status = SERVER.create_token_response(request.path, request.method, body, headers)
    if status == UNAUTHORIZED:
        told["WWW-Authenticate"] = 'Basic realm="throughline"'
    return HttpResponse(content, status=status, headers=told)


def _refused(status: int, sentence: str, **headers: str) -> HttpResponse:
    content = {"error": "invalid_request", "error_description": sentence}
    return JsonResponse(content, status=status, headers={"Cache-Control": "no-store", **headers})


def _charge(identified: Identified) -> None:
    """A token is a call like any other: whoever holds a secret cannot draw them without end."""
    with acting_as(identified.actor):
        budget = charge(identified, timezone.now())
    if budget.wait is not None:
        raise SlowDownError(budget)


def _shown(request: Request) -> tuple[str, str]:
    """The id and secret that a client shows."""
    scheme, _, words = request.headers.get("Authorization", "").partition(" ")
    if scheme.casefold() != "basic":
        return request.client_id or "", request.client_secret or ""
    try:
        client_id, _, secret = base64.b64decode(words, validate=True).decode().partition(":")
    except ValueError:  # no ASCII, no base64, or no UTF-8 within
        return "", ""
    return client_id, secret
