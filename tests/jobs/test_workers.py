"""The whole way with the real parts: relay, broker, Celery worker, PostgreSQL. A killed worker counts nothing twice."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from analytics.runs.models import AnalysisRun
from integrations.ingestion.models import Submission, SubmissionCheck
from integrations.ingestion.services import receive_file
from partners.jobs.models import Job
from partners.ledger.models import Line
from partners.tenancy.context import acting_as
from portal.broker import transport_options
from portal.celery import LOW_PRIORITY, app
from tests.ingestion.files import GOOD, HEADINGS, workbook
from tests.operations.image import services
from tests.platform.test_commands import free_port
from tests.reading.test_hostile_files import copied_text_of_old
from tests.world import World, build_world

PATIENCE = 60.0
State = Submission.State


@pytest.fixture
def committed_world(committed_db: None) -> World:
    return build_world()


@contextmanager
def running(
    environment: dict[str, str], *command: str, log: IO[str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, *command], cwd=settings.BASE_DIR, env=environment, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            for child in children(process.pid):
                os.kill(child, signal.SIGKILL)
            process.kill()
            process.wait()


@pytest.fixture
def empty_queue(committed_db: None) -> None:
    """Tasks that a killed worker of another test left behind are not this test's."""
    with app.connection_for_write() as broker:
        queue = app.amqp.queues[settings.CELERY_TASK_DEFAULT_QUEUE](broker.default_channel)
        queue.declare()
        queue.purge()


@pytest.fixture
def relay(empty_queue: None, child_environment: dict[str, str]) -> Iterator[None]:
    with running(child_environment, "manage.py", "relay"):
        yield


@pytest.fixture
def celery_worker(child_environment: dict[str, str], worker_log: Path) -> Iterator[subprocess.Popen[bytes]]:
    program, *words = services()["worker"]["command"]
    environment = child_environment | {"THROUGHLINE_LOGS": "json"}
    with worker_log.open("w") as log, running(environment, "-m", program, *words, log=log) as process:
        yield process


@pytest.fixture
def worker_log(tmp_path: Path) -> Path:
    return tmp_path / "worker.log"


def children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in listed]


def processor_time(pid: int) -> int:
    """Clock ticks that a process has used: the child at work is the one that used most."""
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11])


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)


def send(world: World, content: bytes) -> Submission:
    with acting_as(world.actor("ana")):
        return receive_file(
            world.partnerships["adventure", "northwest"],
            "sales.csv",
            [content],
            source=Submission.Source.UPLOAD,
            trusted=True,
        )


def state_of(world: World, submission: Submission) -> Submission.State:
    with acting_as(world.actor("ana")):
        return Submission.State(Submission.objects.get(pk=submission.pk).state)


def test_a_file_that_is_dropped_in_comes_out_analysed_for_both_sides(
    committed_world: World, relay: None, celery_worker: subprocess.Popen[bytes]
) -> None:
    world = committed_world
    submission = send(world, GOOD.encode())
    until(lambda: state_of(world, submission) == State.COMMITTED)
    priority = {os.getpriority(os.PRIO_PROCESS, pid) for pid in children(celery_worker.pid)}
    assert priority == {min(os.nice(0) + LOW_PRIORITY, 19)}
    with acting_as(world.actor("ana")):
        assert Line.objects.count() == 4

    def analysed(person: str) -> bool:
        with acting_as(world.actor(person)):
            return AnalysisRun.objects.filter(is_latest=True).exists()

    until(lambda: analysed("ana"))
    with acting_as(world.actor("mia")):
        assert not AnalysisRun.objects.exists()  # nothing is shared


def big_file(lines: int) -> bytes:
    rows = (f"I-{n},1,2026-01-{n % 28 + 1:02},C{n % 50},Shop,RB-1,1,10.00,USD" for n in range(lines))
    return "\n".join([HEADINGS, *rows, ""]).encode()


