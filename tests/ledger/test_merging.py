"""Two numbers of one customer: no line is touched, and everybody reads them as one."""

from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from analytics.runs.models import Standing
from analytics.runs.services import analyse_partnership
from partners.access.doors import NotFound, list_cards, list_cards_of, list_partnerships
from partners.access.reach import give_reach
from partners.accounts.models import Account, AccountHandle, AccountIdentity
from partners.agreements.models import Category, GrantedAccount
from partners.audit.models import AuditEntry
from partners.engagement.colleagues import list_owners
from partners.ledger.merging import MergeError, merge_accounts
from partners.ledger.models import Line
from partners.ledger.selectors import Slice, frame_lines, list_lines, list_orders
from partners.organisations.models import User
from partners.tenancy.context import acting_as
from tests.stages import months_of_trade, staged
from tests.world import Sale, World

DAY = date(2026, 3, 20)


def account(code: str) -> Account:
    return AccountIdentity.objects.get(code=code).account


def merge(world: World, gone: str, kept: str, person: str = "ana") -> None:
    with acting_as(world.actor(person)):
        merge_accounts(account(gone), account(kept))


def settle_doubled(world: World) -> None:
    """NO1 and NO2 of Northwest are one customer; Adventure sees volumes."""
    world.share("adventure", "northwest", Category.VOLUME)


doubled = staged(months_of_trade, settle_doubled)


def test_lines_and_orders_are_read_as_the_kept_one_s(doubled: World) -> None:
    partnership = doubled.partnerships["adventure", "northwest"]
    before = timezone.now()
    merge(doubled, "NO1", "NO2")
    now = timezone.now()
    with acting_as(doubled.actor("ana")):
        gone, kept = account("NO1").pk, account("NO2").pk
        assert set(frame_lines(partnership.pk, known_at=now)["account"]) == {kept}
        assert set(frame_lines(partnership.pk, known_at=before)["account"]) == {gone, kept}
        assert len(frame_lines(partnership.pk, known_at=now, account_id=kept)) == 12
        assert len(frame_lines(partnership.pk, known_at=before, account_id=kept)) == 6
        assert len(list_orders(partnership, kept, until=DAY, known_at=now)) == 6
        assert list_lines(partnership, kept, Slice(DAY, now), limit=5)[1] == 12
        assert set(Line.objects.values_list("account_id", flat=True)) == {gone, kept}


def test_both_sides_meet_one_account(doubled: World) -> None:
    merge(doubled, "NO1", "NO2")
    with acting_as(doubled.actor("ana")):
        assert [card.name for card in list_cards(list_partnerships()).values()] == ["NO2 Cycles"] * 2
        token = AccountHandle.objects.get(
            account=account("NO1"), partnership=doubled.partnerships["adventure", "northwest"]
        ).token
        gone_ref, kept_ref = (AccountIdentity.objects.get(code=code).public_id for code in ("NO1", "NO2"))
        assert {card.ref for _, card in list_cards_of(gone_ref)} == {kept_ref}
    with acting_as(doubled.actor("mia")):
        (card,) = (
            card
            for card in list_cards(list_partnerships()).values()
            if card.account_type == "Shop" and card.name is None
        )
        assert [found.ref for _, found in list_cards_of(token)] == [card.ref]
    with acting_as(doubled.actor("sam")), pytest.raises(NotFound):
        list_cards_of(gone_ref)


def test_the_next_run_knows_one_rhythm(doubled: World) -> None:
    partnership = doubled.partnerships["adventure", "northwest"]
    merge(doubled, "NO1", "NO2")
    for audience in ("northwest", "adventure"):
        with acting_as(doubled.worker(audience)):
            run = analyse_partnership(partnership.pk, as_of=DAY)
            assert run is not None
            assert (run.accounts, Standing.objects.filter(partnership_id=partnership.pk).count()) == (1, 1)


def test_what_comes_under_the_old_number_is_the_kept_one_s(doubled: World) -> None:
    """Also for the maker, whose sight of the kept account follows from all that it holds."""
    merge(doubled, "NO1", "NO2")
    doubled.sell("adventure", "northwest", [Sale("LATER", DAY, "NO1", "MB-1", Decimal(3))])
    partnership = doubled.partnerships["adventure", "northwest"]
    with acting_as(doubled.actor("mia")):
        frame = frame_lines(partnership.pk, known_at=timezone.now())
        assert frame["account"].nunique() == 1
        assert int(frame["quantity"].sum()) == (12 + 3) * 10_000


