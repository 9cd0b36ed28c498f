"""A file that stands recorded is known by its bytes: sent again it is not read, and nothing is counted twice."""

from integrations.ingestion.models import Submission, SubmissionPiece
from integrations.ingestion.services import commit_submission, confirm_submission, undo_submission
from partners.ledger.models import Line
from partners.tenancy.context import acting_as
from tests.ingestion.conftest import Desk
from tests.ingestion.files import GOOD, rows

MORE = rows("I-9,1,2026-02-20,C3,Cyclery Three,RB-1,1,1000,USD")
FAULTY = rows("I-9,1,2026-02-20,C3,Cyclery Three,NW-1,1,1000,USD", "I-8,1,2026-02-20,C3,,RB-1,1,1000,USD")
STOCK = b"sku,location,as_of,on_hand\nRB-1,Main,2026-01-31,5\n"
STOCK_SINCE = b"sku,location,as_of,on_hand\nRB-1,Main,2026-01-31,6\n"


def unread(desk: Desk, content: bytes, **words: object) -> Submission:
    """Sent again with nothing left to be read."""
    submission = desk.receive(content, "again.csv", **words)
    with acting_as(desk.world.actor(desk.person)):
        SubmissionPiece.objects.filter(submission_id=submission.pk).delete()
    return desk.resume(submission)


def lines(desk: Desk) -> int:
    with acting_as(desk.world.actor(desk.person)):
        return Line.objects.filter(superseded_at=None).count()


def undo(desk: Desk, submission: Submission) -> None:
    with acting_as(desk.world.actor(desk.person)):
        undo_submission(submission)


def test_it_is_not_read_again(ana: Desk) -> None:
    first = ana.send(GOOD.encode())
    again = unread(ana, GOOD.encode())
    check, before = ana.check_of(again), ana.check_of(first)
    assert (again.state, again.accepted, check.duplicates, check.quarantined) == (
        Submission.State.COMMITTED,
        0,
        4,
        0,
    )
    assert (check.rows_total, check.examination["mapping"]) == (4, before.examination["mapping"])
    assert check.totals["quality"]["uniqueness"] == 0
    assert lines(ana) == 4


def test_it_says_what_reading_it_would_have_said(ana: Desk) -> None:
    """Of two copies one is read whole, since something else came between."""
    ana.send(GOOD.encode())
    known = ana.check_of(unread(ana, GOOD.encode()))
    ana.send(MORE)
    read = ana.check_of(ana.send(GOOD.encode(), "read.csv"))
    assert (read.totals, read.noted) == (known.totals, known.noted)


def test_what_a_file_repeats_is_named(ana: Desk) -> None:
    ana.send(MORE, "february.csv")
    ana.send(STOCK, "stock.csv", feed="stock")
    overlapping = ana.check(MORE + b"I-9,2,2026-02-20,C3,Cyclery Three,HE-1,1,40,USD\n", "more.csv")
    [note] = ana.check_of(overlapping).notes
    assert note.startswith('1 of these rows were recorded before, from "february.csv", received on 20')
    more = STOCK + b"HE-1,Main,2026-01-31,5\n"
    assert '"stock.csv"' in ana.check_of(ana.check(more, feed="stock")).notes[0]


def test_a_rival_s_file_of_the_same_bytes_is_its_own(ana: Desk, sam: Desk) -> None:
    ana.send(GOOD.encode())
    assert sam.send(GOOD.encode()).accepted == 4


def test_after_an_undo_it_is_new(ana: Desk) -> None:
    first = ana.send(GOOD.encode())
    copy = unread(ana, GOOD.encode())
    undo(ana, first)
    assert ana.send(GOOD.encode()).accepted == 4
    assert lines(ana) == 4
    undo(ana, copy)
    assert lines(ana) == 4


def test_rows_in_quarantine_are_judged_again(ana: Desk) -> None:
    ana.send(FAULTY)
    again = ana.send(FAULTY)
    assert (ana.check_of(again).quarantined, ana.check_of(again).duplicates) == (1, 1)


def test_after_a_restatement_it_is_read(ana: Desk) -> None:
    ana.send(GOOD.encode())
    ana.send(rows("I-1,1,2026-01-14,C1,Cyclery One,RB-1,2,2000.00,USD"), restates=True)
    assert lines(ana) == 2  # that one, and February's
    assert ana.send(GOOD.encode()).accepted == 2
    assert lines(ana) == 4


def test_one_that_restates_is_always_read(ana: Desk) -> None:
    ana.send(GOOD.encode())
    ana.send(MORE)
    assert lines(ana) == 5
    assert ana.check_of(ana.send(GOOD.encode(), restates=True)).totals["replaced"] == 1
    assert lines(ana) == 4


def test_what_was_said_otherwise_since_is_said_again(ana: Desk) -> None:
    ana.send(STOCK, feed="stock")
    assert unread(ana, STOCK, feed="stock").accepted == 0
    ana.send(STOCK_SINCE, feed="stock")
    again = ana.send(STOCK, feed="stock")
    assert (again.accepted, ana.check_of(again).totals["changed"]) == (1, 1)


def test_recorded_between_check_and_commit_it_is_a_copy(ana: Desk) -> None:
    waiting = ana.check(GOOD.encode())
    ana.send(GOOD.encode(), "other.csv")
    with acting_as(ana.world.actor("ana")):
        SubmissionPiece.objects.filter(submission_id=waiting.pk).delete()
        confirm_submission(waiting)
    commit_submission(waiting.pk, waiting.distributor_id)
    assert (ana.again(waiting).accepted, ana.check_of(waiting).duplicates, lines(ana)) == (0, 4, 4)
