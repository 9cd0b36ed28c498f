"""What may befall files on their way: whatever it is, every row is counted once and nothing is half visible."""

import io
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from integrations.ingestion.models import Submission
from integrations.ingestion.receiving import receive_file_once
from integrations.ingestion.recording import RECORDERS
from integrations.ingestion.services import (
    check_submission,
    commit_submission,
    confirm_submission,
    undo_submission,
)
from partners.tenancy.context import acting_as
from tests.ingestion.auditor import audit
from tests.ingestion.conftest import Desk
from tests.ingestion.files import GOOD, rows, workbook
from tests.world import World, build_world

PAIR = ("adventure", "northwest")
BAD = "I-9,1,2026-02-31,C1,Cyclery One,RB-1,1,900,USD"
TOTAL = "Total,,,,,,6,2040.75,USD"


@pytest.fixture
def committed_world(committed_db: None) -> World:
    return build_world()


def at_once(work: Callable[[int], Any], times: int) -> list[Any]:
    """The same piece of work so often at the same time, each on a connection of its own."""

    def alone(number: int) -> Any:
        try:
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(alone, range(times)))


def test_every_row_of_a_mixed_file_is_counted_once(ana: Desk) -> None:
    content = (
        GOOD.encode() + f"{BAD}\n\n{GOOD.splitlines()[1]}\n{TOTAL}\nPrinted by the stock system\n".encode()
    )
    ana.send(content)
    ana.send(workbook(Sales=GOOD, Other="Notes\nof May"), "may.xlsx")
    ana.send(content, all_or_nothing=True)
    assert audit(ana.world.partnerships[PAIR]) == Counter(committed=2, refused=1)


def test_the_same_file_ten_times_at_once_is_counted_once(committed_world: World) -> None:
    desk = Desk(committed_world, "ana", *PAIR)

    def send(number: int) -> None:
        desk.send(GOOD.encode(), f"copy {number}.csv")

    at_once(send, 10)
    assert audit(committed_world.partnerships[PAIR]) == Counter(committed=10)
    with acting_as(committed_world.actor("ana")):
        accepted = list(Submission.objects.values_list("accepted", flat=True))
    assert sorted(accepted) == [0] * 9 + [4]


def test_overlapping_files_at_once_count_each_line_once(committed_world: World) -> None:
    desk = Desk(committed_world, "ana", *PAIR)

    def send(number: int) -> None:
        days = range(number, number + 5)
        desk.send(rows(*(f"I-{day},1,2026-01-{day + 1:02},C{day},Cyclery,RB-1,1,900,USD" for day in days)))

    at_once(send, 6)
    assert audit(committed_world.partnerships[PAIR]) == Counter(committed=6)
    with acting_as(committed_world.actor("ana")):
        assert sum(Submission.objects.values_list("accepted", flat=True)) == 10


def test_the_same_bytes_by_a_connector_ten_times_at_once_are_one_submission(committed_world: World) -> None:
    partnership = committed_world.partnerships[PAIR]

    def receive(number: int) -> int:
        with acting_as(committed_world.worker("northwest")):
            return receive_file_once(
                partnership,
                f"{number}.csv",
                io.BytesIO(GOOD.encode()),
                source=Submission.Source.FOLDER,
                feed="sell_through",
            ).pk

    assert len(set(at_once(receive, 10))) == 1


def test_one_file_checked_and_recorded_by_ten_workers_at_once_is_recorded_once(
    committed_world: World,
) -> None:
    desk = Desk(committed_world, "ana", *PAIR)
    submission = desk.receive(GOOD.encode())
    at_once(lambda _: check_submission(submission.pk, submission.distributor_id), 10)
    with acting_as(committed_world.actor("ana")):
        confirm_submission(desk.again(submission))
    at_once(lambda _: commit_submission(submission.pk, submission.distributor_id), 10)
    assert audit(committed_world.partnerships[PAIR]) == Counter(committed=1)


@pytest.mark.parametrize("name", ["compare", "record", "list_accounts"])
def test_a_worker_that_dies_while_it_records_leaves_nothing_half(
    committed_world: World, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    desk = Desk(committed_world, "ana", *PAIR)
    submission = desk.check(GOOD.encode())
    with acting_as(committed_world.actor("ana")):
        confirm_submission(submission)
    recorder = type(RECORDERS["sell_through"])
    real = getattr(recorder, name)

    def die(*args: Any, **words: Any) -> None:
        real(*args, **words)
        raise SystemExit

    monkeypatch.setattr(recorder, name, die)
    with pytest.raises(SystemExit):
        commit_submission(submission.pk, submission.distributor_id)
    monkeypatch.undo()
    commit_submission(submission.pk, submission.distributor_id)
    assert audit(committed_world.partnerships[PAIR]) == Counter(committed=1)


def test_files_that_are_taken_back_and_sent_again_are_counted_once(ana: Desk) -> None:
    first, second = ana.send(GOOD.encode()), ana.send(GOOD.encode() + f"{BAD}\n".encode(), "again.csv")
    with acting_as(ana.world.actor("ana")):
        undo_submission(first)
    commit_submission(second.pk, second.distributor_id)
    ana.send(GOOD.encode(), "third.csv")
    assert audit(ana.world.partnerships[PAIR]) == Counter(undone=1, committed=2)
