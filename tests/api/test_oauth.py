"""OAuth 2 client credentials: a secret is exchanged for a token of an hour (RFC 6749, section 4.4)."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client as Browser
from django.utils import timezone

from partners.organisations.clients import (
    TOKEN_LIFE,
    draw_words,
    end_client,
    keep_credential,
    list_clients,
    make_client,
)
from partners.organisations.models import ApiClient, ApiCredential
from partners.organisations.services import end_seat
from partners.tenancy.actors import Scope
from partners.tenancy.context import acting_as
from tests.api.conftest import KEY, SECRET, Caller, told
from tests.world import World

URL = "/api/v1/oauth/token"
FORM = "application/x-www-form-urlencoded"
SCOPES = (Scope.ACCOUNTS_READ, Scope.SALES_READ)
TOKEN = ApiCredential.Kind.TOKEN
GRANT = "grant_type=client_credentials"
Made = tuple[ApiClient, str]


@pytest.fixture
def made(world: World) -> Made:
    """Ana's system, which proves itself by a secret."""
    with acting_as(world.actor("northwest-admin")):
        return make_client("Ana's system", world.seats["ana"].user, SCOPES, SECRET, 30)


def basic(client_id: str, secret: str, scheme: str = "Basic") -> dict[str, str]:
    return {"Authorization": f"{scheme} {base64.b64encode(f'{client_id}:{secret}'.encode()).decode()}"}


def ask(body: str | bytes = GRANT, kind: str = FORM, url: str = URL, **headers: str) -> HttpResponse:
    found: HttpResponse = Browser().post(url, body, content_type=kind, headers=headers)
    return found


