"""When a schedule is due: local time, each occurrence once, and what a clock that stood still makes of it."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from itertools import islice

import pytest
from django.db import connection

from partners.jobs.models import OutboxEvent
from partners.organisations.models import Organisation
from partners.organisations.services import end_seat
from partners.tenancy.context import acting_as
from portal.reports.clock import occurrences, take_due
from portal.reports.models import Occurrence, Recipient, Report, Schedule
from tests.world import World, build_world

MONDAY, SUNDAY = 0, 6
DUE = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)  # a Monday, 7 o'clock in Berlin


def first(count: int, weekday: int, at: time, zone: str, after: datetime) -> list[str]:
    return [f"{moment:%m-%d %H:%M}" for moment in islice(occurrences(weekday, at, zone, after), count)]


def test_seven_o_clock_stays_seven_o_clock_when_summer_begins() -> None:
    after = datetime(2026, 3, 17, tzinfo=UTC)
    found = first(3, MONDAY, time(7), "Europe/Berlin", after)
    assert found == ["03-23 06:00", "03-30 05:00", "04-06 05:00"]


def test_a_time_that_the_clocks_skip_is_that_much_later() -> None:
    # On 29 March 2026 two o'clock is followed by three.
    found = first(2, SUNDAY, time(2, 30), "Europe/Berlin", datetime(2026, 3, 24, tzinfo=UTC))
    assert found == ["03-29 01:30", "04-05 00:30"]  # half past three, then half past two in summer time


def test_a_time_that_comes_twice_counts_once() -> None:
    # On 25 October 2026 the hour from two to three comes twice.
    found = first(2, SUNDAY, time(2, 30), "Europe/Berlin", datetime(2026, 10, 20, tzinfo=UTC))
    assert found == ["10-25 00:30", "11-01 01:30"]


@pytest.mark.parametrize(
    "zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu", "America/New_York"]
)
def test_the_next_is_within_a_week_wherever_one_is(zone: str) -> None:
    after = datetime(2026, 3, 4, 23, 59, tzinfo=UTC)
    moment = next(occurrences(MONDAY, time(0, 0), zone, after))
    assert timedelta(0) < moment - after <= timedelta(days=7)
    assert next(occurrences(MONDAY, time(0, 0), zone, moment)) == moment + timedelta(days=7)


def scheduled(world: World, *readers: str, owner: str = "ana", next_at: datetime = DUE) -> Schedule:
    with acting_as(world.actor("northwest-admin")):
        Organisation.objects.filter(pk=world.orgs["northwest"].pk).update(time_zone="Europe/Berlin")
    with acting_as(world.actor(owner)):
        schedule = Schedule.objects.create(
            owner=world.seats[owner], weekday=MONDAY, at=time(7), language="en", next_at=next_at
        )
        Recipient.objects.bulk_create(
            [Recipient(schedule=schedule, seat=world.seats[one]) for one in readers]
        )
    return schedule


def taken(world: World) -> list[tuple[str, str]]:
    with acting_as(world.actor("ana")):
        return [(f"{one.due_at:%m-%d %H:%M}", one.skipped) for one in Occurrence.objects.order_by("due_at")]


def test_nothing_is_taken_before_its_time(world: World) -> None:
    scheduled(world, "ana")
    assert take_due(DUE - timedelta(seconds=1)) == 0
    assert taken(world) == []


def test_each_reader_gets_a_report_of_their_own_once(world: World) -> None:
    schedule = scheduled(world, "ana", "rita")
    assert [take_due(DUE + timedelta(seconds=30 * tick)) for tick in range(3)] == [2, 0, 0]
    with acting_as(world.actor("ana")):
        assert sorted(Report.objects.values_list("reader_name", flat=True)) == ["Ana", "Rita"]
        wanted = OutboxEvent.objects.filter(kind="report.wanted").values_list("payload", flat=True)
        assert sorted(one["report_id"] for one in wanted) == sorted(
            Report.objects.values_list("pk", flat=True)
        )
        assert Schedule.objects.get(pk=schedule.pk).next_at == DUE + timedelta(days=7)
    assert taken(world) == [("03-02 06:00", "")]


def test_a_clock_that_stood_still_for_two_hours_is_late_and_skips_nothing(world: World) -> None:
    scheduled(world, "ana")
    assert take_due(DUE + timedelta(hours=2)) == 1
    assert taken(world) == [("03-02 06:00", "")]


def test_what_was_missed_by_more_than_a_day_is_skipped_and_said(world: World) -> None:
    schedule = scheduled(world, "ana")
    assert take_due(DUE + timedelta(days=17)) == 0
    assert taken(world) == [(f"03-{day:02} 06:00", "clock_stood") for day in (2, 9, 16)]
    with acting_as(world.actor("ana")):
        assert Schedule.objects.get(pk=schedule.pk).next_at == datetime(2026, 3, 23, 6, tzinfo=UTC)
    assert take_due(datetime(2026, 3, 23, 6, tzinfo=UTC)) == 1


def test_of_several_missed_the_latest_is_still_taken_within_a_day(world: World) -> None:
    scheduled(world, "ana")
    assert take_due(DUE + timedelta(days=7, hours=3)) == 1
    assert taken(world) == [("03-02 06:00", "clock_stood"), ("03-09 06:00", "")]


def test_a_schedule_whose_owner_has_left_rests(world: World) -> None:
    schedule = scheduled(world, "rita", owner="uwe")
    with acting_as(world.actor("northwest-admin")):
        end_seat(world.seats["uwe"])
    assert [take_due(DUE + timedelta(days=7 * week)) for week in range(2)] == [0, 0]
    assert taken(world) == [("03-02 06:00", "owner_left")]
    with acting_as(world.actor("ana")):
        assert Schedule.objects.get(pk=schedule.pk).state == Schedule.State.RESTING


def test_who_has_left_gets_no_report_of_it(world: World) -> None:
    scheduled(world, "ana", "rita")
    with acting_as(world.actor("northwest-admin")):
        end_seat(world.seats["rita"])
    assert take_due(DUE) == 1
    with acting_as(world.actor("ana")):
        assert list(Report.objects.values_list("reader_name", flat=True)) == ["Ana"]


def test_one_that_cannot_be_taken_keeps_no_other_waiting(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    scheduled(world, "ana")
    with acting_as(world.actor("sam")):
        stuck = Schedule.objects.create(
            owner=world.seats["sam"],
            weekday=MONDAY,
            at=time(7),
            language="en",
            next_at=DUE - timedelta(hours=1),
        )
    with acting_as(world.actor("southwest-admin")):
        zone = Organisation.objects.filter(pk=world.orgs["southwest"].pk)
        assert zone.update(time_zone="Mars/Olympus_Mons") == 1
    assert take_due(DUE) == 1
    assert taken(world) == [("03-02 06:00", "")]
    assert f"schedule {stuck.pk} of organisation {world.orgs['southwest'].pk}" in caplog.text


def test_a_clock_that_is_set_back_takes_no_occurrence_again(world: World) -> None:
    schedule = scheduled(world, "ana")
    assert take_due(DUE) == 1
    with acting_as(world.actor("ana")):
        Schedule.objects.filter(pk=schedule.pk).update(next_at=DUE)  # as taking it over in the past would
    assert take_due(DUE) == 0
    with acting_as(world.actor("ana")):
        assert Report.objects.count() == 1
        assert Schedule.objects.get(pk=schedule.pk).next_at == DUE + timedelta(days=7)


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Auckland"])
def test_an_organisation_that_moves_gets_one_a_week_all_the_same(world: World, zone: str) -> None:
    scheduled(world, "ana")
    with acting_as(world.actor("northwest-admin")):
        Organisation.objects.filter(pk=world.orgs["northwest"].pk).update(time_zone=zone)
    assert sum(take_due(DUE + timedelta(hours=hour)) for hour in range(7 * 24 - 24)) == 1
    assert sum(take_due(DUE + timedelta(days=6, hours=hour)) for hour in range(48)) == 1


def test_ended_and_resting_schedules_are_never_due(world: World) -> None:
    schedule = scheduled(world, "ana")
    for state in (Schedule.State.ENDED, Schedule.State.RESTING):
        with acting_as(world.actor("ana")):
            Schedule.objects.filter(pk=schedule.pk).update(state=state)
        assert take_due(DUE) == 0
    assert taken(world) == []


def test_what_is_due_tells_ids_and_nothing_else(world: World) -> None:
    schedule = scheduled(world, "ana")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM gate_due_schedules(%s)", [DUE])
        assert [column.name for column in cursor.description] == ["schedule_id", "organisation_id"]
        assert cursor.fetchall() == [(schedule.pk, world.orgs["northwest"].pk)]


def at_once(work: Callable[[], int], times: int) -> list[int]:
    """The same in several threads, each with a connection of its own, begun together."""
    gate, found = threading.Barrier(times), list[int]()

    def run() -> None:
        try:
            gate.wait()
            found.append(work())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_four_clocks_take_it_once(committed_db: None) -> None:
    world = build_world()
    scheduled(world, "ana", "rita")
    assert sorted(at_once(lambda: take_due(DUE), 4)) == [0, 0, 0, 2]
    assert taken(world) == [("03-02 06:00", "")]
    with acting_as(world.actor("ana")):
        assert Report.objects.count() == 2
