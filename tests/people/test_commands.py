"""manage.py found_organisation, invite_person, end_seat: what the pages do, for the operator."""

import json
from io import StringIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from partners.access.models import Invitation
from partners.organisations.login import find_organisation, list_seats
from partners.tenancy.actors import Role
from partners.tenancy.context import acting_as
from tests.people.conftest import LENA, NEW, Desk, answer, log_in
from tests.world import World


def run(*words: str) -> dict[str, Any]:
    out = StringIO()
    call_command(*words, "--json", stdout=out)
    result: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return result


def test_an_organisation_and_its_people_come_to_be_by_three_commands(db: None) -> None:
    words = ("--kind", "distributor", "--name", "Eastside", "--administrator", "eva@eastside.example")
    founded = run("found_organisation", "eastside", *words, "--country", "DE", "--time-zone", "Europe/Berlin")
    assert Client().post(urlsplit(founded["link"]).path, answer("Eva")).status_code == 302
    invited = run("invite_person", LENA, "--organisation", "eastside", "--role", "manager")
    assert Client().post(urlsplit(invited["link"]).path, answer()).status_code == 302
    browser = log_in(LENA, NEW)
    assert browser
    user_id = int(browser.session["_auth_user_id"])
    assert [(seat.organisation_name, seat.role) for seat in list_seats(user_id)] == [
        ("Eastside", Role.MANAGER)
    ]
    ended = run("end_seat", LENA.upper(), "--organisation", "eastside", "--successor", "Eva@eastside.example")
    assert (ended["ended"], ended["handed_over"]) == (LENA.upper(), 0)
    assert list_seats(user_id) == []
    assert mail.outbox == []


def test_with_a_mail_server_no_link_is_printed(world: World, settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    told = run("invite_person", LENA, "--organisation", "northwest", "--role", "viewer")
    assert "link" not in told
    with acting_as(world.actor("northwest-admin")):
        assert Invitation.objects.get().mail == Invitation.Mail.WAITING


HERE = "--organisation northwest"
NEW_ONE = "--kind distributor --name N --administrator lena@northwest.example"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (f"invite_person {LENA} --organisation nobody --role viewer", "no organisation 'nobody'"),
        (f"invite_person {LENA} {HERE} --role king", "invalid choice"),
        (f"invite_person {LENA} {HERE} --role viewer --reach all", "invalid choice"),
        (f"invite_person lena {HERE} --role viewer", "no e-mail"),
        (f"invite_person ana@northwest.example {HERE} --role viewer", "has a seat"),
        (f"invite_person {LENA} {HERE} --role viewer --name a\vb", "one line"),
        (f"end_seat sam@southwest.example {HERE}", "Nobody of 'northwest'"),
        (f"end_seat northwest-admin@northwest.example {HERE}", "last administrator"),
        (f"end_seat ana@northwest.example {HERE} --successor sam@southwest.example", "Nobody of 'northwest'"),
        (f"found_organisation northwest {NEW_ONE}", "is taken"),
        (f"found_organisation No_Slug {NEW_ONE}", "no slug"),
        (f"found_organisation x {NEW_ONE} --kind bank", "invalid choice"),
        (f"found_organisation x {NEW_ONE} --administrator l", "no e-mail"),
        (f"found_organisation x {NEW_ONE} --time-zone Mars/Olympus", "time zone"),
    ],
)
def test_faults_are_said_in_a_sentence_and_change_nothing(world: World, words: str, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        run(*words.split(" "))
    assert find_organisation("x") is None
    assert Desk(world).seats(LENA) == []
    assert len(list_seats(world.seats["ana"].user_id)) == 1
    with acting_as(world.actor("northwest-admin")):
        assert not Invitation.objects.exists()
