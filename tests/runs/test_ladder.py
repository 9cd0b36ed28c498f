"""The ladder and the movement as runs store them: for each side from what it sees, the same at every run."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from analytics.runs.models import Finding, Movement, Rung, SeasonFactor
from analytics.runs.pictures import get_account_picture, get_evidence, get_finding, get_today
from analytics.runs.selectors import get_overview, list_movements
from analytics.runs.services import analyse_partnership
from partners.access.doors import NotFound, list_cards_of, list_partnerships
from partners.access.reach import give_reach
from partners.accounts.models import AccountIdentity
from partners.agreements.models import Category
from partners.catalogue.models import ProductFamily
from partners.organisations.models import User
from partners.tenancy.context import acting_as
from tests.stages import staged
from tests.world import FULL, Sale, World

PAIR = ("adventure", "northwest")
AS_OF = date(2026, 3, 31)
START = date(2024, 1, 8)
SKUS = ("RB-1", "MB-1", "HE-1")


def steady(code: str, shift: int = 0) -> list[Sale]:
    """An order of three families every fortnight, up to the end of March 2026."""
    days = [START + timedelta(days=shift + 14 * n) for n in range((AS_OF - START).days // 14)]
    return [
        Sale(f"{code}-{n}", day, code, sku, Decimal(4), Decimal(400), line=line)
        for n, day in enumerate(days)
        for line, sku in enumerate(SKUS, start=1)
    ]


def fading(code: str) -> list[Sale]:
    """The same, and from December on road bikes alone, half of them, every fourth fortnight."""
    sales = []
    for sale in steady(code):
        if sale.day < date(2025, 12, 1):
            sales.append(sale)
        elif sale.sku == "RB-1" and int(sale.invoice.split("-")[1]) % 4 == 0:
            sales.append(replace(sale, quantity=Decimal(2), net=Decimal(200)))
    return sales


def settle_sliding(world: World) -> None:
    """Six steady customers of Northwest, and NO7 who goes down the ladder; a rival with one of its own."""
    rows = [sale for number in range(1, 7) for sale in steady(f"NO{number}", shift=number)]
    world.sell(*PAIR, rows + fading("NO7"))
    world.sell("adventure", "southwest", fading("SO1"))


sliding = staged(settle_sliding)


def analyse(world: World, audience: str, distributor: str = "northwest") -> None:
    with acting_as(world.worker(audience)):
        analyse_partnership(world.partnerships["adventure", distributor].pk, as_of=AS_OF)


def ref(world: World, code: str) -> str:
    with acting_as(world.actor("ana")):
        return str(AccountIdentity.objects.get(code=code).public_id)


def test_an_account_goes_down_and_the_others_do_not(sliding: World) -> None:
    analyse(sliding, "northwest")
    with acting_as(sliding.actor("ana")):
        rows = {row.card.name: row for row in get_overview(list_partnerships()).accounts}
        down = {name: [lit.kind for lit in row.lit] for name, row in rows.items() if row.lit}
        assert down == {
            "NO7 Cycles": ["quantity_shrinks", "interval_lengthens", "breadth_narrows", "revenue_drops"]
        }
        partnership, card = list_cards_of(ref(sliding, "NO7"))[0]
        picture = get_account_picture(partnership, card)
        assert (picture.rungs["breadth_narrows"].value, picture.rungs["breadth_narrows"].state) == (
            1.0,
            "raised",
        )
        assert {family.name: family.state for family in picture.families} == {
            "Road Bikes": "bought", "Mountain Bikes": "stopped", "Helmets": "stopped",
        }  # fmt: skip
        assert {one.first_seen_on.day for one in picture.findings.values()} & {28, 31}


def test_a_finding_keeps_its_first_day_from_run_to_run(sliding: World) -> None:
    analyse(sliding, "northwest")
    with acting_as(sliding.actor("ana")):
        before = set(Finding.objects.values_list("public_id", "kind", "first_seen_on"))
    analyse(sliding, "northwest")
    with acting_as(sliding.actor("ana")):
        assert set(Finding.objects.values_list("public_id", "kind", "first_seen_on")) == before
        assert not Finding.objects.exclude(state="open").exists()


def test_a_standing_finding_is_measured_against_what_is_usual_now(sliding: World) -> None:
    """Its first day stays; its baseline and the edge of its band are those of the latest run."""
    partnership = sliding.partnerships[PAIR]
    for as_of in (AS_OF - timedelta(days=31), AS_OF):
        with acting_as(sliding.worker("northwest")):
            analyse_partnership(partnership.pk, as_of=as_of)
    with acting_as(sliding.actor("ana")):
        kept = Finding.objects.filter(state="open", first_seen_on__lt=AS_OF, kind="revenue_drops")
        assert kept.exists()
        for finding in kept:
            rung = Rung.objects.get(account_id=finding.account_id, measure=finding.kind)
            assert (finding.baseline, finding.threshold) == (rung.usual, rung.low)


def test_both_sides_know_a_finding_by_the_same_key(sliding: World) -> None:
    sliding.share(*PAIR, *FULL)
    keys = []
    for audience, person in (("northwest", "ana"), ("adventure", "mia")):
        analyse(sliding, audience)
        with acting_as(sliding.actor(person)):
            found = Finding.objects.filter(partnership_id=sliding.partnerships[PAIR].pk)
            keys.append(set(found.values_list("account_id", "kind", "first_seen_on")))
    assert keys[0] == keys[1] != set()


def test_without_prices_there_is_no_sixth_step(sliding: World) -> None:
    sliding.share(*PAIR, Category.VOLUME)
    analyse(sliding, "adventure")
    with acting_as(sliding.actor("mia")):
        theirs = {"partnership_id": sliding.partnerships[PAIR].pk}
        assert Rung.objects.filter(**theirs).exists()
        assert not Rung.objects.filter(**theirs, measure="revenue_drops").exists()
        assert not SeasonFactor.objects.filter(**theirs, measure="revenue_drops").exists()
        assert list(Movement.objects.filter(**theirs).values_list("value", flat=True)) == ["quantity"]
        (row,) = (row for row in get_overview(list_partnerships()).accounts if row.lit)
        assert [lit.step for lit in row.lit] == [1, 2, 3]
        assert get_finding(row.partnership, row.card, "revenue_drops") is None


def test_what_is_not_shared_leaves_no_trace_in_a_baseline(sliding: World) -> None:
    """The maker's ladder rests on the families that it sees: with one of three nothing narrows."""
    with acting_as(sliding.actor("ana")):
        partnership, card = list_cards_of(ref(sliding, "NO7"))[0]
        analysed = get_account_picture(partnership, card)
        assert analysed.run is None
    analyse(sliding, "northwest")
    with acting_as(sliding.actor("ana")):
        road = next(
            family
            for family in get_account_picture(partnership, card).families
            if family.name == "Road Bikes"
        )
        family_id = ProductFamily.objects.get(public_id=road.public_id).pk
    sliding.share(*PAIR, Category.VOLUME, family_id=family_id)
    analyse(sliding, "adventure")
    with acting_as(sliding.actor("mia")):
        rung = Rung.objects.get(account_id=card.account_id, measure="breadth_narrows")
        assert (rung.value, rung.usual, rung.state) == (1.0, 1.0, "normal")
        met, theirs = list_cards_of(card.token)[0]
        assert [family.name for family in get_account_picture(met, theirs).families] == ["Road Bikes"]


