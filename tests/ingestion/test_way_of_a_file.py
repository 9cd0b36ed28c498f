"""A file's way: received, checked, committed, sent twice, undone."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db.models import Sum

from integrations.ingestion.models import FeedMapping, Submission
from integrations.ingestion.services import (
    SubmissionError,
    check_submission,
    commit_submission,
    confirm_submission,
    discard_submission,
    receive_file,
    remap_submission,
    set_aside_submission,
    undo_submission,
)
from partners.accounts.models import AccountIdentity
from partners.jobs.models import OutboxEvent
from partners.ledger.models import Document, DocumentIdentity, Line, LineKind, LinePrice
from partners.tenancy.actors import worker
from partners.tenancy.context import acting_as
from tests.ingestion.conftest import Desk
from tests.ingestion.files import GOOD, GOOD_NET, HEADINGS, rows

State = Submission.State


def give_up(desk: Desk, submission: Submission) -> None:
    with acting_as(worker(submission.distributor_id)):
        set_aside_submission(submission.pk, "the worker was killed each time")


def live_lines(desk: Desk) -> int:
    with acting_as(desk.world.actor(desk.person)):
        return Line.objects.filter(superseded_at=None).count()


def test_a_good_file_is_recorded_whole_and_to_the_cent(ana: Desk) -> None:
    submission = ana.send(GOOD.encode())
    check = ana.check_of(submission)
    assert (submission.state, submission.accepted) == (State.COMMITTED, 4)
    assert (check.quarantined, check.duplicates, check.set_aside) == (0, 0, 0)
    assert check.totals["net"] == {"USD": GOOD_NET}
    assert (check.totals["accounts"], check.totals["documents"]) == (2, 3)
    with acting_as(ana.world.actor("ana")):
        assert LinePrice.objects.aggregate(net=Sum("net_amount"))["net"] == Decimal(GOOD_NET)
        returned = Line.objects.get(kind=LineKind.RETURN)
        assert (returned.quantity, returned.source_row) == (Decimal(-1), 5)
        assert set(DocumentIdentity.objects.values_list("number", flat=True)) == {"I-1", "I-2", "I-3"}
        assert set(AccountIdentity.objects.values_list("code", "name")) == {
            ("C1", "Cyclery One"),
            ("C2", "Cyclery Two"),
        }


def test_what_the_file_does_not_say_stays_unknown(ana: Desk) -> None:
    ana.send(GOOD.encode())
    with acting_as(ana.world.actor("ana")):
        price = LinePrice.objects.order_by("line_id").first()
        assert price is not None
        assert (price.list_price, price.discount, price.unit_cost, price.freight) == (None, None, None, None)


def test_checking_writes_nothing_to_the_record(ana: Desk) -> None:
    submission = ana.check(GOOD.encode())
    assert submission.state == State.CHECKED
    assert ana.check_of(submission).totals["net"] == {"USD": GOOD_NET}
    assert live_lines(ana) == 0
    with acting_as(ana.world.actor("ana")):
        assert not AccountIdentity.objects.exists()


def test_the_same_file_twice_adds_nothing(ana: Desk) -> None:
    ana.send(GOOD.encode())
    again = ana.send(GOOD.encode(), "renamed.csv")
    assert (again.accepted, ana.check_of(again).duplicates, live_lines(ana)) == (0, 4, 4)


def test_an_overlapping_file_adds_what_is_new(ana: Desk) -> None:
    ana.send(GOOD.encode())
    more = ana.send(GOOD.encode() + b"I-4,1,2026-02-20,C3,Cyclery Three,RB-1,1,1000,USD\n")
    assert (more.accepted, ana.check_of(more).duplicates, live_lines(ana)) == (1, 4, 5)


def test_identical_rows_of_one_file_all_count_and_meet_again_later(ana: Desk) -> None:
    twice = b"invoice_number,invoice_date,account_id,sku,quantity\nI-1,2026-01-14,C1,RB-1,2\nI-1,2026-01-14,C1,RB-1,2\n"
    assert ana.send(twice).accepted == 2
    again = ana.send(twice)
    assert (again.accepted, ana.check_of(again).duplicates) == (0, 2)


def test_without_line_numbers_the_order_of_rows_does_not_matter(ana: Desk) -> None:
    head = b"invoice_number,invoice_date,account_id,sku,quantity\n"
    one, two = b"I-1,2026-01-14,C1,RB-1,2\n", b"I-1,2026-01-14,C1,RB-1,5\n"
    assert ana.send(head + one + two).accepted == 2
    assert ana.send(head + two + one).accepted == 0


def test_undo_takes_the_lines_out_of_the_present_and_keeps_history(ana: Desk) -> None:
    submission = ana.send(GOOD.encode())
    with acting_as(ana.world.actor("ana")):
        assert undo_submission(submission) == 4
        assert Line.objects.filter(superseded_at=None).count() == 0
        assert Line.objects.count() == 4
    assert ana.again(submission).state == State.UNDONE
    assert ana.send(GOOD.encode()).accepted == 4


def test_an_overlapping_file_keeps_what_it_says_too(ana: Desk) -> None:
    """Review: a file that repeated a line must not lose it when the first file is undone."""
    a, b, c = (f"I-{n},1,2026-01-14,C1,One,RB-1,{n},10.00,USD" for n in (1, 2, 3))
    first = ana.send(rows(a, b))
    second = ana.send(rows(b, c))
    assert (second.accepted, ana.check_of(second).duplicates) == (1, 1)
    with acting_as(ana.world.actor("ana")):
        undo_submission(first)
    commit_submission(second.pk, second.distributor_id)
    assert (ana.again(second).accepted, live_lines(ana)) == (2, 2)
    with acting_as(ana.world.actor("ana")):
        assert set(
            DocumentIdentity.objects.filter(
                document_id__in=Line.objects.filter(superseded_at=None).values("document_id")
            ).values_list("number", flat=True)
        ) == {"I-2", "I-3"}


def test_a_file_that_is_committed_again_is_never_refused_while_its_lines_live(ana: Desk) -> None:
    a, b, c = (f"I-{n},1,2026-01-14,C1,One,RB-1,{n},10.00,USD" for n in (1, 2, 3))
    first = ana.send(rows(a, b))
    second = ana.send(rows(b, c), all_or_nothing=True)
    with acting_as(ana.world.actor("ana")):
        undo_submission(first)
    give_up(ana, second)
    assert (ana.again(second).state, live_lines(ana)) == (State.COMMITTED, 1)


def test_a_document_that_was_taken_back_may_belong_to_another_customer(ana: Desk) -> None:
    first = ana.send(rows("I-1,1,2026-01-14,C1,One,RB-1,1,10.00,USD"))
    with acting_as(ana.world.actor("ana")):
        undo_submission(first)
    corrected = ana.send(rows("I-1,1,2026-01-20,C2,Two,RB-1,1,10.00,USD"))
    assert corrected.accepted == 1
    with acting_as(ana.world.actor("ana")):
        document = Document.objects.get()
        assert document.business_date == date(2026, 1, 20)
        assert AccountIdentity.objects.get(account_id=document.account_id).code == "C2"


def test_a_line_is_known_by_what_it_says(ana: Desk) -> None:
    """Review: a second line under one number, a dropped line number, a column added later."""
    ana.send(rows("I-1,1,2026-01-14,C1,One,RB-1,2,20.00,USD"))
    both = ana.send(
        rows("I-1,1,2026-01-14,C1,One,HE-1,4,40.00,USD", "I-1,1,2026-01-14,C1,One,RB-1,2,20.00,USD")
    )
    assert (both.accepted, ana.check_of(both).duplicates, ana.check_of(both).quarantined) == (1, 1, 0)
    plain = b"invoice_number,invoice_date,account_id,sku,quantity,net_amount,currency,list_price\n"
    again = ana.send(
        plain + b"I-1,2026-01-14,C1,RB-1,2,20.00,USD,10\nI-1,2026-01-14,C1,HE-1,4,40.00,USD,10\n"
    )
    assert (again.accepted, ana.check_of(again).duplicates) == (0, 2)
    corrected = ana.send(
        plain + b"I-1,2026-01-14,C1,RB-1,3,30.00,USD,10\nI-1,2026-01-14,C1,HE-1,4,40.00,USD,10\n"
    )
    assert (corrected.accepted, ana.check_of(corrected).quarantined) == (0, 1)


def test_a_late_worker_changes_nothing_that_moved_on(ana: Desk) -> None:
    """Review: check and commit look again, under the lock, whether it is still their turn."""
    submission = ana.check(GOOD.encode())
    with acting_as(ana.world.actor("ana")):
        Submission.objects.filter(pk=submission.pk).update(state=State.REFUSED)
    check_submission(submission.pk, submission.distributor_id)
    give_up(ana, submission)
    assert ana.again(submission).state == State.REFUSED
    committed = ana.send(GOOD.encode())
    give_up(ana, committed)
    assert ana.again(committed).state == State.COMMITTED


def test_a_line_too_large_to_add_up_is_quarantined(ana: Desk) -> None:
    submission = ana.send(
        rows("I-1,1,2026-01-14,C1,One,RB-1,1,99999999999999.00,USD", "I-2,1,2026-01-14,C1,One,RB-1,1,1,USD")
    )
    assert submission.accepted == 1
    assert "comes to more than 90 thousand million" in ana.sentences(submission)[0]


def test_a_blank_cell_or_an_old_file_takes_no_name_away(ana: Desk) -> None:
    ana.send(rows("I-1,1,2026-01-14,C1,Old name,RB-1,1,10.00,USD"))
    ana.send(rows("I-2,1,2026-01-15,C1,New name,RB-1,1,10.00,USD"))
    ana.send(rows("I-1,1,2026-01-14,C1,Old name,RB-1,1,10.00,USD"))
    ana.send(rows("I-3,1,2026-01-15,C1,,RB-1,9,90.00,USD"))
    with acting_as(ana.world.actor("ana")):
        assert AccountIdentity.objects.get().name == "New name"


def test_undoing_twice_is_refused_in_words(ana: Desk) -> None:
    submission = ana.send(GOOD.encode())
    with acting_as(ana.world.actor("ana")):
        undo_submission(submission)
        with pytest.raises(SubmissionError, match="is undone; only one that is committed"):
            undo_submission(submission)


def test_good_rows_go_on_and_bad_ones_wait_with_their_reason(ana: Desk) -> None:
    submission = ana.send(
        rows(
            "I-1,1,2026-01-14,C1,One,RB-1,2,2000,USD",
            "I-2,1,2026-02-31,C1,One,RB-1,2,2000,USD",
            "I-3,1,2026-01-14,C1,One,RB-9,2,2000,USD",
        )
    )
    check = ana.check_of(submission)
    assert (submission.state, submission.accepted, check.quarantined, check.rows_total) == (
        State.COMMITTED,
        1,
        2,
        3,
    )
    no_such_day, unknown = ana.sentences(submission)
    assert no_such_day.startswith('Row 3, column "invoice_date": there is no such day as "2026-02-31"')
    assert unknown == (
        'Row 4, column "sku": "RB-9" is not in the catalogue. Did you mean RB-1? Correct it, or ask the manufacturer'
        " to add it."
    )


def test_all_or_nothing_takes_nothing_if_one_row_is_bad(ana: Desk) -> None:
    submission = ana.send(
        rows("I-1,1,2026-01-14,C1,One,RB-1,2,2000,USD", "I-2,1,soon,C1,One,RB-1,2,2000,USD"),
        all_or_nothing=True,
    )
    assert submission.state == State.REFUSED
    assert "1 of 2 rows cannot be taken" in ana.check_of(submission).refusal
    assert live_lines(ana) == 0


def test_a_line_that_differs_from_the_record_is_not_overwritten(ana: Desk) -> None:
    ana.send(GOOD.encode())
    changed = ana.send(rows("I-1,1,2026-01-14,C1,Cyclery One,RB-1,3,3000.00,USD"))
    assert (changed.accepted, ana.check_of(changed).quarantined) == (0, 1)
    assert ana.sentences(changed)[0].startswith(
        'Row 2: document "I-1" holds this line already, with other values.'
    )


def test_a_document_has_one_customer(ana: Desk) -> None:
    mixed = ana.send(rows("I-1,1,2026-01-14,C1,One,RB-1,1,1,USD", "I-1,2,2026-01-14,C2,Two,RB-1,1,1,USD"))
    assert (mixed.accepted, ana.check_of(mixed).quarantined) == (1, 1)
    later = ana.send(rows("I-1,3,2026-01-14,C3,Three,RB-1,1,1,USD"))
    assert later.accepted == 0
    assert "belongs to another customer" in ana.sentences(later)[0]


def test_what_a_rival_holds_makes_no_difference(ana: Desk, sam: Desk) -> None:
    ana.send(GOOD.encode())
    theirs = sam.send(GOOD.encode())
    assert (theirs.accepted, sam.check_of(theirs).duplicates) == (4, 0)


def test_a_file_of_strangers_is_asked_about(ana: Desk) -> None:
    ana.send(rows(*(f"I-{n},1,2026-01-14,C{n},Shop {n},RB-1,1,10,USD" for n in range(12))))
    submission = ana.check(
        rows(*(f"X-{n},1,2026-01-14,X{n},Other {n},RB-1,1,10,USD" for n in range(6))), trusted=True
    )
    assert submission.state == State.CHECKED
    assert ana.check_of(submission).questions == [
        "Of 6 customers in this file 6 have never bought from you, though 12 are known. Is it another company's file?"
    ]


def test_a_trusted_file_commits_by_itself(ana: Desk) -> None:
    submission = ana.check(GOOD.encode(), trusted=True)
    assert submission.state == State.COMMITTING
    with acting_as(ana.world.actor("ana")):
        assert OutboxEvent.objects.filter(kind="submission.confirmed").count() == 1


def test_an_unreadable_heading_can_be_mapped_by_a_person_and_is_remembered(ana: Desk) -> None:
    strange = GOOD.replace("invoice_number", "Zzz").encode()
    refused = ana.check(strange)
    assert refused.state == State.REFUSED
    assert "invoice_number" in ana.check_of(refused).refusal
    with acting_as(ana.world.actor("ana")):
        remap_submission(refused, {"Zzz": "invoice_number"})
    check_submission(refused.pk, refused.distributor_id)
    with acting_as(ana.world.actor("ana")):
        confirm_submission(ana.again(refused))
    commit_submission(refused.pk, refused.distributor_id)
    assert ana.again(refused).accepted == 4
    with acting_as(ana.world.actor("ana")):
        assert FeedMapping.objects.count() == 1
    assert ana.check(strange.replace(b"I-", b"J-")).state == State.CHECKED


def test_with_no_catalogue_a_file_teaches_its_skus_to_its_sender_alone(
    world: object, ana: Desk, sam: Desk
) -> None:
    from partners.catalogue.models import Product
    from partners.organisations.models import OrganisationKind
    from partners.organisations.services import found_organisation
    from partners.tenancy.actors import Role
    from tests.world import _join, _seat

    fabrikam = found_organisation("fabrikam", OrganisationKind.MANUFACTURER)
    ana.world.orgs["fabrikam"] = fabrikam
    _seat(ana.world, "fabrikam", "fabrikam-admin", Role.ADMINISTRATOR)
    for distributor in ("northwest", "southwest"):
        _join(ana.world, "fabrikam", distributor)
    ana.maker = "fabrikam"
    assert ana.send(rows("I-1,1,2026-01-14,C1,One,NEW-1,2,2000,USD")).accepted == 1
    with acting_as(ana.world.actor("ana")):
        assert Product.objects.filter(sku="NEW-1").count() == 1
    for person in ("sam", "fabrikam-admin"):
        with acting_as(ana.world.actor(person)):
            assert not Product.objects.filter(sku="NEW-1").exists()


def test_a_discarded_file_cannot_be_committed(ana: Desk) -> None:
    submission = ana.check(GOOD.encode())
    with acting_as(ana.world.actor("ana")):
        discard_submission(submission)
        with pytest.raises(SubmissionError, match="is refused; only one that is checked"):
            confirm_submission(submission)
    commit_submission(submission.pk, submission.distributor_id)
    assert live_lines(ana) == 0


def test_only_the_distributor_sends_and_only_with_the_right(ana: Desk) -> None:
    partnership = ana.world.partnerships["adventure", "northwest"]
    with acting_as(ana.world.actor("mia")), pytest.raises(SubmissionError, match="Only the distributor"):
        receive_file(partnership, "x.csv", [b"x"], source=Submission.Source.UPLOAD)
    with acting_as(ana.world.actor("rita")), pytest.raises(PermissionDenied):
        receive_file(partnership, "x.csv", [b"x"], source=Submission.Source.UPLOAD)


def test_committing_twice_counts_once(ana: Desk) -> None:
    submission = ana.send(GOOD.encode())
    commit_submission(submission.pk, submission.distributor_id)
    check_submission(submission.pk, submission.distributor_id)
    assert live_lines(ana) == 4
    assert ana.again(submission).state == State.COMMITTED


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "empty.csv", "empty"),
        (HEADINGS.encode(), "headings.csv", "row"),
        (b"%PDF-1.7 nothing", "sales.pdf", "PDF"),
        (b"a,b,c\n1,2,3\n", "other.csv", "invoice_number"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(
    ana: Desk, content: bytes, name: str, said: str
) -> None:
    submission = ana.send(content, name)
    assert submission.state == State.REFUSED
    assert said in ana.check_of(submission).refusal
    assert live_lines(ana) == 0
    assert ana.send(GOOD.encode()).state == State.COMMITTED
