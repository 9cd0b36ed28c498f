"""The agreement of Adventure and Northwest, after three months of trade."""

import pytest
from django.test import Client

from tests.sessions import fresh_client
from tests.world import World

PAIR = ("adventure", "northwest")


class Desk:
    """Northwest's sharing pages, and whoever opens them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.partnership = world.partnerships[PAIR]
        self.root = f"/partnerships/{self.partnership.public_id}/sharing/"

    def browser(self, person: str) -> Client:
        """A browser in which they gave their second factor just now."""
        return fresh_client(self.world.seats[person].user)

    def read(self, person: str, page: str = "", **query: object) -> str:
        response = self.browser(person).get(f"{self.root}{page}", query)
        assert response.status_code == 200, (person, page, response.status_code)
        return response.content.decode().replace("\N{NO-BREAK SPACE}", " ")

    def post(self, person: str, page: str, **data: object) -> int:
        return self.browser(person).post(f"{self.root}{page}", data).status_code


@pytest.fixture
def desk(trading_world: World) -> Desk:
    return Desk(trading_world)
