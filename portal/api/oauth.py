"""OAuth 2 client credentials: oauthlib speaks the protocol, the walled tables hold what it asks for.

A token carries the client's scopes or fewer, lives an hour, and ends with its client, or with its owner's seat.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from oauthlib.common import Request
from oauthlib.oauth2 import BackendApplicationServer, RequestValidator

from partners.organisations.clients import TOKEN_LIFE, Identified, draw_words, identify, keep_credential
from partners.organisations.models import ApiClient, ApiCredential
from partners.tenancy.context import acting_as

TOKEN, SECRET = ApiCredential.Kind.TOKEN, ApiCredential.Kind.SECRET
SENT_ON = ("Authorization", "Content-Type")


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
        """By id and secret, in the header (RFC 6749, 2.3.1) or in the body."""
        client_id, secret = _shown(request)
        identified = identify(secret, SECRET) if secret else None
        if identified is None or identified.actor.client is None:
            return False
        if identified.actor.client.public_id != client_id:
            return False
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


def answer(request: HttpRequest) -> HttpResponse:
    """A token for a secret, or the error that RFC 6749, 5.2 asks for."""
    headers = {name: request.headers[name] for name in SENT_ON if name in request.headers}
    try:
        body = request.body.decode()
    except UnicodeDecodeError:
        body = ""
    told, content, status = SERVER.create_token_response(
        request.build_absolute_uri(request.path), request.method, body, headers
    )
    return HttpResponse(content, status=status, headers=told)


def _shown(request: Request) -> tuple[str, str]:
    """The id and secret that a client shows."""
    scheme, _, words = request.headers.get("Authorization", "").partition(" ")
    if scheme.casefold() != "basic":
        return request.client_id or "", request.client_secret or ""
    try:
        client_id, _, secret = base64.b64decode(words, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return client_id, secret
