"""The way into the ledger: a temporary table that the application's role fills by COPY, then set-based SQL.

COPY straight into a table under row-level security is refused by PostgreSQL; a temporary table belongs to the
session, is gone with it, and holds one submission's lines between parsing and commit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from partners.agreements.models import Partnership
from partners.ledger.copying import copy_in
from partners.ledger.models import LineKind

COLUMNS = (
    "source_row", "document_number", "order_number", "salesperson", "account_code", "product_id", "family_id",
    "business_date", "kind", "quantity", "currency", "list_price", "discount", "net_amount", "unit_cost", "freight",
    "line_key", "content", "return_reason", "condition", "original_number", "original_line",
)  # fmt: skip

# Rows of a million lines pass through temporary tables, joins and sorts: with the few megabytes that a page needs, they
# pass through files. The room for tables can be given once in a session, before its first.
_ROOM = "SELECT set_config('temp_buffers', '64MB', false) WHERE pg_my_temp_schema() = 0"
_MEMORY = "SET LOCAL work_mem = '128MB'"
_CREATE = f"""
{_ROOM};
DROP TABLE IF EXISTS staged_line;
CREATE TEMP TABLE staged_line (
    source_row integer NOT NULL, document_number text NOT NULL, order_number text NOT NULL, salesperson text NOT NULL,
    account_code text NOT NULL, product_id bigint NOT NULL, family_id bigint NOT NULL, business_date date NOT NULL,
    kind text NOT NULL, quantity numeric(18,4) NOT NULL, currency text NOT NULL, list_price numeric(18,4),
    discount numeric(18,4), net_amount numeric(18,4), unit_cost numeric(18,4), freight numeric(18,4),
    line_key bigint NOT NULL, content bigint NOT NULL, return_reason text NOT NULL, condition text NOT NULL,
    original_number text NOT NULL, original_line integer,
    CHECK ('NaN' NOT IN (quantity, coalesce(list_price, 0), coalesce(discount, 0), coalesce(net_amount, 0),
        coalesce(unit_cost, 0), coalesce(freight, 0)))
) ON COMMIT PRESERVE ROWS
"""

# A row is known by what it says: identical rows of a document are counted, in whatever file and order they come. One
# that is not recorded live is fresh, unless its line number (its SKU, where either has no number) holds a recorded
# line that no row of this file repeats: then it differs. A document belongs to one account: that of its live lines,
# else of its first row. 'kept' is a row that this very submission recorded before, so that it can be committed again.
# A file that restates its months replaces what was recorded in them, by whatever file, and is not said again.
#
# In steps, each with statistics: planned as one statement, how many rows meet is guessed at and a second import of the
# same file takes the square of its lines.
_STEPS = {
    "staged_document": """
SELECT row_number() OVER ()::integer AS document, s.document_number, d.document_id,
       CASE WHEN s.code = s.other_code THEN s.code
            ELSE (SELECT f.account_code FROM staged_line f WHERE f.source_row = s.first_row) END AS first_code
FROM (SELECT document_number, min(source_row) AS first_row, min(account_code) AS code, max(account_code) AS other_code
      FROM staged_line GROUP BY document_number) s
LEFT JOIN ledger_documentidentity d ON d.partnership_id = %(partnership)s AND d.number = s.document_number
""",
    "repeated_line": """
SELECT s.source_row, row_number() OVER (PARTITION BY document_number, content ORDER BY s.source_row) AS ordinal
FROM staged_line s JOIN (SELECT document_number, content FROM staged_line
                         GROUP BY document_number, content HAVING count(*) > 1) r USING (document_number, content)
""",
    "staged_account": """
SELECT s.account_code, i.account_id FROM (SELECT DISTINCT account_code FROM staged_line) s
LEFT JOIN accounts_accountidentity i ON i.organisation_id = %(distributor)s AND i.code = s.account_code
""",
    "numbered_line": """
SELECT s.source_row, d.document, d.document_id, s.content, coalesce(r.ordinal, 1)::integer AS ordinal, s.account_code,
       a.account_id, s.account_code = d.first_code AS is_of_first, s.line_key, s.product_id, s.business_date,
       s.currency, s.net_amount
