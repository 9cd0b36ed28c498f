"""Two years of Northwest's trade in Adventure's products, as a file: one customer goes down the ladder, one is late."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from io import StringIO

from analytics.runs.services import analyse_partnership
from partners.access.doors import list_cards_of
from partners.accounts.models import AccountHandle, AccountIdentity
from partners.agreements.models import Category
from partners.engagement.models import FollowUp
from partners.engagement.services import Plan, open_follow_up, share
from partners.tenancy.context import acting_as
from tests.engagement.conftest import LATE, today
from tests.ingestion.conftest import Desk
from tests.world import World, build_world

PAIR = ("adventure", "northwest")
FIRST, AS_OF = date(2024, 3, 4), date(2026, 3, 30)
FADES = date(2025, 11, 10)  # from here on Rowery Łódź buys one family, half as often
PRICES = {"RB-1": 1000, "MB-1": 900, "HE-1": 35}
HEADINGS = (
    "invoice_number", "line_number", "invoice_date", "account_id", "account_name", "account_city",
    "account_postal_code", "account_country", "account_type", "sku", "quantity", "list_price", "net_amount",
    "unit_cost", "currency", "salesperson",
)  # fmt: skip
FILE = "sell-through-march.csv"


@dataclass(frozen=True)
class Customer:
    """One of Northwest's, with all the words that only Northwest knows."""

    code: str
    name: str
    city: str
    postcode: str
    country: str
    last: date = AS_OF
    skus: tuple[str, ...] = tuple(PRICES)

    @property
    def words(self) -> tuple[str, ...]:
        """What no other organisation may read without a grant of names."""
        return (self.name, self.city, self.code, f"{self.code}-")


FADING = Customer("K-1041", "Rowery Łódź", "Zgierz", "95-100", "PL")
LATE_ONE = Customer("K-2077", "Zweirad Schäfer", "Tübingen", "72070", "DE", last=date(2026, 2, 27))
STEADY = (
    Customer("K-3105", "Vélos Lefèvre", "Besançon", "25000", "FR"),
    Customer("K-4212", "Bicicletas Peña", "Logroño", "26001", "ES"),
    Customer("K-5318", "Cicli Perù", "Forlì", "47121", "IT"),
    Customer("K-6420", "Rijwielhuis IJsbrand", "Hengelo", "7551 AA", "NL"),
)
CUSTOMERS = (*STEADY, FADING, LATE_ONE)
SALESPERSON = "Zoë Brandström"
SECRETS = (*(word for customer in CUSTOMERS for word in customer.words), SALESPERSON)
Row = tuple[object, ...]


@dataclass(frozen=True)
class Channel:
    """The world of a walk, and what its people call things."""

    world: World
    refs: dict[str, str] = field(default_factory=dict)
    handles: dict[str, str] = field(default_factory=dict)
    pseudonyms: dict[str, str] = field(default_factory=dict)

    @property
    def partnership(self) -> str:
        return str(self.world.partnerships[PAIR].public_id)

    @property
    def next_day(self) -> date:
        """A day that no file has reported yet."""
        return AS_OF + timedelta(days=15)


def build_channel() -> Channel:
    """Northwest's two years, volumes shared with Adventure, analysed for both."""
    world = build_world()
    world.share(*PAIR, Category.VOLUME)
    Desk(world, "ana", *PAIR).send(write(rows_of(CUSTOMERS)), FILE)
    analyse(world)
    channel = Channel(world)
    with acting_as(world.actor("ana")):
        for identity in AccountIdentity.objects.all():
            handle = AccountHandle.objects.get(account_id=identity.account_id)
            channel.refs[identity.code], channel.handles[identity.code] = (
                str(identity.public_id),
                handle.token,
            )
            channel.pseudonyms[identity.code] = list_cards_of(str(identity.public_id))[0][1].pseudonym
    return channel


def analyse(world: World) -> None:
    """For both sides, as of the last day that was reported."""
    for slug in PAIR:
        with acting_as(world.worker(slug)):
            analyse_partnership(world.partnerships[PAIR].pk)


def rows_of(customers: Iterable[Customer]) -> Iterator[Row]:
    """Every order of these customers, three families a fortnight."""
    for place, customer in enumerate(customers):
        day = FIRST + timedelta(days=2 * place)
        while day <= customer.last:
            faded = customer is FADING and day > FADES
            yield from order(customer, day, ("RB-1",) if faded else customer.skus, units=2 + place % 3)
            day += timedelta(days=28 if faded else 14)


def order(customer: Customer, day: date, skus: Iterable[str], *, units: int = 2) -> Iterator[Row]:
    """One order, a line for each product."""
    for line, sku in enumerate(skus, start=1):
        price = PRICES[sku]
        yield (
            f"{customer.code}-{day:%y%m%d}", line, day.isoformat(), customer.code, customer.name, customer.city,
            customer.postcode, customer.country, "Shop", sku, units, price, price * units * 9 // 10,
            price * 6 // 10, "EUR", SALESPERSON,
        )  # fmt: skip


def write(rows: Iterable[Row]) -> bytes:
    """A file as Northwest's system exports it."""
    out = StringIO()
    csv.writer(out, lineterminator="\n").writerows([HEADINGS, *rows])
    return out.getvalue().encode()


def open_shared(channel: Channel, step: str) -> FollowUp:
    """A follow-up of Ana's about the fading customer, shared with Adventure."""
    world = channel.world
    with acting_as(world.actor("ana")):
        partnership, card = list_cards_of(channel.refs[FADING.code])[0]
        plan = Plan(str(world.seats["ana"].public_id), step, None, today() + timedelta(days=14))
        opened = open_follow_up(partnership, card, LATE, plan)
        return share(opened.public_id, opened.version)
