"""Whoever opens an invitation takes what it offers, once, and nobody learns from it whether an address has a login."""

from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.test import Client
from django.utils import timezone

from partners.access.doors import list_partnerships
from partners.access.invitations import offer, take_back
from partners.access.models import AccountUserObjectPermission, Invitation
from partners.access.reach import accounts_in_reach
from partners.accounts.models import Account
from partners.audit.models import AuditEntry
from partners.organisations.login import list_seats
from partners.organisations.models import Membership, User
from partners.organisations.selectors import present_seats
from partners.organisations.services import PeopleError, end_seat, seat_new_user
from partners.tenancy.actors import Reach, Role, founder, guest
from partners.tenancy.context import acting_as
from tests.people.conftest import LENA, NEW, Desk, answer, log_in
from tests.world import PASSWORD, World

SAM = "sam@southwest.example"
NOWHERE = "This link leads nowhere"


def test_a_newcomer_has_a_login_and_just_the_seat_that_was_offered(desk: Desk) -> None:
    invitation = desk.invite(role=Role.FINANCE)
    link = desk.link(invitation)
    page = Client().get(link)
    assert "no-store" in page.headers["Cache-Control"]
    for word in ("Northwest invites you", "finance", LENA, 'value="Lena"'):
        assert word in page.content.decode()
    assert Client().post(link, answer()).headers["Location"] == "/login/"
    (seat,) = desk.seats()
    assert (seat.user.name, seat.role, seat.reach, seat.accepted) == ("Lena Berg", "finance", "whole", True)
    browser = log_in(LENA, NEW)
    assert browser
    assert browser.get("/").status_code == 200
    with acting_as(desk.world.actor("northwest-admin")):
        entry = AuditEntry.objects.get(action="membership.started", subject=seat.public_id)
        assert (entry.user_id, entry.details["invitation"]) == (seat.user_id, invitation.public_id)


def test_a_link_works_once(desk: Desk) -> None:
    link = desk.link(desk.invite())
    Client().post(link, answer())
    for again in (Client().get(link), Client().post(link, answer("Somebody Else"))):
        assert again.status_code == 404
        assert NOWHERE in again.content.decode()
    assert [seat.user.name for seat in desk.seats()] == ["Lena Berg"]


def test_links_that_lead_nowhere_read_alike(desk: Desk, world: World) -> None:
    taken, expired, replaced = (
        desk.invite("a@x.example"),
        desk.invite("b@x.example"),
        desk.invite("c@x.example"),
    )
    links = [desk.link(one) for one in (taken, expired, replaced)]
    with acting_as(world.actor("northwest-admin")):
        take_back(taken)
        Invitation.objects.filter(pk=expired.pk).update(expires_at=timezone.now() - timedelta(hours=1))
    desk.link(replaced)
    links += ["/invitations/x/", "/invitations/%00/", f"/invitations/{'y' * 3000}/"]
    answers = [
        ask(link) for link in links for ask in (Client().get, lambda link: Client().post(link, answer()))
    ]
    assert {one.status_code for one in answers} == {404}
    assert len({one.content for one in answers}) == 1
    assert desk.seats("a@x.example") == []


def test_who_left_or_administers_no_longer_invites_nobody(desk: Desk, world: World) -> None:
    link = desk.link(desk.invite())
    assert Client().get(link).status_code == 200
    with acting_as(founder(world.orgs["northwest"].pk)):
        seat_new_user("second@northwest.example", "Second", None, Role.ADMINISTRATOR)
        end_seat(world.seats["northwest-admin"])
    assert Client().get(link).status_code == 404
    assert Client().post(link, answer()).status_code == 404


def test_somebody_with_a_login_comes_in_with_their_own_password(desk: Desk, world: World) -> None:
    link = desk.link(desk.invite(SAM))
    refused = Client().post(link, answer("Sam", NEW))
    assert refused.status_code == 400
    assert "This password does not fit the address" in refused.content.decode()
    assert desk.seats(SAM) == []
    assert Client().post(link, answer("Sammy", PASSWORD)).status_code == 302
    sam = world.seats["sam"].user_id
    assert [seat.organisation_name for seat in list_seats(sam)] == ["Southwest", "Northwest"]
    with acting_as(world.actor("ana")):
        assert "Sam" in [seat.user.name for seat in present_seats()]
    with acting_as(world.actor("otto")):
        assert not User.objects.filter(pk=sam).exists()


