"""What goes wrong, told as RFC 9457 asks: what, where and what to do; and nothing of what is not the caller's."""

import json
import logging
from typing import Any

import pytest
from django.test import Client as Browser

from partners.audit.models import AuditEntry
from partners.engagement.models import FollowUp
from partners.organisations.clients import make_client
from partners.tenancy.actors import Scope
from partners.tenancy.context import acting_as
from partners.tenancy.models import new_public_id
from portal.api.schema import document
from portal.api.v1.accounts import views as accounts
from portal.api.v1.follow_ups import views as follow_ups
from tests.api.conftest import KEY, Call, Caller, but_request_id, pair_of, places, told
from tests.ui.conftest import canary
from tests.world import World

STRANGERS = ("sam", "otto", "mia")
PREFIXES = {"account": "acc", "follow_up": "fup", "signal": "fnd", "submission": "sub"}
BODIES = {
    "change_plan": {"next_step": "Ring again"},
    "change_state": {"state": "confirmed"},
    "change_sharing": {"is_shared": True},
    "write_comment": {"text": "Hello"},
    "commit_submission": {},
    "discard_submission": None,
}


def about_things() -> list[tuple[str, str, str, str]]:
    """Every call about one thing: method, path, operation, and what it is about."""
    found = []
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            if "{" in path:
                about = path.partition("{")[2].partition("}")[0]
                found.append((method, path, operation["operationId"], about))
    return found


@pytest.mark.parametrize("person", STRANGERS)
def test_what_is_anothers_reads_like_what_never_was(
    world: World, call: Call, ids: dict[str, str], person: str
) -> None:
    stranger = call(person)
    assert len(about_things()) == 12
    for method, path, name, about in about_things():
        answers = [
            stranger.ask(method, path.format(**{about: one}), BODIES.get(name), **{"If-Match": "*"})
            for one in (ids[about], new_public_id(PREFIXES[about]))
        ]
        assert told(answers[0], 404, "not_found"), name
        assert but_request_id(answers[0]) == but_request_id(answers[1]), name
    with acting_as(world.actor(person)):
        assert AuditEntry.objects.filter(action="access.denied").count() == 24
    with acting_as(world.actor("ana")):
        assert not AuditEntry.objects.filter(action="access.denied").exists()


def test_a_foreign_id_in_a_body_or_filter_reads_like_an_invented_one(
    world: World, call: Call, ids: dict[str, str]
) -> None:
    sam, theirs = call("sam"), pair_of(world).public_id
    own = next(iter(sam.rows("partnerships")))["id"]
    plan = {"kind": "should_have_ordered", "next_step": "x", "review_on": "2099-12-31"}
    for given in ({"account": ids["account"]}, {"account": ids["account"], "partnership": theirs}):
        invented = {name: new_public_id(name[:3]) for name in given}
        answers = [sam.post("follow-ups", {**plan, **one}) for one in (given, invented)]
        assert places(told(answers[0], 400, "invalid")) == ["/account"]
        assert but_request_id(answers[0]) == but_request_id(answers[1])
    for path, name, value in (
        ("months", "account", ids["account"]),
        ("owners", "account", ids["account"]),
        ("accounts", "partnership", theirs),
        ("lines", "partnership", theirs),
    ):
        answers = [sam.get(path, **{name: one}) for one in (value, new_public_id(value[:3]))]
        assert places(told(answers[0], 400, "bad_parameter")) == [name]
        assert but_request_id(answers[0]) == but_request_id(answers[1])
    assert own != theirs


def test_an_address_that_nobody_has_is_a_problem_as_well(world: World, call: Call) -> None:
    ana = call("ana")
    for url in (
        "nothing",
        "accounts/",
        "accounts/a/b/c",
        "",
        "/api/",
        "/api/v2/accounts",
        "accounts/%00",
        "follow-ups/%00/comments",
    ):
        told(ana.get(url), 404, "not_found")


