"""Destroying what the ledger holds of accounts' identity, or all of a partnership; a chunk at a time."""

from collections import Counter
from collections.abc import Collection
from typing import Any

from django.db import connection

from partners.agreements.models import Partnership
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
_NUMBERS = ("ledger_documentidentity", "ledger_documentcontact")
_OF_DOCUMENTS = {  # in this order: what a chunk is found by goes last
    "ledger_lineprice": "line_id IN (SELECT l.id FROM ledger_line l WHERE l.document_id = ANY(%(documents)s)"
    " AND l.partnership_id = %(partnership)s)",
    "ledger_line": "document_id = ANY(%(documents)s)",
    "ledger_documentcontact": "document_id = ANY(%(documents)s)",
    "ledger_documentidentity": "document_id = ANY(%(documents)s)",
    "ledger_document": "id = ANY(%(documents)s)",
}


def list_submissions_of(account_ids: Collection[int]) -> set[int]:
    """The files from which lines of these accounts of the acting distributor were recorded."""
    with connection.cursor() as cursor:
        cursor.execute(_SUBMISSIONS, _whose(account_ids))
        return {submission_id for (submission_id,) in cursor.fetchall()}


def erase_numbers(account_ids: Collection[int]) -> Counter[str]:
    """Destroy the numbers and salespeople of these accounts' documents; documents and lines stay."""
    gone: Counter[str] = Counter()
    with connection.cursor() as cursor:
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


def _whose(account_ids: Collection[int]) -> dict[str, Any]:
    own = current_organisation_id()
    partnerships = Partnership.objects.filter(distributor_id=own).values_list("pk", flat=True)
    return {"distributor": own, "partnerships": list(partnerships), "accounts": list(account_ids)}
