"""Partner systems: an administrator makes them, copies their words this once, and ends them."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from partners.audit.models import AuditEntry
from partners.organisations.clients import list_clients, make_client
from partners.organisations.models import ApiClient, ApiCredential
from partners.organisations.services import end_seat, seat_new_user
from partners.tenancy.actors import Role, Scope, founder
from partners.tenancy.context import acting_as
from partners.tenancy.models import new_public_id
from tests.ui.conftest import Browse
from tests.world import World

PAGE = "/clients/"
KEY = ApiCredential.Kind.KEY
WORDS = re.compile(r'<code id="words">(\w+)</code>')


@pytest.fixture
def admin(world: World, browse: Browse) -> Client:
    return browse("northwest-admin")


def asked(world: World, **changes: object) -> dict[str, object]:
    """What the form sends."""
    given = {
        "name": "Nightly export",
        "owner": world.seats["ana"].public_id,
        "scopes": ["accounts:read", "sales:read"],
        "kind": "key",
        "days": "90",
    }
    return {**given, **changes}


def clients(world: World) -> list[ApiClient]:
    with acting_as(world.actor("northwest-admin")):
        return list_clients()


def test_its_words_are_shown_once_and_open_what_was_chosen(world: World, admin: Client) -> None:
    answer = admin.post(PAGE, asked(world))
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    found = WORDS.search(answer.content.decode())
    assert found
    told = Client().get("/api/v1/me", headers={"Authorization": f"Bearer {found[1]}"}).json()
    assert (told["owner"], told["scopes"]) == ("Ana", ["accounts:read", "sales:read"])
    again = admin.get(PAGE).content.decode()
    assert found[1] not in again
    assert f"{found[1][:8]}…" in again
    assert "read partnerships and accounts; read sell-through" in again
    with acting_as(world.actor("northwest-admin")):
        assert found[1][8:] not in str(AuditEntry.objects.get(action="client.made").details)


def test_a_secret_is_made_for_oauth(world: World, admin: Client) -> None:
    page = admin.post(PAGE, asked(world, kind="secret")).content.decode()
    found, (client,) = WORDS.search(page), clients(world)
    assert found
    assert found[1].startswith("tls_")
    assert client.public_id in page
    form = {"grant_type": "client_credentials", "client_id": client.public_id, "client_secret": found[1]}
    body = "&".join(f"{name}={value}" for name, value in form.items())
    answer = Client().post("/api/v1/oauth/token", body, content_type="application/x-www-form-urlencoded")
    assert answer.json()["scope"] == "accounts:read sales:read"


def test_reading_alone_is_chosen_at_first(admin: Client) -> None:
    page = admin.get(PAGE).content.decode()
    chosen = re.findall(r'<input type="checkbox" name="scopes" value="([\w:]+)"[^>]* checked', page)
    assert set(chosen) == {scope.value for scope in Scope if scope.value.endswith(":read")}


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": " "},
        {"name": "x" * 121},
        {"scopes": []},
        {"scopes": ["grants:write"]},
        {"kind": "token"},
        {"days": "3660"},
        {"days": ""},
        {"owner": ""},
    ],
)
def test_what_cannot_be_made_is_said_and_nothing_is(
    world: World, admin: Client, changes: dict[str, object]
) -> None:
    answer = admin.post(PAGE, asked(world, **changes))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Nothing is made yet." in page
    assert 'aria-invalid="true"' in page
    assert clients(world) == []


def test_it_acts_for_somebody_of_ones_own_organisation(world: World, admin: Client) -> None:
    page = admin.get(PAGE).content.decode()
    offered = re.findall(r'<option value="(mem_\w+)"', page)
    assert set(offered) == {world.seats[one].public_id for one in ("ana", "rita", "uwe", "northwest-admin")}
    for stranger in (world.seats["sam"].public_id, world.seats["mia"].public_id, new_public_id("mem")):
        answer = admin.post(PAGE, asked(world, owner=stranger))
        assert answer.status_code == 400
        assert "Choose somebody of your organisation." in answer.content.decode()
    assert clients(world) == []


def test_it_ends_at_once_and_stays_in_the_list(world: World, admin: Client) -> None:
    found = WORDS.search(admin.post(PAGE, asked(world)).content.decode())
    assert found
    (client,) = clients(world)
    end = reverse("client_end", args=[client.public_id])
    assert admin.get(end).headers["Location"] == PAGE  # opening the address does nothing
    key = {"Authorization": f"Bearer {found[1]}"}
    assert Client().get("/api/v1/me", headers=key).status_code == 200
    page = admin.post(end, follow=True).content.decode()
    assert "nothing opens for it from its next call on" in page
    assert "ended on" in page
    assert 'class="bad"' not in page
    assert Client().get("/api/v1/me", headers=key).status_code == 401
    ended = clients(world)[0].ended_at
    admin.post(end)
    assert clients(world)[0].ended_at == ended


def test_anothers_client_reads_like_none_and_is_untouched(world: World, browse: Browse) -> None:
    with acting_as(world.actor("northwest-admin")):
        make_client("Ana's", world.seats["ana"].user, [Scope.SALES_READ], KEY, 30)
    (client,) = clients(world)
    for person in ("southwest-admin", "adventure-admin", "contoso-admin"):
        stranger = browse(person)
        foreign = stranger.post(reverse("client_end", args=[client.public_id]))
        invented = stranger.post(reverse("client_end", args=[new_public_id("cli")]))
        assert (foreign.status_code, invented.status_code) == (404, 404)
        assert foreign.content == invented.content
        assert "Ana&#x27;s" not in stranger.get(PAGE).content.decode()
    assert clients(world)[0].ended_at is None


@pytest.mark.parametrize("person", ["ana", "rita", "uwe", "mia", "vic"])
def test_only_administrators_come_here(world: World, browse: Browse, person: str) -> None:
    client = browse(person)
    for answer in (client.get(PAGE), client.post(PAGE, asked(world)), client.post("/clients/cli_x/end/")):
        assert answer.status_code == 403
    assert "Partner systems" not in client.get("/definitions/").content.decode()
    assert clients(world) == []


def test_whose_owner_left_says_so(world: World, admin: Client) -> None:
    admin.post(PAGE, asked(world))
    with acting_as(world.actor("northwest-admin")):
        end_seat(world.seats["ana"])
    page = admin.get(PAGE).content.decode()
    assert "Somebody who has left: nothing opens for it" in page
    assert "Nightly export" in page


def test_who_made_it_is_said_for_they_may_know_its_words(world: World, admin: Client) -> None:
    admin.post(PAGE, asked(world))
    assert "made by Northwest-Admin" in admin.get(PAGE).content.decode()
    with acting_as(founder(world.orgs["northwest"].pk)):
        other = seat_new_user("new@northwest.example", "New", None, Role.ADMINISTRATOR)
        end_seat(world.seats["northwest-admin"])
    successor = Client()
    successor.force_login(other.user)
    assert "made by somebody who has left, and who may know its words" in successor.get(PAGE).content.decode()


def test_tokens_of_an_hour_are_not_listed(world: World, admin: Client) -> None:
    admin.post(PAGE, asked(world, kind="secret"))
    assert {one.kind for client in clients(world) for one in client.credentials.all()} == {"secret"}


def test_the_page_leads_to_the_reference_and_stands_in_the_rail(admin: Client) -> None:
    page = admin.get(PAGE).content.decode()
    assert 'href="/api/v1/reference"' in page
    assert re.search(r'<a href="/clients/"[^>]*aria-current="page"', page)
    assert admin.get(f"/as/ptn_0{PAGE}").status_code == 404
