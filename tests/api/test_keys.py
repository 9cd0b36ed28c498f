"""What a key opens, for whom, and until when."""

import logging
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client as Browser
from django.utils import timezone

from partners.audit.models import AuditEntry
from partners.organisations.clients import (
    draw_words,
    end_client,
    keep_credential,
)
from partners.organisations.models import ApiCredential, Membership
from partners.organisations.services import end_seat
from partners.tenancy.actors import Role, Scope
from partners.tenancy.context import acting_as
from portal.api.schema import document
from tests.api.conftest import KEY, PAIR, SECRET, Call, Caller, addresses, client_of, key_for, pair_of, told
from tests.ui.conftest import ref_of
from tests.world import World


def test_without_a_key_there_is_nothing(world: World, ids: dict[str, str]) -> None:
    nobody = Browser()
    for name, url in addresses(ids).items():
        problem = told(nobody.get(url), 401, "not_known")
        assert "tlk_" in problem["detail"], name
    assert nobody.get("/api/v1/me").headers["WWW-Authenticate"] == 'Bearer realm="throughline"'
    assert told(nobody.get("/api/v1/nothing/here"), 401, "not_known")
    for path in ("openapi.json", "reference"):
        assert nobody.get(f"/api/v1/{path}").status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer tlk_",
        "Basic {key}",
        "{key}",
        "Bearer {key}x",
        "Bearer {key} x",
        "Bearer \xff\0",
    ],
)
def test_what_is_no_key_opens_nothing(world: World, header: str) -> None:
    key = key_for(world, "ana")
    answer = Browser().get("/api/v1/me", headers={"Authorization": header.format(key=key)})
    assert told(answer, 401, "not_known")
    assert Browser().get("/api/v1/me", headers={"Authorization": f"bearer  {key}"}).status_code == 200


def test_a_cookie_opens_nothing(world: World) -> None:
    browser = Browser()
    browser.force_login(world.seats["ana"].user)
    assert browser.get("/accounts/").status_code == 200
    assert told(browser.get("/api/v1/accounts"), 401, "not_known")


def test_whose_cookie_comes_along_does_not_matter(world: World, call: Call) -> None:
    sam = call("sam")
    sam.client.force_login(world.seats["ana"].user)
    assert sam.get("me").json()["owner"] == "Sam"


def test_a_secret_is_no_key_and_an_expired_key_is_none(world: World) -> None:
    secret = key_for(world, "ana", kind=SECRET)
    assert told(Caller(secret).get("me"), 401, "not_known")
    with acting_as(world.actor("northwest-admin")):
        words = draw_words(KEY)
        keep_credential(client_of(world), KEY, words, timedelta(days=-1))
    assert told(Caller(words).get("me"), 401, "not_known")


def test_a_key_ends_with_its_client(world: World, call: Call) -> None:
    ana = call("ana")
    assert ana.get("accounts").status_code == 200
    with acting_as(world.actor("northwest-admin")):
        end_client(client_of(world).public_id)
    assert told(ana.get("accounts"), 401, "not_known")


def test_one_credential_ends_without_the_other(world: World, call: Call) -> None:
    ana = call("ana")
    with acting_as(world.actor("northwest-admin")):
        words = draw_words(KEY)
        keep_credential(client_of(world), KEY, words, timedelta(days=1))
        ApiCredential.objects.exclude(beginning=words[:8]).update(ended_at=timezone.now())
    assert told(ana.get("me"), 401, "not_known")
    assert Caller(words).get("me").status_code == 200


def test_a_key_ends_with_its_owners_seat(world: World, call: Call) -> None:
    ana = call("ana")
    with acting_as(world.actor("northwest-admin")):
        end_seat(world.seats["ana"])
    assert told(ana.get("accounts"), 401, "not_known")


def test_the_rights_are_those_of_the_moment(world: World, call: Call) -> None:
    ana = call("ana")
    with acting_as(world.actor("northwest-admin")):
        seat = Membership.objects.filter(pk=world.seats["ana"].pk)
        seat.update(role=Role.UPLOADER.value)
    assert (
        told(ana.get("accounts"), 403, "not_permitted")["detail"]
        == "Your role does not include 'view accounts'."
    )
    assert ana.get("submissions").status_code == 200
    with acting_as(world.actor("northwest-admin")):
        seat.update(role=Role.REPRESENTATIVE.value, reach="accounts")
    assert ana.rows("accounts") == []
    assert told(ana.get("submissions"), 403, "not_permitted")
    assert ana.get("me").json()["role"] == "representative"


