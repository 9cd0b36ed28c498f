"""A line for each request and task, with which somebody can be helped and from which nobody learns anything."""

import io
import json
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.templatetags.static import static
from django.test import Client
from django.urls import path
from pytest_django import Settings

from portal.celery import app
from portal.logs import JsonFormatter, PlainFormatter, report_what_nobody_caught
from portal.operations.requests import current_request_id
from portal.urls import urlpatterns as portals
from tests.ui.conftest import Browse, browse
from tests.world import World

__all__ = ["browse"]
CANARY = "finchford"
Lines = Callable[[], list[dict[str, Any]]]


def fail(request: HttpRequest, name: str) -> HttpResponse:
    raise ValueError(f"{name} is no number")


def suspect(request: HttpRequest, name: str) -> HttpResponse:
    raise SuspiciousOperation(f"{name} is not what it says")


def tell(request: HttpRequest) -> HttpResponse:
    return HttpResponse(current_request_id())


urlpatterns = [
    path("fail/<str:name>/", fail, name="fail"),
    path("suspect/<str:name>/", suspect, name="suspect"),
    path("tell/", tell, name="tell"),
    *portals,
]
handler400 = "portal.ui.errors.bad_request"


@pytest.fixture
def written() -> Iterator[dict[str, io.StringIO]]:
    """What goes to stderr, as each of the two formatters writes it."""
    texts = {"json": io.StringIO(), "plain": io.StringIO()}
    handlers = []
    for text, formatter in zip(texts.values(), (JsonFormatter(), PlainFormatter()), strict=True):
        handlers.append(logging.StreamHandler(text))
        handlers[-1].setFormatter(formatter)
        logging.getLogger().addHandler(handlers[-1])
    yield texts
    for handler in handlers:
        logging.getLogger().removeHandler(handler)


@pytest.fixture
def lines(written: dict[str, io.StringIO]) -> Lines:
    """The JSON lines so far, each whole; nothing of the canary is in them nor in the plain ones."""

    def read() -> list[dict[str, Any]]:
        for text in written.values():
            assert CANARY not in text.getvalue().lower()
        return [json.loads(line) for line in written["json"].getvalue().splitlines()]

    return read


def test_a_request_has_a_line_with_its_route_and_number(world: World, browse: Browse, lines: Lines) -> None:
    response = browse("ana").get(f"/accounts/acc_{CANARY}/?q={CANARY}", headers={"user-agent": CANARY})
    (line,) = (line for line in lines() if line["logger"] == "portal.operations.middleware")
    milliseconds = line.pop("milliseconds")
    assert 0 <= milliseconds < 60_000
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "INFO",
        "logger": "portal.operations.middleware",
        "message": f"GET account 404 in {milliseconds} ms",
        "request_id": response.headers["X-Request-Id"],
        "organisation": world.orgs["northwest"].public_id,
        "method": "GET",
        "route": "account",
        "status": 404,
    }


@pytest.mark.urls(__name__)
def test_each_request_has_a_number_of_its_own_and_takes_none_from_outside(client: Client) -> None:
    given = "req_00000000000000000000"
    answers = [client.get("/tell/", headers={"x-request-id": given}) for _ in range(2)]
    numbers = [answer.headers["X-Request-Id"] for answer in answers]
    assert [answer.content.decode() for answer in answers] == numbers
    assert len({*numbers, given}) == 3
    assert all(number.startswith("req_") and len(number) == 24 for number in numbers)
    assert current_request_id() == ""


@pytest.mark.urls(__name__)
def test_a_page_that_fails_is_told_by_types_and_places(lines: Lines) -> None:
    client = Client(raise_request_exception=False)
    assert client.get(f"/fail/{CANARY}/?q={CANARY}").status_code == 500
    failed, asked = lines()
    assert (failed["logger"], failed["message"], failed["level"]) == (
        "django.request",
        "answered 500",
        "ERROR",
    )
    assert failed["exception"][0] == "builtins.ValueError"
    assert f"{__file__}:" in failed["exception"][-1]
    assert failed["request_id"] == asked["request_id"]
    assert (asked["route"], asked["status"]) == ("fail", 500)