FROM staged_line s
JOIN staged_document d ON d.document_number = s.document_number
JOIN staged_account a ON a.account_code = s.account_code
LEFT JOIN repeated_line r ON r.source_row = s.source_row
""",
    "replaced_line": """
SELECT l.id, l.account_id, l.month
FROM (SELECT date_trunc('month', min(business_date))::date AS first_month, max(business_date) AS last_on
      FROM staged_line) span
JOIN ledger_line l ON l.month BETWEEN span.first_month AND span.last_on
WHERE %(restates)s AND l.partnership_id = %(partnership)s AND l.superseded_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM numbered_line n WHERE n.document_id = l.document_id AND n.content = l.content
      AND n.ordinal = l.ordinal AND n.account_id = l.account_id)
""",
    "live_line": """
SELECT l.id AS line_id, l.document_id, l.content, l.ordinal, l.line_key, l.product_id, l.account_id,
       l.submission_id = %(submission)s AS is_own
FROM staged_document d JOIN ledger_line l ON l.document_id = d.document_id
WHERE l.partnership_id = %(partnership)s AND l.superseded_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM replaced_line r WHERE r.id = l.id)
""",
    "live_document": "SELECT document_id, min(account_id) AS account_id FROM live_line GROUP BY document_id",
    "unrepeated_line": """
SELECT l.document_id, l.line_key, l.product_id FROM live_line l WHERE NOT EXISTS (
    SELECT 1 FROM numbered_line n WHERE n.document_id = l.document_id AND n.content = l.content
      AND n.ordinal = l.ordinal)
""",
    "taken_number": "SELECT DISTINCT document_id, line_key FROM unrepeated_line",
    "taken_product": """
SELECT document_id, product_id, bool_or(line_key < 0) AS is_keyless FROM unrepeated_line GROUP BY 1, 2
""",
    "compared_line": """
SELECT n.source_row, n.document, n.document_id, n.ordinal, n.account_code, n.account_id, n.business_date, n.currency,
       n.net_amount, l.line_id, CASE
    WHEN o.account_id IS NOT NULL AND n.account_id IS DISTINCT FROM o.account_id THEN 'other_account'
    WHEN o.account_id IS NULL AND NOT n.is_of_first THEN 'other_account'
    WHEN l.is_own THEN 'kept'
    WHEN l.line_id IS NOT NULL THEN 'duplicate'
    WHEN u.document_id IS NOT NULL OR (p.document_id IS NOT NULL AND (p.is_keyless OR n.line_key < 0)) THEN 'differs'
    ELSE 'fresh' END AS status
FROM numbered_line n
LEFT JOIN live_document o ON o.document_id = n.document_id
LEFT JOIN live_line l ON l.document_id = n.document_id AND l.content = n.content AND l.ordinal = n.ordinal
LEFT JOIN taken_number u ON u.document_id = n.document_id AND u.line_key = n.line_key
LEFT JOIN taken_product p ON p.document_id = n.document_id AND p.product_id = n.product_id
""",
}

# By month and currency: what is recorded, and what of it the file takes away and adds.
_RESTATED = """
WITH recorded AS (
    SELECT l.month, coalesce(p.currency, '') AS currency, p.net_amount, r.id IS NOT NULL AS is_replaced
    FROM ledger_line l
    LEFT JOIN ledger_lineprice p ON p.line_id = l.id AND p.partnership_id = l.partnership_id
    LEFT JOIN replaced_line r ON r.id = l.id
    WHERE l.partnership_id = %(partnership)s AND l.superseded_at IS NULL AND l.month BETWEEN
        (SELECT date_trunc('month', min(business_date))::date FROM staged_line)
        AND (SELECT max(business_date) FROM staged_line)
), told AS (
    SELECT month, currency, net_amount, 1 AS before, (NOT is_replaced)::int AS after FROM recorded
    UNION ALL
    SELECT date_trunc('month', business_date)::date, currency, net_amount, 0, 1
    FROM compared_line WHERE status = 'fresh'
)
SELECT month, currency, sum(before), sum(after), coalesce(sum(net_amount) FILTER (WHERE before = 1), 0),
       coalesce(sum(net_amount) FILTER (WHERE after = 1), 0)
