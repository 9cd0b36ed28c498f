"""Pseudonyms are drawn anew: the old ones, and what a maker keeps of them, lead nowhere; their key is destroyed."""

from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command

from partners.access.doors import NotFound, list_cards, list_cards_of
from partners.accounts.models import AccountHandle, AccountIdentity, PseudonymSalt
from partners.accounts.pseudonyms import pseudonym_key, token_for
from partners.accounts.services import renew_pseudonyms
from partners.agreements.models import Category, Partnership
from partners.audit.models import AuditEntry
from partners.engagement.models import FollowUp, FollowUpEvidence, FollowUpMatter
from partners.tenancy.context import acting_as
from tests.engagement.conftest import Desk, desk
from tests.world import FULL, World

PAIR = ("adventure", "northwest")

__all__ = ["desk"]


def tokens(world: World, person: str = "mia") -> set[str]:
    with acting_as(world.actor(person)):
        return {card.token for card in list_cards([world.partnerships[PAIR]]).values()}


def renew(world: World, person: str = "northwest-admin") -> int:
    with acting_as(world.actor(person)):
        return renew_pseudonyms(world.partnerships[PAIR])


def test_the_old_ones_lead_nowhere_and_the_others_stay(trading_world: World) -> None:
    trading_world.share(*PAIR, Category.VOLUME)
    before = tokens(trading_world)
    contoso = trading_world.partnerships["contoso", "northwest"]
    with acting_as(trading_world.actor("ana")):
        others = set(AccountHandle.objects.filter(partnership=contoso).values_list("token", flat=True))
    assert renew(trading_world) == 2
    after = tokens(trading_world)
    assert len(after) == 2
    assert not after & before
    with acting_as(trading_world.actor("mia")):
        for token in before:
            with pytest.raises(NotFound):
                list_cards_of(token)
    with acting_as(trading_world.actor("ana")):
        assert (
            set(AccountHandle.objects.filter(partnership=contoso).values_list("token", flat=True)) == others
        )


def test_it_is_on_record_once(trading_world: World) -> None:
    trading_world.share(*PAIR, Category.VOLUME)
    with acting_as(trading_world.actor("northwest-admin")):
        last = AuditEntry.objects.latest("pk").pk
    renew(trading_world)
    partnership = trading_world.partnerships[PAIR]
    with acting_as(trading_world.actor("northwest-admin")):
        (entry,) = AuditEntry.objects.filter(pk__gt=last)
    assert (entry.action, entry.subject) == ("partnership.renewed", partnership.public_id)
    assert entry.details == {"accounts": 2}


def test_the_key_is_destroyed_with_its_salt(trading_world: World) -> None:
    trading_world.share(*PAIR, Category.VOLUME)
    partnership = trading_world.partnerships[PAIR]
    with acting_as(trading_world.actor("ana")):
        salt = bytes(PseudonymSalt.objects.get(partnership=partnership).salt)
        known = AccountIdentity.objects.filter(account__handles__partnership=partnership).values_list(
            "public_id", flat=True
        )
        key = pseudonym_key(partnership.public_id, 1, salt)
        assert {token_for(key, public_id) for public_id in known} == tokens(trading_world)
    renew(trading_world)
    with acting_as(trading_world.actor("ana")):
        left = PseudonymSalt.objects.get(partnership=partnership)
        assert left.epoch == Partnership.objects.get(pk=partnership.pk).pseudonym_epoch == 2
        assert bytes(left.salt) != salt


@pytest.mark.parametrize("person", ["mia", "adventure-admin", "sam", "contoso-admin"])
def test_nobody_else_reads_a_salt(trading_world: World, person: str) -> None:
    trading_world.share(*PAIR, *FULL, Category.CONTACTS)
    with acting_as(trading_world.actor(person)):
        assert not PseudonymSalt.objects.filter(partnership=trading_world.partnerships[PAIR]).exists()


@pytest.mark.parametrize("person", ["ana", "rita", "uwe", "adventure-admin", "mia"])
def test_only_who_shares_renews(trading_world: World, person: str) -> None:
    trading_world.share(*PAIR, Category.VOLUME)
    with pytest.raises(PermissionDenied):
        renew(trading_world, person)


def test_a_maker_s_follow_up_is_not_led_to_the_new_pseudonym(desk: Desk) -> None:
    desk.share(*FULL)
    theirs, own = desk.open("mia"), desk.open("ana")
    renew(desk.world)
    with acting_as(desk.world.actor("mia")):
        for model in (FollowUp, FollowUpMatter, FollowUpEvidence):
            assert not model.objects.exists(), model
    with acting_as(desk.world.actor("ana")):
        assert FollowUp.objects.filter(pk=own.pk).exists()
        desk.partnership.refresh_from_db()
    new = desk.open("mia")
    with acting_as(desk.world.actor("mia")):
        assert list(FollowUp.objects.values_list("pk", flat=True)) == [new.pk]
    assert theirs.pk != new.pk


def test_by_command(trading_world: World) -> None:
    trading_world.share(*PAIR, Category.VOLUME)
    before, out = tokens(trading_world), StringIO()
    call_command("renew_pseudonyms", manufacturer="adventure", distributor="northwest", stdout=out)
    assert "accounts: 2" in out.getvalue()
    assert not tokens(trading_world) & before
    with pytest.raises(CommandError, match="have no partnership"):
        call_command("renew_pseudonyms", manufacturer="contoso", distributor="southwest")