@pytest.mark.urls(__name__)
def test_a_refused_request_says_nothing_of_itself(lines: Lines, settings: Settings) -> None:
    client = Client(raise_request_exception=False)
    assert client.get(f"/suspect/{CANARY}/").status_code == 400
    assert client.get(f"/{CANARY}/", headers={"host": f"{CANARY}.example"}).status_code == 400
    assert client.generic(CANARY.upper(), f"/{CANARY}/").status_code == 404
    assert Client(enforce_csrf_checks=True).post(f"/login/?{CANARY}", {"username": CANARY}).status_code == 403
    told = [
        (line["logger"], line["message"]) for line in lines() if line["logger"].startswith("django.security")
    ]
    assert told == [
        ("django.security.SuspiciousOperation", "SuspiciousOperation (…)"),
        ("django.security.DisallowedHost", "DisallowedHost (…)"),
        ("django.security.csrf", "csrf (…)"),
    ]
    asked = [(line["method"], line["route"], line["status"]) for line in lines() if "route" in line]
    assert asked == [
        ("GET", "suspect", 400), ("GET", "unknown", 400), ("other", "unknown", 404), ("POST", "login", 403),
    ]  # fmt: skip


def test_files_and_probes_that_went_well_make_no_line(client: Client, lines: Lines) -> None:
    assert client.get("/health/live").status_code == 200
    assert client.get(static("ui/throughline.css")).status_code == 200
    assert lines() == []
    assert client.get(f"/static/{CANARY}.css").status_code == 404
    assert [(line["route"], line["status"]) for line in lines()] == [("static", 404)]


@pytest.fixture
def failing_task() -> Iterator[Any]:
    """A task that fails and quotes what it was given."""

    @app.task(name="tests.fail")
    def failing(organisation_id: int, name: str) -> None:
        logging.getLogger("portal.tests").info("at work")
        raise ValueError(f"{name} is no number")

    yield failing
    app.tasks.pop("tests.fail")


def test_a_task_has_lines_with_its_outcome_and_not_with_its_arguments(
    world: World, failing_task: Any, lines: Lines
) -> None:
    northwest = world.orgs["northwest"]
    done = failing_task.apply(kwargs={"organisation_id": northwest.pk, "name": CANARY})
    begins, works, fails, ends = lines()
    for line in (begins, works, fails, ends):
        assert (line["task"], line["task_id"]) == ("tests.fail", done.id)
        assert line["organisation"] == northwest.public_id
        assert "request_id" not in line
    assert works["message"] == "at work"
    assert fails["exception"][0] == "builtins.ValueError"
    assert (ends["outcome"], ends["level"]) == ("failed", "INFO")
    assert ends["milliseconds"] >= 0


def test_a_task_that_names_no_organisation_is_written_about_without(failing_task: Any, lines: Lines) -> None:
    failing_task.apply(kwargs={"organisation_id": CANARY, "name": CANARY})
    assert [line.get("organisation") for line in lines()] == [None] * 4


def test_of_what_others_log_the_constant_words_and_numbers_are_kept(lines: Lines) -> None:
    logging.getLogger("kombu.test").warning("lost %s\nafter %d tries: %r\n", CANARY, 3, ValueError(CANARY))
    logging.getLogger("celery.test").warning("task %(name)s had %(args)r", {"name": "a.task", "args": CANARY})
    logging.getLogger("asyncio").error(f"Task got {CANARY}")
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    assert [line["message"] for line in lines()] == [
        "lost … after 3 tries: 'ValueError'",
        "task a.task had '…'",
        "asyncio (…)",
        "Invalid HTTP request received.",
    ]


def test_what_ends_a_thread_is_told_without_its_words(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("sys", "threading"):
        monkeypatch.setattr(f"{module}.excepthook", None)
    report_what_nobody_caught()

    def end() -> None:
        raise ValueError(CANARY)

    thread = threading.Thread(target=end)
    thread.start()
    thread.join()
    (line,) = lines()
    assert (line["level"], line["exception"][0]) == ("CRITICAL", "builtins.ValueError")


def test_our_own_arguments_stand_beside_the_message(lines: Lines) -> None:
    logging.getLogger("portal.test").warning("%(rows)s rows", {"rows": 7})
    (line,) = lines()
    assert (line["message"], line["rows"]) == ("7 rows", 7)
