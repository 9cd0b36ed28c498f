"""Rows in quarantine are corrected by rule or one by one, and sent again by themselves."""

import csv
import io

import pytest
from django.core.exceptions import PermissionDenied

from integrations.ingestion.correcting import (
    Rule,
    correct_rows,
    count_open_rows,
    list_defects,
    list_faulty_rows,
    write_faulty_rows,
)
from integrations.ingestion.models import QuarantineCount, QuarantinedCells, Submission
from integrations.ingestion.services import (
    SubmissionError,
    check_submission,
    commit_submission,
    confirm_submission,
)
from partners.agreements.models import Category
from partners.ledger.models import Line
from partners.tenancy.context import acting_as
from tests.ingestion.conftest import Desk

HEADINGS = "invoice_number;invoice_date;account_id;sku;quantity;net_amount;currency\n"
GOOD = "I-1;14.01.2026;C1;RB-1;2;1800,50;USD\n"
BAD = "I-2;15.01.2026;C1;RB-9;1;900,00;USD\nI-3;31.02.2026;C2;HE-1;5;150,00;USD\nI-4;16.01.2026;C2;RB-9;1;900,00;USD\n"
SKU, DAY = 3, 1


def sent(desk: Desk) -> Submission:
    submission = desk.send((HEADINGS + GOOD + BAD).encode(), "january.csv")
    assert (submission.state, submission.accepted) == (Submission.State.COMMITTED, 1)
    return submission


def correct(desk: Desk, submission: Submission, *args: object) -> Submission:
    """Corrected, checked and recorded."""
    with acting_as(desk.world.actor(desk.person)):
        again = correct_rows(submission, *args)  # type: ignore[arg-type]
    check_submission(again.pk, again.distributor_id)
    with acting_as(desk.world.actor(desk.person)):
        confirm_submission(Submission.objects.get(pk=again.pk))
    commit_submission(again.pk, again.distributor_id)
    return desk.again(again)


def test_rows_are_there_as_they_stand_in_the_file_with_their_defects(ana: Desk) -> None:
    submission = sent(ana)
    with acting_as(ana.world.actor("ana")):
        rows = list_faulty_rows(submission, after=0, limit=10)
        assert [row.source_row for row in rows] == [3, 4, 5]
        assert list(rows[0].cells) == ["I-2", "15.01.2026", "C1", "RB-9", "1", "900,00", "USD"]
        assert [defect.reason for defect in rows[1].defects] == ["no_such_day"]
        assert [row.source_row for row in list_faulty_rows(submission, after=3, limit=1)] == [4]


def test_what_many_rows_share_is_one_defect_with_what_is_near(ana: Desk) -> None:
    submission = sent(ana)
    with acting_as(ana.world.actor("ana")):
        first, second = list_defects(submission, 10)
    assert (first.reason, first.column, first.found, first.rows) == ("unknown_sku_near", "sku", "RB-9", 2)
    assert "RB-1" in first.near
    assert (second.found, second.rows) == ("31.02.2026", 1)


def test_a_rule_corrects_all_rows_that_say_it_and_only_they_are_sent(ana: Desk) -> None:
    submission = sent(ana)
    again = correct(ana, submission, {}, [Rule(SKU, "RB-9", "RB-1")])
    assert (again.file_name, again.accepted, again.corrects_id) == (
        "Corrections of january",
        2,
        submission.pk,
    )
    assert ana.check_of(again).questions == [], "headings and conventions are those of the file"
    with acting_as(ana.world.actor("ana")):
        assert count_open_rows(submission) == 1
        assert Line.objects.filter(superseded_at=None).count() == 3


def test_single_rows_are_corrected_over_a_rule(ana: Desk) -> None:
    submission = sent(ana)
    again = correct(ana, submission, {4: {DAY: "28.02.2026"}, 5: {SKU: "HE-1"}}, [Rule(SKU, "RB-9", "RB-1")])
    assert again.accepted == 3
    with acting_as(ana.world.actor("ana")):
        assert count_open_rows(submission) == 0
        assert list_faulty_rows(submission, after=0, limit=10) == []


def test_what_is_still_wrong_lies_in_the_new_file_and_can_be_corrected_there(ana: Desk) -> None:
    submission = sent(ana)
    with acting_as(ana.world.actor("ana")):
        again = correct_rows(submission, {4: {DAY: "31.04.2026"}})
    check_submission(again.pk, again.distributor_id)
    assert ana.check_of(again).quarantined == 1
    with acting_as(ana.world.actor("ana")):
        assert count_open_rows(again) == 1


def test_nothing_changed_sends_nothing(ana: Desk) -> None:
    submission = sent(ana)
    with acting_as(ana.world.actor("ana")):
        with pytest.raises(SubmissionError, match="Nothing was changed"):
            correct_rows(submission, {3: {SKU: "RB-9"}}, [Rule(SKU, "no such", "RB-1")])
        assert Submission.objects.count() == 1


def test_sent_twice_nothing_is_counted_twice(ana: Desk) -> None:
    submission = sent(ana)
    correct(ana, submission, {}, [Rule(SKU, "RB-9", "RB-1")])
    whole = ana.send((HEADINGS + GOOD + BAD.replace("RB-9", "RB-1")).encode(), "january-again.csv")
    assert (whole.accepted, ana.check_of(whole).duplicates) == (0, 3)


def test_they_are_taken_away_with_reasons_and_come_back_as_they_are(ana: Desk) -> None:
    submission = sent(ana)
    with acting_as(ana.world.actor("ana")):
        text = "".join(write_faulty_rows(submission, chunk=2))
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows[0][:3] == ["row", "reasons", "invoice_number"]
    assert [row[0] for row in rows[1:]] == ["3", "4", "5"]
    assert "Did you mean RB-1" in rows[1][1]
    again = ana.send(text.replace("RB-9", "RB-1").encode(), "faulty.csv")
    assert (again.accepted, ana.check_of(again).quarantined) == (2, 1)


def test_a_file_checked_again_keeps_its_rows_once(ana: Desk) -> None:
    submission = ana.check((HEADINGS + GOOD + BAD).encode())
    with acting_as(ana.world.actor("ana")):
        Submission.objects.filter(pk=submission.pk).update(state=Submission.State.RECEIVED)
    check_submission(submission.pk, submission.distributor_id)
    with acting_as(ana.world.actor("ana")):
        assert QuarantinedCells.objects.count() == 3


def test_nobody_else_sees_a_row_and_the_maker_counts_with_volumes_alone(ana: Desk) -> None:
    submission = sent(ana)
    for person in ("sam", "mia", "contoso-admin"):
        with acting_as(ana.world.actor(person)):
            assert not QuarantinedCells.objects.exists()
            assert not QuarantineCount.objects.exists()
    ana.world.share("adventure", "northwest", Category.VOLUME)
    with acting_as(ana.world.actor("mia")):
        counts = dict(QuarantineCount.objects.values_list("reason", "rows"))
        assert counts == {"unknown_sku_near": 2, "no_such_day": 1}
        assert not QuarantinedCells.objects.exists()
    with acting_as(ana.world.actor("rita")), pytest.raises(PermissionDenied):
        correct_rows(submission, {3: {SKU: "RB-1"}})
