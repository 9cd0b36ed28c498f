"""A small channel for random worlds: two makers, three distributors, every line with a quantity of its own.

It is sold once; what is shared of it, and what was taken back, is drawn anew for each random world.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO

from django.db import transaction
from django.utils import timezone

from partners.access.reach import give_reach
from partners.accounts.models import Account
from partners.agreements.locks import lock_partnership
from partners.agreements.models import Category, Grant, Granularity
from partners.agreements.services import (
    answer_invitation,
    end_partnership,
    grant_category,
    offer_partnership,
    revoke_grant,
    suspend_partnership,
)
from partners.catalogue.models import ProductFamily
from partners.catalogue.services import load_catalogue
from partners.ledger.models import DocumentIdentity, Line
from partners.ledger.services import supersede_submission
from partners.organisations.clients import make_client
from partners.organisations.models import ApiCredential, OrganisationKind
from partners.organisations.services import found_organisation, seat_new_user
from partners.tenancy.actors import Purpose, Reach, Role, Scope, founder
from partners.tenancy.context import acting_as
from tests.isolation import oracle
from tests.isolation.oracle import Row, Viewer
from tests.world import Sale, World

MAKERS, DISTRIBUTORS = ("oak", "elm"), ("north", "south", "east")
PAIRS = (("oak", "north"), ("oak", "south"), ("elm", "north"), ("elm", "east"), ("oak", "oak"))
FAMILIES = {"A-1": "Alpha", "B-1": "Beta", "C-1": "Gamma"}
MONTHS = tuple(date(2026, month, 1) for month in (1, 2, 3, 4))
ACCOUNTS = ("one", "two", "three")
PURPOSES = {
    "retention": Purpose.RETENTION, "planning": Purpose.PLANNING, "benchmarking": Purpose.BENCHMARKING,
    "campaigns": Purpose.CAMPAIGNS, "registration": Purpose.REGISTRATION,
}  # fmt: skip
LINES_OF_A_PAIR = 24
LEAVES = 0.3  # how often an ended grant leaves its history


@dataclass
class Small(World):
    """The channel, and what the oracle knows of it."""

    known: oracle.Known = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    line_ids: dict[int, str] = field(default_factory=dict)
    document_ids: dict[int, str] = field(default_factory=dict)
    account_ids: dict[int, str] = field(default_factory=dict)
    families: dict[tuple[str, str], int] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    batches: dict[int, list[str]] = field(default_factory=dict)
    quantities: dict[str, str] = field(default_factory=dict)

    def sell_late(self, pair: tuple[str, str]) -> None:
        """Three more lines, recorded now."""
        sell_some(self, random.Random(len(self.rows)), pair, 3)

    def copy(self) -> "Small":
        """The same, of which what is shared and sold can be changed apart."""
        changing = (
            "known",
            "rows",
            "batches",
            "quantities",
            "line_ids",
            "document_ids",
            "account_ids",
            "keys",
        )
        return replace(self, **{name: deepcopy(getattr(self, name)) for name in changing})

    def viewers(self) -> Iterator[tuple[str, Viewer]]:
        """Everybody who could look: by a person's name."""
        for maker in MAKERS:
            for purpose in PURPOSES:
                yield f"{maker}-manager", Viewer(maker, purpose)
        for distributor in DISTRIBUTORS:
            yield f"{distributor}-manager", Viewer(distributor)

    def narrow_viewers(self) -> Iterator[tuple[str, Viewer]]:
        """Those whose own reach stops somewhere."""
        yield "oak-of-north", Viewer("oak", partnerships=frozenset({("oak", "north")}))
        yield "north-of-oak", Viewer("north", partnerships=frozenset({("oak", "north")}))
        yield "north-rep", Viewer("north", accounts=frozenset({"north-one"}))


