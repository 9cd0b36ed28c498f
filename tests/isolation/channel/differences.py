"""What the product shows of the small channel, in five ways, and how it differs from what the oracle says."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from html import unescape

from django.db import connection
from django.test import Client
from django.urls import reverse

from analytics.runs.services import analyse_partnership
from partners.access.doors import list_cards, list_partnerships
from partners.accounts.models import Account, AccountHandle, AccountIdentity
from partners.ledger.models import DocumentContact, DocumentIdentity, Line, LinePrice
from partners.tenancy.actors import Actor, mirror
from partners.tenancy.context import acting_as
from tests.api.conftest import Caller
from tests.isolation.figures import FIGURES
from tests.isolation.oracle import CATEGORIES, Row, Viewer, can_see, knows
from tests.isolation.small import PAIRS, PURPOSES, Small

Seen = dict[str, set[str]]  # the keys of rows by category


# --- what is shown ---


def by_orm(world: Small, actor: Actor) -> Seen:
    """Through the models, without any filter."""
    with acting_as(actor):
        return {
            "volume": {world.line_ids[pk] for pk in Line.objects.values_list("pk", flat=True)},
            "price": {world.line_ids[pk] for pk in LinePrice.objects.values_list("line_id", flat=True)},
            "identity": set(DocumentIdentity.objects.values_list("number", flat=True)),
            "contacts": {
                world.document_ids[pk] for pk in DocumentContact.objects.values_list("document_id", flat=True)
            },
        }


RAW = {
    "volume": "SELECT id FROM ledger_line",
    "price": "SELECT line_id FROM ledger_lineprice",
    "identity": "SELECT document_id FROM ledger_documentidentity",
    "contacts": "SELECT document_id FROM ledger_documentcontact",
}


def by_sql(world: Small, actor: Actor) -> Seen:
    """By SQL that nobody filtered: the database alone decides."""
    found: Seen = {}
    with acting_as(actor), connection.cursor() as cursor:
        for category, query in RAW.items():
            cursor.execute(query)
            names = world.line_ids if category in ("volume", "price") else world.document_ids
            found[category] = {names[key] for (key,) in cursor.fetchall()}
    return found


def by_interface(world: Small, person: str, pair: tuple[str, str]) -> Seen:
    """As a partner system reads it."""
    caller, found = Caller(world.keys[person]), {category: set() for category in CATEGORIES}
    by_quantity = {quantity: key for key, quantity in world.quantities.items()}
    answer = caller.get("lines", partnership=world.partnerships[pair].public_id, limit=200)
    if answer.status_code == 400:  # no partnership of theirs
        return found
    for line in answer.json()["results"]:
        key = by_quantity[line["quantity"]]
        found["volume"].add(key)
        if "net_amount" in line:
            found["price"].add(key)
        if "document" in line:
            found["identity"].add(line["document"])
    return found


CELL = re.compile(r'data-label="(Number|Units|Net)">([^<]*)')


def by_page(world: Small, person: str, pair: tuple[str, str]) -> Seen:
    """As the page of an account's lines shows it, after an analysis."""
    slug, found = world.seats[person].organisation_id, {category: set() for category in CATEGORIES}
    partnership, client = world.partnerships[pair], Client()
    by_quantity = {f"{float(quantity):,.0f}": key for key, quantity in world.quantities.items()}
    with acting_as(world.worker(next(name for name, org in world.orgs.items() if org.pk == slug))):
        run = analyse_partnership(partnership.pk)
    client.force_login(world.seats[person].user)
    with acting_as(world.actor(person)):
        mine = [one for one in list_partnerships() if one.pk == partnership.pk]
        refs = [card.ref for card in list_cards(mine).values()] if run else []
    for ref in refs:
        page = client.get(reverse("account_lines", args=[ref]), {"partnership": partnership.public_id})
        assert page.status_code == 200, page.content
        for row in page.content.decode().split("<tr>")[2:]:
            shown = {name: unescape(text).strip() for name, text in CELL.findall(row)}
            key = by_quantity[shown["Units"]]
            found["volume"].add(key)
            if shown.get("Net"):
                found["price"].add(key)
            if shown.get("Number"):
                found["identity"].add(shown["Number"])
    return found


