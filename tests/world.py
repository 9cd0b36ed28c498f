"""The people and organisations of the tests: two makers, three distributors, rivals among them.

Adventure (maker) sells through Northwest and Southwest, rivals of each other; Contoso (another maker) sells through
Northwest too and through Outpost, which has nothing to do with Adventure. All of it is written through the
services, so that the world is one that the product can bring about.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

from partners.accounts.services import AccountSeen, settle_accounts
from partners.agreements.locks import lock_partnership
from partners.agreements.models import Category, Grant, Granularity, Partnership
from partners.agreements.services import answer_invitation, grant_category, offer_partnership
from partners.catalogue.selectors import get_product_index
from partners.catalogue.services import load_catalogue
from partners.ledger.copying import written
from partners.ledger.services import record_lines
from partners.ledger.staging import begin_staging, compare, end_staging, stage
from partners.organisations.models import Membership, Organisation, OrganisationKind
from partners.organisations.services import found_organisation, seat_new_user
from partners.tenancy.actors import Actor, ActorKind, Reach, Role, founder, worker
from partners.tenancy.context import acting_as

PASSWORD = "correct horse battery staple"
CATALOGUE = """sku,product_name,family,category,product_line,list_price,unit_cost,launched_on,ended_on
RB-1,Road bike,Road Bikes,Bikes,R,1000,600,2010-01-01,
MB-1,Mountain bike,Mountain Bikes,Bikes,M,900,500,2010-01-01,
HE-1,Helmet,Helmets,Clothing,,35,13,2010-01-01,
"""


@dataclass
class World:
    """Everything by its short name: `world.orgs["northwest"]`, `world.actor("ana")`."""

    orgs: dict[str, Organisation] = field(default_factory=dict)
    seats: dict[str, Membership] = field(default_factory=dict)
    partnerships: dict[tuple[str, str], Partnership] = field(default_factory=dict)

    def actor(self, person: str) -> Actor:
        """The person, in the seat that the world gave them."""
        seat = self.seats[person]
        return Actor(ActorKind.PERSON, seat.organisation_id, seat.user_id, Role(seat.role), Reach(seat.reach))

    def worker(self, slug: str) -> Actor:
        """A task that acts for this organisation."""
        return worker(self.orgs[slug].pk)

    def share(self, maker: str, distributor: str, *categories: Category, **words: Any) -> list[Grant]:
        """The distributor's administrator grants these categories."""
        with acting_as(self.actor(f"{distributor}-admin")):
            return [
                grant_category(self.partnerships[maker, distributor], category, **words)
                for category in categories
            ]

    def sell(self, maker: str, distributor: str, rows: Iterable["Sale"], submission_id: int = 0) -> int:
        """Record sales as an import does, without a file."""
        partnership = self.partnerships[maker, distributor]
        with acting_as(self.worker(distributor)):
            lock_partnership(partnership.pk)
            sales = list(rows)
            settle_accounts(partnership, [sale.account() for sale in sales])
            index = get_product_index(partnership.manufacturer_id).products
            begin_staging()
            staged = [sale.staged(number, *index[sale.sku]) for number, sale in enumerate(sales, start=2)]
            stage(written(zip(*staged, strict=True)))
            compare(partnership, submission_id)
            recorded = record_lines(partnership, submission_id)
            end_staging()
        return recorded


