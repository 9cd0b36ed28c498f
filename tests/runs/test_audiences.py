"""Outcomes are computed per audience, kept up to date month by month, and hidden when sight is taken away."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from analytics.runs.models import AnalysisRun, Finding, MoneyFact, Standing, StandingMoney, VolumeFact
from analytics.runs.pictures import get_account_picture
from analytics.runs.selectors import LateOrder, get_overview, list_accounts
from analytics.runs.services import analyse_partnership
from integrations.ingestion.models import Submission
from partners.access.doors import NotFound, list_cards_of, list_partnerships
from partners.access.reach import give_reach, take_reach
from partners.accounts.models import Account, AccountIdentity
from partners.agreements.models import Category, Grant, Partnership
from partners.agreements.services import revoke_grant
from partners.audit.models import AccessEntry
from partners.organisations.models import User
from partners.tenancy.context import acting_as
from tests.stages import staged
from tests.world import FULL, Sale, World

START = date(2026, 1, 5)
FORTNIGHT = timedelta(days=14)
OUTCOMES = (AnalysisRun, VolumeFact, MoneyFact, Standing, StandingMoney, Finding)


def settle_late_world(world: World) -> None:
    """NO1 ordered every fortnight and should have again; NO2 ordered until today; SO1 is the rival's."""
    days = [START + FORTNIGHT * n for n in range(12)]
    today = days[-1] + timedelta(days=20)
    sales = [Sale(f"A{n}", day, "NO1", "RB-1", Decimal(2), Decimal(400)) for n, day in enumerate(days)]
    sales += [Sale(f"B{n}", day, "NO2", "HE-1") for n, day in enumerate([*days, today])]
    world.sell("adventure", "northwest", sales)
    world.sell("adventure", "southwest", [Sale(f"S{n}", day, "SO1", "RB-1") for n, day in enumerate(days)])


late_world = staged(settle_late_world)


def analyse(world: World, audience: str, distributor: str = "northwest", **words: Any) -> AnalysisRun | None:
    with acting_as(world.worker(audience)):
        return analyse_partnership(world.partnerships["adventure", distributor].pk, **words)


def list_late() -> list[LateOrder]:
    return get_overview(list_partnerships()).late


def late_rows(world: World, person: str) -> list[LateOrder]:
    with acting_as(world.actor(person)):
        return list_late()


def test_a_distributor_s_late_order_is_found_with_its_money(late_world: World) -> None:
    run = analyse(late_world, "northwest")
    assert run is not None
    assert (run.accounts, run.signals, run.late, run.as_of) == (
        2,
        1,
        1,
        START + FORTNIGHT * 11 + timedelta(days=20),
    )
    (row,) = late_rows(late_world, "ana")
    assert (row.card.name, row.usual_gap, row.days_late, row.orders_missed) == ("NO1 Cycles", 14.0, 6, 1)
    # two wheels of 400.00 net at 60.00 cost a unit: 400 - 2 x 60 of gross profit an order
    assert row.stake is not None
    assert (row.stake.money.amount, row.stake.money.currency, row.stake.basis) == (
        Decimal("280.0000"), "USD", "gross_profit",
    )  # fmt: skip


def test_the_orders_behind_it_are_those_that_were_known_to_the_run(late_world: World) -> None:
    analyse(late_world, "northwest")
    with acting_as(late_world.actor("ana")):
        partnership, card = list_cards_of(list_late()[0].card.ref)[0]
        before = get_account_picture(partnership, card).orders
    late_world.sell("adventure", "northwest", [Sale("LATER", START + FORTNIGHT * 13, "NO1", "RB-1")])
    with acting_as(late_world.actor("ana")):
        after = get_account_picture(partnership, card).orders
    assert len(before) == 12
    assert before == after
    assert (before[0].number, before[0].units, before[0].net) == ("A11", Decimal(2), Decimal(400))


