"""The list of accounts and the page behind each."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from partners.access.reach import give_reach
from partners.accounts.models import AccountIdentity
from partners.agreements.models import Category
from partners.tenancy.context import acting_as
from tests.stages import staged
from tests.ui.conftest import AS_OF, Browse, NamedSale, analyse, sell_everywhere, sell_steadily
from tests.world import World

LIST = "/accounts/"


def names(client: Client, **asked: str) -> list[str]:
    """The accounts of a page of the list, in its order."""
    response = client.get(LIST, asked)
    assert response.status_code == 200, response.content.decode()
    return re.findall(r'<th scope="row">\s*<a href="[^"]+">([^<]+)</a>', response.content.decode())


def northwest_analysed(world: World) -> None:
    analyse(world, "northwest")


own = staged(sell_everywhere, northwest_analysed)


@pytest.fixture
def ana(own: World, browse: Browse) -> Client:
    return browse("ana")


def test_the_list_has_each_account_once_a_partnership(ana: Client) -> None:
    assert len(names(ana)) == 4
    assert set(names(ana)) == {"northfinch1 Velodrome", "northfinch2 Velodrome"}


def test_filters_take_away_and_say_how_many_are_left(ana: Client, channel: World) -> None:
    contoso = channel.partnerships["contoso", "northwest"].public_id
    assert len(names(ana, partnership=contoso)) == 2
    assert names(ana, standing="late", partnership=contoso) == ["northfinch1 Velodrome"]
    assert names(ana, text=" FINCH2 ", partnership=contoso) == ["northfinch2 Velodrome"]
    assert names(ana, text="finch2ville", partnership=contoso) == ["northfinch2 Velodrome"]
    assert "2 of 4 accounts" in ana.get(LIST, {"standing": "late"}).content.decode()


def test_an_empty_answer_says_the_next_step(ana: Client) -> None:
    page = ana.get(LIST, {"text": "nobody of this name"}).content.decode()
    assert "No account fits" in page
    assert 'href="/accounts/">Show all accounts' in page


def test_every_column_sorts_both_ways_and_says_so(ana: Client) -> None:
    for sort in ("account", "ladder", "gap", "late", "last", "orders", "units", "net"):
        rising, falling = ana.get(LIST, {"sort": sort}), ana.get(LIST, {"sort": f"-{sort}"})
        assert rising.content.decode().count('aria-sort="ascending"') == 1, sort
        assert falling.content.decode().count('aria-sort="descending"') == 1, sort
        if sort not in ("gap", "net", "late", "ladder"):  # in these, all who have a value have the same one
            assert names(ana, sort=sort) != names(ana, sort=f"-{sort}"), sort


NOT_OFFERED: tuple[dict[str, str | list[str]], ...] = (
    {"colour": "red"},
    {"sort": "identity__name"},
    {"sort": "--units"},
    {"standing": "sleeping"},
    {"partnership": "ptn_invented"},
    {"page": "0"},
    {"page": "2"},
    {"page": "x"},
    {"page": "9" * 5000},
    {"sort": ["units", "orders"]},
)
SENTENCE = re.compile(
    r"<p>(This page has no parameter of that name\. It knows: text, partnership, standing, sort, page\."
    r"|The parameter &#x27;\w+&#x27; has a value that this page does not offer\."
    r"|There is no such page of this list: it has pages 1 to 1\.)</p>"
)


def test_what_the_list_does_not_offer_is_refused_with_a_sentence(ana: Client) -> None:
    for asked in NOT_OFFERED:
        response = ana.get(LIST, asked)
        assert response.status_code == 400, asked
        assert SENTENCE.search(response.content.decode()), asked


def test_a_rivals_partnership_is_refused_like_an_invented_one(ana: Client, channel: World) -> None:
    foreign = ana.get(LIST, {"partnership": channel.partnerships["adventure", "southwest"].public_id})
    invented = ana.get(LIST, {"partnership": "ptn_invented"})
    assert (foreign.status_code, foreign.content) == (400, invented.content)


def test_fifty_fit_on_a_page_and_the_filters_stay(channel: World, browse: Browse) -> None:
    sell_steadily(channel, "contoso", "outpost", accounts=53)
    analyse(channel, "outpost")
    otto = browse("otto")
    assert len(names(otto)) == 50
    assert len(names(otto, page="2")) == 3
    page = otto.get(LIST, {"text": "finch"}).content.decode()
    assert "1 to 50 of 53" in page
    assert 'rel="next" href="?text=finch&amp;page=2"' in page


def account_url(world: World, person: str, code: str, client: Client) -> str:
    found = re.search(rf'href="(/accounts/[^"]+)">{code}', client.get(LIST).content.decode())
    assert found
    return found[1].replace("&amp;", "&")


def test_a_late_account_says_how_late_it_is_and_shows_the_orders(ana: Client, channel: World) -> None:
    page = ana.get(account_url(channel, "ana", "northfinch1", ana)).content.decode()
    text = " ".join(page.replace("\xa0", " ").split())
    assert re.search(r"<h1>northfinch1 Velodrome should have ordered \d+ days ago</h1>", text)
    assert "(gross profit)" in text
    assert "-northfinch1-260302" in page  # its last document, by number
    assert text.count('<th scope="row">') >= 24
    assert "Should have ordered" in page
    assert "nine in ten of the buyer&#x27;s own gaps" in page


def test_an_account_in_rhythm_says_so_calmly(ana: Client, channel: World) -> None:
    page = ana.get(account_url(channel, "ana", "northfinch2", ana)).content.decode().replace("\xa0", " ")
    assert "northfinch2 Velodrome is in its rhythm of 14 days" in page
    assert "at stake" not in page


def test_a_short_record_is_no_judgement(channel: World, browse: Browse) -> None:
    day = AS_OF - timedelta(days=5)
    channel.sell("contoso", "outpost", [NamedSale("new-1", day, "outpofinchnew", "RB-1")])
    analyse(channel, "outpost")
    otto = browse("otto")
    page = otto.get(account_url(channel, "otto", "outpofinchnew", otto)).content.decode()
    assert "has too short a record to judge: 1 order<" in " ".join(page.split()).replace(" </h1>", "</h1>")


def test_an_account_of_two_makers_is_looked_at_in_one_partnership_at_a_time(
    ana: Client, channel: World
) -> None:
    url = account_url(channel, "ana", "northfinch1", ana).partition("?")[0]
    seen = set()
    for pair in (("adventure", "northwest"), ("contoso", "northwest")):
        page = ana.get(url, {"partnership": channel.partnerships[pair].public_id}).content.decode()
        seen.add(re.findall(r"\w-northfinch1-260302", page)[0])
    assert seen == {"a-northfinch1-260302", "c-northfinch1-260302"}
    foreign = channel.partnerships["contoso", "outpost"].public_id
    assert ana.get(url, {"partnership": foreign}).status_code == 400


def test_a_representative_opens_the_accounts_held_and_no_other(channel: World, browse: Browse) -> None:
    analyse(channel, "northwest")
    with acting_as(channel.actor("northwest-admin")):
        held, other = AccountIdentity.objects.order_by("pk").select_related("account")
        give_reach(channel.seats["rita"].user, held.account)
    rita = browse("rita")
    assert set(names(rita)) == {"northfinch1 Velodrome"}
    assert rita.get(reverse("account", args=[held.public_id])).status_code == 200
    assert rita.get(reverse("account", args=[other.public_id])).status_code == 404
    assert "northfinch2" not in rita.get("/").content.decode()


def test_without_single_orders_the_page_rests_on_months(channel: World, browse: Browse) -> None:
    channel.share("contoso", "northwest", Category.VOLUME)
    analyse(channel, "northwest")
    client = browse("contoso-admin")
    found = re.search(r'href="(/accounts/cus_\w+/)"', client.get(LIST).content.decode())
    assert found
    page = client.get(found[1]).content.decode()
    months = re.findall(r'"month": "[\d-]+", "value": [\d.]+, "smooth"', page)
    assert len(months) == 24  # two whole years
    assert "Source" not in page  # files are the distributor's own
