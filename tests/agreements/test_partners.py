"""Either side offers a partnership by the other's short name; the other one answers."""

import pytest

from partners.access.doors import list_partnerships
from partners.agreements.models import Partnership, PartnershipChange
from partners.agreements.selectors import find_partnership
from partners.agreements.services import AgreementError, end_partnership, offer_partnership
from partners.organisations.models import OrganisationKind
from partners.organisations.services import found_organisation, seat_new_user
from partners.tenancy.actors import Role, founder
from partners.tenancy.context import acting_as
from tests.agreements.conftest import Desk


def founded(desk: Desk, slug: str, kind: OrganisationKind) -> None:
    organisation = desk.world.orgs[slug] = found_organisation(slug, kind)
    with acting_as(founder(organisation.pk)):
        desk.world.seats[f"{slug}-admin"] = seat_new_user(
            f"admin@{slug}.example", "Admin", None, Role.ADMINISTRATOR
        )


def offer(desk: Desk, person: str, slug: str) -> None:
    assert desk.browser(person).post("/partnerships/offer/", {"short_name": slug}).status_code == 302


def answer(desk: Desk, person: str, word: str) -> int:
    with acting_as(desk.world.actor(person)):
        offered = Partnership.objects.filter(state="invited").first()
    ref = offered.public_id if offered else "ptn_00000000000000000000"
    return desk.browser(person).post(f"/partnerships/{ref}/answer/", {"answer": word}).status_code


def states(desk: Desk, person: str) -> dict[str, str]:
    with acting_as(desk.world.actor(person)):
        return {one.manufacturer.slug: one.state for one in list_partnerships()}


def test_a_distributor_offers_and_the_maker_accepts(desk: Desk) -> None:
    founded(desk, "fabrikam", OrganisationKind.MANUFACTURER)
    offer(desk, "northwest-admin", "fabrikam")
    assert states(desk, "northwest-admin")["fabrikam"] == "invited"
    answer(desk, "northwest-admin", "accept")
    assert states(desk, "northwest-admin")["fabrikam"] == "invited", "it is for the other side to accept"
    assert answer(desk, "fabrikam-admin", "accept") == 302
    assert states(desk, "fabrikam-admin") == {"fabrikam": "active"}
    with acting_as(desk.world.actor("northwest-admin")):
        one = Partnership.objects.get(manufacturer__slug="fabrikam")
        assert [change.what for change in PartnershipChange.objects.filter(partnership=one).order_by("pk")] == [
            "invited", "active",
        ]  # fmt: skip


def test_declined_it_is_gone_and_can_be_offered_anew(desk: Desk) -> None:
    founded(desk, "fabrikam", OrganisationKind.MANUFACTURER)
    for _ in range(2):
        offer(desk, "fabrikam-admin", "northwest")
        assert states(desk, "northwest-admin")["fabrikam"] == "invited"
        assert answer(desk, "northwest-admin", "decline") == 302
        assert "fabrikam" not in states(desk, "northwest-admin")
    offer(desk, "fabrikam-admin", "northwest")
    answer(desk, "fabrikam-admin", "decline")
    assert states(desk, "fabrikam-admin") == {}, "taken back"


def test_nobody_offers_to_their_own_kind_or_to_nobody(desk: Desk) -> None:
    for person, slug in (
        ("northwest-admin", "southwest"),
        ("northwest-admin", "northwest"),
        ("northwest-admin", "nobody-here"),
        ("northwest-admin", ""),
        ("adventure-admin", "contoso"),
    ):
        before = states(desk, person)
        offer(desk, person, slug)
        assert states(desk, person) == before, (person, slug)


def test_nobody_learns_by_trying_which_rivals_are_here(desk: Desk) -> None:
    """Adventure and Southwest are here; Contoso and Northwest are told what they are told of nobody."""
    for person, rival in (("northwest-admin", "southwest"), ("contoso-admin", "adventure")):
        said = []
        for slug in (rival, "nobody-here"):
            with acting_as(desk.world.actor(person)), pytest.raises(AgreementError) as refusal:
                offer_partnership(slug)
            said.append(str(refusal.value).replace(slug, ""))
        assert said[0] == said[1]


def test_an_offer_that_is_open_is_made_once(desk: Desk) -> None:
    founded(desk, "fabrikam", OrganisationKind.MANUFACTURER)
    for person, slug in (("northwest-admin", "fabrikam"), ("fabrikam-admin", "northwest")):
        offer(desk, person, slug)
    with acting_as(desk.world.actor("northwest-admin")):
        assert Partnership.objects.filter(manufacturer__slug="fabrikam").count() == 1


def test_an_offer_shows_nobody_the_other_s_catalogue(desk: Desk) -> None:
    from io import StringIO

    from partners.catalogue.models import Product
    from partners.catalogue.services import load_catalogue
    from tests.world import CATALOGUE

    founded(desk, "fabrikam", OrganisationKind.MANUFACTURER)
    with acting_as(founder(desk.world.orgs["fabrikam"].pk)):
        load_catalogue(StringIO(CATALOGUE), "USD")
    offer(desk, "northwest-admin", "fabrikam")
    with acting_as(desk.world.actor("ana")):
        assert not Product.objects.filter(manufacturer_id=desk.world.orgs["fabrikam"].pk).exists()


def test_what_is_named_by_its_two_sides_is_the_one_that_lives(desk: Desk) -> None:
    """A pair has met before, and meets again: a file that is sent in belongs to the present partnership."""
    maker, northwest = desk.world.orgs["adventure"], desk.world.orgs["northwest"]
    with acting_as(desk.world.actor("northwest-admin")):
        end_partnership(desk.partnership)
    offer(desk, "adventure-admin", "northwest")
    answer(desk, "northwest-admin", "accept")
    with acting_as(desk.world.actor("northwest-admin")):
        found = find_partnership(maker.pk, northwest.pk)
        assert found is not None
        assert (found.state, found.pk == desk.partnership.pk) == ("active", False)