@dataclass(frozen=True)
class Sale:
    """A line of sell-through, with enough defaults to be read at a glance."""

    invoice: str
    day: date
    account_code: str
    sku: str
    quantity: Decimal = Decimal(1)
    net: Decimal | None = Decimal(100)
    line: int = 1
    name: str = ""
    salesperson: str = ""
    postcode: str = "98104"
    industry: str = ""

    def account(self) -> AccountSeen:
        return AccountSeen(
            code=self.account_code,
            name=self.name or f"{self.account_code} Cycles",
            city="Seattle",
            postcode=self.postcode,
            country="US",
            account_type="Shop",
            industry=self.industry,
        )

    def staged(self, row: int, product_id: int, family_id: int) -> tuple[Any, ...]:
        kind = "sale" if self.quantity > 0 else "return"
        return (
            row, self.invoice, f"PO-{self.invoice}", self.salesperson, self.account_code, product_id, family_id,
            self.day, kind, self.quantity, "USD", Decimal(120), Decimal(0), self.net, Decimal(60), Decimal(1),
            self.line, hash((self.sku, self.quantity, self.net)) % 2**62,
            "", "", "", None,
        )  # fmt: skip


def build_world() -> World:
    """Five organisations, their people, partnerships and catalogues; nothing sold and nothing shared yet."""
    world = World()
    for slug, kind in (
        ("adventure", OrganisationKind.MANUFACTURER),
        ("contoso", OrganisationKind.MANUFACTURER),
        ("northwest", OrganisationKind.DISTRIBUTOR),
        ("southwest", OrganisationKind.DISTRIBUTOR),
        ("outpost", OrganisationKind.DISTRIBUTOR),
    ):
        world.orgs[slug] = found_organisation(slug, kind)
        _seat(world, slug, f"{slug}-admin", Role.ADMINISTRATOR)
    _seat(world, "adventure", "mia", Role.MANAGER)
    _seat(world, "adventure", "max", Role.MANAGER, Reach.PARTNERSHIPS)
    _seat(world, "adventure", "vic", Role.UPLOADER)
    _seat(world, "northwest", "ana", Role.MANAGER)
    _seat(world, "northwest", "rita", Role.REPRESENTATIVE, Reach.ACCOUNTS)
    _seat(world, "northwest", "uwe", Role.UPLOADER)
    _seat(world, "southwest", "sam", Role.MANAGER)
    _seat(world, "outpost", "otto", Role.MANAGER)
    for maker in ("adventure", "contoso"):
        with acting_as(founder(world.orgs[maker].pk)):
            load_catalogue(StringIO(CATALOGUE), "USD")
    for maker, distributor in (
        ("adventure", "northwest"),
        ("adventure", "southwest"),
        ("adventure", "adventure"),
        ("contoso", "northwest"),
        ("contoso", "outpost"),
    ):
        _join(world, maker, distributor)
    return world


def _seat(world: World, slug: str, person: str, role: Role, reach: Reach = Reach.WHOLE) -> None:
    with acting_as(founder(world.orgs[slug].pk)):
        world.seats[person] = seat_new_user(f"{person}@{slug}.example", person.title(), PASSWORD, role, reach)


def _join(world: World, maker: str, distributor: str) -> None:
    with acting_as(world.actor(f"{maker}-admin")):
        partnership = offer_partnership(distributor)
    with acting_as(world.actor(f"{distributor}-admin")):
        world.partnerships[maker, distributor] = answer_invitation(partnership.pk, accept=True)


MONTHS = (date(2026, 1, 15), date(2026, 2, 15), date(2026, 3, 15))
FULL = (Category.VOLUME, Category.PRICE, Category.IDENTITY)


def trade(world: World) -> None:
    """Every pair sells something every month: a road bike and a helmet to two accounts each."""
    for (maker, distributor), _ in world.partnerships.items():
        prefix = f"{maker[:1]}{distributor[:2]}".upper()
        world.sell(
            maker,
            distributor,
            [
                Sale(
                    f"{prefix}-{day.month}-{account}",
                    day,
                    f"{distributor[:2].upper()}{account}",
                    sku,
                    line=line,
                )
                for day in MONTHS
                for account in (1, 2)
                for line, sku in ((1, "RB-1"), (2, "HE-1"))
            ],
        )


__all__ = ["CATALOGUE", "FULL", "MONTHS", "PASSWORD", "Granularity", "Sale", "World", "build_world", "trade"]