def test_a_maker_meets_the_kept_one_only_as_far_as_it_is_granted(trading_world: World) -> None:
    """A family that is not granted stays out of sight, whoever is merged into whom."""
    world = trading_world
    world.sell("adventure", "northwest", [Sale("ONLY", DAY, "NO9", "MB-1")])
    with acting_as(world.actor("ana")):
        mountain = Line.objects.get(account_id=account("NO9").pk).family_id
    world.share("adventure", "northwest", Category.VOLUME, family_id=mountain)
    with acting_as(world.actor("mia")):
        assert [
            line.family_id for line in Line.objects.exclude(distributor_id=world.orgs["adventure"].pk)
        ] == [mountain]
    with pytest.raises(MergeError, match="Somebody who may share"):
        merge(world, "NO9", "NO2")
    with acting_as(world.actor("ana")):
        assert not GrantedAccount.objects.filter(account_id=account("NO2").pk).exists()
        assert account("NO9").merged_into_id is None
    merge(world, "NO9", "NO2", "northwest-admin")
    with acting_as(world.actor("ana")):
        kept = account("NO2").pk
        assert GrantedAccount.objects.filter(account_id=kept, category="volume").exists()
    with acting_as(world.actor("mia")):
        theirs = Line.objects.exclude(distributor_id=world.orgs["adventure"].pk)
        assert [line.family_id for line in theirs] == [mountain]
        partnership = world.partnerships["adventure", "northwest"]
        assert set(frame_lines(partnership.pk, known_at=timezone.now())["account"]) == {kept}


def test_another_maker_meets_the_kept_one_when_the_old_number_comes(doubled: World) -> None:
    """NO1 is given up; only then Contoso's file names it for the first time."""
    for code in ("XX1", "XX2"):
        doubled.sell("adventure", "northwest", [Sale(f"{code}-1", DAY, code, "RB-1")])
    merge(doubled, "XX1", "XX2")
    doubled.sell("contoso", "northwest", [Sale("C-1", DAY, "XX1", "RB-1")])
    with acting_as(doubled.actor("ana")):
        contoso = doubled.partnerships["contoso", "northwest"]
        assert "XX2 Cycles" in {card.name for card in list_cards([contoso]).values()}


def test_a_representative_who_held_the_one_given_up_holds_the_other(doubled: World) -> None:
    with acting_as(doubled.actor("northwest-admin")):
        give_reach(User.objects.get(email="rita@northwest.example"), account("NO1"))
    merge(doubled, "NO1", "NO2")
    with acting_as(doubled.actor("rita")):
        assert {card.name for card in list_cards(list_partnerships()).values()} == {"NO2 Cycles"}
    with acting_as(doubled.actor("ana")):
        partnership = doubled.partnerships["adventure", "northwest"]
        owners = list_owners(partnership.pk, account("NO2").pk)
        assert "Rita" in {owner.name for owner in owners}


def test_no_account_is_merged_into_a_stranger_s_by_any_way(doubled: World) -> None:
    """A foreign id and one that nobody has are refused alike."""
    with acting_as(doubled.actor("sam")):
        foreign = Account.objects.first()
    with acting_as(doubled.actor("ana")):
        for target in (foreign.pk, 10**9):
            with pytest.raises(IntegrityError, match="merged_into_ones_own"), transaction.atomic():
                Account.objects.filter(pk=account("NO1").pk).update(merged_into_id=target)


def test_merging_goes_all_the_way(doubled: World) -> None:
    doubled.sell("adventure", "northwest", [Sale("THIRD", DAY, "NO3", "RB-1")])
    merge(doubled, "NO1", "NO2")
    merge(doubled, "NO2", "NO3")
    with acting_as(doubled.actor("ana")):
        kept = account("NO3").pk
        frame = frame_lines(doubled.partnerships["adventure", "northwest"].pk, known_at=timezone.now())
        assert set(frame["account"]) == {kept}
        for code in ("NO1", "NO2"):
            with pytest.raises(MergeError):
                merge_accounts(account(code), account("NO3"))


def test_only_who_manages_accounts_merges_and_only_their_own(doubled: World) -> None:
    with acting_as(doubled.actor("ana")):
        gone, kept = account("NO1"), account("NO2")
    with acting_as(doubled.actor("uwe")), pytest.raises(PermissionDenied):
        merge_accounts(gone, kept)
    with acting_as(doubled.actor("sam")):
        own = Account.objects.first()
        with pytest.raises(MergeError, match="Only accounts of one's own"):
            merge_accounts(gone, own)
    with acting_as(doubled.actor("mia")), pytest.raises(MergeError, match="Only accounts of one's own"):
        merge_accounts(gone, kept)
    merge(doubled, "NO1", "NO2")
    with acting_as(doubled.actor("ana")):
        assert AuditEntry.objects.filter(action="account.merged").count() == 1


def test_the_command_says_what_it_found(doubled: World) -> None:
    out = StringIO()
    call_command("merge_accounts", distributor="northwest", gone="NO1", kept="NO2", json=True, stdout=out)
    with acting_as(doubled.actor("ana")):
        assert account("NO1").merged_into_id == account("NO2").pk
    for gone, kept, words in (
        ("NO1", "NO2", "merged away before"),
        ("XX", "NO2", "no account with the number"),
    ):
        with pytest.raises(CommandError, match=words):
            call_command("merge_accounts", distributor="northwest", gone=gone, kept=kept)
