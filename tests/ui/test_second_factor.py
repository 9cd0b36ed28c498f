"""The second factor: set up, asked for on the way in, asked for again, lost, and never looked past."""

import re
import time
from collections.abc import Iterator

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.sessions.models import Session
from django.core import signing
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse

from partners.accounts.models import AccountIdentity
from partners.audit.models import AuditEntry
from partners.organisations.clients import list_clients
from partners.organisations.models import User
from partners.organisations.roles import STEP_UP, Permission
from partners.organisations.services import keep_password
from partners.tenancy.actors import Actor, Scope, visitor
from partners.tenancy.actors import Client as PartnerSystem
from partners.tenancy.context import NoActorError, acting_as
from portal.custody.models import Receipt
from tests.isolation.manifest import addresses
from tests.sessions import PERIOD, code_of, fresh_client, freshen
from tests.ui.conftest import Browse
from tests.world import PASSWORD, World

ANA, SAM = "ana@northwest.example", "sam@southwest.example"
LOGIN, STEP, AGAIN = "/login/", "/login/second-step/", "/login/code/"
SET_UP, CODES = "/your-login/second-factor/", "/your-login/recovery-codes/"


def give_password(client: Client, email: str = ANA, password: str = PASSWORD, **more: str) -> str:
    """Where the login leads."""
    response = client.post(LOGIN, {"login": email, "password": password, **more})
    return str(response.headers.get("Location", response.status_code))


def give_code(client: Client, code: str, path: str = STEP) -> tuple[int, str]:
    response = client.post(path, {"code": code})
    return response.status_code, response.headers.get("Location") or response.content.decode()


def set_up(client: Client, path: str = SET_UP) -> tuple[str, list[str]]:
    """Set up a second factor as its page says; returns the app's secret and the recovery codes."""
    asked = client.get(path)
    if asked.status_code == 302:
        asked = client.post(asked.headers["Location"], {"password": PASSWORD}, follow=True)
    secret = re.search(r'<code id="secret">([A-Z2-7 ]+)</code>', asked.content.decode())
    assert secret, asked.content.decode()
    done = client.post(path, {"code": code_of(secret[1])})
    assert done.status_code == 302, done.content.decode()
    assert done.headers["Location"].startswith(CODES)
    shown = client.get(done.headers["Location"]).content.decode()
    return secret[1], re.findall(r"<li><code>(\d{8})</code>", shown)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that stands still at the beginning of a code, until it is moved."""
    now = int(time.time())
    with time_machine.travel(now - now % PERIOD + 1, tick=False) as travel:
        yield travel


@pytest.fixture
def kept(world: World, clock: time_machine.Traveller) -> tuple[str, list[str]]:
    """Ana's secret and recovery codes; her app shows another code by now."""
    client = Client()
    assert give_password(client) == "/"
    found = set_up(client)
    clock.shift(PERIOD)
    return found


def test_it_is_set_up_after_the_password_with_a_picture_and_a_text(world: World) -> None:
    client = Client()
    give_password(client)
    assert client.get(SET_UP).headers["Location"].startswith("/login/password/?next=")
    secret, codes = set_up(client)
    assert len(codes) == len(set(codes)) == 10
    page = client.get("/your-login/").content.decode()
    assert "10 recovery codes are left" in page
    assert secret.replace(" ", "") not in page
    with acting_as(world.actor("ana")):
        assert AuditEntry.objects.filter(action="login.factor_set_up").count() == 1


def test_its_picture_needs_no_other_host_and_holds_the_secret(world: World, browse: Browse) -> None:
    page = browse("ana").get(SET_UP).content.decode()
    assert re.search(
        r'<svg class="qr" viewBox="0 0 \d+ \d+" role="img"[^>]*><rect[^>]*/><path d="M4 4h1v1h-1z', page
    )
    assert "http" not in page.partition("<main")[2]
    assert "data:" not in page


def test_a_wrong_first_code_sets_nothing_up(world: World, browse: Browse) -> None:
    client = browse("ana")
    client.get(SET_UP)
    for code in ("000000", "", "x" * 5_000, "1\x002", "١٢٣٤٥٦"):
        assert client.post(SET_UP, {"code": code}).status_code == 200
    with acting_as(world.actor("ana")):
        assert not Authenticator.objects.exists()


