"""Each identity level on every surface: what is not known there is in no page, no answer and no document."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from django.urls import reverse

from analytics.runs.services import analyse_partnership
from partners.access.mirrors import look_through
from partners.accounts.models import AccountHandle, AccountIdentity
from partners.agreements.models import Category, Granularity
from partners.tenancy.actors import Actor
from partners.tenancy.context import acting_as
from tests.api.conftest import Caller, key_for
from tests.reports.conftest import text_of, written
from tests.stages import staged
from tests.ui.conftest import Browse, amount, canary
from tests.world import Sale, World

PAIR = ("adventure", "northwest")
MONTH, AREA = Granularity.MONTH, Granularity.AREA
PAGES = ("home", "accounts", "partnerships")
LISTS = ("partnerships", "accounts", "months", "signals", "late-orders", "areas")


def sell(world: World) -> None:
    """Seven customers of Northwest in the industry 'Zymurgy', two years of a bike and a helmet a month; one halves."""
    rows = [
        Sale(
            f"INV{number}-{year}-{month}",
            date(year, month, 3 + number),
            f"{canary('northwest')}{number}",
            sku,
            Decimal(4 if (number, year) != (7, 2026) else 1),
            amount("northwest"),
            line=line,
            postcode="10001" if number == 7 else "98104",
            industry="Zymurgy",
        )
        for number in range(1, 8)
        for year in (2024, 2025, 2026)
        for month in range(1, 13)
        if (year, month) < (2026, 4)
        for line, sku in enumerate(("RB-1", "HE-1"), start=1)
    ]
    world.sell(*PAIR, rows)


trade = staged(sell)


def look(world: World) -> None:
    with acting_as(world.worker("adventure")):
        analyse_partnership(world.partnerships[PAIR].pk)


def surfaces(world: World, browse: Browse, person: str = "mia") -> dict[str, str]:
    """Every page, answer and document of this person's that tells of Northwest."""
    client, caller = browse(person), Caller(key_for(world, person))
    partnership = world.partnerships[PAIR].public_id
    urls = [reverse(name) for name in PAGES] + [reverse("partnership", args=[partnership])]
    with acting_as(world.actor(person)):
        tokens = list(
            AccountHandle.objects.filter(distributor_id=world.orgs["northwest"].pk).values_list(
                "token", flat=True
            )
        )
    urls += [reverse(name, args=[token]) for token in tokens for name in ("account", "account_lines")]
    found = {url: client.get(url) for url in urls}
    found |= {name: caller.get(name) for name in LISTS}
    found["lines"] = caller.get("lines", partnership=partnership)
    assert {response.status_code for response in found.values()} == {200}
    told = {name: unescape(response.content.decode()) for name, response in found.items()}
    told["pdf"] = text_of(world, person, written(world, person))
    return told


def absent(told: dict[str, str], words: Iterable[str]) -> None:
    for name, body in told.items():
        assert not [word for word in words if word in body], name


def who(world: World) -> list[str]:
    """Everything by which one of Northwest's customers could be told."""
    with acting_as(world.actor("ana")):
        handles = list(AccountHandle.objects.filter(partnership=world.partnerships[PAIR]))
        ids = list(AccountIdentity.objects.values_list("public_id", flat=True))
    return [
        *ids,
        *(handle.token for handle in handles),
        *(handle.pseudonym for handle in handles),
        canary("northwest"),
        "Zymurgy",
        "Seattle",
        "Shop",
    ]


def test_by_postcode_area_nobody_is_told_apart_anywhere(trade: World, browse: Browse) -> None:
    trade.share(
        *PAIR, Category.VOLUME, Category.PRICE, Category.IDENTITY, Category.CONTACTS, granularity=AREA
    )
    look(trade)
    told = surfaces(trade, browse)
    absent(told, [*who(trade), "INV", "cus_", "acc_", "4,711.13", "4711.13"])
    for name in (
        "/",
        reverse("partnership", args=[trade.partnerships[PAIR].public_id]),
        "partnerships",
        "pdf",
    ):
        assert "By postcode area: no customer is told apart" in " ".join(told[name].split()), name
    page = told[reverse("partnership", args=[trade.partnerships[PAIR].public_id])]
    assert "US 981" in page
    assert "US 100" in page
    assert "Road Bikes" in page
    assert "One postcode area is down the ladder" in told["/"]
    assert "US 100" in told["pdf"]
    assert '"results":[]' in told["accounts"].replace(" ", "")
    assert not re.search(r"\b7\b (?:accounts|customers)", page)


