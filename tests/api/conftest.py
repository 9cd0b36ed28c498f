"""A channel whose partner systems call the interface."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from partners.agreements.models import Category
from partners.organisations.clients import make_client
from partners.organisations.models import ApiCredential
from partners.tenancy.actors import Scope
from partners.tenancy.context import acting_as
from tests.ui.conftest import analyse, canary, channel
from tests.world import World

KEY = ApiCredential.Kind.KEY
__all__ = ["canary", "channel"]


class Caller:
    """A partner system with its key."""

    def __init__(self, words: str) -> None:
        self.words, self.client = words, Client()

    def __getattr__(self, method: str) -> Callable[..., HttpResponse]:
        def call(path: str, body: Any = None, **headers: str) -> HttpResponse:
            given = {"Authorization": f"Bearer {self.words}", **headers}
            kind = {} if method == "get" else {"content_type": "application/json"}
            url = path if path.startswith(("/", "http")) else f"/api/v1/{path}"
            found: HttpResponse = getattr(self.client, method)(
                url.removeprefix("http://localhost:8000"), body, headers=given, **kind
            )
            return found

        return call

    def send(self, fields: dict[str, Any], **headers: str) -> HttpResponse:
        """POST a file."""
        given = {"Authorization": f"Bearer {self.words}", **headers}
        found: HttpResponse = self.client.post("/api/v1/submissions", fields, headers=given)
        return found


Call = Callable[..., Caller]


def key_for(world: World, person: str, scopes: Iterable[Scope] = tuple(Scope), **more: Any) -> str:
    """A key that acts in this person's name, made by their administrator."""
    seat = world.seats[person]
    slug = next(slug for slug, one in world.orgs.items() if one.pk == seat.organisation_id)
    with acting_as(world.actor(f"{slug}-admin")):
        given = {"kind": KEY, "days": 30, **more}
        return make_client(f"{person}'s system", seat.user, list(scopes), **given)[1]


@pytest.fixture
def call(world: World) -> Call:
    """The system of a person, with all scopes or some."""

    def caller(person: str, *scopes: Scope) -> Caller:
        return Caller(key_for(world, person, scopes or tuple(Scope)))

    return caller


@pytest.fixture
def shared(channel: World) -> World:
    """Northwest shares volumes and prices with Adventure, without names; analysed for everybody."""
    channel.share("adventure", "northwest", Category.VOLUME, Category.PRICE)
    analyse(channel)
    return channel