def test_a_maker_to_whom_nothing_is_shared_has_no_run(late_world: World) -> None:
    assert analyse(late_world, "adventure") is None
    assert late_rows(late_world, "mia") == []


def test_volume_alone_gives_the_maker_pseudonyms_and_units(late_world: World) -> None:
    late_world.share("adventure", "northwest", Category.VOLUME)
    run = analyse(late_world, "adventure")
    assert run is not None
    assert (run.accounts, run.late) == (2, 1)
    (row,) = late_rows(late_world, "mia")
    assert row.card.name is None
    assert row.card.city is None
    assert row.card.ref.startswith("cus_")
    assert row.stake is None
    assert row.units_at_stake == 2
    with acting_as(late_world.actor("mia")):
        assert not MoneyFact.objects.exists()
        assert not StandingMoney.objects.exists()
        assert all(account.net is None for account in list_accounts(list_partnerships()))


def test_the_maker_s_money_uses_the_maker_s_cost(late_world: World) -> None:
    late_world.share("adventure", "northwest", *FULL)
    analyse(late_world, "adventure")
    (row,) = late_rows(late_world, "mia")
    assert row.card.name == "NO1 Cycles"
    # its own cost of RB-1 is 600 a unit: no margin is left, so the row ranks by net revenue and says so
    assert row.stake is not None
    assert (row.stake.money.amount, row.stake.basis) == (Decimal("400.0000"), "net_revenue")


def test_touched_months_come_out_as_a_full_rebuild_does(late_world: World) -> None:
    analyse(late_world, "northwest")
    late_world.sell("adventure", "northwest", [Sale("NEW", date(2026, 2, 3), "NO2", "MB-1", Decimal(3))])
    analyse(late_world, "northwest", months=[date(2026, 2, 1)])
    step = facts(late_world)
    analyse(late_world, "northwest")
    assert facts(late_world) == step
    assert sum(row["orders"] for row in step if "orders" in row) == 26


def facts(world: World) -> list[dict[str, Any]]:
    with acting_as(world.actor("ana")):
        return [
            {name: value for name, value in row.items() if name != "id"}
            for model in (VolumeFact, MoneyFact)
            for row in model.objects.order_by("account_id", "month").values()
        ]


def test_nothing_of_a_later_day_or_a_later_file_is_used(late_world: World) -> None:
    run = analyse(late_world, "northwest", as_of=START + FORTNIGHT * 6)
    assert run is not None
    assert run.late == 0
    with acting_as(late_world.actor("ana")):
        assert Standing.objects.order_by("-last_order_on").first().last_order_on == START + FORTNIGHT * 6


def test_a_finding_keeps_its_key_and_is_cleared_by_an_order(late_world: World) -> None:
    analyse(late_world, "northwest")
    analyse(late_world, "northwest")
    with acting_as(late_world.actor("ana")):
        first = Finding.objects.get()
    late_world.sell("adventure", "northwest", [Sale("BACK", START + FORTNIGHT * 13, "NO1", "RB-1")])
    analyse(late_world, "northwest")
    with acting_as(late_world.actor("ana")):
        again = Finding.objects.get()
        assert (again.public_id, again.state) == (first.public_id, Finding.State.CLEARED)
        assert list_late() == []


def test_revoking_hides_the_maker_s_outcomes_at_once_and_the_next_run_replaces_them(
    late_world: World,
) -> None:
    late_world.share("adventure", "northwest", *FULL)
    analyse(late_world, "adventure")
    with acting_as(late_world.actor("northwest-admin")):
        revoke_grant(Grant.objects.get(category=Category.PRICE))
    with acting_as(late_world.actor("mia")):
        for model in OUTCOMES:
            assert not model.objects.exists(), model
    assert analyse(late_world, "adventure") is not None
    with acting_as(late_world.actor("mia")):
        assert Standing.objects.count() == 2
        assert not StandingMoney.objects.exists()
        assert not MoneyFact.objects.exists()
        epochs = {row.epoch for row in Standing.objects.all()}
        assert epochs == {
            Partnership.objects.get(pk=late_world.partnerships["adventure", "northwest"].pk).epoch
        }


