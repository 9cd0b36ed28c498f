"""A period is sent again: what its months held is replaced, shown before, kept in history, and can come back."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from integrations.ingestion.models import Submission
from integrations.ingestion.services import commit_submission, undo_submission
from partners.accounts.models import AccountIdentity
from partners.agreements.models import Category
from partners.ledger.models import AccountMonth, Invoice, Line
from partners.ledger.selectors import frame_lines
from partners.tenancy.context import acting_as
from tests.ingestion.conftest import Desk

HEADINGS = "invoice_number,invoice_date,account_id,sku,quantity,net_amount,currency\n"
JANUARY = "I-1,2026-01-05,C1,RB-1,2,1800.00,USD\nI-2,2026-01-20,C2,HE-1,5,150.00,USD\n"
FEBRUARY = "I-3,2026-02-03,C1,RB-1,1,900.00,USD\n"


def send(desk: Desk, rows: str, **words: Any) -> Submission:
    submission = desk.send((HEADINGS + rows).encode(), **words)
    assert submission.state == Submission.State.COMMITTED, desk.check_of(submission).refusal
    return submission


def restate(desk: Desk, rows: str) -> Submission:
    return send(desk, rows, restates=True)


def lines(desk: Desk) -> list[tuple[str, Decimal]]:
    """Code and quantity of what lives, in the order of their dates."""
    with acting_as(desk.world.actor(desk.person)):
        codes = dict(AccountIdentity.objects.values_list("account_id", "code"))
        live = Line.objects.filter(superseded_at=None).order_by("business_date", "id")
        return [
            (codes[account], quantity) for account, quantity in live.values_list("account_id", "quantity")
        ]


def undo(desk: Desk, submission: Submission) -> None:
    with acting_as(desk.world.actor(desk.person)):
        undo_submission(desk.again(submission))


def test_its_months_are_replaced_and_no_others(ana: Desk) -> None:
    send(ana, JANUARY + FEBRUARY)
    again = restate(ana, "I-1,2026-01-05,C1,RB-1,3,2700.00,USD\nI-9,2026-01-25,C3,HE-1,1,30.00,USD\n")
    assert lines(ana) == [("C1", Decimal(3)), ("C3", Decimal(1)), ("C1", Decimal(1))]
    check = ana.check_of(again)
    assert (check.quarantined, check.duplicates, check.totals["replaced"]) == (0, 0, 2)
    assert (check.restates_from, check.restates_to) == (date(2026, 1, 1), date(2026, 1, 25))


def test_what_it_says_as_before_stays_as_it_was(ana: Desk) -> None:
    first = send(ana, JANUARY)
    again = restate(ana, JANUARY + "I-9,2026-01-25,C3,HE-1,1,30.00,USD\n")
    assert (ana.check_of(again).duplicates, again.accepted) == (2, 1)
    with acting_as(ana.world.actor("ana")):
        assert Line.objects.filter(superseded_at=None, submission_id=first.pk).count() == 2


def test_the_difference_is_shown_before_anything_is_recorded(ana: Desk) -> None:
    send(ana, JANUARY + FEBRUARY)
    checked = ana.check((HEADINGS + "I-1,2026-01-05,C1,RB-1,3,2700.00,USD\n").encode(), restates=True)
    assert ana.check_of(checked).totals["restated"] == [
        {
            "month": "2026-01-01",
            "currency": "USD",
            "lines_before": 2,
            "lines_after": 1,
            "net_before": "1950.00",
            "net_after": "2700.00",
        }
    ]
    assert len(lines(ana)) == 3


def test_a_document_may_change_its_customer(ana: Desk) -> None:
    send(ana, JANUARY)
    restate(ana, JANUARY.replace("05,C1,", "05,C7,"))
    assert lines(ana) == [("C7", Decimal(2)), ("C2", Decimal(5))]


def test_what_was_known_before_can_be_reproduced(ana: Desk) -> None:
    send(ana, JANUARY)
    before = timezone.now()
    restate(ana, "I-1,2026-01-05,C1,RB-1,9,8100.00,USD\n")
    pair = ana.world.partnerships["adventure", "northwest"]
    with acting_as(ana.world.actor("ana")):
        then, now = frame_lines(pair.pk, known_at=before), frame_lines(pair.pk, known_at=timezone.now())
    assert sorted(then["quantity"] / 10_000) == [2, 5]
    assert sorted(now["quantity"] / 10_000) == [9]


def test_the_sums_of_its_months_follow_and_so_does_the_maker(ana: Desk) -> None:
    ana.world.share("adventure", "northwest", Category.VOLUME)
    send(ana, JANUARY)
    restate(ana, "I-1,2026-01-05,C1,RB-1,9,8100.00,USD\n")
    with acting_as(ana.world.actor("ana")):
        assert list(AccountMonth.objects.values_list("units", "documents")) == [(Decimal(9), 1)]
    with acting_as(ana.world.actor("mia")):
        mine = Line.objects.filter(distributor_id=ana.world.orgs["northwest"].pk)
        assert list(mine.values_list("quantity", flat=True)) == [Decimal(9)]


def test_undone_weeks_later_what_it_replaced_is_there_again(ana: Desk) -> None:
    send(ana, JANUARY)
    again = restate(ana, "I-1,2026-01-05,C7,RB-1,9,8100.00,USD\n")
    send(ana, FEBRUARY)
    undo(ana, again)
    assert lines(ana) == [("C1", Decimal(2)), ("C2", Decimal(5)), ("C1", Decimal(1))]
    assert send(ana, JANUARY).accepted == 0


def test_of_two_restatements_the_later_one_stands_whichever_is_undone(ana: Desk) -> None:
    send(ana, JANUARY)
    second = restate(ana, "I-1,2026-01-05,C1,RB-1,3,2700.00,USD\n")
    third = restate(ana, "I-1,2026-01-05,C1,RB-1,4,3600.00,USD\n")
    undo(ana, second)
    assert lines(ana) == [("C1", Decimal(4))]
    undo(ana, third)
    assert lines(ana) == [("C1", Decimal(2)), ("C2", Decimal(5))]


def test_undone_in_their_order_the_one_before_stands(ana: Desk) -> None:
    send(ana, JANUARY)
    second = restate(ana, "I-1,2026-01-05,C1,RB-1,3,2700.00,USD\n")
    third = restate(ana, "I-1,2026-01-05,C1,RB-1,4,3600.00,USD\n")
    undo(ana, third)
    assert lines(ana) == [("C1", Decimal(3))]
    undo(ana, second)
    assert lines(ana) == [("C1", Decimal(2)), ("C2", Decimal(5))]


def test_committed_twice_it_does_the_same_once(ana: Desk) -> None:
    send(ana, JANUARY)
    again = restate(ana, "I-1,2026-01-05,C1,RB-1,3,2700.00,USD\n")
    with acting_as(ana.world.actor("ana")):
        Submission.objects.filter(pk=again.pk).update(state=Submission.State.COMMITTING)
    commit_submission(again.pk, again.distributor_id)
    assert lines(ana) == [("C1", Decimal(3))]


def test_a_credit_and_its_new_bill_are_lines_like_others(ana: Desk) -> None:
    send(ana, JANUARY)
    send(ana, "CM-1,2026-01-22,C1,RB-1,-2,-1800.00,USD\nI-1A,2026-01-22,C1,RB-1,2,1700.00,USD\n")
    assert sum(quantity for code, quantity in lines(ana) if code == "C1") == 2


def test_records_of_other_feeds_are_restated_too(ana: Desk) -> None:
    headings = "account_id,invoice_number,invoice_date,amount\n"

    def numbers() -> list[str]:
        with acting_as(ana.world.actor("ana")):
            live = Invoice.objects.filter(superseded_at=None).order_by("number")
            return list(live.values_list("number", flat=True))

    def pay(rows: str, **words: Any) -> Submission:
        return ana.send((headings + rows).encode(), "payments.csv", feed="payments", **words)

    pay("C1,I-1,2026-01-05,10\nC1,I-2,2026-01-06,20\nC1,I-3,2026-02-06,30\n")
    again = pay("C1,I-2,2026-01-06,21\nC1,I-4,2026-01-07,40\n", restates=True)
    assert numbers() == ["I-2", "I-3", "I-4"]
    assert ana.check_of(again).totals["replaced"] == 1
    undo(ana, again)
    assert numbers() == ["I-1", "I-2", "I-3"]