def test_a_step_can_be_recomputed_from_what_is_stored(sliding: World) -> None:
    analyse(sliding, "northwest")
    with acting_as(sliding.actor("ana")):
        partnership, card = list_cards_of(ref(sliding, "NO7"))[0]
        found = get_evidence(partnership, card, "quantity_shrinks")
        adjusted = sorted(quarter.adjusted for quarter in found.baseline)
        assert len(adjusted) == 12
        assert (adjusted[5] + adjusted[6]) / 2 == pytest.approx(found.rung.centre)
        worse = (found.rung.centre - found.tested[-1].adjusted) / found.rung.scale
        assert worse == pytest.approx(found.rung.deviation) == pytest.approx(found.tested[-1].deviation)
        assert found.tested[-1].value == found.rung.value == 2.0
        with pytest.raises(NotFound):
            get_evidence(partnership, card, "nothing_of_the_kind")


def test_today_stands_beside_what_was_found(sliding: World) -> None:
    analyse(sliding, "northwest")
    with acting_as(sliding.actor("ana")):
        partnership, card = list_cards_of(ref(sliding, "NO7"))[0]
        today = get_today(partnership, card, "breadth_narrows")
        assert today is not None
        assert (today.value, today.state, today.as_of) == (1.0, "raised", AS_OF)
        rhythm = get_today(partnership, card, "should_have_ordered")
        assert rhythm is not None
        assert rhythm.as_of == AS_OF


