"""Rows and files that read well and are wrong all the same: each defect under one code, with what to do."""

from datetime import date

import pytest

from integrations.ingestion.models import QuarantinedRow, Submission
from partners.tenancy.context import acting_as
from tests.ingestion.conftest import Desk

SOLD = (
    "invoice_number,invoice_date,account_id,account_name,sku,quantity,list_price,unit_price,discount_amount,"
    "net_amount,currency"
)
CROSS = "own_sku,sku,unit,units_per_pack\nNW-HE,HE-1,case,24\n"


def sales(*lines: str) -> bytes:
    return "\n".join([SOLD, *lines, ""]).encode()


def reasons(desk: Desk, submission: Submission) -> dict[int, str]:
    with acting_as(desk.world.actor(desk.person)):
        return dict(QuarantinedRow.objects.filter(submission=submission).values_list("source_row", "reason"))


def questions(desk: Desk, submission: Submission) -> list[str]:
    return desk.check_of(submission).questions


def test_a_value_that_is_not_price_times_quantity(ana: Desk) -> None:
    """Half a cent of a unit price, the discount and the sign may make a difference; nothing else."""
    submission = ana.send(
        sales(
            "I-1,2026-01-14,C1,One,RB-1,3,,333.33,,1000.00,USD",  # 999.99 rounded
            "I-2,2026-01-14,C1,One,RB-1,2,,1000,150,1850.00,USD",  # less its discount
            "I-3,2026-01-14,C1,One,RB-1,-1,,1000,,-1000.00,USD",
            "I-4,2026-01-14,C1,One,RB-1,2,,1000,,200.00,USD",
            "I-5,2026-01-14,C1,One,RB-1,2,,,,200.00,USD",  # no price, nothing to compare
        )
    )
    assert reasons(ana, submission) == {5: "value_differs"}
    assert ana.sentences(submission) == [
        'Row 5, column "net_amount": "200.0000" is not what 2 at 1000 each come to, with or without the discount. '
        "Correct the price, the quantity or the amount."
    ]
    assert submission.accepted == 4


def test_a_case_sold_as_a_unit(ana: Desk) -> None:
    ana.send(CROSS.encode(), feed="cross_reference")
    submission = ana.send(
        sales(
            "I-1,2026-01-14,C1,One,HE-1,48,40,,,1900.00,USD",
            "I-2,2026-01-14,C1,One,HE-1,2,40,,,1850.00,USD",  # two cases, priced as such
            "I-3,2026-01-14,C1,One,HE-1,48,40,,,78.00,USD",  # priced as two single ones
            "I-4,2026-01-14,C1,One,RB-1,1,1000,,,41.00,USD",  # an article of which no case is known
            "I-5,2026-01-14,C1,One,HE-1,1,40,,,0,USD",  # given away
        )
    )
    assert reasons(ana, submission) == {3: "case_or_each", 4: "case_or_each"}
    assert "would as cases of 24" in ana.sentences(submission)[0]


def test_zeros_that_a_spreadsheet_dropped(ana: Desk) -> None:
    first = ana.send(
        sales(
            "I-1,2026-01-14,00042,One,RB-1,1,,,,900,USD",
            "I-2,2026-01-14,007,Seven,RB-1,1,,,,900,USD",
            "I-3,2026-01-14,7,Other Seven,RB-1,1,,,,900,USD",
        )
    )
    assert first.accepted == 3
    submission = ana.send(
        sales(
            "I-4,2026-01-15,42,One,RB-1,1,,,,900,USD",
            "I-5,2026-01-15,7,Other Seven,RB-1,1,,,,900,USD",  # known as it stands
            "I-6,2026-01-15,43,New,RB-1,1,,,,900,USD",
        )
    )
    assert reasons(ana, submission) == {2: "leading_zeros"}
    assert '"42" is not known, but 00042 is' in ana.sentences(submission)[0]


def test_a_transfer_among_sales(ana: Desk) -> None:
    name = ana.world.orgs["northwest"].name
    headings = f"transaction_type,{SOLD}"
    lines = [
        f"IB,I-1,2026-01-14,D2,{name},RB-1,1,,,,900,USD",
        f",I-2,2026-01-14,D2,{name.upper()},RB-1,1,,,,900,USD",
        ",I-3,2026-01-14,INTERNAL,,RB-1,1,,,,900,USD",
        f",I-4,2026-01-14,C1,{name} Cycling Club,RB-1,1,,,,900,USD",
    ]
    submission = ana.send("\n".join([headings, *lines, ""]).encode())
    assert reasons(ana, submission) == {3: "transfer_among_sales", 4: "transfer_among_sales"}
    assert ana.sentences(submission)[0].startswith(f'Row 3: "{name.upper()}" is your own company')


