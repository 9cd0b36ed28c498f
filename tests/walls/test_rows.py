"""Who sees which rows, asked without any filter of the application: the database alone decides."""

from collections.abc import Callable
from datetime import date

import pytest
from django.apps import apps
from django.db import connection

from partners.accounts.models import Account, AccountHandle, AccountIdentity
from partners.agreements.models import Category, GrantedCell, Granularity, Partnership
from partners.agreements.services import end_partnership, revoke_grant, suspend_partnership
from partners.ledger.models import DocumentIdentity, Line, LinePrice
from partners.tenancy.context import NoActorError, acting_as
from partners.tenancy.models import WalledModel
from tests.world import FULL, Sale, World

OWNERS = ("organisation_id", "distributor_id", "audience_id", "home_id", "manufacturer_id")


def _lines(world: World, person: str) -> set[int]:
    with acting_as(world.actor(person)):
        return set(Line.objects.values_list("distributor_id", flat=True))


def test_nobody_acting_sees_nothing_and_is_told(world: World) -> None:
    for model in apps.get_models():
        if issubclass(model, WalledModel):
            with pytest.raises(NoActorError):
                model._default_manager.count()
            with pytest.raises(NoActorError):
                model._base_manager.count()


def test_raw_sql_without_an_actor_finds_no_row(trading_world: World) -> None:
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if issubclass(model, WalledModel):
                cursor.execute(f"SELECT count(*) FROM {model._meta.db_table}")
                assert cursor.fetchone() == (0,), model


def test_without_grants_a_maker_sees_no_row_of_its_distributors(trading_world: World) -> None:
    adventure = trading_world.orgs["adventure"].pk
    assert _lines(trading_world, "mia") == {adventure}
    with acting_as(trading_world.actor("mia")):
        for model in (AccountIdentity, Account):
            assert set(model.objects.values_list("organisation_id", flat=True)) == {adventure}
        assert set(LinePrice.objects.values_list("distributor_id", flat=True)) == {adventure}


def test_a_distributor_sees_its_own_rows_only_whatever_a_rival_grants(trading_world: World) -> None:
    trading_world.share("adventure", "southwest", *FULL)
    northwest = trading_world.orgs["northwest"].pk
    makers = {trading_world.orgs["adventure"].pk, trading_world.orgs["contoso"].pk}
    with acting_as(trading_world.actor("ana")):
        for model in apps.get_models():
            if not issubclass(model, WalledModel):
                continue
            names = {field.attname for field in model._meta.concrete_fields}
            owner = next((name for name in OWNERS if name in names), None)
            if owner is None:
                continue
            seen = set(model._default_manager.values_list(owner, flat=True))
            # of its makers it sees the catalogue and nothing else
            assert seen <= ({northwest} if owner != "manufacturer_id" else makers), model
    assert _lines(trading_world, "ana") == {northwest}


def test_volume_opens_lines_without_names_and_without_money(trading_world: World) -> None:
    trading_world.share("adventure", "northwest", Category.VOLUME)
    northwest = trading_world.orgs["northwest"].pk
    with acting_as(trading_world.actor("mia")):
        lines = Line.objects.filter(distributor_id=northwest)
        assert lines.count() == 12  # Contoso's twelve stay Contoso's
        assert AccountHandle.objects.filter(distributor_id=northwest).count() == 2
        assert not LinePrice.objects.filter(distributor_id=northwest).exists()
        assert not AccountIdentity.objects.filter(organisation_id=northwest).exists()
        assert not DocumentIdentity.objects.filter(distributor_id=northwest).exists()


def test_price_and_identity_open_nothing_without_volume(trading_world: World) -> None:
    trading_world.share("adventure", "northwest", Category.PRICE, Category.IDENTITY, Category.CONTACTS)
    northwest = trading_world.orgs["northwest"].pk
    with acting_as(trading_world.actor("mia")):
        assert not GrantedCell.objects.exists()
        assert not LinePrice.objects.filter(distributor_id=northwest).exists()
        assert not AccountIdentity.objects.filter(organisation_id=northwest).exists()


def test_a_grant_covers_its_families_and_months_and_no_others(trading_world: World) -> None:
    with acting_as(trading_world.actor("mia")):
        family = GrantedCell.objects.none() or _family(trading_world, "Road Bikes")
    trading_world.share(
        "adventure",
        "northwest",
        Category.VOLUME,
        family_id=family,
        from_month=date(2026, 2, 1),
        to_month=date(2026, 3, 1),
    )
    with acting_as(trading_world.actor("mia")):
        lines = Line.objects.filter(distributor_id=trading_world.orgs["northwest"].pk)
        assert {(line.family_id, line.month) for line in lines} == {(family, date(2026, 2, 1))}


