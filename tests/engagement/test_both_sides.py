"""One follow-up, two companies: what crosses by choice, and what never does."""

import pytest

from partners.access.doors import NotFound, list_cards_of
from partners.access.mirrors import look_through
from partners.agreements.models import Category, Grant
from partners.agreements.services import revoke_grant, suspend_partnership
from partners.audit.models import AccessEntry
from partners.engagement import services
from partners.engagement.models import FollowUp, FollowUpComment, FollowUpEvidence, FollowUpMatter, State
from partners.engagement.selectors import Status, Whose, get_follow_up, list_follow_ups
from partners.engagement.services import (
    FollowUpError,
    change_plan,
    change_state,
    comment,
    share,
    stop_sharing,
)
from partners.ledger.models import Line
from partners.tenancy.context import acting_as
from tests.engagement.conftest import DROPPED, Desk

ROWS = (FollowUp, FollowUpMatter, FollowUpEvidence, FollowUpComment)


def revoke(desk: Desk, category: Category) -> None:
    with acting_as(desk.world.actor("northwest-admin")):
        revoke_grant(
            Grant.objects.get(
                partnership=desk.partnership, category=category, family_id=None, revoked_at=None
            )
        )


def test_nothing_crosses_by_itself(desk: Desk) -> None:
    desk.share(*Category)
    opened = desk.open("ana")
    with acting_as(desk.world.actor("ana")):
        comment(opened.public_id, "A hard customer", is_shared=False)
    for stranger in ("mia", "sam", "otto", "contoso-admin"):
        with acting_as(desk.world.actor(stranger)):
            assert not any(model.objects.exists() for model in ROWS), stranger
            with pytest.raises(NotFound):
                get_follow_up(opened.public_id)


def test_what_is_shared_is_seen_without_what_was_kept(desk: Desk) -> None:
    desk.share(Category.VOLUME)
    opened = desk.open("ana")
    with acting_as(desk.world.actor("ana")):
        comment(opened.public_id, "They owe us money", is_shared=False)
        share(opened.public_id, 1)
        comment(opened.public_id, "Could you send a sample?", is_shared=True)
    with acting_as(desk.world.actor("mia")):
        (row,) = list_follow_ups(Whose.THEIRS, Status.LIVE)
        picture = get_follow_up(opened.public_id)
        assert (row.matter.kind, row.matter.next_step) == ("interval_lengthens", "Ring them about the frames")
        assert row.card.name is None
        assert row.follow_up.owner_name == "Ana"
        assert [one.text for one in picture.comments] == ["Could you send a sample?"]
        assert picture.evidence is None  # found in all of the distributor's rows
        assert picture.history == []
        comment(opened.public_id, "It is on its way", is_shared=False)
        with pytest.raises(FollowUpError, match="Only the side that opened"):
            change_state(opened.public_id, 2, State.WON, "Done")
    with acting_as(desk.world.actor("ana")):
        texts = [
            (one.author_name, one.is_shared, one.text) for one in get_follow_up(opened.public_id).comments
        ]
        assert texts[-1] == ("Mia", True, "It is on its way")
        assert AccessEntry.objects.filter(what="follow_ups").exists()
    for stranger in ("sam", "otto", "contoso-admin"):
        with acting_as(desk.world.actor(stranger)):
            assert not any(model.objects.exists() for model in ROWS), stranger


def test_it_can_be_kept_again(desk: Desk) -> None:
    desk.share(Category.VOLUME)
    opened = desk.open("ana")
    with acting_as(desk.world.actor("ana")):
        share(opened.public_id, 1)
        stop_sharing(opened.public_id, 2)
    with acting_as(desk.world.actor("mia")):
        assert not any(model.objects.exists() for model in ROWS)


def test_what_the_other_side_may_not_know_is_not_shared(desk: Desk) -> None:
    opened = desk.open("ana")
    with (
        acting_as(desk.world.actor("ana")),
        pytest.raises(FollowUpError, match="you do not share its volumes"),
    ):
        share(opened.public_id, 1)
    desk.share(Category.VOLUME)
    dropped = desk.open("ana", DROPPED)
    with acting_as(desk.world.actor("ana")):
        with pytest.raises(FollowUpError, match="rests on all your prices"):
            share(dropped.public_id, 1)
        share(opened.public_id, 1)
    desk.share(Category.PRICE)
    with acting_as(desk.world.actor("ana")):
        share(dropped.public_id, 1)


