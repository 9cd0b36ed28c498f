"""The sharing pages: sentences, the preview through the maker's eyes, granting, stopping, asking, who looked."""

import re
from urllib.parse import urlencode

import pytest
from django.test import Client

from partners.access.doors import list_cards
from partners.agreements.models import Category, Grant, Granularity, Proposal
from partners.ledger.models import Line
from partners.tenancy.context import acting_as
from tests.agreements.conftest import Desk
from tests.world import FULL

VOLUMES = {
    "categories": ["volume"],
    "granularity": "3",
    "purposes": ["1", "2", "4", "8", "16"],
}


def grants(desk: Desk) -> list[str]:
    with acting_as(desk.world.actor("ana")):
        live = Grant.objects.filter(partnership=desk.partnership, revoked_at=None).order_by("pk")
        return [grant.category for grant in live]


def lines_of(desk: Desk, person: str) -> int:
    with acting_as(desk.world.actor(person)):
        return Line.objects.filter(partnership_id=desk.partnership.pk).count()


def figures(page: str) -> dict[str, tuple[str, str]]:
    """The rows of 'now, and after it'."""
    rows = re.findall(
        r'<th scope="row">([^<]+)</th><td class="n"[^>]*>([^<]*)</td><td class="n"[^>]*>([^<]*)</td>', page
    )
    return {name: (now, then) for name, now, then in rows}


def rows(page: str) -> list[list[str]]:
    """'Rows as they would stand there', a text for each cell."""
    table = page.split('id="rows"')[1].split("</section>")[0]
    found = re.findall(r"<tr>(.*?)</tr>", table.partition("<tbody>")[2], re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in found]
    return [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in cells]


def test_a_preview_shows_what_would_be_seen_and_changes_nothing(desk: Desk) -> None:
    page = desk.read("northwest-admin", "preview/", **VOLUMES)
    assert "Adventure sees units line by line for all families, without customer names." in page
    assert figures(page)["Single lines"] == ("0", "12")
    assert figures(page)["Accounts"] == ("0", "2")
    assert figures(page)["Of them by name"] == ("0", "0")
    assert "NO1" not in page, "no name, no code: they would see pseudonyms"
    assert (grants(desk), lines_of(desk, "mia")) == ([], 0)


def test_the_preview_is_what_the_maker_then_sees(desk: Desk) -> None:
    page = desk.read("northwest-admin", "preview/", **VOLUMES)
    assert desk.post("northwest-admin", "grant/", **VOLUMES) == 302
    shown = set(re.findall(r"Customer ([0-9A-Z-]+)", page))
    with acting_as(desk.world.actor("mia")):
        cards = list_cards([desk.partnership]).values()
    assert shown
    assert shown <= {card.pseudonym for card in cards}
    assert lines_of(desk, "mia") == int(figures(page)["Single lines"][1])


def test_a_preview_of_each_level(desk: Desk) -> None:
    months = figures(desk.read("northwest-admin", "preview/", **{**VOLUMES, "granularity": "2"}))
    assert (months["Accounts"], months["Single lines"]) == (("0", "2"), ("0", "0"))
    assert months["Months"] == ("–", "Jan 2026 – Mar 2026")
    areas = figures(desk.read("northwest-admin", "preview/", **{**VOLUMES, "granularity": "1"}))
    assert (areas["Accounts"], areas["Product families"]) == (("0", "0"), ("0", "2"))
    assert areas["Postcode areas"] == ("0", "1")


MONTHS = ("Jan 2026", "Feb 2026", "Mar 2026")
FAMILIES = ("Helmets", "Road Bikes")


def test_rows_of_months_where_no_line_would_be_seen(desk: Desk) -> None:
    by_month = {**VOLUMES, "granularity": "2"}
    shown = rows(desk.read("northwest-admin", "preview/", **by_month))
    assert sorted(row[1:] for row in shown) == sorted(
        [month, family, "1"] for family in FAMILIES for month in MONTHS
    )
    words = {**by_month, "categories": ["volume", "price", "identity"]}
    named = rows(desk.read("northwest-admin", "preview/", **words))
    assert {(row[0], *row[3:]) for row in named} == {("NO1 Cycles Seattle", "1", "$100.00")}
    assert desk.post("northwest-admin", "grant/", **by_month) == 302
    with acting_as(desk.world.actor("mia")):
        cards = list_cards([desk.partnership]).values()
    assert {row[0].removesuffix(" 981") for row in shown} <= {f"Customer {card.pseudonym}" for card in cards}


