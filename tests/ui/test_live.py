"""Pages that look again: who hears what, what a gap does, and that one bad word stops nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections
from django.test import AsyncClient, Client
from django.urls import reverse

from partners.jobs.services import LIVE_CHANNEL, announce
from partners.organisations.services import end_seat
from partners.tenancy.context import acting_as
from portal.ui.live import hub, views
from portal.ui.live.hub import HUB
from tests.world import World, build_world

PATIENCE = 10.0


@pytest.fixture
def open_world(committed_db: None) -> Iterator[World]:
    """A world that other connections see; the hub hangs up afterwards."""
    yield build_world()
    HUB.stop()


def say(topic: str, world: World, slug: str) -> None:
    with acting_as(world.actor(f"{slug}-admin")):
        announce(topic, world.orgs[slug].pk)


async def stream_of(world: World, person: str, since: str = "") -> AsyncIterator[bytes]:
    client = AsyncClient()
    await client.aforce_login(world.seats[person].user)
    response = await client.get(reverse("live"), {"since": since})
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/event-stream"
    return aiter(response.streaming_content)


async def next_word(stream: AsyncIterator[bytes]) -> str:
    return (await asyncio.wait_for(anext(stream), PATIENCE)).decode()


async def opened(world: World, person: str) -> AsyncIterator[bytes]:
    """A stream that has said its first words: a page that has just been opened looks once."""
    stream = await stream_of(world, person)
    assert (await next_word(stream)).startswith("retry:")
    assert "data: any" in await next_word(stream)
    while not HUB.mark(world.orgs["northwest"].pk).split(".")[0]:
        assert await next_word(stream)
    return stream


def run(test: Callable[[], object]) -> None:
    async def whole() -> None:
        await test()  # type: ignore[misc]
        await sync_to_async(connections.close_all)()

    asyncio.run(whole())


def test_a_page_hears_of_its_own_organisation_and_of_no_other(open_world: World) -> None:
    async def test() -> None:
        ana, sam = await opened(open_world, "ana"), await opened(open_world, "sam")
        await sync_to_async(say)("analysis", open_world, "northwest")
        word = await next_word(ana)
        while "any" in word:
            word = await next_word(ana)
        assert "event: look" in word
        assert "data: analysis" in word
        await sync_to_async(say)("submission", open_world, "southwest")
        heard = await next_word(sam)
        while "any" in heard:
            heard = await next_word(sam)
        assert "data: submission" in heard

    run(test)


def test_who_missed_something_looks_and_who_did_not_waits(
    open_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.ui.live.views.PULSE_SECONDS", 0.2)
    northwest = open_world.orgs["northwest"].pk

    async def test() -> None:
        first = await opened(open_world, "ana")
        mark = HUB.mark(northwest)
        quiet = await stream_of(open_world, "ana", since=mark)
        assert (await next_word(quiet)).startswith("retry:")
        assert (await next_word(quiet)).startswith(":")  # only the pulse
        await sync_to_async(say)("analysis", open_world, "northwest")
        while HUB.mark(northwest) == mark:
            await next_word(first)
        late = await stream_of(open_world, "ana", since=mark)
        await next_word(late)
        assert "event: look" in await next_word(late)

    run(test)


def test_a_word_that_nobody_understands_stops_nothing(open_world: World) -> None:
    def shout() -> None:
        with connection.cursor() as cursor:
            for payload in ("x", "", "12", "999999999999 analysis", "-1 y", "٣ z"):
                cursor.execute("SELECT pg_notify(%s, %s)", [LIVE_CHANNEL, payload])

    async def test() -> None:
        ana = await opened(open_world, "ana")
        await sync_to_async(shout)()
        await sync_to_async(say)("analysis", open_world, "northwest")
        word = ""
        while "data: analysis" not in word:
            word = await next_word(ana)

    run(test)


def test_one_person_opens_so_many_and_no_more(open_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "MOST_OF_ONE", 1)

    async def test() -> None:
        held = await opened(open_world, "ana")
        client = AsyncClient()
        await client.aforce_login(open_world.seats["ana"].user)
        refused = await client.get(reverse("live"))
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "60")
        assert await stream_of(open_world, "sam")
        assert held

    run(test)


def test_the_stream_of_who_leaves_ends_and_does_not_begin_again(
    open_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert views.LIFE_SECONDS < 60
    monkeypatch.setattr(views, "LIFE_SECONDS", 0.3)

    def leave() -> None:
        with acting_as(open_world.actor("northwest-admin")):
            end_seat(open_world.seats["ana"])

    async def test() -> None:
        client = AsyncClient()
        await client.aforce_login(open_world.seats["ana"].user)
        response = await client.get(reverse("live"))
        stream = aiter(response.streaming_content)
        assert await next_word(stream)
        await sync_to_async(leave)()
        words = [word async for word in stream]
        assert all(b"analysis" not in word for word in words)
        assert (await client.get(reverse("live"))).status_code == 403

    run(test)


def test_nobody_listens_without_a_seat_nor_in_a_mirror(world: World) -> None:
    assert Client().get(reverse("live")).status_code == 302
    client = Client()
    client.force_login(world.seats["ana"].user)
    pair = world.partnerships["adventure", "northwest"].public_id
    assert client.get(f"/as/{pair}/live/").status_code == 404


def test_each_page_says_where_its_stream_goes_on_from(world: World) -> None:
    client = Client()
    client.force_login(world.seats["ana"].user)
    page = client.get("/definitions/").content.decode()
    assert 'data-live="/live/"' in page
    assert f'data-seat="{world.orgs["northwest"].public_id}"' in page
