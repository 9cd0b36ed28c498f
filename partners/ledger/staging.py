"""The way into the ledger: a temporary table that the application's role fills by COPY, then set-based SQL.

COPY straight into a table under row-level security is refused by PostgreSQL; a temporary table belongs to the
session, is gone with it, and holds one submission's lines between parsing and commit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

COLUMNS = (
    "source_row", "document_number", "order_number", "salesperson", "account_code", "product_id", "family_id",
    "business_date", "kind", "quantity", "currency", "list_price", "discount", "net_amount", "unit_cost", "freight",
    "line_key", "content",
)  # fmt: skip

_CREATE = """
DROP TABLE IF EXISTS staged_line;
CREATE TEMP TABLE staged_line (
    source_row integer NOT NULL, document_number text NOT NULL, order_number text NOT NULL, salesperson text NOT NULL,
    account_code text NOT NULL, product_id bigint NOT NULL, family_id bigint NOT NULL, business_date date NOT NULL,
    kind text NOT NULL, quantity numeric(18,4) NOT NULL, currency text NOT NULL, list_price numeric(18,4),
    discount numeric(18,4), net_amount numeric(18,4), unit_cost numeric(18,4), freight numeric(18,4),
    line_key bigint NOT NULL, content bigint NOT NULL,
    CHECK ('NaN' NOT IN (quantity, coalesce(list_price, 0), coalesce(discount, 0), coalesce(net_amount, 0),
        coalesce(unit_cost, 0), coalesce(freight, 0)))
) ON COMMIT PRESERVE ROWS
"""

# Rows are numbered within document and line by content, so that the order of rows in a file does not matter.
# A row meets what is recorded live under its natural key: nothing (fresh), the same (duplicate), or another
# content (differs). A document belongs to one account: the recorded one, else that of its first row.
_COMPARE = """
DROP TABLE IF EXISTS compared_line;
CREATE TEMP TABLE compared_line ON COMMIT PRESERVE ROWS AS
WITH numbered AS (
    SELECT s.*, d.document_id, doc.account_id AS document_account_id, i.account_id,
           row_number() OVER (PARTITION BY s.document_number, s.line_key ORDER BY s.content, s.source_row) AS ordinal,
           first_value(s.account_code) OVER (PARTITION BY s.document_number ORDER BY s.source_row) AS first_code
    FROM staged_line s
    LEFT JOIN ledger_documentidentity d ON d.partnership_id = %(partnership)s AND d.number = s.document_number
    LEFT JOIN ledger_document doc ON doc.id = d.document_id
    LEFT JOIN accounts_accountidentity i ON i.organisation_id = %(distributor)s AND i.code = s.account_code
)
SELECT n.*, CASE
    WHEN coalesce(n.account_id <> n.document_account_id, n.document_account_id IS NOT NULL AND n.account_id IS NULL)
        OR (n.document_account_id IS NULL AND n.account_code <> n.first_code) THEN 'other_account'
    WHEN l.id IS NULL THEN 'fresh'
    WHEN l.product_id = n.product_id AND l.quantity = n.quantity AND l.business_date = n.business_date
        AND p.net_amount IS NOT DISTINCT FROM n.net_amount THEN 'duplicate'
    ELSE 'differs' END AS status
FROM numbered n
LEFT JOIN ledger_line l ON l.document_id = n.document_id AND l.line_key = n.line_key AND l.ordinal = n.ordinal
    AND l.superseded_at IS NULL
LEFT JOIN ledger_lineprice p ON p.line_id = l.id
"""

_SUMMARY = """
SELECT currency, count(*), coalesce(sum(net_amount), 0), count(net_amount) FROM compared_line
WHERE status = 'fresh' GROUP BY currency ORDER BY currency
"""
_SPAN = """
SELECT count(DISTINCT account_code), count(DISTINCT document_number), min(business_date), max(business_date)
FROM compared_line WHERE status = 'fresh'
"""


@dataclass(frozen=True)
class Comparison:
    """What a staged submission would add. Amounts are exact, a total for each currency."""

    fresh: int
    duplicates: int
    conflicts: int
    net: dict[str, Any]
    priced: int
    accounts: int
    documents: int
    first_on: Any
    last_on: Any


def begin_staging() -> None:
    """Start with an empty staging table in this session."""
    with connection.cursor() as cursor:
        cursor.execute(_CREATE)


def stage(rows: Iterable[Sequence[Any]]) -> None:
    """Copy rows, in the order of `COLUMNS`, to the staging table. None is NULL."""
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY staged_line ({', '.join(COLUMNS)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)


def compare(partnership_id: int, distributor_id: int) -> Comparison:
    """Set every staged row against the live ledger, and sum up what is new."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE staged_line")
        cursor.execute(_COMPARE, {"partnership": partnership_id, "distributor": distributor_id})
        cursor.execute("SELECT status, count(*) FROM compared_line GROUP BY status")
        counts: dict[str, int] = dict(cursor.fetchall())
        cursor.execute(_SUMMARY)
        sums = cursor.fetchall()
        cursor.execute(_SPAN)
        accounts, documents, first_on, last_on = cursor.fetchone()
    return Comparison(
        fresh=counts.get("fresh", 0),
        duplicates=counts.get("duplicate", 0),
        conflicts=counts.get("differs", 0) + counts.get("other_account", 0),
        net={currency: total for currency, _, total, _ in sums},
        priced=sum(priced for *_, priced in sums),
        accounts=accounts,
        documents=documents,
        first_on=first_on,
        last_on=last_on,
    )


def list_conflicts() -> list[tuple[int, str, str]]:
    """Rows that contradict the ledger: source row, status ('differs' or 'other_account'), document number."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT source_row, status, document_number FROM compared_line"
            " WHERE status IN ('differs', 'other_account') ORDER BY source_row"
        )
        return list(cursor.fetchall())


def end_staging() -> None:
    """Drop the staging tables before the connection serves something else."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS staged_line, compared_line")
