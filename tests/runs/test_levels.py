"""Every identity level: what a maker can know of the same trade line by line, by month, and by postcode area."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from analytics.runs.models import (
    AnalysisRun,
    AreaFact,
    AreaMoneyFact,
    AreaRung,
    Finding,
    MoneyFact,
    Movement,
    Rung,
    Standing,
    StandingMoney,
    VolumeFact,
)
from analytics.runs.services import OUTCOMES, analyse_partnership
from partners.accounts.models import AccountIdentity
from partners.agreements.models import Category, Grant, Granularity
from partners.agreements.services import revoke_grant
from partners.catalogue.models import ProductFamily
from partners.tenancy.context import acting_as
from tests.stages import staged
from tests.world import Sale, World

PAIR = ("adventure", "northwest")
START = date(2024, 1, 8)
AS_OF = date(2026, 3, 31)
MONTH, AREA, LINE = Granularity.MONTH, Granularity.AREA, Granularity.LINE


def orders(code: str, shift: int = 0, **words: Any) -> list[Sale]:
    """A document of two families every fortnight, up to the end of March 2026."""
    days = [START + timedelta(days=shift + 14 * n) for n in range((AS_OF - START).days // 14)]
    return [
        Sale(f"{code}-{n}", day, code, sku, Decimal(4), Decimal(400), line=line, **words)
        for n, day in enumerate(days)
        for line, sku in enumerate(("RB-1", "HE-1"), start=1)
    ]


def fading(code: str, **words: Any) -> list[Sale]:
    """The same, and from December on half of each order, road bikes alone."""
    kept = (sale for sale in orders(code, **words) if sale.day < date(2025, 12, 1) or sale.sku == "RB-1")
    return [
        replace(sale, quantity=Decimal(2), net=Decimal(200)) if sale.day >= date(2025, 12, 1) else sale
        for sale in kept
    ]


def sell(world: World) -> None:
    """Six steady customers in 981, one in 100 who fades; a rival with one of its own."""
    rows = [sale for number in range(1, 7) for sale in orders(f"NO{number}", shift=number)]
    world.sell(*PAIR, [*rows, *fading("NO7", postcode="10001")])
    world.sell("adventure", "southwest", orders("SO1"))


trade = staged(sell)


def analyse(world: World, audience: str = "adventure", **words: Any) -> AnalysisRun | None:
    with acting_as(world.worker(audience)):
        return analyse_partnership(world.partnerships[PAIR].pk, **words)


def share(world: World, level: Granularity, *categories: Category, **words: Any) -> list[Grant]:
    return world.share(*PAIR, *(categories or (Category.VOLUME,)), granularity=level, **words)


def family(world: World, name: str) -> int:
    with acting_as(world.actor("mia")):
        return ProductFamily.objects.get(manufacturer_id=world.orgs["adventure"].pk, name=name).pk


def account(world: World, code: str) -> int:
    with acting_as(world.actor("ana")):
        return AccountIdentity.objects.get(code=code).pk


def facts(world: World, audience: str, *columns: str) -> list[tuple[Any, ...]]:
    with acting_as(world.worker(audience)):
        found = VolumeFact.objects.filter(partnership_id=world.partnerships[PAIR].pk)
        return sorted(found.values_list("account_id", "month", *columns))


def test_by_month_units_breadth_and_money_are_those_of_the_lines(trade: World) -> None:
    share(trade, MONTH, Category.VOLUME, Category.PRICE)
    run, own = analyse(trade), analyse(trade, "northwest")
    assert run is not None
    assert own is not None
    assert (run.levels, own.levels, run.as_of, run.accounts) == ([MONTH], [LINE], AS_OF, 7)
    columns = ("units", "returned_units", "families")
    assert facts(trade, "adventure", *columns) == facts(trade, "northwest", *columns)
    with acting_as(trade.worker("adventure")):
        theirs = MoneyFact.objects.values_list(
            "account_id",
            "month",
            "currency",
            "lines",
            "gross_revenue",
            "list_value",
            "net_revenue",
            "freight",
        )
        seen = sorted(theirs)
        assert not VolumeFact.objects.exclude(products=None).exists()
    with acting_as(trade.worker("northwest")):
        assert sorted(theirs.filter(partnership_id=trade.partnerships[PAIR].pk)) == seen


def test_by_month_an_order_counts_once_for_each_family(trade: World) -> None:
    share(trade, MONTH)
    analyse(trade)
    (first,) = (
        row
        for row in facts(trade, "adventure", "orders")
        if row[:2] == (account(trade, "NO1"), date(2024, 1, 1))
    )
    assert first[2] == 4  # 9 and 23 January, bikes and helmets


def test_by_month_nobody_is_late_and_everybody_says_why(trade: World) -> None:
    share(trade, MONTH, Category.VOLUME, Category.PRICE)
    run = analyse(trade)
    assert run is not None
    assert run.late == 0
    with acting_as(trade.worker("adventure")):
        assert set(Standing.objects.values_list("judgement", flat=True)) == {"needs lines"}
        days = (
            "first_order_on",
            "last_order_on",
            "usual_gap",
            "present_gap",
            "expected_on",
            "days_late",
            "order_units",
        )
        assert set(Standing.objects.values_list(*days)) == {(None,) * 7}
        assert set(Standing.objects.values_list("first_month", "last_month")) == {
            (date(2024, 1, 1), date(2026, 3, 1))
        }
        assert not Rung.objects.filter(measure="interval_lengthens").exists()
        assert set(StandingMoney.objects.values_list("currency", "order_value", "net_at_stake")) == {
            ("USD", None, 0)
        }


def test_by_month_the_ladder_is_climbed_from_units_families_and_money(trade: World) -> None:
    share(trade, MONTH, Category.VOLUME, Category.PRICE)
    analyse(trade)
    with acting_as(trade.worker("adventure")):
        lit = Finding.objects.values_list("account_id", "kind")
        assert set(lit) == {
            (account(trade, "NO7"), kind) for kind in ("quantity_shrinks", "breadth_narrows", "revenue_drops")
        }
        rung = Rung.objects.get(account_id=account(trade, "NO7"), measure="quantity_shrinks")
        assert (rung.value, rung.usual) == (2.0, 4.0)  # units of an order, each family for itself


def test_without_price_there_is_no_money_at_any_level(trade: World) -> None:
    for level in (MONTH, AREA):
        (grant,) = share(trade, level)
        analyse(trade)
        with acting_as(trade.worker("adventure")):
            for model in (MoneyFact, StandingMoney, AreaMoneyFact):
                assert not model.objects.exists(), (level, model)
            assert set(Movement.objects.values_list("value", flat=True)) == {"quantity"}
            assert not Rung.objects.filter(measure="revenue_drops").exists()
            assert not AreaRung.objects.filter(measure="revenue_drops").exists()
        with acting_as(trade.actor("northwest-admin")):
            revoke_grant(grant)


def test_by_postcode_area_there_are_areas_and_nobody_in_them(trade: World) -> None:
    share(trade, AREA, Category.VOLUME, Category.PRICE)
    run = analyse(trade)
    assert run is not None
    assert (run.levels, run.accounts, run.signals, run.as_of) == ([AREA], 0, 0, AS_OF)
    with acting_as(trade.worker("adventure")):
        for model in (VolumeFact, MoneyFact, Standing, StandingMoney, Rung, Finding):
            assert not model.objects.exists(), model
        bikes = AreaFact.objects.filter(postcode_area="981", family_id=family(trade, "Road Bikes"))
        assert bikes.get(month=date(2024, 1, 1)).units == 48  # six customers, twice four
        money = AreaMoneyFact.objects.get(
            postcode_area="981", family_id=family(trade, "Road Bikes"), month=date(2024, 1, 1)
        )
        assert (money.net_revenue, money.currency) == (4800, "USD")
        lit = AreaRung.objects.filter(state="raised").values_list("postcode_area", "measure")
        assert set(lit) == {
            ("100", kind) for kind in ("quantity_shrinks", "breadth_narrows", "revenue_drops")
        }
        assert not AreaRung.objects.filter(measure="interval_lengthens").exists()
        moved = Movement.objects.get(value="quantity")
        assert (moved.by_area, moved.customers_before, moved.customers_now) == (True, 2, 2)


def test_mixed_grants_add_up_and_count_nothing_twice(trade: World) -> None:
    """Road bikes line by line, the rest by month: the same units, the rhythm that the bikes alone tell."""
    bikes = family(trade, "Road Bikes")
    world_units = facts(trade, "northwest", "units") if analyse(trade, "northwest") else []
    share(trade, LINE, family_id=bikes)
    analyse(trade)
    with acting_as(trade.worker("adventure")):
        columns = ("account_id", "judgement", "usual_gap", "last_order_on", "days_late")
        by_bikes = set(Standing.objects.values_list(*columns))
        intervals = set(Rung.objects.filter(measure="interval_lengthens").values_list("account_id", "value"))
    share(trade, MONTH)
    run = analyse(trade)
    assert run is not None
    assert run.levels == [MONTH, LINE]
    assert facts(trade, "adventure", "units") == world_units
    with acting_as(trade.worker("adventure")):
        assert set(Standing.objects.values_list(*columns)) == by_bikes
        assert (
            set(Rung.objects.filter(measure="interval_lengthens").values_list("account_id", "value"))
            == intervals
        )
        assert Rung.objects.filter(measure="breadth_narrows", usual=2).count() == 7


def test_areas_beside_accounts_share_no_cell(trade: World) -> None:
    bikes, helmets = family(trade, "Road Bikes"), family(trade, "Helmets")
    share(trade, MONTH, family_id=bikes)
    share(trade, AREA)
    run = analyse(trade)
    assert run is not None
    assert run.levels == [AREA, MONTH]
    with acting_as(trade.worker("adventure")):
        assert set(AreaFact.objects.values_list("family_id", flat=True)) == {helmets}
        assert set(VolumeFact.objects.values_list("families", flat=True)) == {1}
        assert set(Movement.objects.values_list("value", "by_area")) == {
            ("quantity", False),
            ("quantity", True),
        }


def test_who_bought_by_month_since_the_last_line_is_not_late(trade: World) -> None:
    """Lines up to December, months from January on: no line tells of those who bought in March."""
    share(trade, LINE, to_month=date(2026, 1, 1))
    share(trade, MONTH, from_month=date(2026, 1, 1))
    run = analyse(trade)
    assert run is not None
    assert (run.as_of, run.late) == (AS_OF, 0)
    with acting_as(trade.worker("adventure")):
        assert set(Standing.objects.values_list("judgement", flat=True)) == {"needs lines"}
        assert not Finding.objects.filter(kind__in=("should_have_ordered", "lapsed")).exists()


def test_units_by_line_and_money_by_month_stay_together(trade: World) -> None:
    """Days from the lines, revenue from the months; units are counted once."""
    share(trade, LINE)
    analyse(trade)
    with acting_as(trade.worker("adventure")):
        days = set(Standing.objects.values_list("account_id", "usual_gap", "judgement"))
    units = facts(trade, "adventure", "units")
    share(trade, MONTH, Category.PRICE)
    analyse(trade)
    assert facts(trade, "adventure", "units") == units
    with acting_as(trade.worker("adventure")):
        assert set(Standing.objects.values_list("account_id", "usual_gap", "judgement")) == days
        assert (
            MoneyFact.objects.get(account_id=account(trade, "NO1"), month=date(2024, 1, 1)).net_revenue
            == 1600
        )
        assert Rung.objects.get(account_id=account(trade, "NO7"), measure="revenue_drops").state == "raised"


def test_a_month_taken_away_hides_everything_and_lowers_the_next_run(trade: World) -> None:
    (grant,) = share(trade, MONTH)
    share(trade, AREA)
    analyse(trade)
    with acting_as(trade.actor("northwest-admin")):
        revoke_grant(grant)
    with acting_as(trade.worker("adventure")):
        for model in OUTCOMES:
            assert not model.objects.exists(), model
    run = analyse(trade)
    assert run is not None
    assert (run.levels, run.accounts) == ([AREA], 0)


def test_nobody_else_sees_an_outcome_of_an_area(trade: World) -> None:
    share(trade, AREA)
    analyse(trade)
    for person in ("ana", "sam", "contoso-admin", "otto"):
        with acting_as(trade.actor(person)):
            assert not AreaFact.objects.exists()
            assert not AreaRung.objects.exists()


def test_the_last_month_counts_once_it_is_over(trade: World) -> None:
    """Nobody knows by month up to which day a feed goes: a month that is not over yet is not judged."""
    from analytics.runs.sight import covered_until, look

    share(trade, MONTH)
    partnership = trade.partnerships[PAIR]
    with acting_as(trade.worker("adventure")):
        sight = look(
            partnership, AnalysisRun._meta.get_field("finished_at").pre_save(AnalysisRun(), add=True)
        )
        known = [date(2026, 4, 1), date(2026, 3, 31), date(2026, 3, 12)]
        until = [covered_until(sight, partnership, replace_day(day)) for day in known]
    assert until == [date(2026, 3, 31), date(2026, 2, 28), date(2026, 2, 28)]


def replace_day(day: date) -> Any:
    from datetime import UTC, datetime

    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
