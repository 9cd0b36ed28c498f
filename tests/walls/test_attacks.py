"""What an honest actor must not get by writing what no service would write. Each was open once."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import ProgrammingError, transaction

from analytics.runs.models import Standing
from analytics.runs.services import analyse_partnership
from integrations.ingestion.models import Submission
from partners.accounts.models import Account, AccountHandle, AccountIdentity
from partners.agreements.models import Category, Grant, GrantedAccount, Granularity, HeldCell, Partnership
from partners.agreements.services import (
    AgreementError,
    end_partnership,
    grant_category,
    offer_partnership,
    resume_partnership,
    revoke_grant,
)
from partners.audit.models import AccessEntry
from partners.catalogue.models import ListPrice, Product
from partners.ledger.models import DocumentIdentity, Line
from partners.organisations.models import Membership, User
from partners.organisations.services import seat_new_user
from partners.tenancy.actors import Purpose, Role
from partners.tenancy.context import acting_as
from tests.world import FULL, World


def refused(write: Callable[[], Any]) -> None:
    with pytest.raises(ProgrammingError, match=r"row-level security|permission denied"), transaction.atomic():
        write()


def test_a_maker_opens_no_customer_through_its_direct_partnership(trading_world: World) -> None:
    adventure = trading_world.orgs["adventure"].pk
    with acting_as(trading_world.actor("ana")):
        strangers = list(Account.objects.values_list("pk", flat=True))
    with acting_as(trading_world.actor("mia")):
        for account_id in strangers:
            GrantedAccount.objects.create(
                partnership_id=trading_world.partnerships["adventure", "adventure"].pk,
                manufacturer_id=adventure,
                distributor_id=adventure,
                category=Category.IDENTITY,
                account_id=account_id,
                purposes=31,
            )
        assert set(AccountIdentity.objects.values_list("organisation_id", flat=True)) == {adventure}


def test_a_line_of_one_s_own_opens_no_document_of_another(trading_world: World) -> None:
    trading_world.share("adventure", "northwest", Category.VOLUME, Category.IDENTITY)
    with acting_as(trading_world.actor("otto")):
        foreign = list(DocumentIdentity.objects.values_list("document_id", flat=True))
    with acting_as(trading_world.actor("mia")):
        seen = set(DocumentIdentity.objects.values_list("document_id", flat=True))
    assert not seen & set(foreign)


def test_nobody_seats_a_stranger_to_read_their_login(world: World) -> None:
    with acting_as(world.actor("southwest-admin")):
        Membership.objects.create(
            organisation=world.orgs["southwest"], user_id=world.seats["ana"].user_id, role="viewer"
        )
        assert not User.objects.filter(pk=world.seats["ana"].user_id).exists()


def test_an_employer_does_not_set_the_password_of_somebody_who_left(world: World) -> None:
    with acting_as(world.actor("southwest-admin")):
        assert User.objects.filter(pk=world.seats["sam"].user_id).update(password="x") == 0


def test_hidden_outcomes_cannot_be_brought_back(trading_world: World) -> None:
    trading_world.share("adventure", "northwest", *FULL)
    partnership = trading_world.partnerships["adventure", "northwest"]
    with acting_as(trading_world.worker("adventure")):
        analyse_partnership(partnership.pk)
    with acting_as(trading_world.actor("northwest-admin")):
        revoke_grant(Grant.objects.get(category=Category.PRICE))
    with acting_as(trading_world.actor("mia")):
        epoch = Partnership.objects.get(pk=partnership.pk).epoch
        assert Standing.objects.update(epoch=epoch) == 0
        assert not Standing.objects.exists()


def test_an_outcome_for_one_purpose_is_not_read_for_another(trading_world: World) -> None:
    trading_world.share("adventure", "northwest", Category.VOLUME, purposes=Purpose.RETENTION)
    with acting_as(trading_world.worker("adventure")):
        analyse_partnership(trading_world.partnerships["adventure", "northwest"].pk)
    with acting_as(trading_world.actor("mia")):
        assert Standing.objects.exists()
    with acting_as(trading_world.actor("mia").for_purpose(Purpose.CAMPAIGNS)):
        assert not Standing.objects.exists()


def test_only_an_administrator_invites_and_only_the_other_kind(world: World) -> None:
    from django.core.exceptions import PermissionDenied

    for person in ("mia", "sam", "vic"):
        with acting_as(world.actor(person)), pytest.raises(PermissionDenied):
            offer_partnership("outpost")
    with (
        acting_as(world.actor("adventure-admin")),
        pytest.raises(AgreementError, match="No distributor here"),
    ):
        offer_partnership("contoso")
    with (
        acting_as(world.actor("southwest-admin")),
        pytest.raises(AgreementError, match="No manufacturer here"),
    ):
        offer_partnership("outpost")


def test_a_maker_s_administrator_changes_nothing_of_the_agreement(trading_world: World) -> None:
    from django.core.exceptions import PermissionDenied

    partnership = trading_world.partnerships["adventure", "northwest"]
    with acting_as(trading_world.actor("adventure-admin")):
        for step in (end_partnership, lambda p: grant_category(p, Category.VOLUME)):
            with pytest.raises(PermissionDenied, match="Only the distributor"):
                step(partnership)


def test_an_ended_partnership_stays_ended_and_its_grants_with_it(trading_world: World) -> None:
    trading_world.share("adventure", "northwest", *FULL)
    partnership = trading_world.partnerships["adventure", "northwest"]
    with acting_as(trading_world.actor("northwest-admin")):
        end_partnership(partnership)
        with pytest.raises(AgreementError, match="is ended and cannot be active"):
            resume_partnership(partnership)
        assert not Grant.objects.filter(revoked_at=None).exists()
        assert Grant.objects.update(revoked_at=None) == 0


def test_sharing_needs_the_right_in_the_database_too(trading_world: World) -> None:
    partnership = trading_world.partnerships["adventure", "northwest"]
    words = {
        "partnership": partnership,
        "manufacturer_id": partnership.manufacturer_id,
        "distributor_id": partnership.distributor_id,
        "category": Category.VOLUME,
        "granularity": 3,
        "purposes": 31,
    }
    for person in ("ana", "mia", "sam"):
        with acting_as(trading_world.actor(person)):
            refused(lambda: Grant.objects.create(**words))


def test_what_was_taken_back_is_gone_for_the_maker_and_stays_taken(trading_world: World) -> None:
    trading_world.share("adventure", "northwest", *FULL)
    northwest = trading_world.orgs["northwest"].pk
    with acting_as(trading_world.actor("ana")):
        from django.utils import timezone

        Line.objects.filter(pk=Line.objects.filter(distributor_id=northwest).first().pk).update(
            superseded_at=timezone.now()
        )
        assert Line.objects.exclude(superseded_at=None).update(superseded_at=None) == 0
    with acting_as(trading_world.actor("mia")):
        assert not Line.objects.exclude(superseded_at=None).exists()


def test_nothing_is_planted_for_another(trading_world: World) -> None:
    from partners.tenancy.models import new_public_id

    theirs = trading_world.partnerships["adventure", "northwest"]
    with acting_as(trading_world.actor("ana")):
        account = Account.objects.first()
    with acting_as(trading_world.actor("sam")):
        own = trading_world.partnerships["adventure", "southwest"]
        refused(
            lambda: HeldCell.objects.create(
                partnership_id=theirs.pk,
                distributor_id=own.distributor_id,
                account_id=1,
                family_id=1,
                month="2026-01-01",
            )
        )
        refused(lambda: AccountIdentity.objects.create(account_id=account.pk, code="X"))
        refused(
            lambda: AccountHandle.objects.create(
                partnership=own, manufacturer_id=own.manufacturer_id, distributor_id=own.distributor_id,
                account_id=account.pk, epoch=1, token=new_public_id("cus"),
            )
        )  # fmt: skip
    with acting_as(trading_world.actor("contoso-admin")):
        product = Product.objects.first()
    with acting_as(trading_world.actor("adventure-admin")):
        refused(
            lambda: ListPrice.objects.create(product=product, from_on="2026-01-01", amount=1, currency="USD")
        )


def test_the_access_log_names_who_really_read(trading_world: World) -> None:
    trading_world.share("adventure", "northwest", Category.VOLUME)
    partnership = trading_world.partnerships["adventure", "northwest"]
    entry = {
        "owner_id": partnership.distributor_id, "partnership_id": partnership.pk, "what": "x", "rows": 1, "purpose": 1,
    }  # fmt: skip
    with acting_as(trading_world.actor("mia")):
        refused(
            lambda: AccessEntry.objects.create(**entry, reader_user_id=trading_world.seats["vic"].user_id)
        )


def test_what_somebody_read_before_a_fault_is_not_the_next_one_s_reading(trading_world: World) -> None:
    from partners.access.doors import list_cards, list_partnerships

    trading_world.share("adventure", "northwest", Category.VOLUME)

    def read_and_fail() -> None:
        with acting_as(trading_world.actor("mia")):
            list_cards(list_partnerships())
            raise KeyError

    with pytest.raises(KeyError):
        read_and_fail()
    with acting_as(trading_world.actor("vic")):
        pass
    with acting_as(trading_world.actor("sam")):
        pass
    with acting_as(trading_world.actor("ana")):
        assert not AccessEntry.objects.exists()


def test_a_file_is_told_only_to_who_may_see_all_of_it(trading_world: World) -> None:
    partnership = trading_world.partnerships["adventure", "northwest"]
    with acting_as(trading_world.actor("ana")):
        Submission.objects.create(
            partnership_id=partnership.pk, distributor_id=partnership.distributor_id, source="upload",
            file_name="may-secret.csv", state=Submission.State.COMMITTED, accepted=7,
        )  # fmt: skip
    january = {"from_month": date(2026, 1, 1), "to_month": date(2026, 2, 1)}
    trading_world.share("adventure", "northwest", Category.VOLUME, granularity=Granularity.AREA, **january)
    trading_world.share("adventure", "northwest", Category.VOLUME, **january)
    with acting_as(trading_world.actor("mia")):
        assert Line.objects.filter(partnership_id=partnership.pk).exists()
        assert not Submission.objects.exists()
    trading_world.share("adventure", "northwest", Category.VOLUME)
    with acting_as(trading_world.actor("mia")):
        assert Submission.objects.get().accepted == 7


def test_an_uploader_seats_nobody(world: World) -> None:
    from django.core.exceptions import PermissionDenied

    with acting_as(world.actor("vic")), pytest.raises(PermissionDenied):
        seat_new_user("x@adventure.example", "X", None, Role.ADMINISTRATOR)