@pytest.mark.parametrize("method", ["put", "delete", "options", "trace", "patch", "post"])
def test_a_method_that_is_not_offered_names_those_that_are(world: World, call: Call, method: str) -> None:
    answer = call("ana", Scope.SIGNALS_READ).ask(method, "signals")
    told(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, HEAD"
    assert told(call("ana").ask("get", "follow-ups/fup_x/state"), 405, "method_not_allowed")


@pytest.mark.parametrize("accept", ["text/html", "application/xml", ";;,//", "\xff"])
def test_what_is_not_spoken_here_is_not_acceptable(world: World, call: Call, accept: str) -> None:
    ana = call("ana")
    told(ana.ask("get", "accounts", Accept=accept), 406, "not_acceptable")
    assert (
        ana.ask("get", "accounts", Accept="text/html, */*;q=0.1").headers["Content-Type"]
        == "application/json"
    )


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x"]
)
def test_another_type_of_body_is_not_supported(world: World, call: Call, kind: str) -> None:
    told(call("ana").post("follow-ups", b"{}", **{"Content-Type": kind}), 415, "unsupported_media_type")
    told(
        call("ana").post("submissions", b"{}", **{"Content-Type": "application/json"}),
        415,
        "unsupported_media_type",
    )


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"{'a': 1}", b"", b"\xff", b"\xef\xbb\xbf{}", "{}".encode("utf-16"), b'{"account": NaN}', b"-Infinity",
        b"9" * 5000, b"[" * 100_000, b'{"a":' * 100_000, b'{"kind": "\\ud800"}', b'{"\\udfff": 1}', b"\0", b"{} {}",
    ],
    ids=lambda body: repr(body[:12]),
)  # fmt: skip
def test_what_is_no_json_is_said_to_be_none(world: World, call: Call, body: bytes) -> None:
    ana = call("ana")
    for headers in ({}, {"Idempotency-Key": "k"}):
        answer = ana.post("follow-ups", body, **headers)
        problem = told(answer, 400, "unreadable" if body else "invalid")
        assert "sys." not in problem["detail"]
        assert "Traceback" not in problem["detail"]


@pytest.mark.parametrize("charset", ["zlib", "base64", "utf-16", "latin-1", "nothing", "rot13"])
def test_json_is_utf_8_whatever_a_header_says(world: World, call: Call, charset: str) -> None:
    kind = {"Content-Type": f"application/json; charset={charset}"}
    answer = call("ana").post("follow-ups", '{"kind": "é"}'.encode(), **kind)
    assert "/kind" in places(told(answer, 400, "invalid"))


@pytest.mark.parametrize("body", ["[]", "5", "null", '"x"', "[{}]", "true", "1.5"])
def test_json_that_is_no_object_is_refused(world: World, call: Call, ids: dict[str, str], body: str) -> None:
    ana = call("ana")
    for path in (
        "follow-ups",
        f"submissions/{ids['submission']}/discard",
        f"follow-ups/{ids['follow_up']}/comments",
    ):
        for headers in ({}, {"Idempotency-Key": path}):
            problem = told(ana.post(path, body.encode(), **headers), 400, "invalid")
            assert places(problem) == [""], path


def test_each_fault_is_told_where_it_is(world: World, call: Call, ids: dict[str, str]) -> None:
    ana = call("ana")
    wrong = {
        "account": 5, "kind": "late", "next_step": " ", "review_on": "31.12.2026", "due_on": "20261231", "a/b~c": 1,
    }  # fmt: skip
    assert places(told(ana.post("follow-ups", wrong), 400, "invalid")) == ["/a~1b~0c"]
    del wrong["a/b~c"]
    problem = told(ana.post("follow-ups", wrong), 400, "invalid")
    assert sorted(places(problem)) == ["/account", "/due_on", "/kind", "/next_step", "/review_on"]
    assert all(error.keys() == {"pointer", "code", "detail"} for error in problem["errors"])
    nested = {"confirmed": [0, "1", True, -1, 1.5, None]}
    path = f"submissions/{ids['submission']}/commit"
    assert places(told(ana.post(path, json.dumps(nested).encode()), 400, "invalid")) == [
        f"/confirmed/{place}" for place in range(1, 6)
    ]