def refused(answer: HttpResponse, status: int, error: str) -> dict[str, Any]:
    """The error as RFC 6749, 5.2 asks for it."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/json")
    assert answer.headers["Cache-Control"] == "no-store"
    found: dict[str, Any] = answer.json()
    assert found["error"] == error, found
    assert found.keys() <= {"error", "error_description", "state"}
    return found


def test_a_secret_becomes_a_token_that_opens_what_the_client_may(made: Made) -> None:
    client, secret = made
    answer = ask(**basic(client.public_id, secret))
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    given = answer.json()
    assert given.keys() == {"access_token", "expires_in", "token_type", "scope"}
    assert (given["token_type"], given["expires_in"]) == ("Bearer", 3600)
    assert given["scope"].split() == ["accounts:read", "sales:read"]
    assert given["access_token"].startswith("tlt_")
    system = Caller(given["access_token"])
    assert len(system.rows("accounts")) == 4
    assert told(system.get("signals"), 403, "scope_missing")


def test_the_secret_may_stand_in_the_body(made: Made) -> None:
    client, secret = made
    given = ask(f"{GRANT}&client_id={client.public_id}&client_secret={secret}").json()
    assert Caller(given["access_token"]).get("me").json()["client"] == client.public_id
    told_by_scheme = basic(client.public_id, secret, scheme="basic")
    assert ask(**told_by_scheme).status_code == 200


def test_a_token_may_be_asked_for_less_and_never_for_more(made: Made) -> None:
    client, secret = made
    shown = basic(client.public_id, secret)
    less = ask(f"{GRANT}&scope=sales:read", **shown).json()
    assert less["scope"] == "sales:read"
    assert told(Caller(less["access_token"]).get("accounts"), 403, "scope_missing")
    for scope in ("signals:read", "sales:read+signals:read", "everything", "sales:read%2Caccounts:read", ""):
        refused(ask(f"{GRANT}&scope={scope}", **shown), 400, "invalid_scope")


def test_whoever_cannot_prove_it_gets_nothing(world: World, made: Made) -> None:
    client, secret = made
    with acting_as(world.actor("southwest-admin")):
        other, others = make_client("Sam's", world.seats["sam"].user, SCOPES, SECRET, 30)
        key = make_client("Sam's too", world.seats["sam"].user, SCOPES, KEY, 30)[1]
    attempts = [
        basic(client.public_id, secret + "x"),
        basic(client.public_id, ""),
        basic(client.public_id, others),
        basic(other.public_id, secret),
        basic("", secret),
        basic(other.public_id, key),
        {"Authorization": f"Basic {secret}"},
        {"Authorization": "Basic \xff\0"},
        {"Authorization": f"Bearer {secret}"},
        {},
    ]
    for headers in attempts:
        answer = ask(**headers)
        refused(answer, 401, "invalid_client")
        assert answer.headers["WWW-Authenticate"] == 'Basic realm="throughline"', headers
    with acting_as(world.actor("northwest-admin")):
        assert not ApiCredential.objects.filter(kind=TOKEN).exists()


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("", "invalid_request"),
        ("grant_type=", "invalid_request"),
        ("grant_type=password&username=ana&password=x", "unsupported_grant_type"),
        ("grant_type=refresh_token", "unsupported_grant_type"),
        ("grant_type=authorization_code&code=1", "unsupported_grant_type"),
        (f"{GRANT}&{GRANT}", "invalid_request"),
        (f"{GRANT}&scope=sales:read&scope=accounts:read", "invalid_request"),
        ("%zz=%", "invalid_request"),
        (b"\xff\xfe", "invalid_request"),
        ("a" * 3_000_000, "invalid_request"),
        (f"{GRANT}&client=x&scopes=x&token=x", ""),
        (f"{GRANT}&state=%00%ED%A0%80", ""),
    ],
)
def test_a_body_that_does_not_fit_is_refused_in_the_words_of_the_standard(
    made: Made, body: str | bytes, error: str
) -> None:
    answer = ask(body, **basic(made[0].public_id, made[1]))
    if error:
        refused(answer, 400, error)
    else:
        assert answer.json()["scope"].split() == ["accounts:read", "sales:read"]


def test_the_exchange_is_a_post_of_a_form_and_nothing_in_the_address(made: Made) -> None:
    shown = basic(made[0].public_id, made[1])
    for method in ("get", "put", "delete", "head", "options"):
        answer = getattr(Browser(), method)(URL, headers=shown)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "POST"), method
    refused(ask('{"grant_type": "client_credentials"}', "application/json", **shown), 400, "invalid_request")
    in_address = f"{URL}?client_id={made[0].public_id}&client_secret={made[1]}"
    said = refused(ask(url=in_address), 400, "invalid_request")
    assert made[1] not in str(said)


def token_of(made: Made) -> str:
    token: str = ask(**basic(made[0].public_id, made[1])).json()["access_token"]
    return token


def test_a_token_ends_with_its_client(world: World, made: Made) -> None:
    token = token_of(made)
    with acting_as(world.actor("northwest-admin")):
        end_client(made[0].public_id)
    assert told(Caller(token).get("me"), 401, "not_known")
    refused(ask(**basic(made[0].public_id, made[1])), 401, "invalid_client")


def test_a_token_ends_with_its_owners_seat(world: World, made: Made) -> None:
    token = token_of(made)
    with acting_as(world.actor("northwest-admin")):
        end_seat(world.seats["ana"])
    assert told(Caller(token).get("me"), 401, "not_known")
    refused(ask(**basic(made[0].public_id, made[1])), 401, "invalid_client")


def test_a_token_lives_an_hour(world: World, made: Made) -> None:
    token_of(made)
    with acting_as(world.actor("northwest-admin")):
        credential = ApiCredential.objects.get(kind=TOKEN)
    assert credential.expires_at - credential.created_at == pytest.approx(
        TOKEN_LIFE, abs=timedelta(seconds=1)
    )


def test_expired_tokens_go_with_the_next_one(world: World, made: Made) -> None:
    live = token_of(made)
    with acting_as(world.actor("northwest-admin")):
        old = draw_words(TOKEN)
        keep_credential(made[0], TOKEN, old, timedelta(days=-1), ["sales:read"])
    assert told(Caller(old).get("me"), 401, "not_known")
    new = token_of(made)
    with acting_as(world.actor("northwest-admin")):
        kept = {one.beginning for one in ApiCredential.objects.filter(kind=TOKEN)}
    assert kept == {live[:8], new[:8]}
    assert Caller(live).get("me").status_code == 200


def test_a_token_is_no_secret_and_draws_no_other(made: Made) -> None:
    refused(ask(**basic(made[0].public_id, token_of(made))), 401, "invalid_client")


def test_it_is_noted_that_a_secret_was_used(world: World, made: Made) -> None:
    before = timezone.now()
    token_of(made)
    with acting_as(world.actor("northwest-admin")):
        (client,) = list_clients()
        used = next(one for one in client.credentials.all() if one.kind == SECRET)
        assert used.last_used_at is not None
        assert used.last_used_at >= before


def test_tokens_are_not_drawn_without_end(made: Made, settings: Any) -> None:
    settings.API_REQUESTS_A_MINUTE = 2
    assert [ask(**basic(made[0].public_id, made[1])).status_code for _ in range(3)] == [200, 200, 429]
    answer = ask(**basic(made[0].public_id, made[1]))
    refused(answer, 429, "slow_down")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
