"""The pages of people and of the organisation: what an administrator sees, changes, and cannot break."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from partners.access.models import Invitation
from partners.access.reach import held_by_people
from partners.accounts.models import AccountIdentity
from partners.audit.models import AuditEntry
from partners.organisations.clients import list_clients, make_client
from partners.organisations.models import ApiCredential, Membership, Organisation, OrganisationKind
from partners.organisations.services import found_organisation, seat_new_user
from partners.tenancy.actors import Reach, Role, Scope, founder
from partners.tenancy.context import acting_as
from partners.tenancy.models import new_public_id
from tests.ui.conftest import Browse
from tests.world import World

ADMIN = "northwest-admin"


@pytest.fixture
def admin(world: World, browse: Browse) -> Client:
    return browse(ADMIN)


def asked(**changes: str) -> dict[str, str]:
    given = {"name": "Lena", "email": "lena@northwest.example", "role": "viewer", "reach": "whole"}
    return {**given, **changes}


def invitations(world: World, person: str = ADMIN) -> list[Invitation]:
    with acting_as(world.actor(person)):
        return list(Invitation.objects.order_by("pk"))


def person(world: World, name: str, step: str = "person") -> str:
    return reverse(step, args=[world.seats[name].public_id])


def seat(world: World, name: str) -> Membership:
    with acting_as(world.actor(ADMIN)):
        return Membership.objects.get(pk=world.seats[name].pk)


def test_who_is_here_and_who_is_invited_in_words(world: World, admin: Client) -> None:
    assert (
        admin.post("/people/", asked(reach="accounts")).headers["Location"].startswith("/people/invitations/")
    )
    page = admin.get("/people/").content.decode()
    for word in (
        "4 people have a seat here",
        "Northwest-Admin (you)",
        "0 accounts",
        "letter on its way",
        "Lena",
    ):
        assert word in page
    assert "sam@southwest.example" not in page
    assert re.search(r'<a href="/people/"[^>]*aria-current="page"', page)


@pytest.mark.parametrize(
    "changes",
    [
        {"email": "lena"}, {"email": "lena@x.example\nBcc: all@x.example"}, {"email": f"{'l' * 300}@x.example"},
        {"email": ""}, {"name": ""}, {"name": "Le\nna"}, {"name": "x" * 121}, {"name": "\0"}, {"role": "king"},
        {"role": ""}, {"reach": "all"}, {"reach": ""}, {"role": "administrator", "reach": "accounts"},
        {"email": "ana@northwest.example"},
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_said(world: World, admin: Client, changes: dict[str, str]) -> None:
    refused = admin.post("/people/", asked(**changes))
    assert refused.status_code == 400
    assert "Nobody is invited yet." in refused.content.decode()
    assert 'aria-invalid="true"' in refused.content.decode()
    assert invitations(world) == []


def test_markup_in_a_name_is_a_name(world: World, admin: Client) -> None:
    admin.post("/people/", asked(name="<script>alert(1)</script>"))
    page = admin.get("/people/").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_a_maker_s_people_reach_no_accounts(world: World, browse: Browse) -> None:
    maker = browse("adventure-admin")
    assert 'value="accounts"' not in maker.get("/people/").content.decode()
    assert maker.post("/people/", asked(reach="accounts")).status_code == 400


def test_a_letter_is_sent_again_and_taken_back(world: World, admin: Client) -> None:
    admin.post("/people/", asked())
    (invitation,) = invitations(world)
    assert invitation.mail == Invitation.Mail.WAITING
    page = admin.post(reverse("invited_take_back", args=[invitation.public_id]), follow=True).content.decode()
    assert "its link leads nowhere any more" in page
    assert "lena@northwest.example" not in page
    assert admin.post(reverse("invited_send", args=[invitation.public_id])).status_code == 404
    admin.post("/people/", asked())
    assert len(invitations(world)) == 2


def codes(world: World, who: str) -> dict[str, str]:
    with acting_as(world.actor(who)):
        own = AccountIdentity.objects.filter(organisation_id=world.actor(who).organisation_id)
        return dict(own.values_list("code", "public_id"))


def test_accounts_are_found_given_and_taken(trading_world: World, admin: Client) -> None:
    mine, url = codes(trading_world, "ana"), person(trading_world, "rita")
    page = admin.get(url, {"text": "no1"}).content.decode()
    assert f'name="give" value="{mine["NO1"]}"' in page
    assert mine["NO2"] not in page
    held = person(trading_world, "rita", "person_held")
    admin.post(held, {"give": mine["NO1"]})
    assert f'name="take" value="{mine["NO1"]}"' in admin.get(url).content.decode()
    admin.post(held, {"take": mine["NO1"]})
    assert mine["NO1"] not in admin.get(url).content.decode()
    with acting_as(trading_world.actor(ADMIN)):
        assert held_by_people()[Reach.ACCOUNTS] == {}
        history = AuditEntry.objects.filter(
            subject=trading_world.seats["rita"].public_id, action="reach.given"
        )
        assert history.get().details == {"held": mine["NO1"]}


@pytest.mark.parametrize("kind", ["person", "invitation"])
def test_anothers_account_in_the_form_is_as_one_that_never_was(
    trading_world: World, admin: Client, kind: str
) -> None:
    foreign = codes(trading_world, "sam")["SO1"]
    assert "SO1" not in admin.get(person(trading_world, "rita"), {"text": "SO"}).content.decode()
    url = person(trading_world, "rita", "person_held")
    if kind == "invitation":
        admin.post(
            "/people/", asked(reach="accounts"), follow=True
        )  # and reads that the letter is on its way
        url = reverse("invited_held", args=[invitations(trading_world)[0].public_id])
    for name in ("give", "take"):
        answers = [
            admin.post(url, {name: ref})
            for ref in (
                foreign,
                new_public_id("acc"),
                "",
                trading_world.partnerships["adventure", "northwest"].public_id,
            )
        ]
        assert {one.status_code for one in answers} == {404}
        assert len({one.content for one in answers}) == 1
    assert admin.post(url, {"give": "\0"}).status_code == 404
    assert admin.post(url, {}).status_code == 404
    with acting_as(trading_world.actor(ADMIN)):
        assert held_by_people()[Reach.ACCOUNTS] == {}


def test_partnerships_come_with_a_seat_by_choice(world: World, admin: Client) -> None:
    admin.post("/people/", asked(reach="partnerships"))
    (invitation,) = invitations(world)
    url = reverse("invited", args=[invitation.public_id])
    pair = world.partnerships["contoso", "northwest"]
    assert "Adventure" in admin.get(url).content.decode()
    admin.post(reverse("invited_held", args=[invitation.public_id]), {"give": pair.public_id})
    assert invitations(world)[0].held == [pair.pk]
    foreign = world.partnerships["adventure", "southwest"].public_id
    assert (
        admin.post(reverse("invited_held", args=[invitation.public_id]), {"give": foreign}).status_code == 404
    )
    admin.post(reverse("invited_held", args=[invitation.public_id]), {"take": pair.public_id})
    assert invitations(world)[0].held == []


def test_another_role_counts_from_the_next_click_on(world: World, admin: Client, browse: Browse) -> None:
    ana = browse("ana")
    assert ana.get("/reports/").status_code == 200
    page = admin.post(
        person(world, "ana", "person_place"), {"role": "uploader", "reach": "whole"}, follow=True
    )
    assert "it counts from their next click on" in page.content.decode()
    assert "changed role or reach: uploader, the whole organisation (before: manager" in page.content.decode()
    assert ana.get("/reports/").status_code == 403


@pytest.mark.parametrize(
    "changes",
    [
        {"role": "king"},
        {"reach": "everything"},
        {"successor": "mem_0"},
        {"role": "administrator", "reach": "accounts"},
        {"role": "sharing_officer", "reach": "accounts"},
    ],
)
def test_a_place_that_is_none_is_refused(world: World, admin: Client, changes: dict[str, str]) -> None:
    refused = admin.post(
        person(world, "ana", "person_place"), {"role": "viewer", "reach": "whole", **changes}
    )
    assert refused.status_code == 400
    assert "Nothing is changed yet." in refused.content.decode()
    assert seat(world, "ana").role == "manager"


def test_the_last_administrator_is_told_why(world: World, admin: Client) -> None:
    for step, data in (("person_place", {"role": "viewer", "reach": "whole"}), ("person_end", {})):
        refused = admin.post(person(world, ADMIN, step), data)
        assert refused.status_code == 400
        assert "is the last administrator here" in refused.content.decode()
    assert seat(world, ADMIN).role == "administrator"


def test_a_seat_ends_and_what_was_held_waits_for_somebody(
    trading_world: World, admin: Client, browse: Browse
) -> None:
    rita = browse("rita")
    admin.post(person(trading_world, "rita", "person_held"), {"give": codes(trading_world, "ana")["NO1"]})
    page = admin.post(
        person(trading_world, "rita", "person_end"), {"successor": ""}, follow=True
    ).content.decode()
    assert "Rita has no seat here any more." in page
    assert "1 held partnership or account" in page
    assert rita.get("/").status_code == 403
    assert (
        admin.post(
            person(trading_world, "rita", "person_held"),
            {"give": codes(trading_world, "ana")["NO2"]},
            follow=True,
        )
        .content.decode()
        .count("has no seat here holds nothing")
        == 1
    )
    url = person(trading_world, "rita", "person_hand_over")
    assert admin.post(url, {"successor": ""}).status_code == 400
    foreign = trading_world.seats["sam"].public_id
    assert admin.post(url, {"successor": foreign}).status_code == 400
    page = admin.post(url, {"successor": trading_world.seats["uwe"].public_id}, follow=True).content.decode()
    assert "Handed over: 1 held partnership or account." in page
    assert "Waits for another owner" not in admin.get("/people/").content.decode()


def test_new_words_for_a_partner_system_are_shown_once(world: World, admin: Client) -> None:
    with acting_as(world.actor(ADMIN)):
        client, old = make_client(
            "Export", world.seats["ana"].user, [Scope.SALES_READ], ApiCredential.Kind.KEY, 30
        )
    page = admin.post(reverse("client_renew", args=[client.public_id])).content.decode()
    found = re.search(r'<code id="words">(tlk_\w+)</code>', page)
    assert found
    opens = [
        Client().get("/api/v1/me", headers={"Authorization": f"Bearer {words}"}).status_code
        for words in (old, found[1])
    ]
    assert opens == [401, 200]
    assert found[1] not in admin.get("/clients/").content.decode()
    with acting_as(world.actor(ADMIN)):
        assert [one.beginning for one in list_clients()[0].credentials.all()] == [found[1][:8]]


ABOUT = {"name": "Northwest Bikes", "country": "us", "time_zone": "America/Los_Angeles", "currency": "USD"}


def test_what_the_organisation_says_of_itself_has_a_dated_history(
    trading_world: World, admin: Client, browse: Browse
) -> None:
    page = admin.post("/organisation/", ABOUT, follow=True).content.decode()
    assert "name: Northwest Bikes (before: Northwest)" in page
    assert "time zone: America/Los_Angeles (before: UTC)" in page
    assert "Northwest-Admin: changed" in page
    assert "Northwest Bikes" in browse("mia").get("/partnerships/").content.decode()
    before = page.count("(before:")
    assert admin.post("/organisation/", ABOUT, follow=True).content.decode().count("(before:") == before


def test_the_currency_stays_once_amounts_are_on_record(trading_world: World, admin: Client) -> None:
    assert re.search(r'name="currency"[^>]* disabled', admin.get("/organisation/").content.decode())
    admin.post("/organisation/", {**ABOUT, "currency": "EUR"})
    with acting_as(trading_world.actor(ADMIN)):
        assert Organisation.objects.get(pk=trading_world.orgs["northwest"].pk).currency == "USD"


def test_the_currency_of_a_new_organisation_can_change(world: World, browse: Browse) -> None:
    browse("outpost-admin").post("/organisation/", {**ABOUT, "currency": "eur"})
    with acting_as(world.actor("outpost-admin")):
        assert Organisation.objects.get(pk=world.orgs["outpost"].pk).currency == "EUR"


@pytest.mark.parametrize(
    "changes",
    [{"name": ""}, {"name": "a\nb"}, {"name": "x" * 121}, {"country": "USA"}, {"country": "??"}, {"time_zone": "Mars"},
     {"time_zone": ""}, {"currency": "$"}, {"name": "\0"}],
)  # fmt: skip
def test_what_no_organisation_is_is_refused(world: World, admin: Client, changes: dict[str, str]) -> None:
    assert admin.post("/organisation/", {**ABOUT, **changes}).status_code == 400
    with acting_as(world.actor(ADMIN)):
        assert Organisation.objects.get(pk=world.orgs["northwest"].pk).name == "Northwest"


def test_a_partner_that_is_not_here_is_asked(world: World, admin: Client) -> None:
    data = {"name": "Eastside Works", "email": "eva@eastside.example"}
    page = admin.post("/organisation/partners/new/", data, follow=True).content.decode()
    for word in ("Asked, and not here yet", "Eastside Works", "Manufacturer", "letter on its way"):
        assert word in page
    assert admin.post("/organisation/partners/new/", data).status_code == 400
    assert admin.post("/organisation/partners/new/", {**data, "email": "x"}).status_code == 400
    assert "Eastside" not in admin.get("/people/").content.decode()


def test_an_administrator_without_a_colleague_can_still_look(world: World) -> None:
    lonely = found_organisation("lonely", OrganisationKind.DISTRIBUTOR)
    with acting_as(founder(lonely.pk)):
        only = seat_new_user("only@lonely.example", "Only", None, Role.ADMINISTRATOR)
    client = Client()
    client.force_login(only.user)
    assert "1 person has a seat here" in client.get("/people/").content.decode()
    assert client.get(reverse("person", args=[only.public_id])).status_code == 200