FROM told GROUP BY month, currency ORDER BY month, currency
"""

_SUMMARY = """
SELECT currency, count(*), coalesce(sum(net_amount), 0), count(net_amount) FROM compared_line
WHERE status IN ('fresh', 'kept') GROUP BY currency ORDER BY currency
"""
_STAGED_SPAN = "SELECT date_trunc('month', min(business_date))::date, max(business_date) FROM staged_line"
_SPAN = """
SELECT count(DISTINCT account_code), count(DISTINCT document), min(business_date), max(business_date)
FROM compared_line WHERE status IN ('fresh', 'kept')
"""


@dataclass(frozen=True)
class MonthRestated:
    """What a month comes to in one currency, as it is recorded and with the file."""

    month: date
    currency: str
    lines_before: int
    lines_after: int
    net_before: Decimal
    net_after: Decimal


class Restatement(NamedTuple):
    """A file that replaced what was recorded in its months, from the first to the one of the last day, and when."""

    submission_id: int
    first_month: date
    last_on: date
    at: datetime


@dataclass(frozen=True)
class Comparison:
    """What a staged submission would add. Amounts are exact, a total for each currency; `changed` say something else
    than what is recorded, and are among the fresh; `replaced` are recorded rows that a restatement takes away
    of the months in its `span`."""

    fresh: int
    duplicates: int
    conflicts: int
    net: dict[str, Any]
    priced: int
    accounts: int
    documents: int
    first_on: Any
    last_on: Any
    changed: int = 0
    replaced: int = 0
    restated: Sequence[MonthRestated] = ()
    span: tuple[date, date] | None = None


def begin_staging() -> None:
    """Start with an empty staging table in this session."""
    with connection.cursor() as cursor:
        cursor.execute(_CREATE)


def stage(block: bytes) -> None:
    """Copy a block of rows, in the order of `COLUMNS`, to the staging table."""
    copy_in("staged_line", COLUMNS, block)


def compare(partnership: Partnership, submission_id: int, *, restates: bool = False) -> Comparison:
    """Set every staged row against the live ledger, and sum up what is new.

    `restates`: the file replaces what is recorded in the months that it spans.
    """
    parameters = {
        "partnership": partnership.pk,
        "distributor": partnership.distributor_id,
        "submission": submission_id,
        "restates": restates,
    }
    with connection.cursor() as cursor:
        cursor.execute(_MEMORY)
        cursor.execute("ANALYZE staged_line")
        cursor.execute(f"DROP TABLE IF EXISTS {', '.join(_STEPS)}")
        for table, fresh in _STEPS.items():
            cursor.execute(f"CREATE TEMP TABLE {table} ON COMMIT PRESERVE ROWS AS {fresh}", parameters)
            cursor.execute(f"ANALYZE {table}")
        cursor.execute("SELECT status, count(*) FROM compared_line GROUP BY status")
        counts: dict[str, int] = dict(cursor.fetchall())
        cursor.execute(_SUMMARY)
        sums = cursor.fetchall()
        cursor.execute(_SPAN)
        accounts, documents, first_on, last_on = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM replaced_line")
        replaced = cursor.fetchone()[0]
        restated, span = [], None
        if restates:
            cursor.execute(_RESTATED, parameters)
            restated = [MonthRestated(*row) for row in cursor.fetchall()]
            cursor.execute(_STAGED_SPAN)
            span = cursor.fetchone()
    return Comparison(
        fresh=counts.get("fresh", 0) + counts.get("kept", 0),
        duplicates=counts.get("duplicate", 0),
        conflicts=counts.get("differs", 0) + counts.get("other_account", 0),
        net={currency: total for currency, _, total, _ in sums},
        priced=sum(priced for *_, priced in sums),
        accounts=accounts,
        documents=documents,
        first_on=first_on,
        last_on=last_on,
        replaced=replaced,
        restated=restated,
        span=span,
    )


def list_conflicts() -> list[tuple[int, str, str]]:
    """Rows that contradict the ledger: source row, status ('differs' or 'other_account'), document number."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT source_row, status, document_number FROM compared_line JOIN staged_document USING (document)"
            " WHERE status IN ('differs', 'other_account') ORDER BY source_row"
        )
        return list(cursor.fetchall())


