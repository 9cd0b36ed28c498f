"""manage.py make_client: a partner system by command, as an administrator makes it on the page."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from partners.organisations.clients import list_clients
from partners.organisations.services import end_seat
from partners.tenancy.actors import Scope
from partners.tenancy.context import acting_as
from tests.world import World

READING = sorted(scope.value for scope in Scope if scope.value.endswith(":read"))
ANA = ("--organisation", "northwest", "--owner", "Ana@Northwest.example")


def run(*words: str) -> dict[str, Any]:
    out = StringIO()
    call_command("make_client", "Nightly export", *words, "--json", stdout=out)
    result: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return result


def me(key: str) -> dict[str, Any]:
    found: dict[str, Any] = Client().get("/api/v1/me", headers={"Authorization": f"Bearer {key}"}).json()
    return found


def test_it_prints_a_key_that_reads(world: World) -> None:
    made = run(*ANA)
    told = me(made["key"])
    assert (told["client"], told["owner"], told["scopes"]) == (made["client"], "Ana", READING)
    with acting_as(world.actor("northwest-admin")):
        (client,) = list_clients()
        assert (client.name, client.made_by_id) == ("Nightly export", world.seats["northwest-admin"].user_id)
        (credential,) = client.credentials.all()
        assert (credential.expires_at - credential.created_at).days in (89, 90)


def test_words_for_people_have_the_key_on_a_line_of_its_own(world: World) -> None:
    out = StringIO()
    call_command("make_client", "x", *ANA, stdout=out)
    (line,) = [line for line in out.getvalue().splitlines() if line.startswith("key: ")]
    assert me(line.removeprefix("key: "))["owner"] == "Ana"


def test_scopes_days_and_a_secret_are_chosen(world: World) -> None:
    made = run(*ANA, "--scopes", "sales:read", "follow_ups:write", "--days", "1", "--secret")
    assert made["secret"].startswith("tls_")
    assert made["scopes"] == ["sales:read", "follow_ups:write"]
    assert me(made["secret"])["code"] == "not_known"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--organisation", "nobody", "--owner", "ana@northwest.example"), "no organisation 'nobody'"),
        (
            ("--organisation", "northwest", "--owner", "sam@southwest.example"),
            "Nobody of 'northwest' has the e-mail",
        ),
        (
            ("--organisation", "southwest", "--owner", "ana@northwest.example"),
            "Nobody of 'southwest' has the e-mail",
        ),
        ((*ANA, "--scopes", "grants:write"), "invalid choice"),
        ((*ANA, "--days", "0"), "lives 1 to 366 days"),
        ((*ANA, "--days", "soon"), "invalid int"),
    ],
)
def test_faults_are_said_in_a_sentence(world: World, words: tuple[str, ...], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        run(*words)
    with acting_as(world.actor("northwest-admin")):
        assert list_clients() == []


def test_whoever_left_owns_none(world: World) -> None:
    with acting_as(world.actor("northwest-admin")):
        end_seat(world.seats["ana"])
    with pytest.raises(CommandError, match="Nobody of 'northwest'"):
        run(*ANA)