@pytest.mark.whole
def test_a_killed_worker_s_file_goes_on_with_another_and_counts_once(
    committed_world: World, relay: None, celery_worker: subprocess.Popen[bytes]
) -> None:
    world, lines = committed_world, 120_000
    submission = send(world, big_file(lines))

    def under_way() -> bool:
        with acting_as(world.actor("ana")):
            check = SubmissionCheck.objects.select_related("submission").get(submission=submission)
            return check.submission.state == State.CHECKING and check.rows_done > 0

    until(under_way)
    os.kill(max(children(celery_worker.pid), key=processor_time), signal.SIGKILL)
    until(lambda: state_of(world, submission) == State.COMMITTED)
    with acting_as(world.actor("ana")):
        assert Line.objects.count() == lines
        assert SubmissionCheck.objects.get(submission=submission).totals["net"] == {"USD": f"{lines * 10}.00"}
        assert Job.objects.get(key__startswith="ingestion.check").tries == 2


@pytest.mark.whole
def test_a_workbook_beyond_all_bounds_is_refused_and_the_worker_goes_on(
    committed_world: World, relay: None, celery_worker: subprocess.Popen[bytes]
) -> None:
    world = committed_world
    hostile = [send(world, copied_text_of_old()) for _ in range(3)]
    until(lambda: len(children(celery_worker.pid)) > 1)
    before = children(celery_worker.pid)
    good = send(world, workbook(Sales=GOOD))
    until(lambda: state_of(world, good) == State.COMMITTED)
    until(lambda: [state_of(world, one) for one in hostile] == [State.REFUSED] * 3)
    assert children(celery_worker.pid) == before
    with acting_as(world.actor("ana")):
        assert Job.objects.filter(key__startswith="ingestion.check", tries__gt=1).count() == 0


@pytest.mark.whole
def test_a_broker_that_is_away_harms_no_page_and_loses_no_task(
    committed_world: World,
    empty_queue: None,
    child_environment: dict[str, str],
    celery_worker: subprocess.Popen[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = committed_world
    away = (
        urlsplit(settings.CELERY_BROKER_URL)._replace(netloc=f"guest:guest@127.0.0.1:{free_port()}").geturl()
    )
    relay = [sys.executable, "manage.py", "relay", "--once"]
    with monkeypatch.context() as during:
        during.setenv("CELERY_BROKER_URL", away)
        during.setitem(app.conf, "broker_transport_options", transport_options(away, "away"))
        client = Client()
        client.force_login(world.seats["ana"].user)
        submission = send(world, GOOD.encode())
        assert client.get(reverse("submission", args=[submission.public_id])).status_code == 200
        environment = child_environment | {"CELERY_BROKER_URL": away}
        refused = subprocess.run(
            relay, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True
        )
    assert refused.returncode == 1
    assert "CommandError: The broker does not answer. What waits in the outbox stays there" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert state_of(world, submission) == State.RECEIVED
    with running(child_environment, "manage.py", "relay"):
        until(lambda: state_of(world, submission) == State.COMMITTED)


@pytest.mark.whole
def test_a_task_that_arrives_three_times_counts_once(
    committed_world: World, empty_queue: None, celery_worker: subprocess.Popen[bytes], worker_log: Path
) -> None:
    world = committed_world
    submission = send(world, big_file(5_000))
    task = {"organisation_id": world.orgs["northwest"].pk, "event_id": 7, "submission_id": submission.pk}
    for _ in range(3):
        app.send_task("ingestion.check", kwargs=task)

    def outcomes() -> Counter[str]:
        lines = [json.loads(line) for line in worker_log.read_text().splitlines() if line.endswith("}")]
        return Counter(line["outcome"] for line in lines if "outcome" in line)

    until(lambda: outcomes()["done"] == 3)
    with acting_as(world.actor("ana")):
        assert Job.objects.get(key__startswith="ingestion.check").tries == 1
        assert SubmissionCheck.objects.get(submission=submission).totals["net"] == {"USD": "50000.00"}
    assert "Shop" not in worker_log.read_text()
