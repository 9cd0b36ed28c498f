"""How much a client may ask: so many requests a minute and rows a day, each client for itself."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from tests.api.conftest import Call, Caller, key_for, pair_of, told
from tests.world import World

NOON = datetime(2026, 12, 1, 12, 0, 15, tzinfo=UTC)
FIELDS = re.compile(r'"(\w+)";r=(\d+);t=(\d+)')


def left(answer: Any) -> dict[str, tuple[int, int]]:
    """What the RateLimit header says is left, and for how many seconds."""
    return {
        name: (int(rest), int(seconds)) for name, rest, seconds in FIELDS.findall(answer.headers["RateLimit"])
    }


@pytest.fixture
def lines(world: World) -> str:
    return f"lines?partnership={pair_of(world).public_id}&limit=40"


def test_every_answer_says_what_is_left(world: World, call: Call, lines: str) -> None:
    ana = call("ana")
    with time_machine.travel(NOON, tick=False):
        first = ana.get("me")
        assert first.headers["RateLimit-Policy"] == '"requests";q=600;w=60, "rows";q=2000000;w=86400'
        assert left(first) == {"requests": (599, 45), "rows": (2_000_000, 43186)}
        ana.get(lines)
        assert left(ana.get("accounts/x")) == {"requests": (597, 45), "rows": (2_000_000 - 1 - 40, 43186)}
    for status, answer in (
        (403, call("uwe").get("accounts")),
        (404, ana.get("x")),
        (405, ana.ask("put", "me")),
    ):
        assert answer.status_code == status
        assert left(answer)["requests"][0] < 600


def test_too_many_requests_wait_for_the_next_minute(world: World, call: Call, settings: Any) -> None:
    settings.API_REQUESTS_A_MINUTE = 3
    ana, other = call("ana"), Caller(key_for(world, "ana"))
    with time_machine.travel(NOON, tick=False):
        assert [ana.get("me").status_code for _ in range(4)] == [200, 200, 200, 429]
        refused = ana.get("me")
        problem = told(refused, 429, "too_much")
        assert refused.headers["Retry-After"] == "45"
        assert problem["detail"] == "The requests of this minute are made. Go on in 45 seconds."
        assert left(refused)["requests"] == (0, 45)
        assert other.get("me").status_code == 200  # another client of the same person
    with time_machine.travel(NOON + timedelta(seconds=44), tick=False):
        assert ana.get("me").status_code == 429
    with time_machine.travel(NOON + timedelta(seconds=45), tick=False):
        assert left(ana.get("me"))["requests"] == (2, 60)


def test_too_many_rows_wait_for_the_next_day(world: World, call: Call, settings: Any, lines: str) -> None:
    settings.API_ROWS_A_DAY = 60
    ana = call("ana")
    with time_machine.travel(NOON, tick=False):
        pages = [ana.get(lines) for _ in range(3)]
        assert [page.status_code for page in pages] == [200, 200, 429]
        assert [len(page.json()["results"]) for page in pages[:2]] == [40, 40]  # the last one is given whole
        problem = told(pages[2], 429, "too_much")
        assert pages[2].headers["Retry-After"] == str(12 * 60 * 60 - 15 + 1)
        assert problem["detail"].startswith("The rows of today are given.")
        assert told(ana.get("me"), 429, "too_much")
    with time_machine.travel(NOON + timedelta(hours=11), tick=False):
        assert ana.get(lines).status_code == 429
    with time_machine.travel(NOON + timedelta(hours=12), tick=False):
        assert ana.get(lines).status_code == 200


def test_what_is_refused_costs_no_rows_and_what_is_unchanged_costs_them(
    world: World, call: Call, lines: str
) -> None:
    ana = call("ana")
    with time_machine.travel(NOON, tick=False):
        page = ana.get(lines)
        before = left(ana.get("x"))["rows"][0]
        assert ana.get("lines").status_code == 400
        assert left(ana.get("x"))["rows"][0] == before
        assert ana.ask("get", lines, **{"If-None-Match": page.headers["ETag"]}).status_code == 304
        assert left(ana.get("x"))["rows"][0] == before - 40


def test_nobody_in_particular_spends_nothing(world: World) -> None:
    answer = Caller("tlk_unknown").get("me")
    assert "RateLimit" not in answer.headers