def list_fresh_accounts() -> list[str]:
    """The codes of the accounts that the fresh rows name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT account_code FROM compared_line WHERE status = 'fresh'")
        return [code for (code,) in cursor.fetchall()]


def list_overlaps(limit: int) -> list[tuple[int, int]]:
    """The submissions that recorded what the file repeats, and how many rows, those with most first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.submission_id, count(*) FROM compared_line c JOIN ledger_line l ON l.id = c.line_id"
            " WHERE c.status = 'duplicate' GROUP BY l.submission_id ORDER BY 2 DESC, 1 LIMIT %s",
            [limit],
        )
        return list(cursor.fetchall())


class NewAccount(NamedTuple):
    """An account of the new rows that is not known yet."""

    code: str
    rows: int


def list_new_accounts() -> list[NewAccount]:
    """The accounts that the new rows name and nobody has recorded, those with most rows first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_code, count(*) FROM compared_line WHERE status = 'fresh' AND account_id IS NULL"
            " GROUP BY account_code ORDER BY 2 DESC, 1"
        )
        return [NewAccount(*row) for row in cursor.fetchall()]


class StagedMonth(NamedTuple):
    """What of a month the file holds: its rows, those of them that are new, and whether it spans the month but for a
    weekend at either end."""

    month: date
    rows: int
    fresh: int
    is_whole: bool


_MONTHS = """
WITH span AS (SELECT min(business_date) - 3 AS first_on, max(business_date) + 3 AS last_on FROM compared_line),
told AS (
    SELECT date_trunc('month', business_date)::date AS month, count(*) AS rows,
           count(*) FILTER (WHERE status = 'fresh') AS fresh
    FROM compared_line GROUP BY 1
)
SELECT t.month, t.rows, t.fresh, t.month >= s.first_on AND (t.month + interval '1 month - 1 day')::date <= s.last_on
FROM told t CROSS JOIN span s ORDER BY t.month
"""
# What was sold, less what came back: of the file's new rows, and of what is recorded and stays.
_UNITS = """
SELECT month, sum(units)::float FROM (
    SELECT date_trunc('month', s.business_date)::date AS month, s.quantity AS units
    FROM compared_line c JOIN staged_line s USING (source_row) WHERE c.status = 'fresh' AND s.kind = ANY(%(traded)s)
    UNION ALL
    SELECT m.month, m.units - m.returned_units FROM ledger_areamonth m
    WHERE m.partnership_id = %(partnership)s
      AND m.month IN (SELECT DISTINCT date_trunc('month', business_date)::date FROM compared_line)
    UNION ALL
    SELECT l.month, -l.quantity FROM replaced_line r JOIN ledger_line l ON l.id = r.id WHERE l.kind = ANY(%(traded)s)
) told GROUP BY month
"""


def list_staged_months() -> list[StagedMonth]:
    """The months of the compared file, in their order."""
    with connection.cursor() as cursor:
        cursor.execute(_MONTHS)
        return [StagedMonth(*row) for row in cursor.fetchall()]


def sum_staged_months(partnership: Partnership) -> dict[date, float]:
    """The units that each month of the compared file comes to with it."""
    traded = [LineKind.SALE.value, LineKind.RETURN.value, LineKind.CORRECTION.value]
    with connection.cursor() as cursor:
        cursor.execute(_UNITS, {"partnership": partnership.pk, "traded": traded})
        return dict(cursor.fetchall())


def end_staging() -> None:
    """Drop the staging tables before the connection serves something else."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS staged_line, {', '.join(_STEPS)}")