def test_secrets_are_no_text_in_the_database(world: World, kept: tuple[str, list[str]]) -> None:
    secret, codes = kept[0].replace(" ", ""), kept[1]
    with acting_as(world.actor("ana")), connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(data::text, ' ') FROM mfa_authenticator")
        text = str(cursor.fetchone()[0])
    assert "gAAAA" in text
    assert secret not in text
    assert not any(code in text for code in codes)


def test_what_waits_in_a_session_is_no_text_in_the_database(world: World) -> None:
    """The secret that is being set up, the login, and what was sent and waits for a second factor."""
    client = Client()
    client.force_login(world.seats["northwest-admin"].user)
    freshen(client, world.seats["northwest-admin"].user)
    secret = re.search(r'<code id="secret">([A-Z2-7 ]+)</code>', client.get(SET_UP).content.decode())
    assert secret
    assert client.session["mfa.totp.secret"] == secret[1].replace(" ", "")
    kept = Session.objects.get().session_data
    assert kept.startswith("gAAAA")
    with pytest.raises(signing.BadSignature):
        signing.loads(kept, salt="django.contrib.sessions.SessionStore")


def test_a_session_that_was_tampered_with_is_none(world: World, browse: Browse) -> None:
    client = browse("ana")
    for data in ("", "x", "é", "gAAAAABx", signing.dumps({"_auth_user_id": "1"})):
        Session.objects.update(session_data=data)
        assert client.get("/").headers["Location"].startswith(LOGIN)


def test_the_way_in_asks_for_it_and_opens_nothing_before(kept: tuple[str, list[str]], world: World) -> None:
    client = Client()
    assert give_password(client, next="/accounts/") == STEP
    assert client.get("/accounts/").headers["Location"].startswith(LOGIN)
    assert client.get(SET_UP).headers["Location"].startswith(LOGIN)
    before = client.session.session_key
    assert give_code(client, code_of(kept[0])) == (302, "/accounts/")
    assert client.get("/accounts/").status_code == 200
    assert client.session.session_key != before


def test_the_second_step_is_nobodys_page_without_the_first(world: World) -> None:
    for response in (Client().get(STEP), Client().post(STEP, {"code": "123456"})):
        assert response.headers["Location"] == LOGIN


@pytest.mark.parametrize("code", ["000000", "", "12345678", "x" * 5_000, "1\x002", "١٢٣٤٥٦", "' OR 1=1"])
def test_a_wrong_code_lets_nobody_in(kept: tuple[str, list[str]], code: str) -> None:
    client = Client()
    give_password(client)
    status, _ = give_code(client, code)
    assert status == 200
    assert client.get("/").headers["Location"].startswith(LOGIN)


def test_a_code_opens_once(kept: tuple[str, list[str]], clock: time_machine.Traveller) -> None:
    code = code_of(kept[0])
    first, second = Client(), Client()
    give_password(first)
    give_password(second)
    assert give_code(first, code)[0] == 302
    assert "not any more" in give_code(second, code)[1]
    clock.shift(PERIOD)
    assert give_code(second, code)[0] == 200  # an old one
    assert give_code(second, code_of(kept[0], later=1))[0] == 200  # one to come
    assert give_code(second, code_of(kept[0]))[0] == 302


def test_a_recovery_code_opens_once(kept: tuple[str, list[str]]) -> None:
    for code, expected in ((kept[1][3], 302), (kept[1][3], 200), (kept[1][4], 302)):
        client = Client()
        give_password(client)
        assert give_code(client, code)[0] == expected, code


def test_anothers_code_is_no_code(kept: tuple[str, list[str]], clock: time_machine.Traveller) -> None:
    sam = Client()
    give_password(sam, SAM)
    secret, codes = set_up(sam)
    clock.shift(PERIOD)
    client = Client()
    give_password(client)
    for code in (code_of(secret), codes[0]):
        assert give_code(client, code)[0] == 200
    assert give_code(client, code_of(kept[0]))[0] == 302


def test_a_second_login_waits_until_the_first_is_given_up(kept: tuple[str, list[str]]) -> None:
    client = Client()
    assert give_password(client) == STEP
    assert give_password(client, SAM) == STEP  # still Ana's
    assert give_code(client, "000000")[0] == 200
    client.post(reverse("logout"))
    assert give_password(client, SAM) == "/"
    assert "Southwest" in client.get("/definitions/").content.decode()


