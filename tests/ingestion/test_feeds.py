"""Every other feed's way: recorded under plain headings, sent again, corrected, taken back."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Model

from integrations.ingestion.models import Submission
from integrations.ingestion.reading import FEEDS
from integrations.ingestion.services import commit_submission, undo_submission
from partners.accounts.models import AccountIdentity
from partners.ledger.models import (
    AccountSheet,
    AccountTerms,
    CaseText,
    CrossReference,
    Invoice,
    Line,
    LinePrice,
    LineReturn,
    OrderLine,
    OrderPrice,
    PriceEntry,
    ServiceCase,
    StockPosition,
    Target,
    TouchPeople,
    TouchPoint,
)
from partners.tenancy.context import acting_as
from tests.ingestion.conftest import Desk

FILES = {
    "stock": """sku,location,as_of,on_hand,on_order
RB-1,Seattle,2026-01-31,12,5
HE-1,Seattle,2026-01-31,40,0
""",
    "orders": """po_number,line_number,sku,ordered_on,quantity,promised_date,ship_date,quantity_shipped,unit_price
P-1,1,RB-1,2026-01-05,10,2026-01-12,2026-01-14,10,600.00
P-1,2,HE-1,2026-01-05,50,2026-01-12,,,13.00
""",
    "payments": """account_id,invoice_number,invoice_date,due_date,paid_date,amount,currency
C1,I-1,2026-01-05,2026-02-04,2026-02-10,1200.50,USD
C2,I-2,2026-01-06,2026-02-05,,80.00,USD
""",
    "returns": """return_number,return_date,account_id,sku,quantity,credit_amount,currency,reason,original_invoice
R-1,2026-01-20,C1,RB-1,1,900.00,USD,frame cracked,I-1
""",
    "cases": """account_id,opened_at,topic,resolved_at,csat,nps,ces,text
C1,2026-01-07,delivery,2026-01-09,4,9,2,Came late but well packed
C1,2026-01-07,delivery,,2,3,6,Never came
""",
    "touch_points": """account_id,touched_on,channel,minutes,salesperson,note
C1,2026-01-08,visit,45,Rita,wants helmets
""",
    "accounts": """account_id,account_name,account_city,account_country,terms_days,credit_limit,currency,machine
C1,Cyclery One,Seattle,US,30,5000,USD,Trumpf
""",
    "cross_reference": """own_sku,sku,unit,units_per_pack
NW-77,RB-1,case,4
""",
    "prices": """sku,price_kind,price,currency,valid_from
RB-1,cost,580.00,USD,2026-01-01
""",
    "targets": """month,measure,target,currency,family
