"""The whole way of a scheduled report with the real parts: two schedulers, relay, broker, worker, PostgreSQL."""

import subprocess
from collections.abc import Iterator
from datetime import time, timedelta

import pytest
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from partners.tenancy.context import acting_as
from portal.reports.models import Occurrence, Recipient, Report, Schedule
from tests.jobs.test_workers import (
    celery_worker,
    committed_world,
    empty_queue,
    relay,
    running,
    until,
    worker_log,
)
from tests.world import World, trade

__all__ = ["celery_worker", "committed_world", "empty_queue", "relay", "worker_log"]


@pytest.fixture
def two_clocks(child_environment: dict[str, str]) -> Iterator[None]:
    beat = ["-m", "celery", "-q", "-A", "portal", "beat", "--loglevel=WARNING", "--pidfile="]
    with running(child_environment, *beat), running(child_environment, *beat):
        yield


@pytest.mark.whole
def test_two_clocks_bring_each_reader_one_report_and_one_letter(
    committed_world: World,
    relay: None,
    celery_worker: subprocess.Popen[bytes],
    two_clocks: None,
) -> None:
    world = committed_world
    trade(world)
    with acting_as(world.actor("ana")):
        schedule = Schedule.objects.create(
            owner=world.seats["ana"],
            weekday=0,
            at=time(7),
            language="en",
            next_at=timezone.now() - timedelta(minutes=1),
        )
        for reader in ("ana", "rita"):
            Recipient.objects.create(schedule=schedule, seat=world.seats[reader])

    def mailed() -> bool:
        with acting_as(world.actor("ana")):
            return Report.objects.filter(mail=Report.Mail.SENT).count() == 2

    until(mailed)
    with acting_as(world.actor("ana")):
        assert list(Report.objects.values_list("state", flat=True)) == [Report.State.READY] * 2
        assert Occurrence.objects.count() == 1
        assert Schedule.objects.get().next_at > timezone.now()
    # Of all that, the schedulers know a tick a room.
    known = PeriodicTask.objects.order_by("task").values_list("task", "args", "kwargs")
    rooms = ("agreements", "custody", "reports")
    assert list(known) == [(f"{room}.tick", "[]", "{}") for room in rooms]
