"""An organisation that is not here yet comes in: asked by a partner, or founded by the operator."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from partners.access.invitations import invite_partner
from partners.access.models import Invitation
from partners.agreements.models import Grant, Partnership
from partners.organisations.login import find_organisation, list_seats
from partners.organisations.models import OrganisationKind
from partners.organisations.services import end_seat, seat_new_user
from partners.tenancy.actors import Actor, ActorKind, Role, founder
from partners.tenancy.context import acting_as
from tests.people.conftest import NEW, Desk, answer, log_in
from tests.world import PASSWORD, World

EVA = "eva@eastside.example"


def asked(world: World, admin: str, email: str = EVA, name: str = "Eastside Bikes") -> str:
    desk = Desk(world, admin)
    with acting_as(world.actor(admin)):
        invitation = invite_partner(email, name)
    return desk.link(invitation)


def founding(**changes: str) -> dict[str, str]:
    given = {"name": "Eastside Bikes", "country": "de", "time_zone": "Europe/Berlin", "currency": "EUR"}
    return {**answer("Eva"), **given, **changes}


def partnership(organisation_id: int, user_id: int) -> tuple[str, str, str]:
    with acting_as(Actor(ActorKind.PERSON, organisation_id, user_id, Role.ADMINISTRATOR)):
        assert not Grant.objects.exists()
        (found,) = Partnership.objects.select_related("manufacturer", "distributor")
        return found.manufacturer.slug, found.distributor.slug, found.state


def test_a_maker_brings_in_a_distributor_that_meets_its_invitation(world: World) -> None:
    link = asked(world, "adventure-admin")
    page = Client().get(link).content.decode()
    assert "Adventure invites you to bring your organisation in" in page
    assert 'value="Eastside Bikes"' in page
    assert Client().post(link, founding()).status_code == 302
    known = find_organisation("eastside-bikes")
    assert known is not None
    assert known.kind is OrganisationKind.DISTRIBUTOR
    browser = log_in(EVA, NEW)
    assert browser
    (seat,) = list_seats(int(browser.session["_auth_user_id"]))
    assert (seat.organisation_name, seat.role, seat.time_zone) == (
        "Eastside Bikes", Role.ADMINISTRATOR, "Europe/Berlin",
    )  # fmt: skip
    user_id = int(browser.session["_auth_user_id"])
    assert partnership(known.id, user_id) == ("adventure", "eastside-bikes", "invited")
    assert Client().get(link).status_code == 404


def test_a_distributor_brings_in_a_maker(world: World) -> None:
    link = asked(world, "outpost-admin", name="Eastside Works")
    Client().post(link, founding(name="Eastside Works"))
    known = find_organisation("eastside-works")
    assert known is not None
    assert known.kind is OrganisationKind.MANUFACTURER
    browser = log_in(EVA, NEW)
    assert browser
    met = partnership(known.id, int(browser.session["_auth_user_id"]))
    assert met == ("eastside-works", "outpost", "invited")


def test_somebody_with_a_login_founds_with_it_and_keeps_their_other_seat(world: World) -> None:
    sam = "sam@southwest.example"
    link = asked(world, "contoso-admin", sam)
    assert Client().post(link, founding()).status_code == 400
    assert find_organisation("eastside-bikes") is None
    assert Client().post(link, founding(password=PASSWORD, again=PASSWORD)).status_code == 302
    seats = list_seats(world.seats["sam"].user_id)
    assert [seat.organisation_name for seat in seats] == ["Southwest", "Eastside Bikes"]


def test_a_name_that_somebody_has_gets_a_tail_and_says_nothing(world: World) -> None:
    link = asked(world, "adventure-admin", name="Southwest")
    assert Client().post(link, founding(name="Southwest")).status_code == 302
    with acting_as(world.actor("adventure-admin")):
        slugs = Partnership.objects.values_list("distributor__slug", flat=True)
        (made,) = [slug for slug in slugs if slug.startswith("southwest-")]
    assert len(made) == len("southwest-") + 6


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""}, {"name": "East\nside"}, {"name": "x" * 121}, {"country": "Germany"}, {"country": "1!"},
        {"time_zone": "Mars/Olympus"}, {"time_zone": "../../etc/passwd"}, {"currency": "EU"}, {"currency": "12€"},
        {"person": "\0"}, {"password": "short", "again": "short"},
    ],
)  # fmt: skip
def test_what_does_not_do_founds_nothing(world: World, changes: dict[str, str]) -> None:
    link = asked(world, "adventure-admin")
    refused = Client().post(link, founding(**changes))
    assert refused.status_code == 400
    assert 'aria-invalid="true"' in refused.content.decode()
    with acting_as(world.actor("adventure-admin")):
        assert Invitation.objects.get().accepted_at is None
    assert find_organisation("eastside-bikes") is None
    assert log_in(EVA, NEW) is None


def test_who_invited_and_left_brings_nobody_in(world: World) -> None:
    link = asked(world, "adventure-admin")
    with acting_as(founder(world.orgs["adventure"].pk)):
        seat_new_user("second@adventure.example", "Second", None, Role.ADMINISTRATOR)
        end_seat(world.seats["adventure-admin"])
    assert Client().post(link, founding()).status_code == 404
    assert find_organisation("eastside-bikes") is None


@pytest.mark.parametrize("person", ["mia", "ana", "vic"])
def test_only_administrators_bring_partners_in(world: World, person: str) -> None:
    with acting_as(world.actor(person)), pytest.raises(PermissionDenied):
        invite_partner(EVA, "Eastside")