# --- against what may be ---


def compare(
    world: Small, what: str, viewer: Viewer, rows: Mapping[str, Row], shown: Seen, *, reach: bool
) -> list[str]:
    """Each row and category: shown if and only if it may be. Returns the differences."""
    now, wrong = datetime.now(UTC), []
    for category in CATEGORIES:
        if category not in shown or (what in ("page", "interface") and category == "contacts"):
            continue
        for key, row in rows.items():
            may = can_see(viewer, row, category, now, world.known) and (not reach or viewer.reaches(row))
            if may != (key in shown[category]):
                wrong.append(f"{what}: {viewer} is {'not ' * may}shown {category} of {row}")
        FIGURES.count("decisions", len(rows))
    return wrong


def compare_accounts(world: Small, what: str, viewer: Viewer, actor: Actor) -> list[str]:
    """Each account: known of, known by its handle, known by its name."""
    with acting_as(actor):
        handles = set(AccountHandle.objects.values_list("partnership_id", "account_id"))
        known_of = set(Account.objects.values_list("pk", flat=True))
        named = set(AccountIdentity.objects.values_list("account_id", flat=True))
    now, wrong, rows = datetime.now(UTC), [], list(world.rows.values())
    for account_id, account in world.account_ids.items():
        owner = account.partition("-")[0]
        for pair in (pair for pair in world.known if pair[1] == owner):
            of_pair = [row for row in rows if row.partnership == pair]
            if not any(account in (row.account, row.read_as) for row in of_pair):
                continue
            is_own = owner == viewer.organisation and viewer.eyes_on in (None, owner)
            may = is_own or knows(viewer, account, "volume", now, world.known, of_pair)
            if may != ((world.partnerships[pair].pk, account_id) in handles):
                wrong.append(f"{what}: {viewer} is {'not ' * may}given the handle of {account} in {pair}")
            FIGURES.count("decisions", 1)
        for category, shown in (("volume", known_of), ("identity", named)):
            is_own = owner == viewer.organisation and viewer.eyes_on in (None, owner)
            may = is_own or knows(viewer, account, category, now, world.known, rows)
            if may != (account_id in shown):
                wrong.append(f"{what}: {viewer} is {'not ' * may}told {category} of {account}")
            FIGURES.count("decisions", 1)
    return wrong


def differences(world: Small, *, pages: bool) -> list[str]:
    """All that this world shows to somebody who may not see it, and all that it hides from somebody who may."""
    wrong: list[str] = []
    for person, viewer in world.viewers():
        actor = world.actor(person).for_purpose(PURPOSES[viewer.purpose])
        wrong += compare(world, "orm", viewer, world.rows, by_orm(world, actor), reach=False)
        wrong += compare(world, "sql", viewer, world.rows, by_sql(world, actor), reach=False)
        wrong += compare_accounts(world, "orm", viewer, actor)
    for maker, distributor in PAIRS[:-1]:
        eyes = mirror(world.orgs[maker].pk, world.orgs[distributor].pk)
        looking = Viewer(maker, eyes_on=distributor)
        wrong += compare(world, "mirror", looking, world.rows, by_sql(world, eyes), reach=False)
        wrong += compare_accounts(world, "mirror", looking, eyes)
    for person, viewer in (*world.viewers(), *world.narrow_viewers()):
        if viewer.purpose == "retention":
            for pair in PAIRS:
                rows = {key: row for key, row in world.rows.items() if row.partnership == pair and row.lives}
                shown = by_interface(world, person, pair)
                wrong += compare(world, "interface", viewer, rows, shown, reach=True)
    if pages:
        for person, viewer in (("oak-manager", Viewer("oak")), ("north-manager", Viewer("north"))):
            pair = ("oak", "north")
            rows = {key: row for key, row in world.rows.items() if row.partnership == pair and row.lives}
            wrong += compare(world, "page", viewer, rows, by_page(world, person, pair), reach=True)
    return wrong
