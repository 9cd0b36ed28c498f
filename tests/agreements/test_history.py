"""A grant that ends may leave what was recorded by then, until a day; what comes later is hidden."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.http import QueryDict
from django.utils import timezone

from partners.accounts.models import AccountHandle, AccountIdentity
from partners.agreements.models import Category, Grant, GrantedAccount, Granularity, KeptCell, Partnership
from partners.agreements.services import (
    AgreementError,
    change_sharing,
    resume_partnership,
    revoke_grant,
    suspend_partnership,
    withdraw_history,
)
from partners.agreements.tasks import tick
from partners.agreements.terms import Offer
from partners.ledger.models import DocumentIdentity, Line, LinePrice
from partners.tenancy.actors import Purpose
from partners.tenancy.context import acting_as
from portal.ui.sharing.forms import StopForm
from tests.stages import months_of_trade, staged
from tests.world import FULL, Sale, World

PAIR = ("adventure", "northwest")
LATER = Sale("LATE-1", date(2026, 3, 20), "NO9", "RB-1", Decimal(7))


def soon() -> date:
    return timezone.localdate() + timedelta(days=30)


def stop(world: World, *categories: Category, until: date | None) -> None:
    partnership = world.partnerships[PAIR]
    with acting_as(world.actor("northwest-admin")):
        live = Grant.objects.filter(partnership=partnership, revoked_at=None)
        if categories:
            live = live.filter(category__in=categories)
        change_sharing(partnership, ends=list(live), keep_history_until=until)


def seen(world: World, person: str = "mia", purpose: Purpose = Purpose.RETENTION) -> dict[str, int]:
    partnership_id = world.partnerships[PAIR].pk
    with acting_as(world.actor(person).for_purpose(purpose)):
        return {
            "lines": Line.objects.filter(partnership_id=partnership_id).count(),
            "prices": LinePrice.objects.filter(partnership_id=partnership_id).count(),
            "documents": DocumentIdentity.objects.filter(partnership_id=partnership_id).count(),
            "accounts": AccountHandle.objects.filter(partnership_id=partnership_id).count(),
            "names": AccountIdentity.objects.filter(organisation_id=world.orgs["northwest"].pk).count(),
        }


NOTHING = {"lines": 0, "prices": 0, "documents": 0, "accounts": 0, "names": 0}


def settle_shared(world: World) -> None:
    world.share(*PAIR, *FULL)


shared = staged(months_of_trade, settle_shared)


def test_new_data_stops_and_history_stays(shared: World) -> None:
    before = seen(shared)
    assert before["lines"] == 12
    stop(shared, until=soon())
    assert seen(shared) == before
    shared.sell(*PAIR, [LATER])
    assert seen(shared) == before, "a late line, its price, its invoice and its new customer are hidden"
    with acting_as(shared.actor("ana")):
        assert Line.objects.filter(partnership_id=shared.partnerships[PAIR].pk).count() == 13


def test_without_a_day_history_goes_with_the_grant(shared: World) -> None:
    stop(shared, until=None)
    assert seen(shared) == NOTHING


def test_on_the_day_it_is_gone_before_any_clock_has_ticked(shared: World) -> None:
    stop(shared, until=soon())
    with acting_as(shared.worker("northwest")), connection.cursor() as cursor:
        for table in ("agreements_keptcell", "agreements_grantedaccount"):
            cursor.execute(f"CREATE TEMP TABLE of_today ON COMMIT DROP AS SELECT * FROM {table}")
            cursor.execute("UPDATE of_today SET seen_until = current_date")
            cursor.execute(f"DELETE FROM {table}")
            cursor.execute(f"INSERT INTO {table} SELECT * FROM of_today")
            assert cursor.rowcount
            cursor.execute("DROP TABLE of_today")
    assert seen(shared) == NOTHING


def test_the_clock_takes_it_away_with_a_new_epoch(shared: World) -> None:
    def epoch() -> int:
        with acting_as(shared.actor("ana")):
            return Partnership.objects.get(pk=shared.partnerships[PAIR].pk).epoch

    stop(shared, until=soon())
    before = epoch()
    tick()
    assert (seen(shared)["lines"], epoch()) == (12, before), "its day has not come"
    with acting_as(shared.actor("northwest-admin")):
        Grant.objects.filter(keep_history_until__isnull=False).update(keep_history_until=date(2026, 1, 1))
    with time_machine.travel(datetime.now(UTC) + timedelta(days=31), tick=True):
        tick()
    assert (seen(shared), epoch()) == (NOTHING, before + 1)
    with acting_as(shared.actor("ana")):
        assert not KeptCell.objects.exists()


def test_history_can_be_withdrawn_later_and_cannot_come_back(shared: World) -> None:
    stop(shared, until=soon())
    with acting_as(shared.actor("northwest-admin")):
        for grant in Grant.objects.filter(partnership=shared.partnerships[PAIR]):
            withdraw_history(grant)
    assert seen(shared) == NOTHING
    with acting_as(shared.actor("northwest-admin")):
        ended = Grant.objects.filter(partnership=shared.partnerships[PAIR])
        assert not ended.update(keep_history_until=soon()), "what ended without it is closed"


def test_of_two_who_stop_it_at_once_the_one_who_withdraws_prevails(shared: World) -> None:
    """Both have found it live; one leaves its history, and the other waits for the lock and withdraws."""
    partnership = shared.partnerships[PAIR]
    with acting_as(shared.actor("northwest-admin")):
        found = list(Grant.objects.filter(partnership=partnership, revoked_at=None))
    stop(shared, until=soon())
    assert seen(shared)["lines"] == 12
    with acting_as(shared.actor("northwest-admin")):
        change_sharing(partnership, ends=found)
    assert seen(shared) == NOTHING


def test_what_rests_on_something_goes_with_it(shared: World) -> None:
    """Volumes end for good, names and prices leave their history: neither opens anything by itself."""
    stop(shared, Category.PRICE, Category.IDENTITY, until=soon())
    assert seen(shared)["prices"] == 12
    stop(shared, Category.VOLUME, until=None)
    assert seen(shared) == NOTHING


def test_history_of_one_category_under_live_volumes(shared: World) -> None:
    stop(shared, Category.PRICE, until=soon())
    shared.sell(*PAIR, [LATER])
    assert seen(shared) == {"lines": 13, "prices": 12, "documents": 7, "accounts": 3, "names": 3}


def test_a_correction_takes_the_corrected_line_away(shared: World) -> None:
    from partners.ledger.services import supersede_submission

    shared.sell(*PAIR, [LATER], submission_id=77)
    stop(shared, until=soon())
    assert seen(shared)["lines"] == 13
    with acting_as(shared.worker("northwest")):
        supersede_submission(shared.partnerships[PAIR], 77)
    assert seen(shared)["lines"] == 12
    assert seen(shared)["names"] == 2


def test_only_the_purposes_of_the_grant(trading_world: World) -> None:
    trading_world.share(*PAIR, *FULL, purposes=Purpose.PLANNING)
    stop(trading_world, until=soon())
    assert seen(trading_world) == NOTHING
    assert seen(trading_world, purpose=Purpose.PLANNING)["lines"] == 12


def test_history_of_one_purpose_stands_beside_a_live_grant_of_another(trading_world: World) -> None:
    trading_world.share(*PAIR, *FULL, purposes=Purpose.PLANNING)
    before = seen(trading_world, purpose=Purpose.PLANNING)
    stop(trading_world, until=soon())
    trading_world.share(*PAIR, Category.VOLUME, purposes=Purpose.RETENTION)
    assert seen(trading_world, purpose=Purpose.PLANNING) == before
    assert seen(trading_world) == {"lines": 12, "prices": 0, "documents": 0, "accounts": 2, "names": 0}


def test_each_purpose_is_seen_until_its_own_day(trading_world: World) -> None:
    later = soon() + timedelta(days=30)
    for purpose, until in ((Purpose.PLANNING, soon()), (Purpose.RETENTION, later)):
        trading_world.share(*PAIR, Category.VOLUME, purposes=purpose)
        stop(trading_world, until=until)
    trading_world.share(*PAIR, Category.VOLUME, purposes=Purpose.CAMPAIGNS)
    with acting_as(trading_world.actor("ana")):
        days = GrantedAccount.objects.values_list("seen_until", "purposes").distinct().order_by("seen_until")
        assert list(days) == [
            (soon(), Purpose.PLANNING),
            (later, Purpose.RETENTION),
            (date.max, Purpose.CAMPAIGNS),
        ]


def test_each_purpose_rests_on_what_is_open_for_it(trading_world: World) -> None:
    """Prices end; volumes ended before for planning and are live for retention."""
    [planned] = trading_world.share(*PAIR, Category.VOLUME, purposes=Purpose.PLANNING)
    trading_world.share(*PAIR, Category.VOLUME, purposes=Purpose.RETENTION)
    trading_world.share(*PAIR, Category.PRICE, purposes=Purpose.PLANNING | Purpose.RETENTION)
    with acting_as(trading_world.actor("northwest-admin")):
        change_sharing(trading_world.partnerships[PAIR], ends=[planned], keep_history_until=soon())
    trading_world.sell(*PAIR, [LATER])
    stop(trading_world, Category.PRICE, until=soon())
    planning, retention = seen(trading_world, purpose=Purpose.PLANNING), seen(trading_world)
    assert (planning["lines"], planning["prices"]) == (12, 12)
    assert (retention["lines"], retention["prices"]) == (13, 13)


def test_history_rests_on_each_grant_that_covers_it(trading_world: World) -> None:
    """Line by line as far as volumes were, and by months for as long as volumes by month are live."""
    later = soon() + timedelta(days=30)
    trading_world.share(*PAIR, Category.VOLUME, Category.PRICE)
    stop(trading_world, Category.VOLUME, until=soon())
    trading_world.share(*PAIR, Category.VOLUME, granularity=Granularity.MONTH)
    stop(trading_world, Category.PRICE, until=later)
    with acting_as(trading_world.actor("ana")):
        kept = KeptCell.objects.filter(category=Category.PRICE).values_list("granularity", "seen_until")
        assert set(kept) == {(Granularity.LINE, soon()), (Granularity.MONTH, later)}


def test_suspended_it_is_hidden_and_resumed_it_is_back(shared: World) -> None:
    before = seen(shared)
    stop(shared, until=soon())
    with acting_as(shared.actor("northwest-admin")):
        suspend_partnership(shared.partnerships[PAIR])
    assert seen(shared) == NOTHING
    with acting_as(shared.actor("northwest-admin")):
        resume_partnership(shared.partnerships[PAIR])
    assert seen(shared) == before


def test_no_rival_and_no_other_maker_sees_it(shared: World) -> None:
    stop(shared, until=soon())
    for person in ("sam", "otto", "contoso-admin"):
        assert seen(shared, person) == NOTHING, person
        with acting_as(shared.actor(person)):
            assert not KeptCell.objects.exists()


def test_a_day_that_has_come_is_refused(shared: World) -> None:
    with pytest.raises(AgreementError, match="a day to come"):
        stop(shared, until=timezone.localdate())
    assert seen(shared)["lines"] == 12


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Auckland", "UTC"])
def test_a_day_comes_when_it_does_for_the_walls(shared: World, zone: str) -> None:
    """They count in UTC: tomorrow, as Los Angeles says in the evening, is today there, and would leave nothing."""
    with time_machine.travel(datetime(2026, 3, 25, 1, tzinfo=UTC), tick=False), timezone.override(zone):
        with pytest.raises(AgreementError, match="a day to come"):
            stop(shared, until=date(2026, 3, 25))
        form = StopForm(QueryDict("history=keep&until=2026-03-25"))
        assert not form.is_valid()
        assert "midnight UTC" in str(form.errors["until"])


def test_a_maker_leaves_itself_no_history(shared: World) -> None:
    """By no way of its own: neither by the service nor in SQL."""
    with acting_as(shared.actor("adventure-admin")):
        assert not Grant.objects.update(keep_history_until=soon())
        for statement in (
            "UPDATE agreements_keptcell SET seen_until = current_date + 9",
            "INSERT INTO agreements_keptcell SELECT 1, 1, 1, 1, 'volume', 1, '2026-01-01', 3, 31, now(), '2030-01-01'",
        ):
            with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)


def test_one_step_narrows_and_another_widens(trading_world: World) -> None:
    world = trading_world
    world.share(*PAIR, Category.VOLUME)
    partnership = world.partnerships[PAIR]
    with acting_as(world.actor("northwest-admin")):
        grant = Grant.objects.get(partnership=partnership, revoked_at=None)
        bikes = Line.objects.filter(partnership_id=partnership.pk).order_by("product_id").first().family_id
        change_sharing(partnership, ends=[grant], gives=Offer((Category.VOLUME,), (bikes,), date(2026, 2, 1)))
    assert seen(world)["lines"] == 4
    with acting_as(world.actor("northwest-admin")):
        change_sharing(partnership, gives=Offer((Category.VOLUME,), (bikes,)))
    assert seen(world)["lines"] == 6
    with acting_as(world.actor("northwest-admin")):
        live = Grant.objects.filter(partnership=partnership, revoked_at=None)
        assert live.count() == 2
        for one in live:
            revoke_grant(one)
    assert seen(world) == NOTHING