def test_what_is_half_done_is_forgotten_after_a_while(
    kept: tuple[str, list[str]], clock: time_machine.Traveller
) -> None:
    client = Client()
    give_password(client)
    clock.shift(16 * 60)
    assert give_code(client, code_of(kept[0])) == (302, LOGIN)


def test_a_password_that_is_another_meanwhile_opens_no_second_step(
    kept: tuple[str, list[str]], world: World
) -> None:
    """Who knows the old password waits at the second step; its owner changes it; the code comes too late."""
    waiting = Client()
    assert give_password(waiting) == STEP
    user = world.seats["ana"].user
    with acting_as(world.actor("ana")):
        user.set_password("another horse battery staple")
        keep_password(user)
    assert give_code(waiting, code_of(kept[0])) == (302, LOGIN)
    assert give_password(waiting) == "200"
    assert give_password(waiting, password="another horse battery staple") == STEP
    assert give_code(waiting, code_of(kept[0])) == (302, "/")


def test_a_factor_that_cannot_be_seen_lets_nobody_in(kept: tuple[str, list[str]], world: World) -> None:
    """The wall hides it from everybody else: whoever asks as somebody else gets no answer, and never 'none'."""
    ana, sam = world.seats["ana"].user, world.seats["sam"].user
    with pytest.raises(NoActorError):
        is_mfa_enabled(ana)
    for actor in (world.actor("sam"), visitor(sam.pk), world.worker("northwest")):
        with acting_as(actor), pytest.raises(NoActorError):
            is_mfa_enabled(ana)
    with acting_as(visitor(ana.pk)):
        assert is_mfa_enabled(ana)


