"""'See as they do': the same pages through a maker's eyes, in which nothing can be changed and nobody else appears."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import get_script_prefix, reverse

from partners.access.doors import list_cards_of
from partners.agreements.models import Category
from partners.agreements.services import end_partnership, suspend_partnership
from partners.audit.models import AccessEntry
from partners.organisations.models import Membership
from partners.tenancy.actors import Role
from partners.tenancy.context import acting_as
from tests.stages import staged
from tests.ui.conftest import Browse, amount, analyse, canary, ref_of, sell_everywhere
from tests.world import World

PAIR = ("adventure", "northwest")
LISTS = ("home", "accounts", "partnerships", "follow_ups", "submissions", "definitions")
NAMES = re.compile(r'<th scope="row">\s*<a href="[^"]+">([^<]+)</a>')
LINKS = re.compile(r'(?:href|action|src|data-live)="([^"#][^"]*)"')


def settle_sharing(world: World) -> None:
    """Every pair shares volumes and prices, and everybody's figures are there."""
    for maker, distributor in world.partnerships:
        if maker != distributor:
            world.share(maker, distributor, Category.VOLUME, Category.PRICE)
    analyse(world, "northwest", "southwest")


sharing = staged(sell_everywhere, settle_sharing)


def prefix(world: World, maker: str = "adventure") -> str:
    return f"/as/{world.partnerships[maker, 'northwest'].public_id}"


def mirrored(world: World, client: Client, maker: str = "adventure") -> Iterator[tuple[str, str]]:
    """Every page of figures in the mirror, with what the lists link to."""
    urls = [prefix(world, maker) + reverse(name) for name in LISTS]
    with acting_as(world.actor("mia" if maker == "adventure" else "contoso-admin")):
        ref = ref_of(world, "mia" if maker == "adventure" else "contoso-admin", maker, "northwest")
    pair = world.partnerships[maker, "northwest"].public_id
    urls += [
        prefix(world, maker) + url
        for url in (
            reverse("account", args=[ref]),
            reverse("account_lines", args=[ref]),
            reverse("evidence", args=[ref, "breadth_narrows"]),
            reverse("partnership", args=[pair]),
        )
    ]
    for url in urls:
        response = client.get(url)
        assert response.status_code == 200, url
        yield url, response.content.decode()


def test_it_shows_what_the_maker_sees(sharing: World, browse: Browse) -> None:
    pair = sharing.partnerships[PAIR].public_id
    theirs = browse("mia").get(reverse("accounts"), {"partnership": pair}).content.decode()
    seen = browse("ana").get(prefix(sharing) + reverse("accounts")).content.decode()
    assert NAMES.findall(seen) == NAMES.findall(theirs) != []
    assert all(name.startswith("Customer ") for name in NAMES.findall(seen))


@pytest.mark.parametrize("maker", ["adventure", "contoso"])
def test_no_word_of_anybody_else_and_no_name_that_is_kept(sharing: World, browse: Browse, maker: str) -> None:
    pages = dict(mirrored(sharing, browse("ana"), maker))
    assert any(f"{amount('northwest')}".partition(".")[0][-3:] in page for page in pages.values())
    for url, page in pages.items():
        for distributor in ("northwest", "southwest", "outpost", "adventure"):
            assert canary(distributor) not in page, (url, distributor)
        for distributor in ("Southwest", "Outpost"):
            assert distributor not in page, (url, distributor)
        assert "Profit at stake" not in page, url  # it would tell of the maker's cost


def test_every_way_on_stays_in_it_and_one_leads_back(sharing: World, browse: Browse) -> None:
    for url, page in mirrored(sharing, browse("ana")):
        ways = LINKS.findall(page)
        outside = {way for way in ways if not way.startswith((prefix(sharing), "/static/", "?"))}
        assert outside == {url.removeprefix(prefix(sharing))}, url
        assert "You see what Adventure sees of you." in page, url
        assert 'method="post"' not in page, url
        assert "data-live=" not in page, url


def test_nothing_is_changed_in_it(sharing: World, browse: Browse) -> None:
    ana = browse("ana")
    for name in ("home", "accounts", "follow_ups", "seat", "submission_new", "follow_up_new"):
        assert ana.post(prefix(sharing) + reverse(name), {}).status_code == 404, name
    for name in ("submission_new", "follow_up_new", "seat", "live"):
        assert ana.get(prefix(sharing) + reverse(name)).status_code == 404, name