def _family(world: World, name: str) -> int:
    from partners.catalogue.models import ProductFamily

    return ProductFamily.objects.get(name=name, manufacturer_id=world.orgs["adventure"].pk).pk


def test_names_are_known_only_of_accounts_that_bought_what_is_granted(trading_world: World) -> None:
    trading_world.sell("adventure", "northwest", [Sale("HELMET-ONLY", date(2026, 2, 3), "NO9", "HE-1")])
    with acting_as(trading_world.actor("mia")):
        family = _family(trading_world, "Road Bikes")
    trading_world.share("adventure", "northwest", Category.VOLUME, Category.IDENTITY, family_id=family)
    northwest = trading_world.orgs["northwest"].pk
    with acting_as(trading_world.actor("mia")):
        codes = AccountIdentity.objects.filter(organisation_id=northwest).values_list("code", flat=True)
        assert set(codes) == {"NO1", "NO2"}
        numbers = DocumentIdentity.objects.filter(distributor_id=northwest).values_list("number", flat=True)
        assert len(numbers) == 6
        assert "HELMET-ONLY" not in numbers


def test_month_and_area_granularity_open_no_line(trading_world: World) -> None:
    trading_world.share("adventure", "northwest", Category.VOLUME, granularity=Granularity.MONTH)
    trading_world.share("adventure", "southwest", Category.VOLUME, granularity=Granularity.AREA)
    assert _lines(trading_world, "mia") == {trading_world.orgs["adventure"].pk}
    with acting_as(trading_world.actor("mia")):
        handles = AccountHandle.objects.exclude(distributor_id=trading_world.orgs["adventure"].pk)
        assert set(handles.values_list("distributor_id", flat=True)) == {trading_world.orgs["northwest"].pk}


def test_a_grant_for_another_purpose_opens_nothing(trading_world: World) -> None:
    from partners.tenancy.actors import Purpose

    trading_world.share("adventure", "northwest", Category.VOLUME, purposes=Purpose.BENCHMARKING)
    assert trading_world.orgs["northwest"].pk not in _lines(trading_world, "mia")
    with acting_as(trading_world.actor("mia").for_purpose(Purpose.BENCHMARKING)):
        assert Line.objects.filter(distributor_id=trading_world.orgs["northwest"].pk).count() == 12


def test_revoking_closes_at_once_and_begins_a_new_epoch(trading_world: World) -> None:
    volume, *_ = trading_world.share("adventure", "northwest", *FULL)
    northwest = trading_world.orgs["northwest"].pk
    before = _epoch(trading_world)
    with acting_as(trading_world.actor("northwest-admin")):
        revoke_grant(volume)
    assert northwest not in _lines(trading_world, "mia")
    with acting_as(trading_world.actor("mia")):
        assert not LinePrice.objects.filter(distributor_id=northwest).exists()
        assert not AccountIdentity.objects.filter(organisation_id=northwest).exists()
    assert _epoch(trading_world) == before + 1


def _epoch(world: World) -> int:
    partnership = world.partnerships["adventure", "northwest"]
    with acting_as(world.actor("ana")):
        return Partnership.objects.get(pk=partnership.pk).epoch


@pytest.mark.parametrize("close", [suspend_partnership, end_partnership])
def test_a_partnership_that_is_not_active_shows_nothing(
    trading_world: World, close: Callable[[Partnership], None]
) -> None:
    trading_world.share("adventure", "northwest", *FULL)
    with acting_as(trading_world.actor("northwest-admin")):
        close(trading_world.partnerships["adventure", "northwest"])
    assert trading_world.orgs["northwest"].pk not in _lines(trading_world, "mia")


def test_what_arrives_later_in_a_granted_period_is_seen(trading_world: World) -> None:
    trading_world.share("adventure", "northwest", Category.VOLUME)
    trading_world.sell("adventure", "northwest", [Sale("NEW", date(2026, 4, 2), "NO3", "MB-1")])
    with acting_as(trading_world.actor("mia")):
        assert Line.objects.filter(month=date(2026, 4, 1)).count() == 1
        assert AccountHandle.objects.filter(distributor_id=trading_world.orgs["northwest"].pk).count() == 3


def test_two_makers_hold_nothing_in_common_of_one_customer(trading_world: World) -> None:
    trading_world.share("adventure", "northwest", *FULL)
    trading_world.share("contoso", "northwest", *FULL)
    tokens = {}
    for maker, person in (("adventure", "mia"), ("contoso", "contoso-admin")):
        with acting_as(trading_world.actor(person)):
            handles = AccountHandle.objects.filter(distributor_id=trading_world.orgs["northwest"].pk)
            tokens[maker] = {handle.token for handle in handles} | {handle.pseudonym for handle in handles}
    assert len(tokens["adventure"]) == 4
    assert not tokens["adventure"] & tokens["contoso"]