def test_rows_of_postcode_areas_where_no_customer_would_be_told_apart(desk: Desk) -> None:
    by_area = {**VOLUMES, "granularity": "1"}
    shown = rows(desk.read("northwest-admin", "preview/", **by_area))
    assert sorted(shown) == sorted(["US 981", month, family, "2"] for family in FAMILIES for month in MONTHS)
    words = {**by_area, "categories": ["volume", "price"]}
    assert {row[4] for row in rows(desk.read("northwest-admin", "preview/", **words))} == {"$200.00"}
    assert rows(desk.read("northwest-admin", "preview/", **{**by_area, "categories": ["inventory"]})) == []


def test_names_are_in_it_where_they_would_be(desk: Desk) -> None:
    page = desk.read("northwest-admin", "preview/", **{**VOLUMES, "categories": ["volume", "identity"]})
    assert figures(page)["Of them by name"] == ("0", "2")
    assert "NO1" in page


def test_names_that_are_shared_already_are_not_said_to_be_withheld(desk: Desk) -> None:
    desk.world.share("adventure", "northwest", *FULL)
    page = desk.read("northwest-admin", "preview/", **VOLUMES)
    assert "Adventure sees units line by line for all families." in page


def test_a_grant_of_one_family_since_february(desk: Desk) -> None:
    form = desk.read("northwest-admin", "change/")
    family = re.search(r'value="(fam_[0-9a-z]+)"[^>]*>\s*Road Bikes', form)
    assert family
    words = {**VOLUMES, "families": [family[1]], "first_month": "2026-02"}
    page = desk.read("northwest-admin", "preview/", **words)
    assert "Adventure sees units line by line for Road Bikes since Feb 2026, without customer names." in page
    assert figures(page)["Single lines"] == ("0", "4")
    assert desk.post("northwest-admin", "grant/", **words) == 302
    assert lines_of(desk, "mia") == 4
    assert "since Feb 2026" in desk.read("mia")


def test_a_grant_is_changed_in_one_step(desk: Desk) -> None:
    desk.world.share("adventure", "northwest", Category.VOLUME)
    with acting_as(desk.world.actor("ana")):
        grant = Grant.objects.get(partnership=desk.partnership).public_id
    form = desk.read("northwest-admin", "change/", grant=grant)
    assert re.search(r'value="volume"[^>]*checked', form)
    words = {**VOLUMES, "first_month": "2026-03", "grant": grant}
    page = desk.read("northwest-admin", "preview/", **words)
    assert figures(page)["Single lines"] == ("12", "4")
    assert "would see less" in page
    assert desk.post("northwest-admin", "grant/", **words) == 302
    assert (grants(desk), lines_of(desk, "mia")) == (["volume"], 4)
    # Widened again: the narrower one is covered, and is not told twice.
    assert desk.post("northwest-admin", "grant/", **VOLUMES) == 302
    in_force = desk.read("northwest-admin").split('id="asked"')[0]
    assert in_force.count("<p>Adventure sees units") == 1


def test_what_was_stopped_meanwhile_is_not_granted_by_changing_it(desk: Desk) -> None:
    """One officer has the form open, another takes the grant back, the first goes on."""
    desk.world.share("adventure", "northwest", Category.VOLUME)
    with acting_as(desk.world.actor("ana")):
        grant = Grant.objects.get(partnership=desk.partnership).public_id
    assert desk.post("northwest-admin", f"grants/{grant}/stop/", history="withdraw") == 302
    words = {**VOLUMES, "granularity": "2", "grant": grant}
    preview = desk.browser("northwest-admin").get(f"{desk.root}preview/", words)
    assert preview.status_code == 400
    assert "was stopped meanwhile" in preview.content.decode()
    granted = desk.browser("northwest-admin").post(f"{desk.root}grant/", words, follow=True)
    assert "was stopped meanwhile" in granted.content.decode()
    assert grants(desk) == []


