"""Coming, going, and choosing among one's own seats."""

import re

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from partners.organisations.models import Membership
from partners.tenancy.actors import founder
from partners.tenancy.context import acting_as
from tests.ui.conftest import Browse
from tests.world import PASSWORD, World


def log_in(client: Client, email: str, password: str, **more: str) -> tuple[int, str]:
    response = client.post(reverse("login"), {"login": email, "password": password, **more})
    body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    return response.status_code, response.headers.get("Location") or body.replace(email, "")


def test_the_right_password_leads_to_the_page_that_was_asked_for(world: World, client: Client) -> None:
    asked = client.get("/accounts/?standing=late")
    assert asked.headers["Location"] == "/login/?next=/accounts/%3Fstanding%3Dlate"
    assert log_in(client, "ana@northwest.example", PASSWORD, next="/accounts/") == (302, "/accounts/")
    assert client.get("/accounts/").status_code == 200


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "javascript:alert(1)",
        "http://localhost/",  # the portal answers to this name, too, but nobody came by it
        "\x00https://evil.example/",
    ],
)
def test_a_login_never_leads_to_another_host(world: World, client: Client, elsewhere: str) -> None:
    assert log_in(client, "ana@northwest.example", PASSWORD, next=elsewhere) == (302, "/")


def test_a_session_from_before_the_login_is_not_the_one_after(world: World, client: Client) -> None:
    planted = client.session
    planted["seat"] = planted["visit"] = planted["began_at"] = "planted"
    planted.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = planted.session_key
    client.get(reverse("login"))
    log_in(client, "ana@northwest.example", PASSWORD)
    assert client.session.session_key != planted.session_key
    assert not Session.objects.filter(pk=planted.session_key).exists()


def test_a_wrong_password_and_an_unknown_name_read_alike(world: World, client: Client) -> None:
    wrong = log_in(client, "ana@northwest.example", "not this one")
    unknown = log_in(client, "nobody@northwest.example", "not this one")
    assert wrong == unknown
    assert "do not belong together" in wrong[1]


def test_no_cache_keeps_what_somebody_saw(world: World, browse: Browse) -> None:
    for route in ("home", "accounts", "partnerships", "submissions"):
        assert browse("ana").get(reverse(route)).headers["Cache-Control"] == "no-store, private"


def test_a_seat_that_ended_is_gone_with_the_next_click(world: World, browse: Browse) -> None:
    ana = browse("ana")
    assert ana.get(reverse("home")).status_code == 200
    with acting_as(founder(world.orgs["outpost"].pk)):
        Membership.objects.create(
            organisation=world.orgs["outpost"], user_id=world.seats["ana"].user_id, role="viewer"
        )
    with acting_as(world.actor("northwest-admin")):
        Membership.objects.filter(pk=world.seats["ana"].pk).update(ended_at=timezone.now())
    assert ana.get(reverse("home")).headers["Location"].startswith("/login/")  # and not to Outpost's home


def test_logging_out_ends_it_and_needs_a_post(world: World, browse: Browse) -> None:
    client = browse("ana")
    assert client.get(reverse("logout")).status_code == 405
    assert client.post(reverse("logout")).headers["Location"] == reverse("login")
    assert client.get("/").status_code == 302


def second_seat(world: World, person: str, slug: str) -> Membership:
    with acting_as(founder(world.orgs[slug].pk)):
        return Membership.objects.create(
            organisation_id=world.orgs[slug].pk, user=world.seats[person].user, role="viewer"
        )


def where(client: Client) -> str:
    found = re.search(r'<p class="where">(.+?)</p>', client.get(reverse("definitions")).content.decode())
    assert found
    return found[1]


def test_a_person_with_two_seats_works_in_one_and_may_choose_the_other(world: World, browse: Browse) -> None:
    second_seat(world, "ana", "outpost")
    client = browse("ana")
    assert where(client) == "Northwest"
    client.post(reverse("seat"), {"seat": world.orgs["outpost"].public_id})
    assert where(client) == "Outpost"
    assert client.get(reverse("submission_new")).status_code == 403  # a viewer there, a manager at home


def test_a_seat_that_is_not_ones_own_does_not_exist(world: World, browse: Browse) -> None:
    client = browse("ana")
    foreign = client.post(reverse("seat"), {"seat": world.orgs["southwest"].public_id})
    invented = client.post(reverse("seat"), {"seat": "org_invented"})
    assert (foreign.status_code, foreign.content) == (404, invented.content)
    assert where(client) == "Northwest"


def test_a_seat_that_ended_logs_its_holder_out_with_the_next_click(world: World, browse: Browse) -> None:
    seat = second_seat(world, "ana", "outpost")
    client = browse("ana")
    client.post(reverse("seat"), {"seat": world.orgs["outpost"].public_id})
    with acting_as(founder(world.orgs["outpost"].pk)):
        Membership.objects.filter(pk=seat.pk).update(ended_at=timezone.now())
    assert client.get("/").headers["Location"] == "/login/?next=/"


def test_without_any_seat_there_is_one_sentence_and_a_way_out(world: World, browse: Browse) -> None:
    client = browse("ana")
    with acting_as(founder(world.orgs["northwest"].pk)):
        Membership.objects.filter(pk=world.seats["ana"].pk).update(ended_at=timezone.now())
    response = client.get("/")
    assert response.status_code == 403
    assert "You have no seat in any organisation" in response.content.decode()
    assert reverse("logout") in response.content.decode()


def test_the_language_is_the_readers_choice(world: World, client: Client) -> None:
    assert '<html lang="en' in client.get(reverse("login")).content.decode()
    client.post(reverse("language"), {"language": "de", "next": "/login/"})
    assert '<html lang="de"' in client.get(reverse("login")).content.decode()