def test_who_is_logged_in_already_comes_in_just_the_same(desk: Desk, world: World) -> None:
    browser = Client()
    browser.force_login(world.seats["sam"].user)
    link = desk.link(desk.invite(SAM))
    assert browser.post(link, answer("Sam", NEW)).status_code == 400
    assert browser.post(link, answer("Sam", PASSWORD)).headers["Location"] == "/login/"
    assert "Northwest" in browser.get("/").content.decode()
    assert browser.get(link).status_code == 404


def test_the_page_and_the_invitation_are_the_same_with_and_without_a_login(desk: Desk) -> None:
    known, unknown = desk.invite(SAM, name="Sam"), desk.invite("tim@southwest.example", name="Sam")
    pages = [Client().get(desk.link(one)).content.decode() for one in (known, unknown)]
    token = 'name="csrfmiddlewaretoken" value="'
    plain = [page.split(token)[0] + page.split(token)[1].partition('"')[2] for page in pages]
    assert plain[0] == plain[1].replace("tim@", "sam@")


def test_guessing_a_password_ends_the_link(desk: Desk) -> None:
    invitation = desk.invite(SAM)
    link = desk.link(invitation)
    for _ in range(10):
        assert Client().post(link, answer("Sam", NEW)).status_code == 400
    assert Client().post(link, answer("Sam", PASSWORD)).status_code == 404
    assert desk.seats(SAM) == []
    assert Client().get(desk.link(invitation)).status_code == 200  # a new letter begins anew


@pytest.mark.parametrize(
    "changes",
    [
        {"person": ""}, {"person": " "}, {"person": "x" * 121}, {"person": "Le\nna"}, {"person": "Le\0na"},
        {"person": "\N{RIGHT-TO-LEFT OVERRIDE}aneL"}, {"password": "short", "again": "short"},
        {"password": "password1234", "again": "password1234"}, {"again": "something else entirely"},
        {"password": "", "again": ""}, {"password": "xY7-" * 251, "again": "xY7-" * 251},
    ],
)  # fmt: skip
def test_what_does_not_do_is_said_and_the_link_stays(desk: Desk, changes: dict[str, str]) -> None:
    link = desk.link(desk.invite())
    refused = Client().post(link, {**answer(), **changes})
    page = refused.content.decode()
    assert refused.status_code == 400
    assert "Nothing is made yet." in page
    assert 'aria-invalid="true"' in page
    assert desk.seats() == []
    assert Client().post(link, answer("<b>O'Neil</b> & Söhne")).status_code == 302
    assert desk.seats()[0].user.name == "<b>O'Neil</b> & Söhne"


def test_who_got_a_seat_meanwhile_keeps_that(desk: Desk, world: World) -> None:
    link = desk.link(desk.invite(role=Role.ADMINISTRATOR))
    with acting_as(world.actor("northwest-admin")):
        seat_new_user(LENA, "Lena", PASSWORD, Role.VIEWER)
    assert Client().post(link, answer(password=PASSWORD)).status_code == 302
    assert [seat.role for seat in desk.seats()] == ["viewer"]
    assert Client().get(link).status_code == 404


def test_whose_login_is_switched_off_comes_in_nowhere(desk: Desk, world: World) -> None:
    with acting_as(world.actor("sam")):
        User.objects.filter(email=SAM).update(is_active=False)
    link = desk.link(desk.invite(SAM))
    for password in (NEW, PASSWORD):
        assert Client().post(link, answer("Sam", password)).status_code == 400
    with acting_as(world.actor("northwest-admin")):
        assert not Membership.objects.filter(user_id=world.seats["sam"].user_id).exists()


