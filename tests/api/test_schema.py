"""The OpenAPI document: valid, whole, and true, which schemathesis tries with what fits it and with what does not.

THROUGHLINE_EXAMPLES says how many examples it draws for a call, beyond the boundaries that it always tries.
"""

import json
import os
import re
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client as Browser
from django.urls import URLPattern
from django.utils import timezone
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from jsonschema import Draft202012Validator
from schemathesis.core.parameters import ParameterLocation

from partners.tenancy.actors import Scope
from portal.api.schema import SCOPES, document
from portal.api.v1.urls import urlpatterns
from tests.api.conftest import key_for
from tests.world import World

OPERATIONS = [
    "change_plan", "change_sharing", "change_state", "commit_submission", "discard_submission", "get_account",
    "get_caller", "get_follow_up", "get_signal", "get_submission", "issue_token", "list_accounts", "list_areas",
    "list_comments", "list_follow_ups", "list_late_orders", "list_lines", "list_months", "list_owners",
    "list_partnerships", "list_row_errors", "list_signals", "list_submissions", "open_follow_up", "send_file",
    "write_comment",
]  # fmt: skip
ELSEWHERE = re.compile(r"""(?:src|href|action|data)\s*=\s*["']?(?:https?:)?//|url\(|@import""", re.IGNORECASE)
DOCUMENT: dict[str, Any] = json.loads(json.dumps(document()))


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every call: path, method, description."""
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_it_is_a_valid_document_made_without_a_warning(tmp_path: Path) -> None:
    file = tmp_path / "openapi.json"
    words = ["--validate", "--fail-on-warn", "--format", "openapi-json", "--urlconf", "portal.api.v1.urls"]
    call_command("spectacular", *words, "--file", str(file))
    assert json.loads(file.read_text()) == DOCUMENT
    assert DOCUMENT["openapi"] == "3.1.0"
    for schema in DOCUMENT["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_it_is_the_same_for_everybody(world: World) -> None:
    bodies = {
        Browser().get("/api/v1/openapi.json", headers=headers).content
        for headers in ({}, {"Accept-Language": "de"}, {"Authorization": f"Bearer {key_for(world, 'ana')}"})
    }
    assert len(bodies) == 1
    assert json.loads(bodies.pop()) == DOCUMENT


def test_its_operations_are_these() -> None:
    """A name in here is a promise to whoever has made a client of the document."""
    assert sorted(operation["operationId"] for _, _, operation in operations()) == OPERATIONS


def test_every_address_and_method_is_in_it() -> None:
    told = {(path, method) for path, method, _ in operations()}
    found = set()
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        path = "/" + re.sub(r"<str:(\w+)>", r"{\1}", str(pattern.pattern))
        view = getattr(pattern.callback, "cls", None)
        methods = (
            [name for name in ("get", "post", "put", "patch", "delete") if hasattr(view, name)]
            if view
            else []
        )
        found |= {(path, method) for method in methods}
    assert told - found == {("/api/v1/oauth/token", "post")}
    assert found - told == set()
    assert {pattern.name for pattern in urlpatterns if not hasattr(pattern.callback, "cls")} == {
        "api_openapi", "api_reference", "api_token",
    }  # fmt: skip


def test_every_call_has_its_scope_and_says_what_it_does() -> None:
    for path, method, operation in operations():
        name = operation["operationId"]
        assert operation["description"].strip(), name
        asked = [scope for way in operation["security"] for scopes in way.values() for scope in scopes]
        if name in ("issue_token", "get_caller"):
            assert asked == [], name
            continue
        assert len(set(asked)) == 1, name
        assert asked[0] in {scope.value for scope in Scope}
        assert asked[0].endswith(":read" if method == "get" else ":write"), name
        assert "4XX" in operation["responses"], (path, method)
    assert SCOPES.keys() == set(Scope)


def test_every_write_takes_a_key_and_every_change_what_was_read() -> None:
    for _, method, operation in operations():
        headers = {one["name"] for one in operation.get("parameters", []) if one["in"] == "header"}
        changes = operation["operationId"].startswith("change_")
        if operation["operationId"] != "issue_token":
            assert ("Idempotency-Key" in headers) == (method != "get"), operation["operationId"]
        assert ("If-Match" in headers) == changes, operation["operationId"]


def test_bodies_take_what_is_listed_and_nothing_else() -> None:
    bodies = {
        name: one for name, one in DOCUMENT["components"]["schemas"].items() if name.endswith("Request")
    }
    assert len(bodies) == 7
    assert all(one["additionalProperties"] is False for one in bodies.values())
    assert bodies["NewSubmissionRequest"]["properties"]["file"] == {"type": "string", "format": "binary"}


# --- the page for people ---


class Reading(HTMLParser):
    """The ids and the visible words of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.ids.append(value)
            if name == "href" and value and value.startswith("#"):
                self.links.append(value[1:])

    def handle_data(self, data: str) -> None:
        self.words += data


