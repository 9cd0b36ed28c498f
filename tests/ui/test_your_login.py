"""Sessions and their ends, a new password, and the letter for a forgotten one."""

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client

from partners.audit.models import AuditEntry
from partners.jobs.services import relay_waiting
from partners.organisations.services import end_seat
from partners.tenancy.context import acting_as
from portal.dispatch import DISPATCH
from portal.ui.session.letters import seal_link
from portal.ui.tasks import letter
from tests.ui.conftest import Browse
from tests.ui.test_second_factor import ANA, LOGIN, SAM, give_password
from tests.world import PASSWORD, World

HERE = "/your-login/"
NEW = "quite another horse and staple"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile Safari/604.1"
)


@pytest.fixture
def travel() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(time.time(), tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long answers wait before they are given; they do not, here."""
    waited: list[float] = []
    monkeypatch.setattr("portal.ui.session.views.time.sleep", waited.append)
    return waited


def logged_in(email: str = ANA, **headers: str) -> Client:
    client = Client(headers=headers)
    assert give_password(client, email) == "/"
    return client


def is_in(client: Client) -> bool:
    return client.get("/definitions/").status_code == 200


# --- limits ---


def test_half_an_hour_without_a_click_ends_a_session(world: World, travel: time_machine.Traveller) -> None:
    client = logged_in()
    for _ in range(5):
        travel.shift(29 * 60)
        assert is_in(client)
    travel.shift(30 * 60)
    assert client.get("/accounts/").headers["Location"] == "/login/?next=/accounts/"
    assert not is_in(client)


def test_a_session_that_was_never_used_ends_too(world: World, travel: time_machine.Traveller) -> None:
    client = logged_in()
    travel.shift(30 * 60)
    assert not is_in(client)


@pytest.mark.parametrize(
    ("path", "headers"), [("/live/", {}), ("/", {"X-Live": "1"}), ("/", {"HX-Request": "true"})]
)
def test_what_an_open_page_asks_for_is_no_use(
    world: World, travel: time_machine.Traveller, path: str, headers: dict[str, str]
) -> None:
    client = logged_in()
    for _ in range(2):
        travel.shift(14 * 60)
        assert client.get(path, headers=headers).status_code == 200
    travel.shift(2 * 60)
    assert client.get(path, headers=headers).status_code == 302


def test_twelve_hours_end_it_however_busy(world: World, travel: time_machine.Traveller) -> None:
    client = logged_in()
    for _ in range(35):
        travel.shift(20 * 60)
        assert is_in(client)
    travel.shift(20 * 60)
    assert not is_in(client)


def test_a_session_that_does_not_know_when_it_began_is_over(world: World, browse: Browse) -> None:
    client = browse("ana")
    session = client.session
    del session["began_at"]
    session.save()
    assert not is_in(client)


def test_use_is_noted_a_minute_finely(world: World, travel: time_machine.Traveller) -> None:
    client = logged_in()
    with acting_as(world.actor("ana")):
        begun = UserSession.objects.get().last_seen_at
    seen = []
    for seconds in (59, 1):
        travel.shift(seconds)
        assert is_in(client)
        with acting_as(world.actor("ana")):
            seen.append(UserSession.objects.get().last_seen_at)
    assert [one - begun for one in seen] == [timedelta(0), timedelta(seconds=60)]


# --- sessions ---


def refs(client: Client) -> list[str]:
    return re.findall(
        rf'action="{HERE}sessions/(ses_[0-9a-f]{{20}})/end/"', client.get(HERE).content.decode()
    )


def test_every_session_is_listed_and_ended_one_by_one_or_all(world: World) -> None:
    here, phone, tablet = logged_in(), logged_in(ANA, **{"User-Agent": IPHONE}), logged_in(ANA)
    page = here.get(HERE).content.decode()
    assert "Safari on iPhone" in page
    assert page.count("this one") == 1
    assert "127.0.0.1" in page
    for client in (here, phone, tablet):
        assert client.session.session_key not in page
    (phones,) = set(refs(here)) - set(refs(phone))
    assert phone.post(f"{HERE}sessions/{phones}/end/").status_code == 404  # this one: that is logging out
    assert here.post(f"{HERE}sessions/{phones}/end/", follow=True).status_code == 200
    assert [is_in(client) for client in (here, phone, tablet)] == [True, False, True]
    assert here.post(f"{HERE}sessions/{phones}/end/").status_code == 404
    here.post(f"{HERE}sessions/end/")
    assert [is_in(client) for client in (here, phone, tablet)] == [True, False, False]
    assert refs(here) == []


def test_nobody_ends_anothers_session(world: World) -> None:
    ana, other, sam = logged_in(), logged_in(), logged_in(SAM)
    (ref,) = refs(ana)
    foreign, invented = (sam.post(f"{HERE}sessions/{one}/end/") for one in (ref, "ses_" + "0" * 20))
    assert (foreign.status_code, foreign.content) == (404, invented.content)
    sam.post(f"{HERE}sessions/end/")
    assert is_in(ana)
    assert is_in(other)


def test_what_is_over_is_not_listed(world: World, travel: time_machine.Traveller) -> None:
    logged_in()
    travel.shift(29 * 60)
    here = logged_in()
    travel.shift(2 * 60)
    assert refs(here) == []
    assert Session.objects.count() == 1


# --- passwords ---


def test_a_new_password_ends_every_other_session(world: World) -> None:
    here, other = logged_in(), logged_in()
    before = here.session.session_key
    given = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert here.post(f"{HERE}password/", given).headers["Location"] == HERE
    assert is_in(here)
    assert not is_in(other)
    assert here.session.session_key != before
    assert "this one" in here.get(HERE).content.decode()
    assert give_password(Client()) == "200"
    assert give_password(Client(), password=NEW) == "/"
    with acting_as(world.actor("ana")):
        assert AuditEntry.objects.filter(action="login.password_changed").count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"old_password": "wrong"},
        {"old_password": ""},
        {"new_password1": "another"},
        {"new_password1": "short", "new_password2": "short"},
        {"new_password1": "password1234", "new_password2": "password1234"},
        {"new_password1": "ana@northwest.example", "new_password2": "ana@northwest.example"},
        {"new_password1": "a\x00" + NEW, "new_password2": "a\x00" + NEW},
        {"new_password1": "x" * 2_000, "new_password2": "x" * 2_000},
    ],
)
def test_a_password_that_will_not_do_changes_nothing(world: World, changes: dict[str, str]) -> None:
    client, other = logged_in(), logged_in()
    given = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    answer = client.post(f"{HERE}password/", {**given, **changes})
    assert answer.status_code == 400
    assert 'class="error"' in answer.content.decode()
    assert is_in(other)
    assert give_password(Client()) == "/"


def test_the_old_password_is_not_guessed_in_an_open_session(world: World) -> None:
    client = logged_in()
    wrong = {"old_password": "guess", "new_password1": NEW, "new_password2": NEW}
    codes = [client.post(f"{HERE}password/", wrong).status_code for _ in range(6)]
    assert codes == [400] * 5 + [429]


FORGOTTEN = "/login/forgotten/"


def deliver() -> None:
    """What relay and worker do."""

    def send(task: str, payload: dict[str, Any]) -> None:
        if task == letter.name:
            letter.apply(kwargs=payload, throw=True)

    relay_waiting(DISPATCH, send)


def link_in_letter() -> str:
    found = re.search(r"http://localhost:8000(/login/new-password/\S+/)", mail.outbox[-1].body)
    assert found
    return found[1]


def test_a_letter_brings_a_link_that_is_good_once(world: World) -> None:
    open_session = logged_in()
    Client().post(FORGOTTEN, {"email": ANA.upper()})
    deliver()
    assert [one.to for one in mail.outbox] == [[ANA]]
    link = link_in_letter()
    assert "pk" not in link
    browser = Client()
    assert browser.get(link).status_code == 200
    assert browser.post(link, {"new_password1": NEW, "new_password2": "x"}).status_code == 400
    done = browser.post(link, {"new_password1": NEW, "new_password2": NEW}, follow=True)
    assert "Your password is changed" in done.content.decode()
    assert done.request["PATH_INFO"] == LOGIN
    assert not is_in(open_session)
    assert give_password(Client(), password=NEW) == "/"
    assert browser.get(link).status_code == 410
    assert browser.post(link, {"new_password1": PASSWORD, "new_password2": PASSWORD}).status_code == 410
    assert give_password(Client(), password=NEW) == "/"


def test_known_and_unknown_addresses_are_answered_alike(world: World, no_waiting: list[float]) -> None:
    answers = []
    for number, email in enumerate((ANA, "nobody@northwest.example")):
        client = Client(REMOTE_ADDR=f"203.0.113.{number}")
        answer = client.post(FORGOTTEN, {"email": email}, follow=True)
        body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
        answers.append((answer.redirect_chain, body))
    assert answers[0] == answers[1]
    assert "If somebody here has this address" in answers[0][1]
    assert len(no_waiting) == 2
    assert all(0.3 < waited <= 0.5 for waited in no_waiting)
    deliver()
    assert [one.to for one in mail.outbox] == [[ANA]]


@pytest.mark.parametrize(
    "email", ["", "ana", "a\x00@b.example", "x" * 300 + "@b.example", f"{ANA}\nBcc: {SAM}"]
)
def test_what_is_no_address_gets_no_letter(world: World, email: str) -> None:
    assert Client().post(FORGOTTEN, {"email": email}).status_code == 400
    deliver()
    assert mail.outbox == []


def test_who_left_meanwhile_gets_no_letter_and_no_password(world: World) -> None:
    Client().post(FORGOTTEN, {"email": ANA})
    link = f"/login/new-password/{seal_link(world.seats['ana'].user)}/"
    with acting_as(world.actor("northwest-admin")):
        end_seat(world.seats["ana"])
    deliver()
    assert mail.outbox == []
    assert Client().get(link).status_code == 410


def test_a_link_is_good_for_an_hour_and_cannot_be_made(world: World, travel: time_machine.Traveller) -> None:
    words = seal_link(world.seats["ana"].user)
    for wrong in ("x", words[:-4] + "AAAA", "é", words[1:], "gAAAAA=="):
        assert Client().get(f"/login/new-password/{wrong}/").status_code == 410, wrong
    travel.shift(60 * 60 - 1)
    assert Client().get(f"/login/new-password/{words}/").status_code == 200
    travel.shift(2)
    assert Client().get(f"/login/new-password/{words}/").status_code == 410


def test_letters_are_not_sent_by_the_dozen(world: World) -> None:
    codes = [
        Client(REMOTE_ADDR=f"203.0.113.{n}").post(FORGOTTEN, {"email": ANA}).status_code for n in range(4)
    ]
    assert codes == [302, 302, 302, 429]