def test_stopping_withdraws_history_or_leaves_it(desk: Desk) -> None:
    desk.world.share("adventure", "northwest", Category.VOLUME)
    with acting_as(desk.world.actor("ana")):
        grant = Grant.objects.get(partnership=desk.partnership).public_id
    page = desk.read("northwest-admin", f"grants/{grant}/stop/")
    assert figures(page)["Single lines"] == ("12", "0")
    stop = f"grants/{grant}/stop/"
    assert desk.post("northwest-admin", stop, history="keep") == 400, "no day given"
    assert desk.post("northwest-admin", stop, history="keep", until="2020-01-01") == 400
    assert desk.post("northwest-admin", stop, history="rest") == 400
    assert lines_of(desk, "mia") == 12
    assert desk.post("northwest-admin", stop, history="keep", until="2099-12-31") == 302
    assert lines_of(desk, "mia") == 12
    assert "until 31 Dec 2099" in desk.read("mia")
    assert desk.post("northwest-admin", stop) == 302, "and now its history"
    assert lines_of(desk, "mia") == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"categories": []},
        {"categories": ["secrets"]},
        {"granularity": "9"},
        {"purposes": []},
        {"families": ["fam_00000000000000000000"]},
        {"first_month": "2026-13"},
        {"first_month": "2026-03", "last_month": "2026-02"},
    ],
)
def test_what_cannot_be_granted_is_said_and_nothing_changes(desk: Desk, wrong: dict[str, object]) -> None:
    words = {**VOLUMES, **wrong}
    response = desk.browser("northwest-admin").get(f"{desk.root}preview/", words)
    assert response.status_code == 400
    assert 'role="alert"' in response.content.decode()
    assert desk.post("northwest-admin", "grant/", **words) == 400
    assert grants(desk) == []


@pytest.mark.parametrize(
    "query", ["nonsense=1", "category=volume", "granularity=3&granularity=1", "grant=a&grant=b"]
)
def test_a_preview_of_what_the_page_does_not_offer_is_refused(desk: Desk, query: str) -> None:
    """As on any other page, whatever else is asked."""
    asked = f"{desk.root}preview/?{urlencode(VOLUMES, doseq=True)}&{query}"
    response = desk.browser("northwest-admin").get(asked)
    assert response.status_code == 400
    assert "parameter" in response.content.decode()
    assert "nonsense" not in response.content.decode()


def test_a_family_of_another_maker_is_no_family(desk: Desk) -> None:
    with acting_as(desk.world.actor("contoso-admin")):
        from partners.catalogue.models import ProductFamily

        theirs = ProductFamily.objects.filter(manufacturer_id=desk.world.orgs["contoso"].pk).first().public_id
    assert desk.post("northwest-admin", "grant/", **{**VOLUMES, "families": [theirs]}) == 400


def test_only_who_may_share_changes_anything(desk: Desk) -> None:
    for person in ("ana", "rita", "uwe"):
        assert desk.post(person, "grant/", **VOLUMES) == 403
        assert desk.post(person, "state/", step="end") == 403
    for person in ("adventure-admin", "sam", "southwest-admin", "contoso-admin", "otto"):
        assert desk.post(person, "grant/", **VOLUMES) in (403, 404)
        assert desk.post(person, "state/", step="end") in (403, 404)
    assert Client().post(f"{desk.root}grant/", VOLUMES).status_code == 302
    assert grants(desk) == []


def test_without_a_fresh_second_factor_nothing_is_written(desk: Desk) -> None:
    client = Client()
    client.force_login(desk.world.seats["northwest-admin"].user)
    assert client.get(f"{desk.root}preview/", VOLUMES).status_code == 200, "looking wants none"
    assert client.post(f"{desk.root}grant/", VOLUMES).headers["Location"].startswith("/your-login/")
    assert client.post(f"{desk.root}state/", {"step": "end"}).headers["Location"].startswith("/your-login/")
    assert grants(desk) == []


def test_for_strangers_it_does_not_exist(desk: Desk) -> None:
    for person in ("sam", "otto", "contoso-admin", "southwest-admin"):
        for page in ("", "propose/"):
            assert desk.browser(person).get(f"{desk.root}{page}").status_code == 404, (person, page)


def test_the_maker_asks_and_the_distributor_answers(desk: Desk) -> None:
    question = {**VOLUMES, "categories": ["volume", "price"], "reason": "You get late-order lists back"}
    assert desk.post("mia", "propose/", **question) == 302
    with acting_as(desk.world.actor("ana")):
        proposal = Proposal.objects.get().public_id
    page = desk.read("northwest-admin")
    assert "You get late-order lists back" in page
    assert "Adventure sees prices, discounts" in page
    assert grants(desk) == [], "asking grants nothing"
    # The maker cannot answer itself.
    assert desk.post("adventure-admin", f"proposals/{proposal}/", step="decline") == 403
    form = desk.read("northwest-admin", "change/", proposal=proposal)
    assert re.search(r'value="price"[^>]*checked', form)
    assert desk.post("northwest-admin", "grant/", **VOLUMES, proposal=proposal) == 302
    assert grants(desk) == ["volume"], "what was chosen, not what was asked"
    assert "Question answered: granted" in desk.read("mia")