@pytest.mark.parametrize(
    "text",
    [
        "Ring NO1 Cycles",
        "ring no1  cycles again",
        "the NO1\u00a0Cycles order",
        "no1cycles",
        "N O 1 - C y c l e s",
        "NO1&nbsp;Cycles",
        "ＮＯ１ Cycles",
        "NO1 Cyc\u200bles",
        "the shop in Seattle",
        "at 98104, by the station",
        "customer no1 is upset",
        "as NO2 Cycles did",  # another customer of ours
    ],
)
def test_no_text_for_both_names_a_customer_whose_name_is_kept(desk: Desk, text: str) -> None:
    desk.share(Category.VOLUME)
    opened = desk.open("ana", next_step=text)
    with acting_as(desk.world.actor("ana")):
        with pytest.raises(FollowUpError, match="customer names are not shared"):
            share(opened.public_id, 1)
        change_plan(opened.public_id, 1, desk.plan("ana"))
        share(opened.public_id, 2)
        with pytest.raises(FollowUpError, match="customer names are not shared"):
            change_plan(opened.public_id, 3, desk.plan("ana", next_step=text))
        with pytest.raises(FollowUpError, match="customer names are not shared"):
            comment(opened.public_id, text, is_shared=True)
        comment(opened.public_id, text, is_shared=False)


def test_the_grant_under_it_is_revoked(desk: Desk) -> None:
    """The maker keeps the shell of its own work and loses what it was about; the distributor loses nothing."""
    desk.share(Category.VOLUME)
    own, theirs = desk.open("mia"), desk.open("ana", code="NO2")
    with acting_as(desk.world.actor("mia")):
        share(own.public_id, 1)
        comment(own.public_id, "Down for two months", is_shared=True)
    with acting_as(desk.world.actor("ana")):
        share(theirs.public_id, 1)
    revoke(desk, Category.VOLUME)
    with acting_as(desk.world.actor("mia")):
        (row,) = list_follow_ups(Whose.MINE, Status.LIVE)
        assert (row.follow_up.public_id, row.card, row.matter) == (own.public_id, None, None)
        picture = get_follow_up(own.public_id)
        assert (picture.evidence, picture.comments, picture.others) == (None, [], [])
        assert list_follow_ups(Whose.THEIRS, Status.LIVE) == []
        assert not FollowUpMatter.objects.exists()
        with pytest.raises(FollowUpError, match="no longer shared with you"):
            change_plan(own.public_id, 2, desk.plan("mia"))
        change_state(own.public_id, 2, State.LOST, "Out of our sight")
        assert not FollowUpComment.objects.exists()
    with acting_as(desk.world.actor("ana")):
        picture = get_follow_up(own.public_id)
        assert picture.row.matter is not None
        assert [one.text for one in picture.comments] == ["Down for two months"]


def test_evidence_is_hidden_once_anything_was_taken_away(desk: Desk) -> None:
    desk.share(Category.VOLUME, Category.PRICE)
    own = desk.open("mia")
    revoke(desk, Category.PRICE)
    with acting_as(desk.world.actor("mia")):
        picture = get_follow_up(own.public_id)
        assert picture.evidence is None
        assert picture.row.card is not None


def test_a_text_written_when_more_was_shared_goes_with_it(desk: Desk) -> None:
    """With names shared a text may name the customer: once names are withdrawn nobody at the maker reads it."""
    desk.share(Category.VOLUME, Category.IDENTITY)
    opened = desk.open("ana", next_step="Ring NO1 Cycles")
    with acting_as(desk.world.actor("ana")):
        share(opened.public_id, 1)
        comment(opened.public_id, "NO1 Cycles is moving", is_shared=True)
    with acting_as(desk.world.actor("mia")):
        assert [one.text for one in get_follow_up(opened.public_id).comments] == ["NO1 Cycles is moving"]
    revoke(desk, Category.IDENTITY)
    with acting_as(desk.world.actor("ana")):
        comment(opened.public_id, "They have moved", is_shared=True)
    with acting_as(desk.world.actor("mia")):
        picture = get_follow_up(opened.public_id)
        assert picture.row.matter is None
        assert [one.text for one in picture.comments] == ["They have moved"]