def test_what_comes_with_the_seat_is_held(desk: Desk, trading_world: World) -> None:
    with acting_as(trading_world.actor("ana")):
        own = list(Account.objects.order_by("pk"))
    with acting_as(trading_world.actor("sam")):
        foreign = Account.objects.order_by("pk")[0]
    accounts = desk.invite(role=Role.REPRESENTATIVE, reach=Reach.ACCOUNTS)
    pairs = desk.invite("pia@northwest.example", Role.MANAGER, Reach.PARTNERSHIPS)
    with acting_as(trading_world.actor("northwest-admin")):
        offer(accounts, own[0])
        Invitation.objects.filter(pk=accounts.pk).update(held=[own[0].pk, foreign.pk])
        offer(pairs, trading_world.partnerships["contoso", "northwest"])
    Client().post(desk.link(accounts), answer())
    Client().post(desk.link(pairs), answer("Pia"))
    for email, seat in ((LENA, 0), ("pia@northwest.example", 0)):
        trading_world.seats[email] = desk.seats(email)[seat]
    with acting_as(trading_world.actor(LENA)):
        held = accounts_in_reach()
        assert held is not None
        assert list(held) == [own[0]]
    with acting_as(trading_world.actor("pia@northwest.example")):
        assert [one.manufacturer.name for one in list_partnerships()] == ["Contoso"]


def test_who_comes_back_holds_nothing_of_before(desk: Desk, trading_world: World) -> None:
    rita = "rita@northwest.example"
    with acting_as(trading_world.actor("northwest-admin")):
        from partners.access.reach import give_reach

        give_reach(trading_world.seats["rita"].user, Account.objects.order_by("pk")[0])
        end_seat(trading_world.seats["rita"])
    invitation = desk.invite(rita, Role.REPRESENTATIVE, Reach.ACCOUNTS)
    assert Client().post(desk.link(invitation), answer("Rita", PASSWORD)).status_code == 302
    assert [seat.ended_at is None for seat in desk.seats(rita)] == [False, True]
    with acting_as(trading_world.actor("northwest-admin")):
        assert not AccountUserObjectPermission.objects.exists()


def test_an_administrator_invites_only_what_a_seat_can_be(desk: Desk, world: World) -> None:
    with pytest.raises(PeopleError, match="reaches the whole organisation"):
        desk.invite(role=Role.ADMINISTRATOR, reach=Reach.ACCOUNTS)
    with pytest.raises(PeopleError, match="your distributors'"):
        Desk(world, "adventure-admin").invite(reach=Reach.ACCOUNTS)
    with pytest.raises(PeopleError, match="has a seat here already"):
        desk.invite("ANA@northwest.example")
    desk.invite()
    with pytest.raises(PeopleError, match="invited already"):
        desk.invite(LENA.upper())
    Desk(world, "southwest-admin").invite()  # what another organisation does is not known here
    for email in ("lena", "lena@x.example\nBcc: all@x.example", "l" * 300 + "@x.example", ""):
        with pytest.raises(PeopleError, match="no e-mail address"):
            desk.invite(email)


def refused(write: object) -> None:
    with pytest.raises(ProgrammingError, match=r"row-level security|permission denied"), transaction.atomic():
        write()  # type: ignore[operator]


def test_a_guest_writes_nothing_but_what_was_offered(desk: Desk, trading_world: World) -> None:
    northwest, ana = trading_world.orgs["northwest"].pk, trading_world.seats["sam"].user_id
    invitation = desk.invite(SAM, Role.VIEWER)
    seat = {"organisation_id": northwest, "user_id": ana, "reach": "whole", "accepted": True}
    with acting_as(guest(northwest, ana)):
        refused(lambda: Membership.objects.create(**seat, role="viewer"))  # nothing is accepted yet
        Invitation.objects.filter(pk=invitation.pk).update(
            accepted_at=timezone.now() - timedelta(days=1), accepted_by_id=ana
        )
        refused(lambda: Membership.objects.create(**seat, role="viewer"))  # nor in this transaction
        assert Membership.objects.filter(user_id=ana).update(role="administrator") == 0
    with acting_as(trading_world.actor("northwest-admin")):
        refused(lambda: Membership.objects.create(**seat, role="viewer"))  # nobody accepts for another


def test_nobody_but_its_administrators_reads_whom_an_organisation_invites(desk: Desk, world: World) -> None:
    desk.invite()
    for person in ("ana", "rita", "sam", "southwest-admin", "adventure-admin", "mia"):
        with acting_as(world.actor(person)):
            assert not Invitation.objects.exists(), person