def test_a_login_under_nobody_fails_and_does_not_pass(
    kept: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were the form to forget who is coming, the login would end in a fault."""
    from contextlib import nullcontext

    monkeypatch.setattr("portal.ui.session.forms.acting_as", lambda actor: nullcontext())
    client = Client(raise_request_exception=False)
    assert give_password(client) == "500"
    assert client.get("/").headers["Location"].startswith(LOGIN)


def test_second_factors_and_sessions_are_seen_by_their_person_alone(
    kept: tuple[str, list[str]], world: World
) -> None:
    ana = world.actor("ana")
    key = Actor(
        ana.kind, ana.organisation_id, ana.user_id, ana.role, client=PartnerSystem("cli_x", frozenset(Scope))
    )
    others = [world.actor(one) for one in ("sam", "northwest-admin", "mia")] + [
        world.worker("northwest"),
        key,
    ]
    for table in ("mfa_authenticator", "usersessions_usersession"):
        for actor, expected in [(ana, True), (visitor(ana.user_id or 0), True)] + [
            (one, False) for one in others
        ]:
            with acting_as(actor), connection.cursor() as cursor:
                cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {table})")
                assert cursor.fetchone() == (expected,), (table, actor)
    with acting_as(key):
        assert User.objects.filter(pk=ana.user_id).update(password="x") == 0


def test_taking_it_away_wants_it_once_more(
    kept: tuple[str, list[str]], clock: time_machine.Traveller
) -> None:
    client = Client()
    give_password(client)
    give_code(client, code_of(kept[0]))
    clock.shift(601)
    away = "/your-login/second-factor/take-away/"
    assert client.get(away).headers["Location"].startswith(AGAIN)
    assert client.post("/login/password/", {"password": PASSWORD}).headers["Location"].startswith(AGAIN)
    assert give_code(client, code_of(kept[0]), AGAIN + f"?next={away}") == (302, away)
    assert client.post(away).headers["Location"] == "/your-login/"
    assert "Your password alone lets you in" in client.get("/your-login/").content.decode()
    assert give_password(Client()) == "/"


def test_recovery_codes_are_shown_once_and_new_ones_end_the_old(
    kept: tuple[str, list[str]], clock: time_machine.Traveller
) -> None:
    client = Client()
    give_password(client)
    give_code(client, code_of(kept[0]))
    again = client.get(CODES).content.decode()
    assert not any(code in again for code in kept[1])
    shown = client.post(CODES + "new/", follow=True).content.decode()
    new = re.findall(r"<li><code>(\d{8})</code>", shown)
    assert len(new) == 10
    other = Client()
    give_password(other)
    assert give_code(other, kept[1][0])[0] == 200
    assert give_code(other, new[0])[0] == 302


# --- step-up ---

CLIENTS = "/clients/"


def asked(world: World) -> dict[str, object]:
    owner = world.seats["ana"].public_id
    return {"name": "Nightly", "owner": owner, "scopes": ["sales:read"], "kind": "key", "days": "90"}


@pytest.fixture
def stale(world: World, clock: time_machine.Traveller) -> tuple[Client, str]:
    """Northwest's administrator with a second factor that was given eleven minutes ago, and its secret."""
    client = Client()
    give_password(client, "northwest-admin@northwest.example")
    secret, _ = set_up(client)
    clock.shift(11 * 60)
    return client, secret


def test_every_page_with_such_a_right_is_guarded() -> None:
    """By the decorator alone: nothing has to be remembered."""
    pages = {one.name: one.callback for one in addresses() if hasattr(one.callback, "page_permission")}
    guarded = {name for name, view in pages.items() if view.page_step_up}
    assert guarded >= {name for name, view in pages.items() if view.page_permission in STEP_UP}
    assert {"clients", "client_end"} <= guarded
    assert {Permission.SHARE, Permission.MANAGE_PEOPLE, Permission.MANAGE_CLIENTS} <= STEP_UP


def test_what_was_sent_waits_for_a_fresh_factor_and_goes_on(stale: tuple[Client, str], world: World) -> None:
    client, secret = stale
    assert client.get(CLIENTS).status_code == 200  # looking wants none
    led = client.post(CLIENTS, asked(world)).headers["Location"]
    assert led == f"{AGAIN}?next=%2Fclients%2F"
    with acting_as(world.actor("northwest-admin")):
        assert list_clients() == []
    assert give_code(client, "000000", led)[0] == 200
    status, page = give_code(client, code_of(secret), led)
    assert status == 200
    assert "Nightly is made" in page
    with acting_as(world.actor("northwest-admin")):
        assert [one.name for one in list_clients()] == ["Nightly"]
    assert client.post(CLIENTS, asked(world)).status_code == 200  # fresh for ten minutes


def test_a_password_is_no_second_factor(world: World) -> None:
    client = Client()
    client.force_login(world.seats["northwest-admin"].user)
    led = client.post(CLIENTS, asked(world)).headers["Location"]
    assert led == f"{SET_UP}?next=%2Fclients%2F"
    assert "This needs a second factor" in client.get("/definitions/").content.decode()
    _, codes = set_up(client, led)
    assert codes
    assert 'href="/clients/"' in client.get(f"{CODES}?next=/clients/").content.decode()
    assert client.post(CLIENTS, asked(world)).status_code == 200


def test_what_one_sent_nobody_else_goes_on_with(stale: tuple[Client, str], world: World) -> None:
    client, _ = stale
    led = client.post(CLIENTS, asked(world)).headers["Location"]
    client.post(reverse("logout"))
    give_password(client, "southwest-admin@southwest.example")
    freshen(client, world.seats["southwest-admin"].user)
    client.post(led, {"password": PASSWORD, "code": "000000"})
    for person in ("northwest-admin", "southwest-admin"):
        with acting_as(world.actor(person)):
            assert list_clients() == [], person


def test_what_was_sent_for_one_seat_is_not_done_in_another(stale: tuple[Client, str], world: World) -> None:
    client, secret = stale
    led = client.post(CLIENTS, asked(world)).headers["Location"]
    client.post(reverse("seat"), {"seat": world.orgs["northwest"].public_id})
    assert give_code(client, code_of(secret), led) == (302, CLIENTS)
    with acting_as(world.actor("northwest-admin")):
        assert list_clients() == []


def test_the_right_comes_first_and_another_host_never(
    stale: tuple[Client, str], world: World, browse: Browse
) -> None:
    client, secret = stale
    stranger = Client()
    stranger.force_login(world.seats["ana"].user)
    assert stranger.post(CLIENTS, asked(world)).status_code == 403
    assert give_code(client, code_of(secret), f"{AGAIN}?next=https://evil.example/") == (302, "/")
    assert fresh_client(world.seats["northwest-admin"].user).post(CLIENTS, asked(world)).status_code == 200


def test_what_was_left_is_not_done_by_a_later_question(
    stale: tuple[Client, str], trading_world: World, clock: time_machine.Traveller
) -> None:
    """Somebody sends it, thinks better of it at the code, and comes back to look: nothing goes on by itself."""
    client, secret = stale
    with acting_as(trading_world.actor("ana")):
        url = reverse("account_erase", args=[AccountIdentity.objects.get(code="NO1").public_id])
    led = client.post(url, {"because": "customer_asked", "typed": "NO1"}).headers["Location"]
    assert client.get(url).headers["Location"] == led
    assert give_code(client, code_of(secret), led) == (302, url)
    with acting_as(trading_world.actor("ana")):
        assert not Receipt.objects.exists()
    assert client.get(url).status_code == 200


@pytest.mark.parametrize(("waited", "query"), [(601, ""), (1, "?page=2")])
def test_what_cannot_go_on_is_said_to_be_lost(
    stale: tuple[Client, str], world: World, clock: time_machine.Traveller, waited: int, query: str
) -> None:
    client, secret = stale
    led = client.post(CLIENTS + query, asked(world)).headers["Location"]
    clock.shift(waited)
    assert give_code(client, code_of(secret), led) == (302, CLIENTS + query)
    assert "What you sent is not saved" in client.get(CLIENTS).content.decode()
    with acting_as(world.actor("northwest-admin")):
        assert list_clients() == []


def test_who_sets_a_factor_up_first_is_told_that_nothing_is_saved(world: World) -> None:
    client = Client()
    client.force_login(world.seats["northwest-admin"].user)
    led = client.post(CLIENTS, asked(world)).headers["Location"]
    assert "What you sent is not saved" in client.get(led, follow=True).content.decode()


# --- attempts ---


def test_guessing_a_password_is_stopped_for_a_while(world: World, clock: time_machine.Traveller) -> None:
    client = Client()
    for _ in range(5):
        assert give_password(client, password="guess") == "200"
    refused = client.post(LOGIN, {"login": ANA.upper(), "password": PASSWORD})
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "300")
    assert "Try again in 5 minutes." in refused.content.decode()
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert give_password(elsewhere, password=PASSWORD) == "429"  # counted per login too
    assert give_password(elsewhere, SAM) == "/"
    clock.shift(301)
    assert give_password(client) == "/"