def build_small(draw: random.Random) -> Small:
    """The channel with its people and its trade; nothing shared."""
    world = Small()
    for slug in (*MAKERS, *DISTRIBUTORS):
        is_maker = slug in MAKERS
        kind = OrganisationKind.MANUFACTURER if is_maker else OrganisationKind.DISTRIBUTOR
        world.orgs[slug] = found_organisation(f"small-{slug}", kind)
        for role in (Role.ADMINISTRATOR, Role.MANAGER):
            _seat(world, slug, f"{slug}-{'admin' if role is Role.ADMINISTRATOR else 'manager'}", role)
    _seat(world, "oak", "oak-of-north", Role.MANAGER, Reach.PARTNERSHIPS)
    _seat(world, "north", "north-of-oak", Role.MANAGER, Reach.PARTNERSHIPS)
    _seat(world, "north", "north-rep", Role.REPRESENTATIVE, Reach.ACCOUNTS)
    for maker in MAKERS:
        _load(world, maker)
    for maker, distributor in PAIRS:
        _join(world, maker, distributor)
        for _ in range(2):
            sell_some(world, draw, (maker, distributor), LINES_OF_A_PAIR // 2)
    _hold(world)
    for person, _ in (*world.viewers(), *world.narrow_viewers()):
        _give_key(world, person)
    return world


def sell_some(world: Small, draw: random.Random, pair: tuple[str, str], lines: int) -> None:
    """So many lines of one file, each known to the oracle."""
    number, batch = len(world.rows), len(world.batches) + 1
    recorded, sales = datetime.now(UTC), []
    for _ in range(lines):
        number += 1
        sku, account = draw.choice(list(FAMILIES)), draw.choice(ACCOUNTS)
        day = draw.choice(MONTHS) + timedelta(days=draw.randrange(28))
        key = f"I{pair[0]}{pair[1]}{number}"
        net = Decimal(number) + Decimal("5000.17")
        quantity = Decimal(100 + number)
        sold = Sale(key, day, f"{pair[1]}-{account}", sku, quantity, net, salesperson=f"Mx {key}")
        sales.append(sold)
        world.rows[key] = Row(key, pair, f"{pair[1]}-{account}", FAMILIES[sku], day.replace(day=1), recorded)
        world.quantities[key] = f"{quantity:.4f}"
    world.sell(*pair, sales, submission_id=batch)
    world.batches[batch] = [sale.invoice for sale in sales]
    _learn_ids(world, pair[1])


def _join(world: Small, maker: str, distributor: str) -> None:
    with acting_as(world.actor(f"{maker}-admin")):
        partnership = offer_partnership(f"small-{distributor}")
    with acting_as(world.actor(f"{distributor}-admin")):
        world.partnerships[maker, distributor] = answer_invitation(partnership.pk, accept=True)
    world.known[maker, distributor] = oracle.Partnership(maker, distributor)


def _seat(world: Small, slug: str, person: str, role: Role, reach: Reach = Reach.WHOLE) -> None:
    with acting_as(founder(world.orgs[slug].pk)):
        world.seats[person] = seat_new_user(f"{person}@small.example", person.title(), None, role, reach)


def _load(world: Small, maker: str) -> None:
    lines = ["sku,product_name,family,category,product_line,list_price,unit_cost,launched_on,ended_on"]
    lines += [f"{sku},{name} one,{name},Goods,G,10,5,2010-01-01," for sku, name in FAMILIES.items()]
    with acting_as(founder(world.orgs[maker].pk)):
        load_catalogue(StringIO("\n".join(lines)), "USD")
        for family in ProductFamily.objects.filter(manufacturer_id=world.orgs[maker].pk):
            world.families[maker, family.name] = family.pk


def _learn_ids(world: Small, distributor: str) -> None:
    """The database's own ids, as their owner reads them."""
    with acting_as(world.worker(distributor)):
        world.document_ids |= dict(DocumentIdentity.objects.values_list("document_id", "number"))
        for line_id, document_id in Line.objects.values_list("pk", "document_id"):
            world.line_ids[line_id] = world.document_ids[document_id]
        found = Account.objects.filter(organisation_id=world.orgs[distributor].pk)
        world.account_ids |= dict(found.values_list("pk", "identity__code"))


def _hold(world: Small) -> None:
    with acting_as(world.actor("oak-admin")):
        give_reach(world.seats["oak-of-north"].user, world.partnerships["oak", "north"])
    with acting_as(world.actor("north-admin")):
        give_reach(world.seats["north-of-oak"].user, world.partnerships["oak", "north"])
        give_reach(world.seats["north-rep"].user, Account.objects.get(identity__code="north-one"))


def _give_key(world: Small, person: str) -> None:
    slug = person.partition("-")[0]
    if person not in world.keys:
        with acting_as(world.actor(f"{slug}-admin")):
            owner = world.seats[person].user
            world.keys[person] = make_client(person, owner, list(Scope), ApiCredential.Kind.KEY, 30)[1]


# --- what is drawn anew for each world ---


def share_at_random(world: Small, draw: random.Random) -> None:
    """Grants of every kind, some of them ended, with or without history; lines taken back, late ones; what is shut."""
    for pair in PAIRS[:-1]:
        given = [grant_at_random(world, draw, pair) for _ in range(draw.randrange(9))]
        if draw.random() < 0.3:
            take_back(world, draw, pair)
        for grant in {grant.pk: grant for grant in given}.values():
            if draw.random() < 0.3:
                revoke(world, draw, pair, grant)
        if draw.random() < 0.5:
            sell_some(world, draw, pair, 3)  # late, for periods that were granted
        if draw.random() < 0.2:
            shut(world, draw, pair)


def share_and_leave(world: Small, draw: random.Random) -> None:
    """Hardly anything but history: several grants of what others rest on, with purposes, months and granularities of
    their own, most of them ended one after the other and left to be read, lines recorded in between."""
    for pair in PAIRS[:-1]:
        wanted = [category for category in oracle.CATEGORIES for _ in range(draw.randrange(1, 4))]
        given = {grant.pk: grant for grant in (grant_at_random(world, draw, pair, one) for one in wanted)}
        for grant in draw.sample(list(given.values()), len(given)):
            if draw.random() < 0.8:
                revoke(world, draw, pair, grant, leaves=0.9)
            if draw.random() < 0.3:
                sell_some(world, draw, pair, 2)


def grant_at_random(
    world: Small, draw: random.Random, pair: tuple[str, str], category: oracle.Category | None = None
) -> Grant:
    """One more, through the service, and to the oracle in its own words."""
    category = category or draw.choices(list(oracle.CATEGORIES), (4, 3, 3, 2))[0]
    family = draw.choice([None, None, None, *FAMILIES.values()])
    first, last = sorted(draw.sample([None, None, None, *MONTHS], 2), key=lambda month: month or MONTHS[0])
    first, last = (None, last) if draw.random() < 0.5 else (first, None) if first == last else (first, last)
    if first and last and first >= last:
        first = None
    granularity = draw.choices([oracle.AREA, oracle.MONTH, oracle.LINE], (1, 2, 5))[0]
    purposes = frozenset(PURPOSES) if draw.random() < 0.6 else frozenset(draw.sample(list(PURPOSES), 2))
    with acting_as(world.actor(f"{pair[1]}-admin")):
        grant = grant_category(
            world.partnerships[pair],
            Category(category),
            family_id=family and world.families[pair[0], family],
            from_month=first,
            to_month=last,
            granularity=Granularity(granularity),
            purposes=Purpose(sum(PURPOSES[purpose] for purpose in purposes)),
        )
    said = oracle.Grant(category, family, first, last, granularity, purposes, key=grant.pk)
    if said not in world.known[pair].grants:
        world.known[pair].grants.append(said)
    return grant


def revoke(
    world: Small, draw: random.Random, pair: tuple[str, str], grant: Grant, leaves: float = LEAVES
) -> None:
    """End a grant; sometimes what was recorded stays in sight for a while."""
    kept = timezone.localdate() + timedelta(days=draw.randrange(1, 30)) if draw.random() < leaves else None
    with acting_as(world.actor(f"{pair[1]}-admin")):
        revoke_grant(grant, kept)
    ended = {"revoked_at": datetime.now(UTC), "keep_history_until": kept}
    world.known[pair].grants = [
        replace(one, **ended) if one.key == grant.pk else one for one in world.known[pair].grants
    ]


def take_back(world: Small, draw: random.Random, pair: tuple[str, str]) -> None:
    """The lines of one file live no longer."""
    batches = [batch for batch, keys in world.batches.items() if world.rows[keys[0]].partnership == pair]
    batch = draw.choice(batches)
    with acting_as(world.actor(f"{pair[1]}-admin")):
        supersede_submission(lock_partnership(world.partnerships[pair].pk), batch)
    for key in world.batches[batch]:
        world.rows[key] = replace(world.rows[key], lives=False)


def shut(world: Small, draw: random.Random, pair: tuple[str, str]) -> None:
    """Suspend the partnership, or end it for good."""
    state, close = draw.choice([("suspended", suspend_partnership), ("ended", end_partnership)])
    with acting_as(world.actor(f"{pair[1]}-admin")):
        close(world.partnerships[pair])
    world.known[pair].state = state


@contextmanager
def random_world(
    sold: Small, seed: int, share: Callable[[Small, random.Random], None] = share_at_random
) -> Iterator[Small]:
    """The channel with what is shared and taken back drawn anew."""
    world = sold.copy()
    with transaction.atomic():
        share(world, random.Random(seed))
        yield world
        transaction.set_rollback(True)