def test_a_rival_sees_no_outcome_of_another(late_world: World) -> None:
    analyse(late_world, "northwest")
    analyse(late_world, "southwest", "southwest")
    with acting_as(late_world.actor("sam")):
        assert {row.distributor_id for row in Standing.objects.all()} == {late_world.orgs["southwest"].pk}
        foreign = AccountIdentity.objects.count()
    assert foreign == 1


def test_a_representative_reaches_own_accounts_in_lists_and_totals(late_world: World) -> None:
    analyse(late_world, "northwest")
    with acting_as(late_world.actor("northwest-admin")):
        rita = User.objects.get(email="rita@northwest.example")
        own = Account.objects.get(identity__code="NO2")
        other = Account.objects.get(identity__code="NO1")
        give_reach(rita, own)
    with acting_as(late_world.actor("rita")):
        partnerships = list_partnerships()
        assert [row.card.name for row in list_accounts(partnerships)] == ["NO2 Cycles"]
        assert list_late() == []
        months = get_overview(partnerships).summaries[0].months
        assert sum(month.units for month in months) == 13
        with pytest.raises(NotFound):
            list_cards_of(other.identity.public_id)
    with acting_as(late_world.actor("northwest-admin")):
        take_reach(rita, own)
    with acting_as(late_world.actor("rita")):
        assert list_accounts(list_partnerships()) == []


def test_a_channel_manager_reaches_assigned_partnerships_only(late_world: World) -> None:
    late_world.share("adventure", "northwest", *FULL)
    late_world.share("adventure", "southwest", *FULL)
    northwest = late_world.partnerships["adventure", "northwest"]
    with acting_as(late_world.actor("max")):
        assert list_partnerships() == []
    with acting_as(late_world.actor("adventure-admin")):
        give_reach(User.objects.get(email="max@adventure.example"), northwest)
    with acting_as(late_world.actor("max")):
        assert [partnership.pk for partnership in list_partnerships()] == [northwest.pk]


def test_what_a_maker_reads_is_told_to_the_distributor_and_to_nobody_else(late_world: World) -> None:
    late_world.share("adventure", "northwest", Category.VOLUME)
    with acting_as(late_world.actor("mia")):
        list_accounts(list_partnerships())
    with acting_as(late_world.actor("ana")):
        entry = AccessEntry.objects.get()
        assert (entry.reader_id, entry.what, entry.rows) == (late_world.orgs["adventure"].pk, "accounts", 2)
        assert entry.reader_user_id == late_world.seats["mia"].user_id
    with acting_as(late_world.actor("sam")):
        assert not AccessEntry.objects.exists()


def test_an_uploader_may_not_analyse(late_world: World) -> None:
    with acting_as(late_world.actor("uwe")), pytest.raises(PermissionDenied):
        analyse_partnership(late_world.partnerships["adventure", "northwest"].pk)


def test_no_row_of_a_foreign_partnership_can_be_written(late_world: World) -> None:
    """The database refuses what no service would try."""
    from django.db import ProgrammingError, transaction

    northwest = late_world.orgs["northwest"].pk
    foreign = {
        "partnership_id": late_world.partnerships["adventure", "northwest"].pk,
        "distributor_id": northwest,
    }
    with acting_as(late_world.actor("sam")):
        for write in (
            lambda: Submission.objects.create(**foreign, file_name="x", source="upload"),
            lambda: AnalysisRun.objects.create(
                **foreign, audience_id=northwest, epoch=1, as_of=START, known_at="2026-01-01T00:00Z", accounts=0,
                signals=0, late=0,
            ),
            lambda: Account.objects.create(organisation_id=northwest),
        ):  # fmt: skip
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                write()