def test_a_step_is_labelled_when_it_is_shown(desk: Desk) -> None:
    """Written before names were shared, shared with them, and gone when they are withdrawn."""
    desk.share(Category.VOLUME)
    opened = desk.open("ana", next_step="Ring NO1 Cycles")
    desk.share(Category.IDENTITY)
    with acting_as(desk.world.actor("ana")):
        share(opened.public_id, 1)
    with acting_as(desk.world.actor("mia")):
        assert get_follow_up(opened.public_id).row.matter.next_step == "Ring NO1 Cycles"
    revoke(desk, Category.IDENTITY)
    with acting_as(desk.world.actor("mia")):
        assert not FollowUpMatter.objects.exists()


@pytest.mark.parametrize("category", [Category.CONTACTS, Category.PRICE, Category.VOLUME])
def test_whatever_was_granted_when_it_was_written_takes_the_text_along(
    desk: Desk, category: Category
) -> None:
    """Also where the maker still sees the account: prices of one family, people at the customer."""
    desk.share(Category.VOLUME, Category.PRICE, Category.IDENTITY, Category.CONTACTS)
    own = desk.open("mia")
    with acting_as(desk.world.actor("mia")):
        share(own.public_id, 1)
        comment(own.public_id, "Jane Doe pays 4711 for road bikes", is_shared=True)
        assert get_follow_up(own.public_id).comments
    if category is Category.VOLUME:
        with acting_as(desk.world.actor("ana")):
            family_id = Line.objects.filter(partnership_id=desk.partnership.pk).first().family_id
        desk.share(category, family_id=family_id)
    revoke(desk, category)
    with acting_as(desk.world.actor("mia")):
        picture = get_follow_up(own.public_id)
        assert (picture.row.matter, picture.comments) == (None, [])
    with acting_as(desk.world.actor("ana")):
        assert get_follow_up(own.public_id).comments


def test_a_finding_in_all_lines_is_not_shared_with_who_sees_some(desk: Desk) -> None:
    with acting_as(desk.world.actor("ana")):
        family_id = Line.objects.filter(partnership_id=desk.partnership.pk).first().family_id
    desk.share(Category.VOLUME, family_id=family_id)
    opened = desk.open("ana")
    with acting_as(desk.world.actor("ana")), pytest.raises(FollowUpError, match="rests on all your volumes"):
        share(opened.public_id, 1)
    desk.share(Category.VOLUME)
    with acting_as(desk.world.actor("ana")):
        share(opened.public_id, 1)
    with acting_as(desk.world.actor("northwest-admin")):
        revoke_grant(Grant.objects.get(partnership=desk.partnership, family_id=None, revoked_at=None))
    with acting_as(desk.world.actor("mia")):
        assert list_cards_of(desk.ref("mia"))  # the account is still in sight
        assert not FollowUp.objects.exists()


