"""Erasing a customer: no word of it is left in any table, every total stays, and the receipt says what was done."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connections
from django.db.models import Sum
from django.utils import timezone

from analytics.runs.services import analyse_partnership
from integrations.ingestion.models import Submission
from partners.access.doors import NotFound, list_cards, list_cards_of
from partners.access.reach import give_reach
from partners.accounts.models import AccountIdentity
from partners.agreements.models import Category
from partners.engagement.services import Plan, comment, open_follow_up
from partners.ledger.merging import merge_accounts
from partners.ledger.models import Line
from partners.organisations.services import seat_new_user
from partners.tenancy.actors import Reach, Role
from partners.tenancy.context import acting_as
from portal.custody import erasing
from portal.custody.erasing import CustodyError, ask_to_erase, destroy, get_receipt, list_receipts
from portal.custody.models import Reason, Receipt
from portal.reports.writing import withdraw_reports
from tests.custody.search import tables_that_say
from tests.engagement.conftest import DROPPED
from tests.ingestion.conftest import Desk
from tests.ingestion.files import workbook
from tests.reports.conftest import written
from tests.world import Sale, World, build_world, trade

PAIR = ("adventure", "northwest")
ADMIN = "northwest-admin"
HEADINGS = (
    "invoice_number", "line_number", "invoice_date", "account_id", "account_name", "account_street", "account_city",
    "account_postal_code", "salesperson", "sku", "quantity", "net_amount", "currency",
)  # fmt: skip
WORDS = ("ZQX77", "Quixel Works", "Zwanzigfuss", "Quixelburg", "QX9 7ZQ", "INVQX", "Sigrid Quexx", "ZQX78")


def row(number: int, code: str = "ZQX77", sku: str = "RB-1", quantity: int = 1) -> tuple[Any, ...]:
    day = date(2026, 3, 1) + timedelta(days=number)
    return (
        f"INVQX-{number}", 1, day.isoformat(), code, "Quixel Works & Sons", "Zwanzigfuss 12", "Quixelburg", "QX9 7ZQ",
        "Sigrid Quexx", sku, quantity, "100.00", "USD",
    )  # fmt: skip


def csv(*rows: tuple[Any, ...]) -> bytes:
    return "\n".join(",".join(map(str, line)) for line in (HEADINGS, *rows)).encode()


OTHER_FEEDS = {
    "stock": "sku,location,as_of,on_hand\nRB-1,Quexx Road,2026-03-01,4\n",
    "orders": "po_number,sku,ordered_on,quantity,unit_price\nP-1,RB-1,2026-03-01,4,600.00\n",
    "payments": "account_id,invoice_number,invoice_date,amount\nZQX77,INVQX-1,2026-03-02,100.00\n",
    "returns": "return_number,return_date,account_id,sku,quantity,return_reason\n"
    "INVQX-9,2026-03-09,ZQX77,RB-1,1,Sigrid Quexx broke it\n",
    "cases": "account_id,opened_at,topic,text\nZQX77,2026-03-02,delivery,Sigrid Quexx called\n",
    "touch_points": "account_id,touched_on,channel,note\nZQX77,2026-03-02,visit,met Sigrid Quexx\n",
    "accounts": "account_id,account_name,credit_limit\nZQX77,Quixel Works & Sons,900.00\n",
    "prices": "sku,price,valid_from\nRB-1,580.00,2026-03-01\n",
    "targets": "month,target,account_id\n2026-03-01,9,ZQX77\n",
    "cross_reference": "own_sku,sku\nNW-1,RB-1\n",
}


@pytest.fixture
def known(committed_db: None) -> World:
    """Northwest's customer ZQX77 is in files of every kind, in follow-ups and reports of both sides, and merged."""
    world = build_world()
    trade(world)
    world.share(*PAIR, Category.VOLUME, Category.PRICE, Category.IDENTITY, Category.CONTACTS)
    desk = Desk(world, "ana", *PAIR)
    desk.send(csv(row(1), row(2), row(1, code="OTHER9")))
    desk.send(workbook(HEADINGS, row(4), row(5)), "more.xlsx")
    desk.check(csv(row(6)), "undecided.csv")
    desk.send(csv(row(7, code="ZQX78")), "second.csv")
    for feed, content in OTHER_FEEDS.items():
        assert desk.send(content.encode(), f"{feed}.csv", feed=feed).accepted == 1, feed
    with acting_as(world.actor("ana")):
        merge_accounts(account("ZQX78"), account("ZQX77"))
    for slug in PAIR:
        with acting_as(world.worker(slug)):
            analyse_partnership(world.partnerships[PAIR].pk)
    for person in ("ana", "mia"):
        take_up(world, person)
        written(world, person)
    return world


