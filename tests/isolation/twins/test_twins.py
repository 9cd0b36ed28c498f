"""Two worlds that differ only in what is another's give a viewer the same bytes.

What is random by design is made the same where it can be: public ids follow from who drew them and how many they drew
before, and the clock stands still. Normalised is only what follows from the database's own numbers and clock
(`NORMALISED`), and what protects forms and requests.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from analytics.runs.pictures import get_finding
from analytics.runs.selectors import list_late_orders
from analytics.runs.services import analyse_partnership
from partners.agreements.models import Category
from partners.engagement.services import Plan, open_follow_up
from partners.tenancy import models as tenancy_models
from partners.tenancy.context import acting_as, current_actor
from portal.reports.schedules import ask_for_review
from portal.reports.writing import write_report
from tests.api.conftest import Caller, key_for
from tests.isolation.figures import FIGURES
from tests.isolation.outputs import of_response
from tests.ui.conftest import AS_OF, NamedSale
from tests.world import World, build_world

NOW = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
FIRST = date(2025, 1, 6)
# What differs between any two builds of one and the same world, and tells nothing.
NORMALISED = {
    "the token against forged forms": re.compile(rb'name="csrfmiddlewaretoken" value="\w+"'),
    "a line's id, keyed by the database's number": re.compile(rb"lin_[0-9a-z]+"),
    "where a list goes on, sealed over such numbers": re.compile(rb"cursor=[\w%=-]+"),
    "the number of a request": re.compile(rb"(X-Request-Id: |\"request_id\": ?\")[\w-]+"),
    "a digest of a body with one of these": re.compile(rb'ETag: (W/)?"\w+"'),
    "a session, and the secret against forged forms": re.compile(
        rb"(sessionid|csrftoken|_session|_csrf)=[^;]+"
    ),
    "what is left of a minute": re.compile(rb"RateLimit: [^\n]+"),
    "the number of a response's page": re.compile(rb"Content-Length: \d+"),
}
PAIRS = (
    ("adventure", "northwest"),
    ("adventure", "southwest"),
    ("contoso", "northwest"),
    ("adventure", "adventure"),
)
MOST_PAGES, FEW_PAGES = 40, 10
PAGES = ("home", "accounts", "partnerships", "follow_ups", "submissions", "reports", "definitions")
CALLS = ("me", "partnerships", "accounts", "months", "signals", "late-orders", "follow-ups", "submissions")

Change = Callable[[World], None]


# --- the twins ---


@contextmanager
def same_ids(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Public ids and salts follow from who draws and how often they drew before: another's draws move none of them."""
    order: dict[object, int] = {}
    drawn: dict[tuple[int, str], int] = {}

    def draw(kind: str, letters: int) -> str:
        actor = current_actor()
        who = order.setdefault(actor.organisation_id, len(order))
        number = drawn[who, kind] = drawn.get((who, kind), 0) + 1
        digest = sha256(f"{who} {kind} {number}".encode()).digest()
        return "".join(tenancy_models.ALPHABET[byte % 32] for byte in digest * 2)[:letters]

    with monkeypatch.context() as patched:
        patched.setattr(tenancy_models, "new_public_id", lambda prefix: f"{prefix}_{draw(prefix, 20)}")
        salts = SimpleNamespace(token_bytes=lambda length: draw("salt", length).encode())
        patched.setattr("partners.accounts.services.secrets", salts)
        yield


@dataclass(frozen=True)
class Output:
    """Something that a viewer gets."""

    name: str
    content: bytes


def normalised(content: bytes) -> bytes:
    for pattern in NORMALISED.values():
        content = pattern.sub(b"-", content)
    return content


def steadily(code: str, last: date, net: Decimal) -> Iterator[NamedSale]:
    day = FIRST
    while day <= last:
        sale = NamedSale(f"{code}-{day:%y%m%d}", day, code, "RB-1", Decimal(2), net)
        yield replace(sale, salesperson=f"Mx {code}")
        day += timedelta(days=14)


def trade(world: World, maker: str, distributor: str, factor: int = 1, accounts: int = 2) -> None:
    """Orders every fortnight; the first account is late."""
    rows = []
    for number in range(1, accounts + 1):
        last = AS_OF - timedelta(days=24 if number == 1 else 3)
        code = f"{maker[:1]}{distributor}{number}"
        rows += list(steadily(code, last, Decimal("1234.56") * factor))
    world.sell(maker, distributor, rows)


def build(change: Change) -> World:
    """A channel with two rivals, two makers; `change` is what one of the twins has more."""
    world = build_world()
    for pair in (
        ("adventure", "northwest"),
        ("adventure", "southwest"),
        ("contoso", "northwest"),
        ("adventure", "adventure"),
    ):
        trade(world, *pair)
    world.share("adventure", "northwest", Category.VOLUME, Category.PRICE, Category.IDENTITY)
    world.share("adventure", "southwest", Category.VOLUME)
    world.share("contoso", "northwest", Category.VOLUME, Category.PRICE)
    change(world)
    for (maker, distributor), partnership in world.partnerships.items():
        for slug in {maker, distributor}:
            with acting_as(world.worker(slug)):
                analyse_partnership(partnership.pk)
    for person in ("ana", "mia", "sam"):
        take_care(world, person)
    return world


def take_care(world: World, person: str) -> None:
    """A follow-up of the first late order in sight, and a report."""
    with acting_as(world.actor(person)):
        from partners.access.doors import list_partnerships

        late = list_late_orders(list_partnerships())
        if late:
            finding = get_finding(late[0].partnership, late[0].card, "should_have_ordered")
            assert finding is not None
            plan = Plan(world.seats[person].public_id, "Ring them", None, NOW.date() + timedelta(days=5))
            open_follow_up(late[0].partnership, late[0].card, finding, plan)
        report = ask_for_review("en")
    write_report(report.pk, report.organisation_id)


