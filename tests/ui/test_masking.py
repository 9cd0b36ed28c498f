"""What is not shared is not on the page: no column, no heading, no word, no figure, no order of rows."""

import re
from collections.abc import Iterable
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from partners.access.doors import list_cards, list_partnerships
from partners.agreements.models import Category
from partners.agreements.services import revoke_grant
from partners.tenancy.context import acting_as
from tests.stages import staged
from tests.ui.conftest import Browse, amount, analyse, canary, sell_everywhere, sell_steadily
from tests.world import World

MONEY = re.compile(
    r"[$€£]|\b(?:USD|EUR|money|net|price|prices|profit|margin|revenue|amount|discount)\b", re.IGNORECASE
)
NOT_SHARED = "not shared"


# What is withheld is said of the one step that rests on it: the maker knows the grants.
WITHHELD = re.compile(
    r'<li class="step-6 unknown">\s*<h3>Revenue drops</h3>\s*<p class="quiet">prices are not shared</p>\s*</li>'
)


def without_token(body: bytes) -> bytes:
    return re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", body)


def share_all(world: World) -> None:
    for maker, distributor in world.partnerships:
        if maker != distributor:
            world.share(maker, distributor, *Category)
    analyse(world)


all_shared = staged(sell_everywhere, share_all)


def pages_of(world: World, person: str, client: Client) -> dict[str, str]:
    """Every page of figures that this person can open, as text with its markup."""
    with acting_as(world.actor(person)):
        refs = [card.ref for card in list_cards(list_partnerships()).values()]
    urls = [reverse(name) for name in ("home", "accounts", "partnerships", "submissions")]
    urls += [f"{reverse('accounts')}?sort=-late", f"{reverse('accounts')}?sort=account&text=a"]
    urls += [reverse("account", args=[ref]) for ref in refs]
    found = {url: client.get(url) for url in urls}
    assert {response.status_code for response in found.values()} == {200}
    return {
        url: WITHHELD.sub("", unescape(without_token(response.content).decode()))
        for url, response in found.items()
    }


def figures(amounts: Iterable[Decimal]) -> list[str]:
    """An amount as a page might write it."""
    return [text for value in amounts for text in (f"{value}", f"{value:,.2f}", f"{value:,.0f}")]


def test_with_volumes_alone_there_is_no_money_and_nobodys_name(channel: World, browse: Browse) -> None:
    channel.share("contoso", "northwest", Category.VOLUME)
    channel.share("contoso", "outpost", Category.VOLUME)
    analyse(channel, "northwest", "outpost")
    pages = pages_of(channel, "contoso-admin", browse("contoso-admin"))
    assert len(pages) == 6 + 4
    for url, page in pages.items():
        body = page.partition("<body>")[2]
        assert not MONEY.findall(body), url
        assert NOT_SHARED not in body, url
        for distributor in ("northwest", "outpost"):
            assert canary(distributor) not in body, url
            assert not [text for text in figures([amount(distributor)]) if text in body], url
    home = pages["/"]
    assert "Two accounts should have ordered by now" in home
    assert home.count("Customer ") >= 2
    assert re.search(r"Customer [0-9A-Z]{4}-[0-9A-Z]{2}", home)
    assert "US 981" in home


def test_with_prices_there_is_money_and_still_nobodys_name(channel: World, browse: Browse) -> None:
    channel.share("contoso", "northwest", Category.VOLUME, Category.PRICE)
    analyse(channel, "northwest")
    pages = pages_of(channel, "contoso-admin", browse("contoso-admin"))
    assert "of gross profit is waiting" in pages["/"]
    assert "$4,711.13" in "".join(pages.values())
    assert canary("northwest") not in "".join(pages.values())


def test_with_names_there_are_names_and_still_no_money(channel: World, browse: Browse) -> None:
    channel.share("contoso", "northwest", Category.VOLUME, Category.IDENTITY)
    analyse(channel, "northwest")
    pages = pages_of(channel, "contoso-admin", browse("contoso-admin"))
    name = f"{canary('northwest')}1"
    assert f"{name} Velodrome" in pages["/"]
    assert any(f"c-{name}-2" in page for page in pages.values())  # a document's number
    assert f"{name}ville" in pages["/"]
    for url, page in pages.items():
        assert not MONEY.findall(page.partition("<body>")[2]), url
        assert f"Mx {name}" not in page, url  # salespeople are contacts


def test_a_list_of_both_kinds_says_what_is_not_shared(channel: World, browse: Browse) -> None:
    channel.share("contoso", "northwest", Category.VOLUME, Category.PRICE)
    channel.share("contoso", "outpost", Category.VOLUME)
    analyse(channel, "northwest", "outpost")
    client = browse("contoso-admin")
    listed = client.get(reverse("accounts")).content.decode()
    assert listed.count(NOT_SHARED) == 2
    assert "6,917" not in listed
    home = client.get("/").content.decode()
    assert "of gross profit is waiting with 1 of them" in home
    assert NOT_SHARED in home