def test_every_page_of_a_distributor_leads_into_it(sharing: World, browse: Browse) -> None:
    ana = browse("ana")
    ref = ref_of(sharing, "ana", *PAIR)
    with acting_as(sharing.actor("ana")):
        tokens = {card.token for _, card in list_cards_of(ref)}
    urls = [reverse(name) for name in LISTS]
    urls += [reverse("account", args=[ref]), reverse("submission_new"), reverse("account_lines", args=[ref])]
    for url in urls:
        page = ana.get(url).content.decode()
        ways = re.findall(r'href="(/as/ptn_[^"]+)"', page)
        assert len(ways) == 2, url  # two makers
        for way in ways:
            assert ana.get(way).status_code == 200, (url, way)
    page = ana.get(reverse("account", args=[ref])).content.decode()
    assert any(token in way for way in re.findall(r'href="(/as/[^"]+)"', page) for token in tokens)
    assert "/as/ptn_" not in browse("mia").get("/").content.decode()
    assert "/as/ptn_" not in browse("rita").get("/").content.decode()


def test_who_may_not_look_finds_nothing(sharing: World, browse: Browse) -> None:
    for person in ("sam", "otto", "mia", "contoso-admin", "southwest-admin"):
        client = browse(person)
        for name in LISTS:
            assert client.get(prefix(sharing) + reverse(name)).status_code == 404, (person, name)
        assert client.get("/as/ptn_00000000000000000000/").status_code == 404
    for person in ("rita", "uwe"):
        assert browse(person).get(prefix(sharing) + reverse("accounts")).status_code == 403, person


def test_a_mirror_widens_no_role(sharing: World, browse: Browse) -> None:
    """Whoever may not see files in their own seat sees none in a mirror."""
    with acting_as(sharing.actor("northwest-admin")):
        Membership.objects.filter(pk=sharing.seats["ana"].pk).update(role=Role.VIEWER.value)
    ana = browse("ana")
    assert ana.get(reverse("submissions")).status_code == 403
    assert ana.get(prefix(sharing) + reverse("submissions")).status_code == 403
    assert ana.get(prefix(sharing) + reverse("accounts")).status_code == 200


def test_a_suspended_one_is_empty_and_an_ended_one_is_gone(sharing: World, browse: Browse) -> None:
    ana = browse("ana")
    with acting_as(sharing.actor("northwest-admin")):
        suspend_partnership(sharing.partnerships[PAIR])
    assert NAMES.findall(ana.get(prefix(sharing) + reverse("accounts")).content.decode()) == []
    with acting_as(sharing.actor("northwest-admin")):
        end_partnership(sharing.partnerships[PAIR])
    assert ana.get(prefix(sharing) + reverse("accounts")).status_code == 404


def test_looking_is_nobody_s_reading_and_leaves_nothing_behind(sharing: World, browse: Browse) -> None:
    ana = browse("ana")
    urls = [url for url, _ in mirrored(sharing, ana)]
    with acting_as(sharing.actor("ana")):
        before = AccessEntry.objects.count()
    assert {ana.get(url).status_code for url in urls} == {200}
    with acting_as(sharing.actor("ana")):
        assert AccessEntry.objects.count() == before
    assert get_script_prefix() == "/"
    assert canary("northwest") in ana.get(reverse("accounts")).content.decode()


def test_tricks_with_the_address_lead_nowhere(sharing: World, browse: Browse) -> None:
    ana = browse("ana")
    for path in ("/accounts/%0Ajunk/", "//evil.example/", "/as/ptn_x/accounts/", "/../accounts/"):
        assert ana.get(prefix(sharing) + path).status_code == 404, path


def test_a_nul_is_in_no_address_of_ours(world: World, browse: Browse) -> None:
    ana = browse("ana")
    for url in (
        "/accounts/acc_%00/",
        "/follow-ups/fup_%00/",
        "/accounts/?text=%00",
        "/follow-ups/new/?account=%00",
    ):
        assert ana.get(url).status_code == 404, url
