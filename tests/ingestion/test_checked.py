"""What a check keeps for the commit: it is read once, behind the sender's walls, and only as long as it holds."""

from io import StringIO

from integrations.ingestion.models import (
    CheckedBlock,
    QuarantinedCells,
    QuarantinedRow,
    Submission,
    SubmissionPiece,
)
from integrations.ingestion.services import commit_submission, confirm_submission, discard_submission
from partners.catalogue.services import load_catalogue
from partners.ledger.models import Line
from partners.tenancy.actors import founder
from partners.tenancy.context import acting_as
from tests.ingestion.conftest import Desk
from tests.ingestion.files import GOOD
from tests.world import CATALOGUE

NEW = b"I-9,1,2026-02-20,C3,Cyclery Three,NW-1,1,1000,USD\n"


def blocks(desk: Desk) -> int:
    with acting_as(desk.world.actor(desk.person)):
        return CheckedBlock.objects.count()


def confirm(desk: Desk, submission: Submission) -> Submission:
    with acting_as(desk.world.actor(desk.person)):
        confirm_submission(submission)
    commit_submission(submission.pk, submission.distributor_id)
    return desk.again(submission)


def test_a_file_is_read_once(ana: Desk) -> None:
    submission = ana.check(GOOD.encode() + NEW)
    with acting_as(ana.world.actor("ana")):
        SubmissionPiece.objects.all().delete()
    committed = confirm(ana, submission)
    assert (committed.state, committed.accepted) == (Submission.State.COMMITTED, 4)
    assert ana.check_of(submission).quarantined == 1
    with acting_as(ana.world.actor("ana")):
        assert QuarantinedRow.objects.get(submission=submission).found == "NW-1"
        assert "NW-1" in QuarantinedCells.objects.get(submission_id=submission.pk).cells


def test_what_was_kept_is_seen_by_its_sender_alone_and_gone_when_decided(ana: Desk, sam: Desk) -> None:
    one, other = ana.check(GOOD.encode()), ana.check(GOOD.encode(), "other.csv")
    assert blocks(ana) == 4  # of each a summary, and rows
    assert blocks(sam) == 0
    assert blocks(Desk(ana.world, "mia", "adventure", "northwest")) == 0
    confirm(ana, one)
    assert blocks(ana) == 2
    with acting_as(ana.world.actor("ana")):
        discard_submission(other)
    assert blocks(ana) == 0


def test_a_catalogue_that_moved_has_the_file_read_again(ana: Desk) -> None:
    submission = ana.check(GOOD.encode() + NEW)
    assert ana.check_of(submission).quarantined == 1
    with acting_as(founder(ana.world.orgs["adventure"].pk)):
        load_catalogue(StringIO(CATALOGUE + "NW-1,New bike,Road Bikes,Bikes,R,1000,600,2010-01-01,\n"), "USD")
    assert confirm(ana, submission).accepted == 5
    assert ana.check_of(submission).quarantined == 0


def test_the_ledger_is_asked_anew_whatever_was_kept(ana: Desk) -> None:
    early, late = ana.check(GOOD.encode()), ana.check(GOOD.encode(), "again.csv")
    assert ana.check_of(late).totals["accepted"] == 4
    confirm(ana, early)
    assert confirm(ana, late).accepted == 0
    assert ana.check_of(late).duplicates == 4
    with acting_as(ana.world.actor("ana")):
        assert Line.objects.count() == 4


def test_contradictions_are_told_once(ana: Desk) -> None:
    ana.send(GOOD.encode())
    submission = ana.check(GOOD.encode().replace(b"C1", b"C7", 1))
    found = ana.sentences(submission)
    assert len(found) > 0
    confirm(ana, submission)
    assert ana.sentences(submission) == found


def test_a_block_that_is_gone_or_another_check_s_has_the_file_read_again(ana: Desk) -> None:
    """Of two workers that check the same file at once one may keep a block of the other's."""
    gone, other = ana.check(GOOD.encode()), ana.check(GOOD.encode().replace(b"I-", b"J-"))
    with acting_as(ana.world.actor("ana")):
        CheckedBlock.objects.filter(submission_id=gone.pk, number=1).delete()
        foreign = CheckedBlock.objects.get(submission_id=other.pk, number=1)
        told = {"submission_id": other.pk, "distributor_id": foreign.distributor_id, "number": 1}
        foreign.delete()
        CheckedBlock.objects.create(**told, content=b"another's")
    assert confirm(ana, gone).accepted == 4
    assert confirm(ana, other).accepted == 4