def test_the_interface_lists_areas_with_their_numbers(trade: World) -> None:
    trade.share(*PAIR, Category.VOLUME, granularity=AREA)
    look(trade)
    caller = Caller(key_for(trade, "mia"))
    pages = list(caller.pages("areas", limit=1))
    assert [len(page) for page in pages] == [1, 1]
    (few,), (many,) = pages
    # one customer of both families, four each: 9 months of them in the last twelve, then three months of one
    assert (few["postcode_area"], few["units_12_months"], few["units_year_before"]) == (
        "100",
        "78.0000",
        "96.0000",
    )
    assert {one["family"]: one["units_12_months"] for one in few["families"]} == {
        "Road Bikes": "39.0000", "Helmets": "39.0000",
    }  # fmt: skip
    assert [step["kind"] for step in few["ladder"]] == ["quantity_shrinks"]
    assert (many["units_12_months"], many["ladder"]) == ("576.0000", [])
    assert "net_12_months" not in few
    (partnership,) = (
        one for one in caller.get("partnerships").json()["results"] if not one["is_direct"] and one["shared"]
    )
    assert partnership["seen_by"] == ["area"]
    assert partnership["losses"][0].startswith("By postcode area")
    trade.share(*PAIR, Category.PRICE, granularity=AREA)
    look(trade)
    assert caller.get("areas").json()["results"][0]["net_12_months"] == {
        "amount": str(24 * amount("northwest")) + "00", "currency": "USD",
    }  # fmt: skip
    assert caller.get("areas", country="US").status_code == 400
    assert caller.get("areas", cursor="x").status_code == 400
    assert Caller(key_for(trade, "ana")).get("areas").json()["results"] == []
    assert Caller(key_for(trade, "sam")).get("areas").json()["results"] == []


@pytest.mark.parametrize("is_named", [True, False])
def test_by_month_no_day_no_document_and_no_product_is_told(
    trade: World, browse: Browse, is_named: bool
) -> None:
    trade.share(*PAIR, Category.VOLUME, granularity=MONTH)
    if is_named:
        trade.share(*PAIR, Category.IDENTITY, Category.CONTACTS, granularity=MONTH)
    look(trade)
    told = surfaces(trade, browse)
    absent(told, ["INV", "lin_", "RB-1", "4,711.13", "4711.13"])
    name = f"{canary('northwest')}1 Cycles"
    assert (name in told[reverse("accounts")]) is is_named
    assert "By month: days late and the usual gap cannot be known" in " ".join(
        told[reverse("accounts")].split()
    )
    account = Caller(key_for(trade, "mia")).get("accounts").json()["results"][0]
    assert account.keys() & {"last_order_on", "usual_gap_days", "days_late", "net_12_months"} == set()
    assert (account["standing"], account["last_order_month"]) == ("needs-lines", "2026-03")
    (first, *_) = Caller(key_for(trade, "mia")).get("months").json()["results"]
    assert (first["units"], first["families"], first["orders"]) == ("8.0000", 2, 2)
    assert first.keys() & {"products", "money"} == set()
    # the ends of months alone: of the data, and since when a step is lit
    for body in told.values():
        found = set(re.findall(r"\b(\d{1,2}) (?:Jan|Feb|Mar) 202[456]", re.sub(r"analysed.*", "", body)))
        assert found <= {"28", "29", "31"}, found


def test_a_mirror_shows_the_same_areas(trade: World) -> None:
    from analytics.runs.selectors import get_overview
    from partners.access.doors import list_partnerships

    trade.share(*PAIR, Category.VOLUME, granularity=AREA)
    look(trade)

    def areas(actor: Actor) -> list[object]:
        with acting_as(actor):
            found = get_overview(
                [one for one in list_partnerships() if one.pk == trade.partnerships[PAIR].pk]
            )
            return [(row.place, row.sold, row.families, row.lit) for row in found.areas]

    with acting_as(trade.actor("ana")):
        eyes = look_through(trade.partnerships[PAIR].public_id)[1]
    assert areas(eyes) == areas(trade.actor("mia"))
    assert len(areas(eyes)) == 2


def test_lines_for_one_family_and_areas_for_the_rest(trade: World, browse: Browse) -> None:
    from partners.catalogue.models import ProductFamily

    with acting_as(trade.actor("mia")):
        bikes = ProductFamily.objects.get(name="Road Bikes", manufacturer_id=trade.orgs["adventure"].pk).pk
    trade.share(*PAIR, Category.VOLUME, family_id=bikes)
    trade.share(*PAIR, Category.VOLUME, granularity=AREA)
    look(trade)
    page = (
        browse("mia").get(reverse("partnership", args=[trade.partnerships[PAIR].public_id])).content.decode()
    )
    assert "In part by postcode area" in page
    assert "Its accounts, furthest down the ladder first" in page
    assert "Its postcode areas, furthest down the ladder first" in page
    (summary,) = (
        row
        for row in Caller(key_for(trade, "mia")).get("areas").json()["results"]
        if row["postcode_area"] == "981"
    )
    assert [one["family"] for one in summary["families"]] == ["Helmets"]