def test_a_question_is_declined_or_taken_back(desk: Desk) -> None:
    for reason in ("First", "Second"):
        assert desk.post("mia", "propose/", **VOLUMES, reason=reason) == 302
    with acting_as(desk.world.actor("ana")):
        first, second = Proposal.objects.order_by("pk").values_list("public_id", flat=True)
    assert desk.post("northwest-admin", f"proposals/{first}/", note="Not this year") == 302
    assert "Not this year" in desk.read("mia")
    assert desk.post("mia", f"proposals/{second}/", step="withdraw") == 302
    with acting_as(desk.world.actor("ana")):
        assert list(Proposal.objects.order_by("pk").values_list("answer", flat=True)) == [
            "declined",
            "withdrawn",
        ]


def test_a_question_without_a_reason_is_none(desk: Desk) -> None:
    assert desk.post("mia", "propose/", **VOLUMES, reason=" ") == 400
    assert desk.post("mia", "propose/", **VOLUMES, reason="x" * 501) == 400
    assert desk.post("vic", "propose/", **VOLUMES, reason="Because") == 403
    with acting_as(desk.world.actor("ana")):
        assert not Proposal.objects.exists()


def test_what_a_distributor_s_own_people_propose_stays_inside(desk: Desk) -> None:
    assert desk.post("ana", "propose/", **VOLUMES, reason="Our margin grows with their planning") == 302
    assert "Our margin grows" in desk.read("northwest-admin")
    assert "Our margin grows" not in desk.read("mia")
    with acting_as(desk.world.actor("adventure-admin")):
        assert not Proposal.objects.exists()


def test_the_owner_reads_who_looked_by_name_and_way(desk: Desk) -> None:
    desk.world.share("adventure", "northwest", *FULL)
    with acting_as(desk.world.actor("mia")):
        assert list_cards([desk.partnership])
    page = desk.read("ana", "readings/")
    assert re.search(r'<th scope="row">Mia</th>.*the list of accounts.*on pages', page, re.DOTALL)
    assert "Mia" not in desk.read("mia").replace('title="Mia"', "").split("<main")[1], (
        "their own log is not theirs"
    )
    assert desk.browser("mia").get(f"{desk.root}readings/").status_code == 404
    with acting_as(desk.world.actor("sam")):
        from partners.audit.selectors import _names_of_readers

        assert _names_of_readers() == {}


def test_suspended_resumed_and_ended_with_their_dates(desk: Desk) -> None:
    desk.world.share("adventure", "northwest", Category.VOLUME)
    assert desk.post("northwest-admin", "state/", step="suspend") == 302
    assert lines_of(desk, "mia") == 0
    assert desk.post("northwest-admin", "state/", step="resume") == 302
    assert lines_of(desk, "mia") == 12
    assert desk.post("northwest-admin", "state/", step="explode") == 302
    assert desk.post("northwest-admin", "state/", step="end") == 302
    assert lines_of(desk, "mia") == 0
    page = desk.read("ana")
    for word in ("Suspended", "Active", "Ended for good", "Revoked"):
        assert word in page, word
    assert desk.post("northwest-admin", "grant/", **VOLUMES) == 302
    assert lines_of(desk, "mia") == 0


def test_pseudonyms_are_drawn_anew_and_the_old_lead_nowhere(desk: Desk) -> None:
    desk.world.share("adventure", "northwest", Category.VOLUME)
    with acting_as(desk.world.actor("mia")):
        old = {card.token for card in list_cards([desk.partnership]).values()}
    assert desk.post("northwest-admin", "state/", step="renew") == 302
    with acting_as(desk.world.actor("mia")):
        new = {card.token for card in list_cards([desk.partnership]).values()}
    assert len(new) == 2
    assert new.isdisjoint(old)
    mia = desk.browser("mia")
    assert {mia.get(f"/accounts/{token}/").status_code for token in old} == {404}
    assert "Pseudonyms drawn anew" in desk.read("mia")


def test_direct_sales_are_shared_with_nobody(desk: Desk) -> None:
    direct = desk.world.partnerships["adventure", "adventure"].public_id
    assert desk.browser("adventure-admin").get(f"/partnerships/{direct}/sharing/").status_code == 404


@pytest.mark.parametrize(
    ("person", "sentence"),
    [
        (
            "northwest-admin",
            "Adventure sees units by month and customer for all families, without customer names",
        ),
        ("mia", "You see units by month and customer for all families, without customer names"),
    ],
)
def test_a_grant_is_told_in_the_same_words_on_its_page_and_on_every_card(
    desk: Desk, person: str, sentence: str
) -> None:
    desk.world.share("adventure", "northwest", Category.VOLUME, granularity=Granularity.MONTH)
    assert f"<p>{sentence}.<small>granted on " in desk.read(person)
    cards = desk.browser(person).get("/partnerships/").content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert f"<small>{sentence}; granted on " in cards