def test_a_row_has_one_reason_of_these(ana: Desk) -> None:
    """The first that says so: the article before the amount."""
    submission = ana.send(sales("I-1,2026-01-14,INTERNAL,,RB-9,2,,1000,,5,USD"))
    assert reasons(ana, submission) == {2: "unknown_sku_near"}


@pytest.mark.parametrize("called", ["CASH SALE,", "99,Cash sales", "K1,Laufkundschaft"])
def test_who_stands_for_many_is_asked_about_once(ana: Desk, called: str) -> None:
    first = ana.check(sales(f"I-1,2026-01-14,{called},RB-1,1,,,,900,USD"), trusted=True)
    assert first.state == Submission.State.CHECKED, "a person is asked, though it is trusted"
    assert len(questions(ana, first)) == 1
    assert "stands for many" in questions(ana, first)[0]
    ana.send(sales(f"I-1,2026-01-14,{called},RB-1,1,,,,900,USD"))
    again = ana.check(sales(f"I-2,2026-01-15,{called},RB-1,1,,,,900,USD"), trusted=True)
    assert questions(ana, again) == []


def test_a_month_far_from_the_others_is_asked_about(ana: Desk) -> None:
    january = [f"I-{n},2026-01-{n:02},C1,One,RB-1,1,,,,900,USD" for n in range(1, 26)]
    far = ana.check(sales(*january, "I-99,2024-01-14,C1,One,RB-1,1,,,,900,USD"))
    assert questions(ana, far) == [
        "1 of 26 rows lie in 2024-01, far from the others (2026-01 to 2026-01). Are these dates right?"
    ]
    near = ana.check(sales(*january, "I-99,2026-02-01,C1,One,RB-1,1,,,,900,USD"))
    assert questions(ana, near) == []


def of_month(year: int, month: int, units: int) -> bytes:
    days = [date(year, month, day).isoformat() for day in (2, 15, 28)]
    return sales(
        *(f"I-{day},{day},C1,One,RB-1,{units // 3},,,,900,USD" for day in days),
    )


@pytest.mark.parametrize(("units", "is_asked"), [(330, False), (360, True), (240, True), (285, False)])
def test_a_whole_month_far_off_the_norm_is_asked_about(ana: Desk, units: int, is_asked: bool) -> None:
    """Seven months of 300 units: 15 % more or less is usual."""
    for month in range(1, 8):
        ana.send(of_month(2025, month, 300))
    asked = questions(ana, ana.check(of_month(2025, 8, units)))
    assert bool(asked) is is_asked
    if is_asked:
        assert asked[0].startswith(
            f"With this file 2025-08 comes to {units} units; the months before it came to 300"
        )
        assert "give or take 15 %" in asked[0]


def test_a_part_of_a_month_is_not_held_against_it(ana: Desk) -> None:
    for month in range(1, 8):
        ana.send(of_month(2025, month, 300))
    day = sales("I-9,2025-08-04,C1,One,RB-1,10,,,,900,USD")
    assert questions(ana, ana.check(day)) == []


def test_a_month_that_is_recorded_already_is_not_asked_about(ana: Desk) -> None:
    for month in range(1, 8):
        ana.send(of_month(2025, month, 300))
    ana.send(of_month(2025, 8, 600))
    longer = of_month(2025, 8, 600) + b"I-9,2025-08-29,C1,One,RB-1,3,,,,900,USD\n"
    assert questions(ana, ana.check(longer)) == []


def test_a_month_sent_again_under_other_numbers_is_asked_about(ana: Desk) -> None:
    for month in range(1, 9):
        ana.send(of_month(2025, month, 300))
    doubled = of_month(2025, 8, 300).replace(b"I-2025", b"X-2025")
    assert "2025-08 comes to 600 units" in questions(ana, ana.check(doubled))[0]
    restated = ana.check(doubled, restates=True)
    assert questions(ana, restated) == []