@pytest.mark.parametrize("person", ["uwe", "vic"])
def test_an_uploader_s_key_reads_files_alone(
    world: World, call: Call, ids: dict[str, str], person: str
) -> None:
    uploader = call(person)
    for name, url in addresses(ids).items():
        answer = uploader.get(url)
        if name == "get_caller":
            assert answer.status_code == 200
        elif url.startswith("/api/v1/submissions"):
            assert answer.status_code == (200 if person == "uwe" or name == "list_submissions" else 404), name
        else:
            assert told(answer, 403, "not_permitted"), name


def test_each_call_needs_its_scope(world: World, ids: dict[str, str], call: Call) -> None:
    asked = 0
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            wanted = [scope for way in operation["security"] for scope in way.get("key", [])]
            if not wanted:
                continue
            asked += 1
            others = [scope for scope in Scope if scope.value != wanted[0]]
            answer = call("ana", *others).ask(method, path.format(**ids))
            problem = told(answer, 403, "scope_missing")
            assert problem["detail"] == f"This key does not include '{wanted[0]}'.", path
            assert f'scope="{wanted[0]}"' in answer.headers["WWW-Authenticate"]
    assert asked == 24
    assert call("ana", Scope.SALES_READ).get("me").json()["scopes"] == ["sales:read"]


def test_the_words_are_kept_nowhere(world: World, call: Call, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ana = call("ana", raises=False)
    ana.get("accounts")
    ana.get("nothing")
    ana.post("follow-ups", {"account": ana.words})
    assert ana.words not in caplog.text
    assert ana.words[8:] not in caplog.text
    with acting_as(world.actor("northwest-admin")), connection.cursor() as cursor:
        for table in (
            "organisations_apicredential",
            "organisations_apiclient",
            "audit_auditentry",
            "api_clientusage",
        ):
            cursor.execute(f"SELECT t::text FROM {table} t")
            rows = str(cursor.fetchall())
            assert rows != "[]", table
            assert ana.words[8:] not in rows, table


def test_it_is_noted_that_a_key_was_used_and_by_which_system(
    world: World, call: Call, ids: dict[str, str]
) -> None:
    before = timezone.now()
    ana = call("ana")
    ana.get("accounts/acc_unknown")
    ana.post(f"follow-ups/{ids['follow_up']}/comments", {"text": "Rang twice"})
    with acting_as(world.actor("northwest-admin")):
        (credential,) = client_of(world).credentials.all()
        assert before <= credential.last_used_at <= timezone.now()
        denied = AuditEntry.objects.get(action="access.denied")
        written = AuditEntry.objects.get(action="follow_up.commented")
        assert (denied.subject, denied.user_id) == ("api_account", world.seats["ana"].user_id)
        assert denied.details["client"] == written.details["client"] == client_of(world).public_id


def test_the_organisation_comes_from_the_key_alone(world: World, call: Call) -> None:
    ana, southwest = call("ana"), world.orgs["southwest"].public_id
    own = ana.get("accounts").json()
    for header in ("X-Org", "X-Organisation", "X-Seat", "X-Forwarded-User", "X-HTTP-Method-Override"):
        assert ana.ask("get", "accounts", **{header: southwest}).json() == own, header
    for name in ("distributor", "organisation", "org", "seat", "access_token", "_method"):
        assert told(ana.get("accounts", **{name: southwest}), 400, "bad_parameter"), name


def test_a_mirror_has_no_interface(world: World, call: Call) -> None:
    ana = call("ana")
    ana.client.force_login(world.seats["ana"].user)
    for path in ("accounts", "me", "openapi.json", "reference", "oauth/token"):
        url = f"/as/{pair_of(world).public_id}/api/v1/{path}"
        assert told(ana.ask("get", url), 404, "not_found"), path


def test_tricks_with_the_address_lead_nowhere(world: World, call: Call) -> None:
    ana = call("ana")
    for url in (
        "//api/v1/me",
        "/API/v1/me",
        "/api/v1/../v1/me",
        "/api//v1/me",
        "/api/v1/me/",
        "/api/v1/me%0a",
        "/api/v1",
    ):
        assert ana.ask("get", url).status_code == 404, url
        nobody = Browser().get(url)
        assert (nobody.status_code, b"Ana" in nobody.content) in ((404, False), (401, False)), url
    assert ana.ask("get", "/api%2Fv1%2Fme").json()["owner"] == "Ana"
    ref = ref_of(world, "ana", *PAIR)
    assert ana.get(f"accounts/{ref}%2Fx").status_code == 404
    assert Browser().get("/api%2Fv1%2Fme").status_code == 401


def test_a_key_is_good_for_its_days(world: World) -> None:
    with acting_as(world.actor("northwest-admin")):
        key_for(world, "ana", days=90)
        (credential,) = client_of(world).credentials.all()
    left = credential.expires_at - datetime.now(UTC)
    assert timedelta(days=89, hours=23) < left <= timedelta(days=90)