def test_the_reference_tells_every_call_scope_and_parameter(db: None) -> None:
    answer = Browser().get("/api/v1/reference")
    page = Reading(answer.content.decode())
    assert set(OPERATIONS) <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert set(page.links) <= set(page.ids)
    for path, method, operation in operations():
        assert f"{method.upper()} {path}" in page.words
        for parameter in operation.get("parameters", []):
            assert parameter["name"] in page.words
    for scope in Scope:
        assert scope.value in page.words


def test_the_reference_loads_nothing_from_elsewhere(db: None) -> None:
    answer = Browser().get("/api/v1/reference")
    page = answer.content.decode()
    assert [found.group() for found in ELSEWHERE.finditer(page)] == []
    assert "style=" not in page
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


# --- the document is true ---

CHECKS = {
    # That a value fits does not make it somebody's: an id of nobody's and a month before another fit, and are refused.
    "positive_data_acceptance": {"enabled": False},
    # Beside those of schemathesis. 410: a cursor. 412: what is no ETag is the ETag of nothing. 413: beyond all bounds.
    "negative_data_rejection": {
        "expected-statuses": [400, 401, 404, 405, 406, 409, 410, 412, 413, 415, 422, 428],
    },
    "missing_required_header": {"expected-statuses": ["400", "401", "404", "428"]},
}
CONFIG = {"generation": {"with-security-parameters": False}, "checks": CHECKS}
interface = schemathesis.openapi.from_dict(DOCUMENT, config=schemathesis.Config.from_dict(CONFIG))
interface.app = WSGIHandler()


@pytest.fixture
def key(world: World, settings: Any) -> Iterator[str]:
    """A key of Ana's that may do everything, on the one connection that sees this test's world."""
    settings.API_REQUESTS_A_MINUTE = 1_000_000
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield key_for(world, "ana")
    for signal in signals:
        signal.connect(close_old_connections)


def settle(case: schemathesis.Case, ids: dict[str, str]) -> None:
    """Where a part of the call fits the document, let it be about things that there are."""
    fits = {
        location for location in ParameterLocation if case.meta and not case.meta.is_negative_at(location)
    }
    if ParameterLocation.PATH in fits:
        case.path_parameters.update({name: ids[name] for name in case.path_parameters})
    if ParameterLocation.QUERY in fits:
        case.query.update({name: ids[name] for name in ("partnership", "account") if name in case.query})
        case.query.pop("cursor", None)
    if ParameterLocation.HEADER in fits and "If-Match" in case.headers:
        case.headers["If-Match"] = "*"
    # Not in a form: schemathesis would take the file beside it for a misfit.
    if (
        ParameterLocation.BODY in fits
        and isinstance(case.body, dict)
        and case.media_type == "application/json"
    ):
        case.body.update({name: ids[name] for name in ("partnership", "account") if name in case.body})
        case.body.update({name: _soon() for name in ("review_on", "due_on") if name in case.body})
        case.body.pop("owner", None)


def _soon() -> str:
    return (timezone.localdate() + timedelta(days=7)).isoformat()


@interface.parametrize()
@hypothesis_settings(
    max_examples=int(os.environ.get("THROUGHLINE_EXAMPLES", "5")),
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_whatever_is_sent_is_answered_as_it_says(
    case: schemathesis.Case, key: str, ids: dict[str, str]
) -> None:
    settle(case, ids)
    case.call_and_validate(headers={"Authorization": f"Bearer {key}"})