# --- what they are told ---


def outputs(world: World, person: str, most: int) -> Iterator[Output]:
    """Pages, the pages that they lead to, calls, and the document, each as bytes."""
    client = Client()
    client.force_login(world.seats[person].user)
    seen, waiting = set(), [reverse(name) for name in PAGES]
    while waiting and len(seen) < most:
        path = waiting.pop(0)
        seen.add(path)
        response = client.get(path)
        if response.get("Content-Type") == "application/pdf":
            yield Output(path, text_of(response.content))
            continue
        body = b"\n".join(of_response(response))
        yield Output(path, normalised(body))
        for link in re.findall(
            r'href="(/(?:accounts|partnerships|follow-ups|reports)/[^"#?]+)"', body.decode()
        ):
            if link not in seen and link not in waiting:
                waiting.append(link)
    # The database's own clock does not stand still: the key has to be live by both.
    caller = Caller(key_for(world, person, days=366))
    assert caller.get("me").status_code == 200
    for name in CALLS:
        yield Output(f"call {name}", normalised(b"\n".join(of_response(caller.get(name)))))
    for pair in sorted(world.partnerships):
        answer = caller.get("lines", partnership=world.partnerships[pair].public_id)
        yield Output(f"call lines {pair}", normalised(b"\n".join(of_response(answer))))


def text_of(content: bytes) -> bytes:
    """What a document says, and what is known of it; its bytes hold the moment at which it was drawn."""
    reader = PdfReader(BytesIO(content))
    return "\n".join(page.extract_text() for page in reader.pages).encode()


def told(
    monkeypatch: pytest.MonkeyPatch, change: Change, person: str, most: int = MOST_PAGES
) -> dict[str, bytes]:
    """All outputs of a viewer in the world with this change, which is taken back."""
    with same_ids(monkeypatch), time_machine.travel(NOW, tick=False), transaction.atomic():
        found = {output.name: output.content for output in outputs(build(change), person, most)}
        transaction.set_rollback(True)
    return found


# --- what differs ---


def nothing(world: World) -> None:
    """The twins are alike."""


def rival_trades_more(world: World) -> None:
    """Southwest sells more, to more, at other prices, and shares more of it; nobody but Adventure may notice."""
    for pair in (("adventure", "southwest"),):
        rows = list(steadily("swX", AS_OF, Decimal("999.99")))
        world.sell(*pair, rows)
    world.share("adventure", "southwest", Category.PRICE, Category.IDENTITY)


def rival_maker_is_told_more(world: World) -> None:
    """Contoso is told names; its other distributor trades; Adventure may not notice."""
    world.share("contoso", "northwest", Category.IDENTITY, Category.CONTACTS)
    trade(world, "contoso", "outpost", 3, accounts=3)
    world.share("contoso", "outpost", *Category)


def more_is_hidden(world: World) -> None:
    """Southwest sells more of what Adventure may not see: prices, and a customer's name."""
    rows = [replace(sale, name="Somebody Else") for sale in steadily("aSecret", AS_OF, Decimal("5.55"))]
    world.sell("contoso", "northwest", rows)


TWINS = {
    "a rival's trade": (rival_trades_more, ("ana", "otto", "contoso-admin")),
    "another maker's sight and trade": (rival_maker_is_told_more, ("mia", "sam")),
    "sales of another maker's products": (more_is_hidden, ("mia", "sam", "otto")),
}
CASES = [(name, person) for name, (_, people) in TWINS.items() for person in people]


def compare(monkeypatch: pytest.MonkeyPatch, name: str, person: str, most: int = MOST_PAGES) -> None:
    without = told(monkeypatch, nothing, person, most)
    with_it = told(monkeypatch, TWINS[name][0], person, most)
    different = sorted(
        {key for key in without.keys() | with_it.keys() if without.get(key) != with_it.get(key)}
    )
    FIGURES.saw("compared", [f"{name}, {person}: {key}" for key in without])
    FIGURES.saw("twin differences", [f"{name}, {person}: {key}" for key in different])
    assert len(without) > 12
    assert not different, "\n".join(_first_difference(key, without, with_it) for key in different)


def _first_difference(key: str, one: dict[str, bytes], other: dict[str, bytes]) -> str:
    left, right = one.get(key, b"").decode(), other.get(key, b"").decode()
    place = next(
        (at for at, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right))
    )
    return (
        f"{key}: …{left[max(0, place - 60) : place + 60]!r} and …{right[max(0, place - 60) : place + 60]!r}"
    )


@pytest.fixture
def unlimited(settings: LazySettings) -> None:
    settings.API_REQUESTS_A_MINUTE = settings.API_ROWS_A_DAY = 1_000_000


@pytest.mark.isolation
@pytest.mark.parametrize(("name", "person"), CASES)
def test_what_is_another_s_changes_no_byte(
    db: None, unlimited: None, monkeypatch: pytest.MonkeyPatch, name: str, person: str
) -> None:
    compare(monkeypatch, name, person)


def test_what_a_rival_trades_changes_no_byte(
    db: None, unlimited: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    compare(monkeypatch, "a rival's trade", "ana", FEW_PAGES)


@pytest.mark.isolation
def test_what_may_be_noticed_is_noticed(db: None, unlimited: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or the twins were the same because nothing was different, or nothing was compared."""
    without, with_it = told(monkeypatch, nothing, "mia"), told(monkeypatch, rival_trades_more, "mia")
    different: list[Any] = [key for key in with_it if without.get(key) != with_it[key]]
    assert {"/", "/accounts/", "call accounts", "call lines ('adventure', 'southwest')"} <= set(different)
