"""Calls at the same time, each on a connection of its own."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest
from django.db import connections
from django.http import HttpResponse

from analytics.runs import selectors
from partners.agreements.models import Category, Grant
from partners.agreements.services import revoke_grant
from partners.engagement.models import FollowUp
from partners.organisations.clients import end_client, list_clients
from partners.tenancy.context import acting_as
from portal.api.v1.follow_ups import views
from tests.api.conftest import PAIR, Caller, key_for, told
from tests.api.test_follow_ups import plan
from tests.ui.conftest import analyse, sell_steadily
from tests.world import World, build_world

PATIENCE = 20  # seconds


@pytest.fixture
def traded(committed_db: None) -> World:
    """Northwest shares volumes and prices with Adventure, and it is committed."""
    world = build_world()
    sell_steadily(world, *PAIR)
    world.share(*PAIR, Category.VOLUME, Category.PRICE)
    analyse(world, "northwest")
    return world


@contextmanager
def halfway(monkeypatch: pytest.MonkeyPatch, place: Any, name: str) -> Iterator[tuple[Event, Event]]:
    """The first call that gets to this function waits there: until it has come, and until it may go on."""
    come, go, real = Event(), Event(), getattr(place, name)

    def wait(*args: Any, **kwargs: Any) -> Any:
        if not come.is_set():
            come.set()
            assert go.wait(PATIENCE)
        return real(*args, **kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(place, name, wait)
        try:
            yield come, go
        finally:
            go.set()


@contextmanager
def elsewhere(call: Callable[[], HttpResponse]) -> Iterator[Future[HttpResponse]]:
    """A call from another thread."""

    def run() -> HttpResponse:
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(run)


def test_the_second_of_two_waits_and_other_calls_do_not(
    traded: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    words, body, key = key_for(traded, "ana"), plan(traded), {"Idempotency-Key": "k"}

    def first() -> HttpResponse:
        return Caller(words).post("follow-ups", body, **key)

    with halfway(monkeypatch, views, "tag_of") as (come, go), elsewhere(first) as answer:
        assert come.wait(PATIENCE)
        meanwhile = Caller(words).post("follow-ups", body, **key)
        assert told(meanwhile, 409, "call_under_way")
        assert meanwhile.headers["Retry-After"] == "1"
        # The first call has spent its request already, and holds nothing that a call of the same client waits for.
        assert [Caller(words).get(path).status_code for path in ("me", "accounts", "late-orders")] == [
            200
        ] * 3
        go.set()
        assert answer.result(PATIENCE).status_code == 201
    again = first()
    assert (again.headers["Idempotent-Replayed"], again.content) == ("true", answer.result().content)
    with ThreadPoolExecutor(6) as pool:
        others = list(
            pool.map(lambda _: _closing(lambda: Caller(words).post("follow-ups", body, **key)), range(6))
        )
    assert {one.status_code for one in others} <= {201, 409}
    with acting_as(traded.actor("ana")):
        assert FollowUp.objects.count() == 1


def _closing(call: Callable[[], HttpResponse]) -> HttpResponse:
    try:
        return call()
    finally:
        connections.close_all()


def test_what_is_revoked_while_a_call_runs_is_not_in_its_answer(
    traded: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = key_for(traded, "mia")
    assert len(Caller(words).rows("accounts")) == 2

    def read() -> HttpResponse:
        return Caller(words).get("accounts")

    with halfway(monkeypatch, selectors, "by_account") as (come, go), elsewhere(read) as answer:
        assert come.wait(PATIENCE)  # the accounts are read, their figures not yet
        with acting_as(traded.actor("northwest-admin")):
            for grant in Grant.objects.filter(revoked_at=None):
                revoke_grant(grant)
        go.set()
        assert answer.result(PATIENCE).json()["results"] == []


def test_a_key_that_ends_while_its_call_runs_opens_no_other(
    traded: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = key_for(traded, "ana")
    with (
        halfway(monkeypatch, selectors, "by_account") as (come, go),
        elsewhere(lambda: Caller(words).get("accounts")) as answer,
    ):
        assert come.wait(PATIENCE)
        with acting_as(traded.actor("northwest-admin")):
            end_client(list_clients()[0].public_id)
        told(Caller(words).get("accounts"), 401, "not_known")
        go.set()
        assert answer.result(PATIENCE).status_code == 200
