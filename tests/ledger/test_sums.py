"""The sums by month: exactly what the lines say, for what was touched, behind walls of their own."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from importlib import import_module
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections, models, transaction

from partners.accounts.models import AccountIdentity
from partners.accounts.services import AccountSeen, settle_accounts
from partners.agreements.locks import lock_partnership
from partners.agreements.models import Category, Grant, Granularity
from partners.agreements.services import revoke_grant
from partners.catalogue.models import ProductFamily
from partners.ledger.merging import merge_accounts
from partners.ledger.models import (
    AccountMonth,
    AccountMonthMoney,
    AreaMonth,
    AreaMonthMoney,
    Line,
)
from partners.ledger.services import supersede_submission
from partners.ledger.sums import count_astray
from partners.tenancy.actors import Purpose
from partners.tenancy.context import acting_as
from tests.stages import staged
from tests.world import Sale, World, build_world

PAIR = ("adventure", "northwest")
SUMS = (AccountMonth, AccountMonthMoney, AreaMonth, AreaMonthMoney)
JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


def one(day: date, account: str = "NO1", sku: str = "RB-1", quantity: int = 1, **words: Any) -> Sale:
    return Sale(f"{account}-{day}-{sku}", day, account, sku, Decimal(quantity), **words)


def settle_summed(world: World) -> None:
    """Two customers of one postcode area: bikes and helmets in January, a bike and a return in February."""
    world.sell(
        *PAIR,
        [
            one(date(2026, 1, 5), quantity=2, net=Decimal(200)),
            one(date(2026, 1, 9), quantity=3, net=Decimal(300)),
            one(date(2026, 1, 9), sku="HE-1", quantity=10, net=None),
            one(date(2026, 1, 20), "NO2", quantity=4, net=Decimal("400.5")),
            one(date(2026, 2, 3), "NO2", quantity=1, net=Decimal(90)),
            one(date(2026, 2, 4), "NO2", quantity=-2, net=Decimal(-180)),
        ],
        submission_id=1,
    )


summed = staged(settle_summed)


def held(world: World, model: type[models.Model]) -> list[tuple[Any, ...]]:
    """Every column but the time of change, in an order that does not depend on it."""
    with acting_as(world.worker("northwest")):
        names = [field.attname for field in model._meta.concrete_fields if field.attname != "changed_at"]
        return sorted(model._default_manager.values_list(*names), key=str)


def snapshot(world: World) -> list[list[tuple[Any, ...]]]:
    return [held(world, model) for model in SUMS]


def astray(world: World) -> int:
    partnership = world.partnerships[PAIR]
    with acting_as(world.worker("northwest")):
        return sum(count_astray(lock_partnership(partnership.pk)).values())


def family(world: World, name: str) -> int:
    with acting_as(world.actor("mia")):
        return ProductFamily.objects.get(manufacturer_id=world.orgs["adventure"].pk, name=name).pk


def test_the_sums_are_those_that_one_makes_by_hand(summed: World) -> None:
    bikes, helmets = family(summed, "Road Bikes"), family(summed, "Helmets")
    with acting_as(summed.worker("northwest")):
        no1, no2 = (AccountIdentity.objects.get(code=code).pk for code in ("NO1", "NO2"))
        units = AccountMonth.objects.order_by("account_id", "month", "-family_id").values_list(
            "account_id", "family_id", "month", "units", "returned_units", "documents", "lines"
        )
        assert sorted(units) == sorted(
            [
                (no1, bikes, JANUARY, 5, 0, 2, 2),
                (no1, helmets, JANUARY, 10, 0, 1, 1),
                (no2, bikes, JANUARY, 4, 0, 1, 1),
                (no2, bikes, FEBRUARY, 1, 2, 1, 2),
            ]
        )
        money = AccountMonthMoney.objects.get(account_id=no2, month=FEBRUARY)
        assert (money.currency, money.net_of_listed, money.returned_value, money.list_value) == (
            "USD", 90, 180, 120,
        )  # fmt: skip
        assert not AccountMonthMoney.objects.filter(family_id=helmets).exists()
        areas = AreaMonth.objects.values_list("country", "postcode_area", "family_id", "month", "units")
        assert sorted(areas) == sorted(
            [
                ("US", "981", bikes, JANUARY, 9),
                ("US", "981", helmets, JANUARY, 10),
                ("US", "981", bikes, FEBRUARY, 1),
            ]
        )
        area = AreaMonthMoney.objects.get(month=JANUARY)
        assert (area.net_of_listed, area.list_value, area.is_whole) == (Decimal("900.5"), 1080, True)


def test_taking_a_file_back_restores_the_very_sums(summed: World) -> None:
    before = snapshot(summed)
    summed.sell(
        *PAIR,
        [one(date(2026, 1, 30), sku="MB-1"), one(date(2026, 3, 1), "NO3", net=Decimal(7))],
        submission_id=2,
    )
    assert snapshot(summed) != before
    assert astray(summed) == 0
    with acting_as(summed.worker("northwest")):
        supersede_submission(lock_partnership(summed.partnerships[PAIR].pk), 2)
    assert snapshot(summed) == before
    assert astray(summed) == 0


def test_a_late_line_touches_its_own_cells_and_no_other(summed: World) -> None:
    with acting_as(summed.worker("northwest")):
        for model in SUMS:
            model.objects.update(changed_at="2026-01-01T00:00Z")
    summed.sell(*PAIR, [one(date(2026, 1, 30), "NO2")], submission_id=2)
    with acting_as(summed.worker("northwest")):
        no2 = AccountIdentity.objects.get(code="NO2").pk
        for model in SUMS:
            changed = model.objects.exclude(changed_at="2026-01-01T00:00Z")
            (row,) = changed
            assert (row.month, row.family_id) == (JANUARY, family(summed, "Road Bikes"))
            assert getattr(row, "account_id", no2) == no2


def test_a_merge_moves_the_sums_and_adds_them_up(summed: World) -> None:
    areas = held(summed, AreaMonth)
    with acting_as(summed.actor("ana")):
        gone, kept = (AccountIdentity.objects.get(code=code).account for code in ("NO1", "NO2"))
        merge_accounts(gone, kept)
        assert set(AccountMonth.objects.values_list("account_id", flat=True)) == {kept.pk}
        january = AccountMonth.objects.get(month=JANUARY, family_id=family(summed, "Road Bikes"))
        assert (january.units, january.documents) == (9, 3)
    assert held(summed, AreaMonth) == areas
    assert astray(summed) == 0


def test_a_customer_that_moved_takes_its_months_along(summed: World) -> None:
    partnership = summed.partnerships[PAIR]
    with acting_as(summed.worker("northwest")):
        settle_accounts(
            lock_partnership(partnership.pk), [AccountSeen("NO2", postcode="10001", country="US")]
        )
    moved = replace(one(date(2026, 3, 2), "NO2"), postcode="10001")
    summed.sell(*PAIR, [moved], submission_id=2)
    with acting_as(summed.worker("northwest")):
        found = AreaMonth.objects.filter(family_id=family(summed, "Road Bikes"))
        assert sorted(found.values_list("postcode_area", "month", "units")) == [
            ("100", JANUARY, 4), ("100", FEBRUARY, 1), ("100", date(2026, 3, 1), 1), ("981", JANUARY, 5),
        ]  # fmt: skip
    assert astray(summed) == 0


def counts(world: World, person: str = "mia") -> list[int]:
    with acting_as(world.actor(person)):
        own = {"distributor_id": world.orgs["northwest"].pk}
        return [model.objects.filter(**own).count() for model in (Line, *SUMS)]


def test_nobody_sees_sums_without_a_grant(summed: World) -> None:
    assert counts(summed) == [0, 0, 0, 0, 0]
    assert counts(summed, "sam") == [0, 0, 0, 0, 0]
    assert counts(summed, "contoso-admin") == [0, 0, 0, 0, 0]
    assert counts(summed, "ana") == [6, 4, 3, 3, 2]


@pytest.mark.parametrize(
    ("volume", "price", "seen"),
    [
        (Granularity.AREA, None, [0, 0, 0, 3, 0]),
        (Granularity.AREA, Granularity.LINE, [0, 0, 0, 3, 2]),
        (Granularity.MONTH, None, [0, 4, 0, 3, 0]),
        (Granularity.MONTH, Granularity.AREA, [0, 4, 0, 3, 2]),
        (Granularity.MONTH, Granularity.MONTH, [0, 4, 3, 3, 2]),
        (Granularity.LINE, Granularity.LINE, [6, 4, 3, 3, 2]),
    ],
)
def test_each_level_opens_its_tables_and_the_coarser_ones(
    summed: World, volume: Granularity, price: Granularity | None, seen: list[int]
) -> None:
    summed.share(*PAIR, Category.VOLUME, granularity=volume)
    if price:
        summed.share(*PAIR, Category.PRICE, granularity=price)
    assert counts(summed) == seen
    assert counts(summed, "sam") == [0, 0, 0, 0, 0]


def test_a_month_taken_away_is_gone_from_every_sum(summed: World) -> None:
    grants = [
        *summed.share(*PAIR, Category.VOLUME, granularity=Granularity.MONTH, to_month=FEBRUARY),
        *summed.share(*PAIR, Category.VOLUME, granularity=Granularity.AREA, from_month=FEBRUARY),
    ]
    assert counts(summed) == [0, 3, 0, 3, 0]
    with acting_as(summed.actor("northwest-admin")):
        revoke_grant(Grant.objects.get(pk=grants[0].pk))
    assert counts(summed) == [0, 0, 0, 1, 0]


def test_sums_are_seen_for_the_purpose_that_was_granted(summed: World) -> None:
    summed.share(*PAIR, Category.VOLUME, granularity=Granularity.MONTH, purposes=Purpose.PLANNING)
    assert counts(summed) == [0, 0, 0, 0, 0]


def test_the_auditor_finds_a_sum_that_lies(summed: World) -> None:
    out = StringIO()
    call_command("audit_ledger", distributor="northwest", json=True, stdout=out)
    assert '"astray": 0' in out.getvalue()
    with acting_as(summed.worker("northwest")):
        AreaMonth.objects.filter(month=FEBRUARY).update(units=99)
    with pytest.raises(CommandError, match="'ledger_areamonth': 2"):
        call_command("audit_ledger", distributor="northwest", stdout=out)


def test_the_migration_fills_the_very_sums_that_the_ledger_keeps(committed_db: None) -> None:
    """What an installation holds already is summed up as if it had come in today."""
    world = build_world()
    world.sell(
        *PAIR,
        [
            one(date(2026, 1, 5), quantity=2),
            one(date(2026, 1, 9), sku="HE-1", net=None),
            one(date(2026, 2, 4), "NO2", quantity=-2, net=Decimal(-180)),
        ],
    )
    with acting_as(world.actor("ana")):
        merge_accounts(*(AccountIdentity.objects.get(code=code).account for code in ("NO1", "NO2")))
    before = snapshot(world)
    fill = import_module("partners.ledger.migrations.0005_sums")
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        for model in SUMS:
            cursor.execute(f"DELETE FROM {model._meta.db_table}")
        cursor.execute(fill.ACCOUNTS)
        cursor.execute(fill.AREAS)
    assert snapshot(world) == before
    assert all(before)
    assert astray(world) == 0
