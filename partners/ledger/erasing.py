"""Destroying what the ledger holds of accounts' identity, or all of a partnership; a chunk at a time."""

from collections import Counter
from collections.abc import Collection
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from partners.agreements.models import Partnership
from partners.ledger.records import KINDS, Kind
from partners.tenancy.context import current_organisation_id

# Its documents are found by the lines that it has, or had before they were taken back.
_OF_ACCOUNTS = """
SELECT d.id FROM ledger_document d WHERE d.distributor_id = %(distributor)s AND d.account_id = ANY(%(accounts)s)
  AND d.id IN (SELECT l.document_id FROM ledger_line l WHERE l.distributor_id = %(distributor)s
               AND l.partnership_id = ANY(%(partnerships)s) AND l.account_id = ANY(%(accounts)s))
"""
_SUBMISSIONS = f"""
SELECT submission_id FROM ledger_line WHERE distributor_id = %(distributor)s
  AND partnership_id = ANY(%(partnerships)s) AND account_id = ANY(%(accounts)s)
UNION SELECT submission_id FROM ledger_document WHERE id IN ({_OF_ACCOUNTS})
"""
_RECORDS_OF = """
SELECT id FROM {table} WHERE distributor_id = %(distributor)s AND partnership_id = ANY(%(partnerships)s)
  AND account_id = ANY(%(accounts)s)
"""
_NOT_HELD = """
DELETE FROM agreements_heldcell
WHERE distributor_id = %(distributor)s AND account_id = ANY(%(accounts)s) AND family_id = 0
"""
_RETURNS_OF = """
DELETE FROM ledger_linereturn WHERE distributor_id = %(distributor)s AND line_id IN (
    SELECT id FROM ledger_line WHERE distributor_id = %(distributor)s AND partnership_id = ANY(%(partnerships)s)
      AND account_id = ANY(%(accounts)s))
"""
_NUMBERS = ("ledger_documentidentity", "ledger_documentcontact")
_OF_LINES = (
    "line_id IN (SELECT l.id FROM ledger_line l WHERE l.document_id = ANY(%(documents)s)"
    " AND l.partnership_id = %(partnership)s)"
)
_OF_DOCUMENTS = {  # in this order: what a chunk is found by goes last
    "ledger_linereturn": _OF_LINES,
    "ledger_lineprice": _OF_LINES,
    "ledger_line": "document_id = ANY(%(documents)s)",
    "ledger_documentcontact": "document_id = ANY(%(documents)s)",
    "ledger_documentidentity": "document_id = ANY(%(documents)s)",
    "ledger_document": "id = ANY(%(documents)s)",
}


def list_submissions_of(account_ids: Collection[int]) -> set[int]:
    """The files from which lines or records of these accounts of the acting distributor were recorded."""
    records = "".join(
        " UNION" + _RECORDS_OF.format(table=kind.table).replace("SELECT id", "SELECT submission_id")
        for kind in _of_accounts()
    )
    with connection.cursor() as cursor:
        cursor.execute(_SUBMISSIONS + records, _whose(account_ids))
        return {submission_id for (submission_id,) in cursor.fetchall()}


def erase_numbers(account_ids: Collection[int]) -> Counter[str]:
    """Destroy the numbers and salespeople of these accounts' documents, why lines came back, and what other feeds said
    of them; documents and lines stay."""
    gone: Counter[str] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(_RETURNS_OF, _whose(account_ids))
        gone["ledger_linereturn"] += cursor.rowcount
        for kind in _of_accounts():
            gone += _erase(cursor, kind, _RECORDS_OF.format(table=kind.table), _whose(account_ids))
        cursor.execute(_NOT_HELD, _whose(account_ids))
        for table in _NUMBERS:
            cursor.execute(f"DELETE FROM {table} WHERE document_id IN ({_OF_ACCOUNTS})", _whose(account_ids))
            gone[table] += cursor.rowcount
    return gone


def erase_documents(partnership: Partnership, limit: int) -> Counter[str]:
    """Destroy at most `limit` documents of a partnership with all that belongs to them; nothing where none is left."""
    gone: Counter[str] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM ledger_document WHERE partnership_id = %s AND distributor_id = %s LIMIT %s",
            [partnership.pk, current_organisation_id(), limit],
        )
        documents = [document_id for (document_id,) in cursor.fetchall()]
        given: dict[str, Any] = {"documents": documents, "partnership": partnership.pk}
        for table, which in _OF_DOCUMENTS.items() if documents else ():
            cursor.execute(f"DELETE FROM {table} WHERE {which}", given)
            gone[table] += cursor.rowcount
    return gone


def erase_records(partnership: Partnership, limit: int) -> Counter[str]:
    """Destroy at most `limit` records of each kind of a partnership; nothing where none is left."""
    gone: Counter[str] = Counter()
    with connection.cursor() as cursor:
        for kind in KINDS.values():
            chunk = (
                f"SELECT id FROM {kind.table} WHERE partnership_id = %(partnership)s"
                " AND distributor_id = %(distributor)s ORDER BY id LIMIT %(limit)s"
            )
            given = {
                "partnership": partnership.pk,
                "distributor": current_organisation_id(),
                "limit": limit,
            }
            gone += _erase(cursor, kind, chunk, given)
    return gone


def _of_accounts() -> list[Kind]:
    return [kind for kind in KINDS.values() if kind.has_accounts]


def _erase(cursor: CursorWrapper, kind: Kind, which: str, given: dict[str, Any]) -> Counter[str]:
    """Destroy the records with these ids, their parts first."""
    gone: Counter[str] = Counter()
    for part in kind.parts:
        cursor.execute(f"DELETE FROM {part.table} WHERE record_id IN ({which})", given)
        gone[part.table] += cursor.rowcount
    cursor.execute(f"DELETE FROM {kind.table} WHERE id IN ({which})", given)
    gone[kind.table] += cursor.rowcount
    return gone


def _whose(account_ids: Collection[int]) -> dict[str, Any]:
    own = current_organisation_id()
    partnerships = Partnership.objects.filter(distributor_id=own).values_list("pk", flat=True)
    return {"distributor": own, "partnerships": list(partnerships), "accounts": list(account_ids)}