@pytest.mark.parametrize(
    ("key", "values"),
    [
        (
            "review_on",
            (
                "2026-02-30",
                "2026-1-1",
                "２０２６-01-01",
                "2026-W01-1",
                "0000-01-01",
                20260101,
                None,
                True,
                [],
                {},
            ),
        ),
        ("next_step", (5, None, [], {}, True, "x" * 501, "\0", "a\0b")),
        ("owner", ("", 5, "mem_0", "\0")),
        ("due_on", ("", 0, "tomorrow")),
    ],
)
def test_a_value_is_what_the_schema_says_and_nothing_near_it(
    world: World, call: Call, ids: dict[str, str], key: str, values: tuple[Any, ...]
) -> None:
    ana = call("ana")
    for value in values:
        answer = ana.patch(f"follow-ups/{ids['follow_up']}", {key: value}, **{"If-Match": "*"})
        assert answer.status_code == 400, value
        assert places(answer.json()) == [f"/{key}"], value
    for value in ("true", 1, 0, "yes", None, 1.0):
        answer = ana.post(f"follow-ups/{ids['follow_up']}/sharing", {"is_shared": value}, **{"If-Match": "*"})
        assert places(told(answer, 400, "invalid")) == ["/is_shared"], value


def test_a_body_that_is_too_large_is_not_held(world: World, call: Call) -> None:
    ana = call("ana")
    body = b'{"next_step": "' + b"x" * 10_000_000 + b'"}'
    told(ana.post("follow-ups", body), 413, "too_large")
    text = (
        b'--x\r\nContent-Disposition: form-data; name="partnership"\r\n\r\n'
        + b"a" * 3_000_000
        + b"\r\n--x--\r\n"
    )
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    told(ana.post("submissions", text, **form), 413, "too_large")
    fields = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="f%d"\r\n\r\n1\r\n' % n for n in range(1200)
    )
    told(ana.post("submissions", fields + b"--x--\r\n", **form), 400, "unreadable")
    told(ana.post("submissions", b"", **{"Content-Type": "multipart/form-data"}), 400, "invalid")
    told(ana.post("submissions", b"--x", **{"Content-Type": "multipart/form-data"}), 400, "unreadable")


def test_a_body_without_its_length_is_asked_for_it(world: World, call: Call) -> None:
    ana = call("ana")
    answer = ana.client.generic(
        "POST",
        "/api/v1/follow-ups",
        headers={"Authorization": f"Bearer {ana.words}", "Transfer-Encoding": "chunked"},
    )
    told(answer, 411, "length_required")


def test_what_nobody_foresaw_tells_nothing_and_changes_nothing(
    world: World,
    call: Call,
    ids: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError(f"{canary('northwest')} 4711.13")

    caplog.set_level(logging.INFO)
    ana = call("ana", raises=False)
    monkeypatch.setattr(accounts, "page_accounts", fail)
    problem = told(ana.get("accounts"), 500, "fault")
    assert "4711" not in str(problem)
    assert "RateLimit" in ana.get("accounts").headers
    monkeypatch.setattr(follow_ups, "tag_of", fail)  # after the change was made
    answer = ana.post(
        f"follow-ups/{ids['follow_up']}/state",
        {"state": "confirmed"},
        **{"If-Match": "*", "Idempotency-Key": "k"},
    )
    told(answer, 500, "fault")
    with acting_as(world.actor("ana")):
        assert FollowUp.objects.get(public_id=ids["follow_up"]).state == "open"
    assert "Internal Server Error" in caplog.text


def test_an_unreadable_host_is_a_problem_too(world: World) -> None:
    answer = Browser(raise_request_exception=False).get("/api/v1/me", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/problem+json")


def test_what_is_told_is_english_whatever_language_is_asked_for(world: World, call: Call) -> None:
    ana = call("ana")
    answers = [ana.ask("get", "accounts/x", **{"Accept-Language": one}) for one in ("en", "de")]
    assert but_request_id(answers[0]) == but_request_id(answers[1])
    assert answers[1].headers["Content-Language"] == "en"
    refused = ana.ask("post", "follow-ups", {}, **{"Accept-Language": "de"}).json()
    assert "This field is required." in str(refused)


def test_a_role_that_lacks_it_is_told_so(world: World) -> None:
    with acting_as(world.actor("northwest-admin")):
        words = make_client("x", world.seats["uwe"].user, list(Scope), KEY, 30)[1]
    problem = told(Caller(words).post("follow-ups", {}), 403, "not_permitted")
    assert problem["detail"] == "Your role does not include 'follow up'."