@pytest.mark.parametrize(
    ("person", "strangers"),
    [
        ("ana", ("southwest", "outpost", "adventure")),
        ("sam", ("northwest", "outpost", "adventure")),
        ("otto", ("northwest", "southwest", "adventure")),
        ("mia", ("outpost",)),
        ("contoso-admin", ("southwest", "adventure")),
    ],
)
def test_nobody_meets_a_word_of_a_stranger(
    all_shared: World, browse: Browse, person: str, strangers: tuple[str, ...]
) -> None:
    pages = pages_of(all_shared, person, browse(person))
    assert any("finch" in page for page in pages.values())
    for url, page in pages.items():
        for stranger in strangers:
            assert canary(stranger) not in page, (url, stranger)
            assert not [text for text in figures([amount(stranger)]) if text in page], (url, stranger)


def test_hidden_columns_cannot_be_sorted_or_searched_by(channel: World, browse: Browse) -> None:
    channel.share("contoso", "northwest", Category.VOLUME)
    analyse(channel, "northwest")
    client, rows = browse("contoso-admin"), reverse("accounts")
    for sort in ("net", "-net"):
        assert client.get(rows, {"sort": sort}).content == client.get(rows, {"sort": "invented"}).content
        assert client.get(rows, {"sort": sort}).status_code == 400
    assert "No account fits" in client.get(rows, {"text": canary("northwest")}).content.decode()
    assert "2 of 2 accounts" in client.get(rows, {"text": "customer"}).content.decode()


def test_a_revoked_grant_empties_the_pages_at_once(channel: World, browse: Browse) -> None:
    (volume,) = channel.share("contoso", "northwest", Category.VOLUME)
    analyse(channel, "northwest")
    client = browse("contoso-admin")
    url = re.search(r'href="(/accounts/cus_\w+/)"', client.get(reverse("accounts")).content.decode())
    assert url
    assert client.get(url[1]).status_code == 200
    with acting_as(channel.actor("northwest-admin")):
        revoke_grant(volume)
    assert client.get(url[1]).status_code == 404
    assert "No account yet" in client.get(reverse("accounts")).content.decode()
    assert "Nothing to judge yet" in client.get("/").content.decode()


def test_nothing_shared_and_nothing_sent_look_the_same(world: World, browse: Browse) -> None:
    analyse(world)
    client, urls = browse("contoso-admin"), ("/", reverse("accounts"), reverse("partnerships"))
    empty = [without_token(client.get(url).content) for url in urls]
    sell_steadily(world, "contoso", "northwest")
    sell_steadily(world, "contoso", "outpost")
    analyse(world)
    assert [without_token(client.get(url).content) for url in urls] == empty


def test_a_representative_sees_sums_over_the_accounts_held_alone(channel: World, browse: Browse) -> None:
    analyse(channel)
    assert "No account yet" in browse("rita").get(reverse("accounts")).content.decode()
    home = browse("rita").get("/").content.decode()
    assert "Nothing to judge yet" in home
    assert not re.search(r"\$\d", home)


def test_the_owner_reads_who_read_what(channel: World, browse: Browse) -> None:
    channel.share("contoso", "northwest", Category.VOLUME)
    analyse(channel, "northwest")
    owner, reader = browse("ana"), browse("contoso-admin")
    before = one_line(owner.get(reverse("partnerships")).content)
    assert "the lines behind its figures: 1 time by its machines" in before
    assert "the list of accounts" not in before
    reader.get(reverse("accounts"))
    reader.get(reverse("accounts"))
    after = one_line(owner.get(reverse("partnerships")).content)
    assert "the list of accounts: 2 times by 1 person" in after
    assert after.count("Nobody has read anything.") == 1  # Adventure, to whom nothing is granted
    assert "Read this month" not in reader.get(reverse("partnerships")).content.decode()


def one_line(body: bytes) -> str:
    return " ".join(body.decode().split())


def test_an_owner_sees_what_it_keeps_and_what_it_gives(channel: World, browse: Browse) -> None:
    channel.share("contoso", "northwest", Category.PRICE)
    sell_steadily(channel, "contoso", "northwest", accounts=3)
    analyse(channel, "northwest")
    page = browse("ana").get(reverse("partnerships")).content.decode()
    assert "Nothing is shared: they see no row of yours." in page
    assert "Opens nothing yet; it rests on:" in page  # prices without volumes
    channel.share("contoso", "northwest", Category.VOLUME)
    page = browse("ana").get(reverse("partnerships")).content.decode()
    assert "Opens nothing yet" not in page
    assert re.search(r"Not shared: they see Customer [0-9A-Z]{4}-[0-9A-Z]{2}", page)