def account(code: str) -> Any:
    return AccountIdentity.objects.select_related("account").get(code=code).account


def take_up(world: World, person: str) -> None:
    with acting_as(world.actor(person)):
        partnership = world.partnerships[PAIR]
        partnership.refresh_from_db()
        cards = list_cards([partnership]).values()
        card = next(card for card in cards if card.name == "Quixel Works & Sons")
        plan = Plan(world.seats[person].public_id, "Ring Quixel Works", None, timezone.localdate())
        opened = open_follow_up(partnership, card, DROPPED, plan)
        comment(opened.public_id, "Sigrid Quexx says they moved", is_shared=False)


def totals(world: World, person: str) -> dict[str, Any]:
    with acting_as(world.actor(person)):
        lines = Line.objects.filter(partnership_id=world.partnerships[PAIR].pk, superseded_at=None)
        return {
            str(month): units
            for month, units in lines.values_list("month").annotate(units=Sum("quantity")).order_by("month")
        }


def count(table: str) -> int:
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def erase(world: World, person: str = "ana", code: str = "ZQX77") -> Receipt:
    with acting_as(world.actor(person)):
        receipt = ask_to_erase(AccountIdentity.objects.get(code=code).public_id, Reason.CUSTOMER_ASKED)
    destroy(receipt.pk, receipt.organisation_id)
    with acting_as(world.actor(person)):
        return get_receipt(receipt.public_id)


def test_no_word_is_left_and_every_total_stays(known: World) -> None:
    said = tables_that_say(WORDS)
    assert said.keys() >= {
        "accounts_accountidentity", "ledger_documentidentity", "ledger_documentcontact", "ingestion_submissionpiece",
        "ledger_invoice", "ledger_casetext", "ledger_touchpeople", "ledger_accountsheet", "ledger_linereturn",
        "ingestion_quarantinedrow", "engagement_followupmatter", "engagement_followupcomment",
    }  # fmt: skip
    assert set().union(*said.values()) == {word.casefold() for word in WORDS}
    assert count("reports_reportfile") == 2
    before = {person: totals(known, person) for person in ("ana", "mia")}
    with acting_as(known.actor("mia")):
        tokens = {
            card.token
            for card in list_cards([known.partnerships[PAIR]]).values()
            if card.name and "Quixel" in card.name
        }
    receipt = erase(known)
    withdraw_reports(known.orgs["adventure"].pk)  # as the event has the workers do
    assert tables_that_say(WORDS) == {}
    assert count("reports_reportfile") == 0
    assert {person: totals(known, person) for person in before} == before
    with acting_as(known.actor("mia")):
        known.partnerships[PAIR].refresh_from_db()
        assert not tokens & {card.token for card in list_cards([known.partnerships[PAIR]]).values()}
        for token in tokens:
            with pytest.raises(NotFound):
                list_cards_of(token)
    assert receipt.state == Receipt.State.DONE
    assert receipt.digest == receipt.compute_digest()
    assert receipt.destroyed["accounts_accountidentity"] == 2
    assert receipt.destroyed["ledger_documentidentity"] == 6
    assert receipt.destroyed["ingestion_submissionpiece"] == 4 + 6  # of other feeds
    assert not tables_that_say([receipt.public_id]).keys() & {"accounts_account", "ledger_line"}
    with acting_as(known.actor("ana")):
        states = dict(Submission.objects.values_list("file_name", "state"))
    assert states == {
        "sales.csv": "committed", "more.xlsx": "committed", "undecided.csv": "refused", "second.csv": "committed",
        **{f"{feed}.csv": "committed" for feed in OTHER_FEEDS},
    }  # fmt: skip