def test_one_address_tries_so_many_logins_and_no_more(world: World) -> None:
    client = Client(REMOTE_ADDR="203.0.113.9")
    tried = [give_password(client, f"n{number}@northwest.example", "guess") for number in range(12)]
    assert tried == ["200"] * 10 + ["429"] * 2
    assert give_password(Client(REMOTE_ADDR="203.0.113.10")) == "/"


def test_guessing_a_code_is_stopped_for_a_while(
    kept: tuple[str, list[str]], clock: time_machine.Traveller
) -> None:
    client = Client()
    give_password(client)
    assert [give_code(client, f"00000{number}")[0] for number in range(6)] == [200] * 5 + [429]
    other = Client(REMOTE_ADDR="203.0.113.9")
    give_password(other)
    assert give_code(other, code_of(kept[0]))[0] == 429
    clock.shift(301)
    assert give_code(other, code_of(kept[0]))[0] == 302


def test_the_counts_name_nobody(world: World) -> None:
    give_password(Client(REMOTE_ADDR="203.0.113.9"), password="guess")
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM portal_cache")
        keys = [key for (key,) in cursor.fetchall()]
    assert keys
    assert all(re.fullmatch("[0-9a-f]{64}", key) for key in keys)


@pytest.mark.parametrize(
    "email", ["", "ana", "a@b\x00.example", "x" * 400 + "@northwest.example", "ana@northwest.example\n,x"]
)
def test_what_is_no_address_is_refused_alike(world: World, email: str) -> None:
    assert give_password(Client(), email) == "200"
    assert give_password(Client(), ANA, "x" * 2_000) == "200"
    assert give_password(Client(), ANA, "\x00") == "200"


def test_who_lost_everything_is_helped_by_the_owner_s_command(
    kept: tuple[str, list[str]], world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("forget_second_factor", ANA, "--json")
    assert '"forgotten": 2' in capsys.readouterr().out
    assert give_password(Client()) == "/"
    with acting_as(world.actor("ana")):
        assert AuditEntry.objects.filter(action="login.factor_forgotten").count() == 1
    with pytest.raises(CommandError, match="Nobody with a seat"):
        call_command("forget_second_factor", "nobody@northwest.example")