2026-02-01,revenue,50000,USD,Road Bikes
""",
}
MODELS: dict[str, type[Model]] = {
    "stock": StockPosition,
    "orders": OrderLine,
    "payments": Invoice,
    "returns": Line,
    "cases": ServiceCase,
    "touch_points": TouchPoint,
    "accounts": AccountTerms,
    "cross_reference": CrossReference,
    "prices": PriceEntry,
    "targets": Target,
}


def rows(desk: Desk, model: type[Model], *columns: str, **which: Any) -> list[tuple[Any, ...]]:
    """What lives of it."""
    with acting_as(desk.world.actor(desk.person)):
        live = model._default_manager.filter(superseded_at=None, **which)
        return list(live.order_by("id").values_list(*columns))


def part(desk: Desk, model: type[Model], *columns: str) -> list[tuple[Any, ...]]:
    with acting_as(desk.world.actor(desk.person)):
        return list(model._default_manager.order_by("pk").values_list(*columns))


def send(desk: Desk, feed: str, content: str = "") -> Submission:
    submission = desk.send((content or FILES[feed]).encode(), f"{feed}.csv", feed=feed)
    assert submission.state == Submission.State.COMMITTED, desk.check_of(submission).refusal
    return submission


def counts(desk: Desk, submission: Submission) -> tuple[int, int, int, int]:
    """Accepted, of them changed, duplicates, quarantined."""
    check = desk.check_of(submission)
    return submission.accepted, check.totals["changed"], check.duplicates, check.quarantined


def undo(desk: Desk, submission: Submission) -> None:
    with acting_as(desk.world.actor(desk.person)):
        undo_submission(submission)


def test_every_feed_but_sell_through_is_here() -> None:
    assert {"sell_through", *FILES} == set(FEEDS)


@pytest.mark.parametrize("feed", FILES)
def test_plain_headings_map_by_themselves_and_every_row_is_recorded(ana: Desk, feed: str) -> None:
    submission = send(ana, feed)
    number = len(FILES[feed].splitlines()) - 1
    assert ana.check_of(submission).questions == []
    assert counts(ana, submission) == (number, 0, 0, 0)
    assert len(rows(ana, MODELS[feed], "pk")) == number


@pytest.mark.parametrize("feed", FILES)
def test_sent_again_nothing_is_counted_twice(ana: Desk, feed: str) -> None:
    first = send(ana, feed)
    again = send(ana, feed)
    assert counts(ana, again) == (0, 0, first.accepted, 0)
    assert len(rows(ana, MODELS[feed], "pk")) == first.accepted


@pytest.mark.parametrize("feed", FILES)
def test_taken_back_it_is_gone_and_can_come_again(ana: Desk, feed: str) -> None:
    undo(ana, send(ana, feed))
    assert rows(ana, MODELS[feed], "pk") == []
    assert send(ana, feed).accepted == len(FILES[feed].splitlines()) - 1


def test_stock_says_what_lay_where(ana: Desk) -> None:
    send(ana, "stock")
    assert rows(ana, StockPosition, "location", "as_of", "month", "on_hand", "on_order", "available") == [
        ("Seattle", date(2026, 1, 31), date(2026, 1, 1), Decimal(12), Decimal(5), None),
        ("Seattle", date(2026, 1, 31), date(2026, 1, 1), Decimal(40), Decimal(0), None),
    ]


def test_what_was_paid_since_supersedes_and_the_past_stays(ana: Desk) -> None:
    send(ana, "payments")
    later = send(ana, "payments", FILES["payments"].replace("2026-02-05,,", "2026-02-05,2026-03-01,"))
    assert counts(ana, later) == (1, 1, 1, 0)
    assert rows(ana, Invoice, "number", "paid_on", "amount") == [
        ("I-1", date(2026, 2, 10), Decimal("1200.50")),
        ("I-2", date(2026, 3, 1), Decimal(80)),
    ]
    with acting_as(ana.world.actor("ana")):
        (before,) = Invoice.objects.exclude(superseded_at=None)
        now = Invoice.objects.get(number="I-2", superseded_at=None)
        assert (before.paid_on, before.superseded_at) == (None, now.recorded_at)


def test_undoing_a_correction_brings_back_what_stood_before(ana: Desk) -> None:
    send(ana, "payments")
    later = send(ana, "payments", FILES["payments"].replace("80.00", "81.00"))
    undo(ana, later)
    assert rows(ana, Invoice, "number", "amount") == [("I-1", Decimal("1200.50")), ("I-2", Decimal(80))]


def test_what_was_taken_back_itself_does_not_come_back(ana: Desk) -> None:
    first = send(ana, "payments")
    second = send(ana, "payments", FILES["payments"].replace("80.00", "81.00"))
    undo(ana, first)
    commit_submission(second.pk, second.distributor_id)  # asked for, since it repeated some of the first
    assert rows(ana, Invoice, "number", "amount") == [("I-2", Decimal(81)), ("I-1", Decimal("1200.50"))]
    undo(ana, ana.again(second))
    assert rows(ana, Invoice, "number") == []


def test_two_payments_of_one_invoice_are_both_kept(ana: Desk) -> None:
    send(ana, "payments", FILES["payments"] + "C2,I-2,2026-01-06,2026-02-05,2026-02-20,20.00,USD\n")
    assert rows(ana, Invoice, "ordinal", "amount", number="I-2") == [(1, Decimal(80)), (2, Decimal(20))]


def test_two_words_on_one_thing_are_a_defect(ana: Desk) -> None:
    submission = send(
        ana, "stock", FILES["stock"] + "RB-1,Seattle,2026-01-31,13,5\nRB-1,Seattle,2026-01-31,12,5\n"
    )
    assert counts(ana, submission) == (2, 0, 1, 1)
    assert ana.sentences(submission) == [
        'Row 4, column "sku": another row of this file says something else of the same thing. '
        "Keep the one that is right."
    ]


def test_an_article_that_nobody_knows_is_a_defect_with_near_ones(ana: Desk) -> None:
    submission = send(ana, "stock", FILES["stock"] + "RB-2,Seattle,2026-01-31,13,5\n")
    assert counts(ana, submission) == (2, 0, 0, 1)
    (sentence,) = ana.sentences(submission)
    assert "Did you mean RB-1" in sentence


def test_a_score_beyond_its_scale_is_a_defect(ana: Desk) -> None:
    submission = send(ana, "cases", FILES["cases"].replace(",4,9,2,", ",4,11,2,"))
    assert counts(ana, submission) == (1, 0, 0, 1)
    assert ana.sentences(submission) == [
        'Row 2, column "nps": "11" does not lie between 0 and 10. Correct it, or convert the scores to that scale.'
    ]


def test_words_and_people_lie_apart(ana: Desk) -> None:
    for feed in ("cases", "touch_points", "orders"):
        send(ana, feed)
    assert [text for (text,) in part(ana, CaseText, "text")] == ["Came late but well packed", "Never came"]
    assert part(ana, TouchPeople, "salesperson", "contact", "note") == [("Rita", "", "wants helmets")]
    assert part(ana, OrderPrice, "unit_price") == [(Decimal(600),), (Decimal(13),)]


def test_the_master_tells_who_an_account_is_on_what_terms_and_what_no_field_is_for(ana: Desk) -> None:
    send(ana, "accounts")
    with acting_as(ana.world.actor("ana")):
        identity = AccountIdentity.objects.get(code="C1")
        assert (identity.name, identity.city, identity.account.country) == ("Cyclery One", "Seattle", "US")
    assert rows(ana, AccountTerms, "terms_days", "credit_limit", "currency") == [(30, Decimal(5000), "USD")]
    assert part(ana, AccountSheet, "name", "others") == [("Cyclery One", {"machine": "Trumpf"})]
    moved = send(ana, "accounts", FILES["accounts"].replace("Seattle", "Tacoma"))
    assert counts(ana, moved) == (1, 1, 0, 0)
    assert rows(ana, AccountTerms, "terms_days") == [(30,)]


def test_a_return_is_a_line_with_its_reason_whatever_its_sign(ana: Desk) -> None:
    send(ana, "returns")
    assert rows(ana, Line, "kind", "quantity") == [("return", Decimal(-1))]
    assert part(ana, LinePrice, "net_amount") == [(Decimal(-900),)]
    assert part(ana, LineReturn, "reason", "original_number") == [("frame cracked", "I-1")]


def test_a_reason_is_added_to_a_return_that_is_there_already(ana: Desk) -> None:
    sold = "invoice_number,invoice_date,account_id,sku,quantity,net_amount,currency\n"
    send(ana, "sell_through", sold + "R-1,2026-01-20,C1,RB-1,-1,-900.00,USD\n")
    assert counts(ana, send(ana, "returns")) == (0, 0, 1, 0)
    assert part(ana, LineReturn, "reason") == [("frame cracked",)]


def test_own_article_numbers_and_cases_become_the_maker_s_units(ana: Desk) -> None:
    send(ana, "cross_reference")
    sold = "invoice_number,invoice_date,account_id,sku,unit,quantity,list_price,net_amount,currency\n"
    submission = send(
        ana,
        "sell_through",
        sold + "I-1,2026-01-14,C1,NW-77,Case,2,4000,7200,USD\nI-2,2026-01-14,C1,NW-77,each,3,1000,2700,USD\n"
        "I-3,2026-01-14,C1,RB-1,case,1,4000,3600,USD\nI-4,2026-01-14,C1,HE-1,box,1,40,36,USD\n",
    )
    assert counts(ana, submission) == (3, 0, 0, 1)
    assert rows(ana, Line, "quantity") == [(Decimal(8),), (Decimal(3),), (Decimal(4),)]
    assert part(ana, LinePrice, "list_price", "net_amount") == [
        (Decimal(1000), Decimal(7200)),
        (Decimal(1000), Decimal(2700)),
        (Decimal(1000), Decimal(3600)),
    ]
    assert ana.sentences(submission) == [
        'Row 5, column "unit": nobody has said how many units "box" of HE-1 holds. Send a cross-reference with it, or '
        "give the quantity in single units."
    ]


def test_what_a_unit_was_sold_for_makes_the_net_amount(ana: Desk) -> None:
    headings = "invoice_number,invoice_date,account_id,sku,quantity,unit_price,currency\n"
    submission = send(
        ana,
        "sell_through",
        headings + "I-1,2026-01-14,C1,RB-1,3,899.99,USD\nI-2,2026-01-14,C1,RB-1,-1,900,USD\n",
    )
    assert part(ana, LinePrice, "net_amount") == [(Decimal("2699.97"),), (Decimal(-900),)]
    net = headings.replace("unit_price", "net_amount") + "I-1,2026-01-14,C1,RB-1,3,2699.97,USD\n"
    assert counts(ana, send(ana, "sell_through", net)) == (0, 0, 1, 0), "the same line said in another way"
    assert submission.accepted == 2


def test_a_target_of_no_family_is_of_all_and_one_of_an_unknown_is_a_defect(ana: Desk) -> None:
    submission = send(
        ana, "targets", FILES["targets"] + "2026-03-01,revenue,60000,USD,\n2026-03-01,revenue,1,USD,Boats\n"
    )
    assert counts(ana, submission) == (2, 0, 0, 1)
    assert [family == 0 for (family,) in rows(ana, Target, "family_id")] == [False, True]


def test_totals_at_the_end_are_compared_and_left_out(ana: Desk) -> None:
    submission = send(ana, "payments", FILES["payments"] + "Total,,,,,1280.50,\n")
    assert counts(ana, submission) == (2, 0, 0, 0)
    assert ana.check_of(submission).notes == []
    submission = send(ana, "payments", FILES["payments"] + "Total,,,,,1290.50,\n")
    assert "states 1290.5 for amount" in ana.check_of(submission).notes[0]