def heard(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which organisations' pages are woken from now on."""
    names = {organisation.pk: slug for slug, organisation in desk.world.orgs.items()}
    woken: list[str] = []
    monkeypatch.setattr(
        services, "announce", lambda topic, organisation_id: woken.append(names[organisation_id])
    )
    return woken


def test_nobody_hears_of_what_they_do_not_see(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.share(Category.VOLUME)
    opened = desk.open("ana")
    woken = heard(desk, monkeypatch)
    with acting_as(desk.world.actor("ana")):
        comment(opened.public_id, "Only for us", is_shared=False)
        assert woken == ["northwest"]
        share(opened.public_id, 1)
        comment(opened.public_id, "For both", is_shared=True)
        assert sorted(woken[1:]) == ["adventure", "adventure", "northwest", "northwest"]
        woken.clear()
        comment(opened.public_id, "Only for us again", is_shared=False)
        assert woken == ["northwest"]
    revoke(desk, Category.VOLUME)
    woken.clear()
    with acting_as(desk.world.actor("ana")):
        comment(opened.public_id, "They hear nothing now", is_shared=True)
    assert woken == ["northwest"]


def test_a_finding_in_prices_goes_with_the_prices(desk: Desk) -> None:
    desk.share(Category.VOLUME, Category.PRICE)
    own, theirs = desk.open("mia", DROPPED), desk.open("ana", DROPPED)
    with acting_as(desk.world.actor("ana")):
        share(theirs.public_id, 1)
    with acting_as(desk.world.actor("mia")):
        assert get_follow_up(own.public_id).others[0].follow_up.public_id == theirs.public_id
    revoke(desk, Category.PRICE)
    with acting_as(desk.world.actor("mia")):
        assert not FollowUpMatter.objects.exists()
        assert list_follow_ups(Whose.THEIRS, Status.LIVE) == []


def test_a_suspended_partnership_hides_it_all(desk: Desk) -> None:
    desk.share(Category.VOLUME)
    own, theirs = desk.open("mia"), desk.open("ana")
    with acting_as(desk.world.actor("ana")):
        share(theirs.public_id, 1)
    with acting_as(desk.world.actor("northwest-admin")):
        suspend_partnership(desk.partnership)
    with acting_as(desk.world.actor("mia")):
        assert get_follow_up(own.public_id).row.matter is None
        assert FollowUp.objects.count() == 1


def test_a_mirror_shows_the_shared_and_nothing_internal(desk: Desk) -> None:
    desk.share(Category.VOLUME)
    theirs, own, kept = desk.open("mia"), desk.open("ana"), desk.open("ana", code="NO2")
    with acting_as(desk.world.actor("mia")):
        comment(theirs.public_id, "Offer their rival a better price", is_shared=False)
    with acting_as(desk.world.actor("ana")):
        share(own.public_id, 1)
        comment(own.public_id, "Kept to us", is_shared=False)
        comment(own.public_id, "For both", is_shared=True)
        _, eyes = look_through(desk.partnership.public_id)
        with acting_as(eyes):
            assert [one.public_id for one in FollowUp.objects.all()] == [own.public_id]
            assert [one.text for one in FollowUpComment.objects.all()] == ["For both"]
            assert not FollowUpEvidence.objects.exists()
            assert [row.follow_up.public_id for row in list_follow_ups(Whose.THEIRS, Status.LIVE)] == [
                own.public_id
            ]
        assert FollowUp.objects.filter(public_id=kept.public_id).exists()


def test_the_database_refuses_what_no_service_would_try(desk: Desk) -> None:
    from django.db import ProgrammingError, transaction

    desk.share(Category.VOLUME)
    opened = desk.open("ana")
    with acting_as(desk.world.actor("ana")):
        share(opened.public_id, 1)
    ids = {"manufacturer_id": opened.manufacturer_id, "distributor_id": opened.distributor_id}
    whole = {**ids, "owner_id": 1, "owner_name": "x", "review_on": opened.review_on}
    with acting_as(desk.world.actor("mia")):
        mine = {"author_id": desk.world.seats["mia"].user_id, "author_name": "Mia", "text": "x"}
        for write in (
            lambda: FollowUpComment.objects.create(follow_up=opened, is_shared=False, **mine),
            lambda: FollowUpComment.objects.create(
                follow_up=opened, is_shared=True, **{**mine, "author_id": 1}
            ),
        ):
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                write()
        assert FollowUp.objects.filter(pk=opened.pk).update(owner_name="Mia") == 0
    with acting_as(desk.world.actor("sam")):
        for write in (
            lambda: FollowUp.objects.create(
                partnership=desk.partnership, account_id=opened.account_id, **whole
            ),
            lambda: FollowUp.objects.create(
                partnership=desk.world.partnerships["adventure", "southwest"],
                account_id=opened.account_id,
                **{**whole, "distributor_id": desk.world.orgs["southwest"].pk},
            ),
            lambda: FollowUpComment.objects.create(
                follow_up=opened,
                is_shared=True,
                author_id=desk.world.seats["sam"].user_id,
                author_name="",
                text="x",
            ),
        ):
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                write()
