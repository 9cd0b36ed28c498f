"""A channel with words that nobody else can know, and a browser for each of its people."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from analytics.runs.services import analyse_partnership
from partners.access.doors import list_cards
from partners.accounts.services import AccountSeen
from partners.agreements.models import Category
from partners.tenancy.context import acting_as
from tests.sessions import fresh_client
from tests.stages import staged
from tests.world import Sale, World

AS_OF = date(2026, 3, 31)
FIRST = date(2024, 3, 4)
PAIRS = (
    ("adventure", "northwest"),
    ("adventure", "southwest"),
    ("adventure", "adventure"),
    ("contoso", "northwest"),
    ("contoso", "outpost"),
)


@dataclass(frozen=True)
class NamedSale(Sale):
    """A sale to a customer whose every word is its distributor's own."""

    def account(self) -> AccountSeen:
        return AccountSeen(
            code=self.account_code,
            name=f"{self.account_code} Velodrome",
            city=f"{self.account_code}ville",
            postcode="98104",
            country="US",
            account_type="Shop",
        )


def canary(distributor: str) -> str:
    """The word in each of a distributor's names, codes, numbers and cities."""
    return f"{distributor[:5]}finch"


def amount(distributor: str) -> Decimal:
    """What each of a distributor's lines costs: an amount that no other has."""
    return {
        "northwest": Decimal("4711.13"),
        "southwest": Decimal("5813.17"),
        "outpost": Decimal("6917.19"),
    }.get(distributor, Decimal("7919.23"))


def sell_steadily(world: World, maker: str, distributor: str, accounts: int = 2) -> None:
    """Two years of an order every 14 days; the first account falls silent 24 days before the last day."""
    rows = []
    for number in range(1, accounts + 1):
        code, day = f"{canary(distributor)}{number}", FIRST
        last = AS_OF - timedelta(days=24 if number == 1 else 3)
        while day <= last:
            invoice = f"{maker[:1]}-{code}-{day:%y%m%d}"
            sale = NamedSale(invoice, day, code, "RB-1", Decimal(number), amount(distributor))
            rows.append(replace(sale, salesperson=f"Mx {code}"))
            day += timedelta(days=14)
    world.sell(maker, distributor, rows)


def analyse(world: World, *distributors: str) -> None:
    """The partnerships of these distributors (of all, where none is named), for both of their sides."""
    for (maker, distributor), partnership in world.partnerships.items():
        if distributors and distributor not in distributors:
            continue
        for slug in {maker, distributor}:
            with acting_as(world.worker(slug)):
                analyse_partnership(partnership.pk, as_of=AS_OF)


def sell_everywhere(world: World) -> None:
    """Two years of trade in every partnership; nothing shared and nothing analysed yet."""
    for maker, distributor in PAIRS:
        sell_steadily(world, maker, distributor)


def volumes_shared(world: World) -> None:
    """Northwest shares volumes with Adventure, and its partnerships are analysed."""
    world.share("adventure", "northwest", Category.VOLUME)
    analyse(world, "northwest")


channel = staged(sell_everywhere)
analysed = staged(sell_everywhere, volumes_shared)


def ref_of(world: World, person: str, maker: str, distributor: str) -> str:
    """By what this person calls the first account of a partnership."""
    partnership = world.partnerships[maker, distributor]
    with acting_as(world.actor(person)):
        return min(list_cards([partnership]).items())[1].ref


Browse = Callable[[str], Client]


@pytest.fixture
def browse(world: World) -> Browse:
    """A browser in which that person is logged in, their second factor given just now."""
    return lambda person: fresh_client(world.seats[person].user)
