"""What partner systems read: each as far as its owner may, and no key of what is not shared."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from analytics.runs.selectors import list_accounts, list_late_orders
from partners.access.doors import list_cards, list_partnerships
from partners.access.reach import give_reach
from partners.accounts.models import Account
from partners.agreements.models import Category, Granularity
from partners.agreements.services import end_partnership, suspend_partnership
from partners.audit.models import AccessEntry
from partners.catalogue.models import ProductFamily
from partners.tenancy.context import acting_as
from portal.ui.accounts.listing import slug
from tests.api.conftest import PAIR, Call, addresses, but_request_id, pair_of, reshare
from tests.ui.conftest import FIRST, amount, analyse, canary, ref_of
from tests.world import World

LISTS = ("accounts", "months", "signals", "late-orders", "follow-ups", "submissions")
NAMES = {"name", "city", "document", "line_number"}
MONEY = {
    "net_12_months", "at_stake", "at_stake_is", "money", "net_amount", "list_price", "discount", "currency",
}  # fmt: skip


def keys(value: Any) -> Iterator[tuple[str, Any]]:
    """Every key of a document, however deep, with its value."""
    if isinstance(value, dict):
        yield from value.items()
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from keys(inner)


def read(world: World, call: Call, person: str) -> dict[str, Any]:
    """The lists that this person's system reads of Northwest's partnership, whole."""
    caller, pair = call(person), pair_of(world).public_id
    found = {name: caller.rows(name, partnership=pair) for name in LISTS if name != "follow-ups"}
    return {**found, "lines": caller.rows("lines", partnership=pair, limit=200)}


def names_of(found: dict[str, Any]) -> set[str]:
    return {key for name, _ in keys(found) for key in [name]}


def test_a_distributor_reads_its_own_whole(world: World, call: Call) -> None:
    found = read(world, call, "ana")
    assert names_of(found) >= NAMES | MONEY
    (late,) = found["late-orders"]
    first = next(row for row in found["accounts"] if row["id"] == late["account"])
    assert first["name"] == f"{canary('northwest')}1 Velodrome"
    assert first["standing"] == "late"
    line = found["lines"][0]
    assert Decimal(line["net_amount"]) == amount("northwest")
    assert (line["currency"], line["sku"], line["family"]) == ("USD", "RB-1", "Road Bikes")


def test_a_maker_without_names_meets_pseudonyms(world: World, call: Call) -> None:
    found = read(world, call, "mia")
    assert not names_of(found) & NAMES
    assert names_of(found) >= MONEY
    assert all(row["id"].startswith("cus_") for row in found["accounts"])
    assert canary("northwest") not in str(found)


def test_a_maker_without_prices_reads_no_money(world: World, call: Call) -> None:
    reshare(world, Category.VOLUME)
    found = read(world, call, "mia")
    assert not names_of(found) & (NAMES | MONEY)
    assert len(found["lines"]) > 80
    assert "4711" not in str(found)
    assert None not in [value for name, value in keys(found) if name not in ("next", "due_on", "closed_at")]


def test_a_maker_with_names_reads_them_and_still_no_money(world: World, call: Call) -> None:
    reshare(world, Category.VOLUME, Category.IDENTITY)
    found = read(world, call, "mia")
    assert names_of(found) >= NAMES - {"line_number"}
    assert not names_of(found) & MONEY
    assert all(row["id"].startswith("cus_") for row in found["accounts"])


@pytest.mark.parametrize("granularity", [Granularity.MONTH, Granularity.AREA])
def test_what_is_granted_more_coarsely_than_by_line_shows_no_line(
    world: World, call: Call, granularity: Granularity
) -> None:
    reshare(world, Category.VOLUME, granularity=granularity)
    found = read(world, call, "mia")
    by_month = {"accounts", "months"} if granularity is Granularity.MONTH else set()
    assert {name for name, rows in found.items() if rows} == by_month
    assert "last_order_on" not in str(found)


def test_nothing_shared_reads_like_nothing_sent(world: World, call: Call) -> None:
    reshare(world)
    mia, southwest = call("mia"), pair_of(world, "adventure", "southwest").public_id
    for name in ("lines", "accounts", "months", "signals", "late-orders", "submissions"):
        northwest = mia.get(name, partnership=pair_of(world).public_id)
        assert northwest.json() == {"results": [], "next": None}, name
        assert northwest.content == mia.get(name, partnership=southwest).content, name
    shared = {row["id"]: row["shared"] for row in mia.rows("partnerships")}
    assert shared[pair_of(world).public_id] == shared[southwest] == []


@pytest.mark.parametrize("end", [suspend_partnership, end_partnership])
def test_a_partnership_that_rests_shows_nothing(world: World, call: Call, end: Any) -> None:
    with acting_as(world.actor("northwest-admin")):
        end(pair_of(world))
    assert [name for name, rows in read(world, call, "mia").items() if rows] == []


def test_months_and_families_that_are_granted_bound_what_is_read(world: World, call: Call) -> None:
    reshare(world, Category.VOLUME, from_month=date(2026, 1, 1))
    found = read(world, call, "mia")
    assert {row["month"] for row in found["lines"]} == {"2026-01", "2026-02", "2026-03"}
    assert {row["month"] for row in found["months"]} == {"2026-01", "2026-02", "2026-03"}
    with acting_as(world.actor("mia")):
        families = dict(ProductFamily.objects.values_list("name", "pk"))
    reshare(world, Category.VOLUME, family_id=families["Helmets"])
    assert read(world, call, "mia")["lines"] == []
    reshare(world, Category.VOLUME, family_id=families["Road Bikes"])
    assert {row["family"] for row in read(world, call, "mia")["lines"]} == {"Road Bikes"}


def test_months_are_cut_where_the_caller_says(world: World, call: Call) -> None:
    ana, pair = call("ana"), pair_of(world).public_id
    cut = {"partnership": pair, "from_month": "2025-11", "to_month": "2026-02"}
    for name in ("lines", "months"):
        assert {row["month"] for row in ana.rows(name, **cut)} == {"2025-11", "2025-12", "2026-01"}
    assert min(row["month"] for row in ana.rows("months")) == f"{FIRST:%Y-%m}"


def test_who_works_some_partnerships_reads_those(world: World, call: Call) -> None:
    world.share("adventure", "southwest", Category.VOLUME)
    analyse(world, "southwest")
    with acting_as(world.actor("adventure-admin")):
        give_reach(world.seats["max"].user, pair_of(world, "adventure", "southwest"))
    max_, southwest = call("max"), pair_of(world, "adventure", "southwest").public_id
    assert [row["id"] for row in max_.rows("partnerships")] == [southwest]
    for name in ("accounts", "months", "signals", "late-orders"):
        assert {row["partnership"] for row in max_.rows(name)} == {southwest}, name
    assert max_.get("lines", partnership=pair_of(world).public_id).status_code == 400


def test_who_works_some_accounts_reads_those(world: World, call: Call, ids: dict[str, str]) -> None:
    rita, pair = call("rita"), pair_of(world).public_id
    for name in ("accounts", "months", "signals", "late-orders", "follow-ups"):
        assert rita.rows(name) == [], name
    assert rita.rows("lines", partnership=pair) == []
    with acting_as(world.actor("northwest-admin")):
        held = Account.objects.get(identity__public_id=ids["account"])
        give_reach(world.seats["rita"].user, held)
    assert {row["id"] for row in rita.rows("accounts")} == {ids["account"]}
    assert {row["account"] for row in rita.rows("late-orders")} == {ids["account"]}
    for name in ("months", "signals", "follow-ups"):
        assert {row["account"]["id"] for row in rita.rows(name)} == {ids["account"]}, name
    assert {row["account"]["id"] for row in rita.rows("lines", partnership=pair)} == {ids["account"]}
    other = next(row["id"] for row in call("ana").rows("accounts") if row["id"] != ids["account"])
    assert rita.get(f"accounts/{other}").status_code == 404
    assert rita.get("months", account=other).status_code == 400


@pytest.mark.parametrize("person", ["sam", "otto", "contoso-admin"])
def test_a_rival_meets_no_word_of_northwest_in_any_call(
    world: World, call: Call, ids: dict[str, str], person: str
) -> None:
    stranger, words = call(person), (canary("northwest"), "4711", "Ring them", "march.csv")
    assert len(addresses(ids)) == 17
    for naming in (False, True):
        for name, url in addresses(ids, naming=naming).items():
            body = stranger.get(url).content.decode()
            assert not [word for word in words if word in body], (name, url)
            if "?" in url or any(one in url for one in ids.values()):
                assert stranger.get(url).status_code in (400, 404), (name, url)
    for name in (*LISTS, "partnerships"):
        for row in stranger.rows(name):
            assert not [word for word in words if word in str(row)], name
    assert call("ana").get("late-orders").content.decode().count(canary("northwest")) >= 1


def test_one_customer_has_nothing_in_common_for_two_makers(world: World, call: Call) -> None:
    world.share("contoso", "northwest", Category.VOLUME)
    analyse(world, "northwest")
    theirs = [call(person).rows("accounts") for person in ("mia", "contoso-admin")]
    known = [{row[key] for row in rows for key in ("id", "pseudonym")} for rows in theirs]
    assert all(known)
    assert not known[0] & known[1]
    lines = [
        {row["id"] for row in call(person).rows("lines", partnership=pair_of(world, maker).public_id)}
        for person, maker in (("mia", "adventure"), ("contoso-admin", "contoso"))
    ]
    assert all(lines)
    assert not lines[0] & lines[1]


@pytest.mark.parametrize("person", ["ana", "mia"])
def test_the_figures_are_those_of_the_pages(world: World, call: Call, person: str) -> None:
    with acting_as(world.actor(person)):
        partnerships = list_partnerships()
        accounts = {row.card.token: row for row in list_accounts(partnerships)}
        late = list_late_orders(partnerships)
        tokens = {card.ref: card.token for card in list_cards(partnerships).values()}
    rows = call(person).rows("accounts")
    assert len(rows) == len(accounts)
    for row in rows:
        same = [
            one
            for one in accounts.values()
            if (one.card.ref, one.partnership.public_id) == (row["id"], row["partnership"])
        ]
        (page,) = same
        assert (row["orders"], row["standing"]) == (page.orders, slug(page.judgement))
        assert Decimal(row["units_12_months"]) == page.units
        assert Decimal(row["net_12_months"]["amount"]) == (page.net.amount if page.net else None)
        assert [step["step"] for step in row["ladder"]] == [lit.step for lit in page.lit]
    assert tokens
    told = [(row["signal"], row["days_late"], row["account"]) for row in call(person).rows("late-orders")]
    assert told == [(row.finding_id, row.days_late, row.card.ref) for row in late]


def test_months_add_up_to_the_lines(world: World, call: Call) -> None:
    mia, cut = (
        call("mia"),
        {"partnership": pair_of(world).public_id, "from_month": "2025-04", "to_month": "2026-04"},
    )
    lines, months = mia.rows("lines", **cut), mia.rows("months", **cut)
    assert sum(Decimal(line["quantity"]) for line in lines) == sum(Decimal(row["units"]) for row in months)
    net = sum(Decimal(line["net_amount"]) for line in lines)
    assert net == sum(Decimal(one["net_revenue"]) for row in months for one in row["money"])


def test_both_sides_know_a_line_by_one_id(world: World, call: Call) -> None:
    pair = pair_of(world).public_id
    own, theirs = (call(person).rows("lines", partnership=pair, limit=200) for person in ("ana", "mia"))
    assert [row["id"] for row in own] == [row["id"] for row in theirs]
    assert len({row["id"] for row in own}) == len(own)


def test_the_owner_reads_that_a_system_read(world: World, call: Call) -> None:
    call("mia").get("lines", partnership=pair_of(world).public_id, limit=7)
    with acting_as(world.actor("ana")):
        entry = AccessEntry.objects.filter(what="lines", reader_user_id=world.seats["mia"].user_id).get()
        assert entry.rows >= 7


def test_no_cache_keeps_an_answer_for_another(world: World, call: Call) -> None:
    ana = call("ana")
    answer = ana.get("accounts")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "Accept"} <= set(answer.headers["Vary"].split(", "))
    again = ana.ask("get", "accounts", **{"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = call("mia").ask("get", "accounts", **{"If-None-Match": answer.headers["ETag"]})
    assert other.status_code == 200


def test_an_account_is_read_in_the_partnership_that_is_named(world: World, call: Call) -> None:
    ana, ref = call("ana"), ref_of(world, "ana", *PAIR)
    pair = pair_of(world).public_id
    one = ana.get(f"accounts/{ref}", partnership=pair).json()
    assert one in ana.rows("accounts", partnership=pair)
    other = ana.get(f"accounts/{ref}", partnership=pair_of(world, "contoso").public_id).json()
    assert (other["id"], other["partnership"]) == (ref, pair_of(world, "contoso").public_id)
    assert other["pseudonym"] != one["pseudonym"]
    foreign, invented = pair_of(world, "contoso", "outpost").public_id, "ptn_00000000000000000000"
    refused = [ana.get(f"accounts/{ref}", partnership=one) for one in (foreign, invented)]
    assert [answer.status_code for answer in refused] == [400, 400]
    assert but_request_id(refused[0]) == but_request_id(refused[1])
    assert ana.ask("head", f"accounts/{ref}").content == b""
