"""A partnership that ended: its data is destroyed on request, in chunks, with a receipt; others keep all."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connections

from analytics.runs.services import analyse_partnership
from partners.access.doors import NotFound
from partners.accounts.models import AccountIdentity
from partners.agreements.models import Grant, Partnership
from partners.agreements.services import end_partnership
from partners.audit.models import AccessEntry
from partners.ledger.models import Line
from partners.tenancy.context import acting_as
from portal.custody import erasing
from portal.custody.erasing import CustodyError, ask_to_delete, destroy, get_receipt
from portal.custody.models import Receipt
from tests.custody.search import tables_that_say
from tests.custody.test_erasing import WORDS, known
from tests.world import FULL, World

__all__ = ["known"]
PAIR = ("adventure", "northwest")
ADMIN = "northwest-admin"
# What is a partnership's own data, by its column.
DESTROYED = (
    "ledger_line", "ledger_lineprice", "ledger_document", "ledger_documentidentity", "ledger_documentcontact",
    "agreements_heldcell", "agreements_grantedcell", "agreements_grantedaccount", "accounts_accounthandle",
    "accounts_pseudonymsalt", "ingestion_submission", "ingestion_feedmapping", "runs_analysisrun", "runs_volumefact",
    "runs_moneyfact", "runs_costfact", "runs_standing", "runs_standingmoney", "runs_standingprofit", "runs_rung",
    "runs_seasonfactor", "runs_movement", "runs_finding", "engagement_followupevidence", "ledger_accountmonth",
    "ledger_accountmonthmoney", "ledger_areamonth", "ledger_areamonthmoney", "runs_areafact", "runs_areamoneyfact",
    "runs_arearung", "ledger_linereturn", "ledger_stockposition", "ledger_orderline", "ledger_orderprice",
    "ledger_invoice", "ledger_servicecase", "ledger_casetext", "ledger_touchpoint", "ledger_touchpeople",
    "ledger_accountterms", "ledger_accountsheet", "ledger_priceentry", "ledger_target", "ledger_crossreference",
)  # fmt: skip


def rows_of(table: str, partnership: Partnership) -> int:
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table} WHERE partnership_id = %s", [partnership.pk])
        return int(cursor.fetchone()[0])


def end_and_delete(world: World) -> Receipt:
    partnership = world.partnerships[PAIR]
    with acting_as(world.actor(ADMIN)):
        end_partnership(partnership)
        receipt = ask_to_delete(partnership.public_id)
        assert ask_to_delete(partnership.public_id).pk == receipt.pk
    destroy(receipt.pk, receipt.organisation_id)
    destroy(receipt.pk, receipt.organisation_id)
    with acting_as(world.actor(ADMIN)):
        return get_receipt(receipt.public_id)


def test_all_of_it_goes_and_its_history_stays(known: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasing, "DOCUMENTS", 3)
    monkeypatch.setattr(erasing, "SUBMISSIONS", 1)
    partnership, other = known.partnerships[PAIR], known.partnerships["contoso", "northwest"]
    before = {table: rows_of(table, partnership) for table in DESTROYED}
    assert min(before[table] for table in ("ledger_line", "ingestion_submission", "runs_standing")) > 0
    kept = {table: rows_of(table, other) for table in DESTROYED}
    lines = rows_of("ledger_line", partnership)
    receipt = end_and_delete(known)
    assert {table: rows_of(table, partnership) for table in DESTROYED} == dict.fromkeys(DESTROYED, 0)
    assert {table: rows_of(table, other) for table in DESTROYED} == kept
    assert tables_that_say(WORDS) == {}
    assert receipt.destroyed["ledger_line"] == lines
    assert (receipt.state, receipt.digest) == (Receipt.State.DONE, receipt.compute_digest())
    with acting_as(known.actor(ADMIN)):
        assert Grant.objects.filter(partnership=partnership).count() == 4
        assert AccessEntry.objects.filter(partnership_id=partnership.pk).exists()


def test_customers_whom_another_partnership_meets_stay_known(trading_world: World) -> None:
    with acting_as(trading_world.actor("ana")):
        assert set(AccountIdentity.objects.values_list("code", flat=True)) == {"NO1", "NO2"}
    end_and_delete(trading_world)  # Contoso meets them too
    with acting_as(trading_world.actor("ana")):
        assert set(AccountIdentity.objects.values_list("code", flat=True)) == {"NO1", "NO2"}
        assert set(Line.objects.values_list("partnership_id", flat=True)) == {
            trading_world.partnerships["contoso", "northwest"].pk
        }


def test_only_once_it_has_ended(trading_world: World) -> None:
    with acting_as(trading_world.actor(ADMIN)), pytest.raises(CustodyError, match="has not ended"):
        ask_to_delete(trading_world.partnerships[PAIR].public_id)


@pytest.mark.parametrize(
    ("person", "refusal"),
    [("ana", PermissionDenied), ("adventure-admin", PermissionDenied), ("southwest-admin", NotFound)],
)
def test_only_by_who_shares_it(trading_world: World, person: str, refusal: type[Exception]) -> None:
    with acting_as(trading_world.actor(ADMIN)):
        end_partnership(trading_world.partnerships[PAIR])
    with acting_as(trading_world.actor(person)), pytest.raises(refusal):
        ask_to_delete(trading_world.partnerships[PAIR].public_id)


def test_a_killed_task_goes_on_where_it_was(trading_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    trading_world.share(*PAIR, *FULL)
    with acting_as(trading_world.worker("adventure")):
        analyse_partnership(trading_world.partnerships[PAIR].pk)
    with acting_as(trading_world.actor(ADMIN)):
        end_partnership(trading_world.partnerships[PAIR])
        receipt = ask_to_delete(trading_world.partnerships[PAIR].public_id)
    whole, monkeypatched = erasing.erase_documents, []

    def killed(partnership: Partnership, limit: int) -> object:
        if monkeypatched:
            raise KeyboardInterrupt
        monkeypatched.append(1)
        return whole(partnership, 2)

    monkeypatch.setattr(erasing, "erase_documents", killed)
    with pytest.raises(KeyboardInterrupt):
        destroy(receipt.pk, receipt.organisation_id)
    monkeypatch.setattr(erasing, "erase_documents", whole)
    destroy(receipt.pk, receipt.organisation_id)
    with acting_as(trading_world.actor(ADMIN)):
        done = get_receipt(receipt.public_id)
        assert not Line.objects.filter(partnership_id=trading_world.partnerships[PAIR].pk).exists()
    assert done.destroyed["ledger_line"] == 12