def test_a_file_that_is_recorded_meanwhile_is_not_left(known: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes in once the files were searched, and before the customer is unknown."""
    desk, whole = Desk(known, "ana", *PAIR), erasing.erase_own_reports

    def recorded_meanwhile(organisation_id: int) -> Counter[str]:
        desk.send(csv(row(8), row(9)), "late.csv")
        return whole(organisation_id)

    monkeypatch.setattr(erasing, "erase_own_reports", recorded_meanwhile)
    receipt = erase(known)
    withdraw_reports(known.orgs["adventure"].pk)
    assert tables_that_say(WORDS) == {}
    assert receipt.destroyed["ingestion_submissionpiece"] == 5 + 6  # of other feeds


def test_it_is_done_once_however_often_it_is_delivered(trading_world: World) -> None:
    first = erase(trading_world, code="NO1")
    destroy(first.pk, first.organisation_id)
    with acting_as(trading_world.actor("ana")):
        again = get_receipt(first.public_id)
        assert (again.destroyed, again.digest, again.finished_at) == (
            first.destroyed, first.digest, first.finished_at,
        )  # fmt: skip
        token = next(
            card.token for card in list_cards([trading_world.partnerships[PAIR]]).values() if not card.name
        )
        with pytest.raises(CustodyError, match="erased before"):
            ask_to_erase(token, Reason.CUSTOMER_ASKED)


def test_the_same_number_in_a_later_file_is_a_new_customer(trading_world: World) -> None:
    erase(trading_world, code="NO1")
    with acting_as(trading_world.actor("ana")):
        assert not AccountIdentity.objects.filter(code="NO1").exists()
    trading_world.sell(*PAIR, [Sale("NEW-1", date(2026, 3, 20), "NO1", "RB-1", Decimal(3))])
    with acting_as(trading_world.actor("ana")):
        new = AccountIdentity.objects.get(code="NO1")
        assert Line.objects.filter(account_id=new.account_id).count() == 1


@pytest.mark.parametrize("person", ["northwest-admin", "ana"])
def test_whoever_manages_accounts_may(trading_world: World, person: str) -> None:
    assert erase(trading_world, person, "NO1").state == Receipt.State.DONE


@pytest.mark.parametrize("person", ["rita", "uwe"])
def test_others_of_the_distributor_may_not(trading_world: World, person: str) -> None:
    with acting_as(trading_world.actor("ana")):
        ref = AccountIdentity.objects.get(code="NO1").public_id
    with acting_as(trading_world.actor(person)), pytest.raises(PermissionDenied):
        ask_to_erase(ref, Reason.CUSTOMER_ASKED)


@pytest.mark.parametrize("person", ["mia", "sam", "otto", "contoso-admin"])
def test_nobody_erases_another_s_customer(trading_world: World, person: str) -> None:
    trading_world.share(*PAIR, Category.VOLUME, Category.IDENTITY)
    with acting_as(trading_world.actor("ana")):
        identity = AccountIdentity.objects.get(code="NO1")
        token = identity.account.handles.get(partnership=trading_world.partnerships[PAIR]).token
    for ref in (identity.public_id, token):
        with acting_as(trading_world.actor(person)), pytest.raises((NotFound, PermissionDenied)):
            ask_to_erase(ref, Reason.CUSTOMER_ASKED)
    with acting_as(trading_world.actor("ana")):
        assert AccountIdentity.objects.filter(code="NO1").exists()


@pytest.mark.parametrize("person", ["mia", "sam", "adventure-admin"])
def test_a_receipt_is_its_organisation_s(trading_world: World, person: str) -> None:
    receipt = erase(trading_world, code="NO1")
    with acting_as(trading_world.actor(person)), pytest.raises(NotFound):
        get_receipt(receipt.public_id)


@pytest.mark.parametrize("reach", [Reach.ACCOUNTS, Reach.PARTNERSHIPS])
def test_who_reaches_a_part_reads_only_what_they_asked_for(trading_world: World, reach: Reach) -> None:
    receipt = erase(trading_world, code="NO1")
    with acting_as(trading_world.actor(ADMIN)):
        seat = trading_world.seats["pia"] = seat_new_user("pia@n.example", "Pia", None, Role.MANAGER, reach)
        give_reach(seat.user, account("NO2") if reach is Reach.ACCOUNTS else trading_world.partnerships[PAIR])
        assert [one.public_id for one in list_receipts()] == [receipt.public_id]
    with acting_as(trading_world.actor("pia")), pytest.raises(NotFound):
        get_receipt(receipt.public_id)
    own = erase(trading_world, "pia", "NO2")
    with acting_as(trading_world.actor("pia")):
        assert [one.public_id for one in list_receipts()] == [own.public_id]


def test_rivals_and_other_customers_keep_all(trading_world: World) -> None:
    erase(trading_world, code="NO1")
    with acting_as(trading_world.actor("ana")):
        assert list(AccountIdentity.objects.values_list("code", flat=True)) == ["NO2"]
    for person, codes in (("sam", {"SO1", "SO2"}), ("otto", {"OU1", "OU2"})):
        with acting_as(trading_world.actor(person)):
            assert set(AccountIdentity.objects.values_list("code", flat=True)) == codes


def test_by_command(trading_world: World) -> None:
    out = StringIO()
    call_command("erase_account", "NO2", distributor="northwest", reason="customer_asked", stdout=out)
    assert "receipt: rcp_" in out.getvalue()
    with acting_as(trading_world.actor("ana")):
        assert list(AccountIdentity.objects.values_list("code", flat=True)) == ["NO1"]
    with pytest.raises(CommandError, match="no customer with the number 'NO2'"):
        call_command("erase_account", "NO2", distributor="northwest", reason="customer_asked")