def test_a_movement_adds_up_and_names_its_cause(sliding: World) -> None:
    analyse(sliding, "northwest")
    with acting_as(sliding.actor("ana")):
        net, units = list_movements(sliding.partnerships[PAIR])
        assert (net.value, units.value, net.currency) == ("net_amount", "quantity", "USD")
        for moved in (net, units):
            parts = (
                moved.gained
                + moved.lost
                + moved.families_added
                + moved.families_dropped
                + moved.within
                + moved.other
            )
            assert moved.now - moved.before == parts
        assert (units.customers_before, units.customers_now, units.customers_who_dropped) == (7, 7, 1)


def test_who_reaches_some_accounts_sees_no_total_of_all(sliding: World) -> None:
    analyse(sliding, "northwest")
    with acting_as(sliding.actor("northwest-admin")):
        give_reach(
            User.objects.get(email="rita@northwest.example"), AccountIdentity.objects.get(code="NO7").account
        )
    with acting_as(sliding.actor("rita")):
        assert list_movements(sliding.partnerships[PAIR]) == []
        assert [row.card.name for row in get_overview(list_partnerships()).accounts] == ["NO7 Cycles"]


def test_a_rival_has_its_own_ladder_and_no_other(sliding: World) -> None:
    analyse(sliding, "northwest")
    analyse(sliding, "southwest", "southwest")
    with acting_as(sliding.actor("sam")):
        for model in (Rung, SeasonFactor, Movement, Finding):
            owners = set(model.objects.values_list("distributor_id", flat=True))
            assert owners <= {sliding.orgs["southwest"].pk}, model
        assert Rung.objects.exists()


def test_a_file_of_which_a_maker_sees_nothing_makes_it_no_new_run(sliding: World) -> None:
    """The distributor's own run is new; the maker's stays, or it would tell that a file came."""
    with acting_as(sliding.actor("ana")):
        helmets = ProductFamily.objects.get(manufacturer_id=sliding.orgs["adventure"].pk, name="Helmets").pk
    sliding.share(*PAIR, Category.VOLUME, family_id=helmets)
    runs = []
    for number in (1, 2):
        for audience in ("northwest", "adventure"):
            with acting_as(sliding.worker(audience)):
                run = analyse_partnership(sliding.partnerships[PAIR].pk, as_of=AS_OF, unless_same=True)
                assert run is not None
                runs.append(run.public_id)
        if number == 1:
            sliding.sell(*PAIR, [Sale("LATER", AS_OF, "NO1", "RB-1")])
    assert runs[0] != runs[2]
    assert runs[1] == runs[3]
    sliding.sell(*PAIR, [Sale("LAST", AS_OF, "NO1", "HE-1")])
    with acting_as(sliding.worker("adventure")):
        seen = analyse_partnership(sliding.partnerships[PAIR].pk, as_of=AS_OF, unless_same=True)
    assert seen is not None
    assert seen.public_id != runs[3]
