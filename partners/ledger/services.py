"""Writing the ledger: whole submissions, set-based, under the partnership's lock."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.db import connection

from partners.agreements.expansion import expand
from partners.agreements.models import Partnership
from partners.jobs.services import emit
from partners.ledger.staging import Restatement
from partners.ledger.sums import sum_up

# Accounts that were new when the rows were compared have been settled since.
_ACCOUNTS = """
UPDATE staged_account a SET account_id = i.account_id FROM accounts_accountidentity i
WHERE a.account_id IS NULL AND i.organisation_id = %(distributor)s AND i.code = a.account_code;
ANALYZE staged_account
"""
_REPLACED = """
UPDATE ledger_line l SET superseded_at = statement_timestamp(), superseded_by_id = %(submission)s
FROM replaced_line r WHERE r.id = l.id AND l.partnership_id = %(partnership)s AND l.superseded_at IS NULL;
UPDATE ledger_lineprice p SET superseded_at = statement_timestamp()
FROM replaced_line r WHERE r.id = p.line_id AND p.partnership_id = %(partnership)s
"""
# What files that were taken back had replaced and nothing says now, unless it came from one of them itself, or a later
# file restated its month.
_REVIVED = """
DROP TABLE IF EXISTS revived_line;
CREATE TEMP TABLE revived_line ON COMMIT DROP AS
SELECT nextval(pg_get_serial_sequence('ledger_line', 'id')) AS new_id, l.* FROM (
    SELECT DISTINCT ON (l.document_id, l.content, l.ordinal) l.* FROM ledger_line l
    WHERE l.partnership_id = %(partnership)s AND l.superseded_by_id = ANY(%(undone)s)
      AND l.submission_id <> ALL(%(undone)s) AND NOT EXISTS (
        SELECT 1 FROM unnest(%(files)s::bigint[], %(firsts)s::date[], %(lasts)s::date[], %(moments)s::timestamptz[])
            r(submission_id, first_month, last_on, at)
        WHERE l.month BETWEEN r.first_month AND r.last_on AND r.at > l.recorded_at
          AND r.submission_id <> l.submission_id) AND NOT EXISTS (
        SELECT 1 FROM ledger_line n WHERE n.partnership_id = l.partnership_id AND n.document_id = l.document_id
          AND n.content = l.content AND n.ordinal = l.ordinal AND n.superseded_at IS NULL)
    ORDER BY l.document_id, l.content, l.ordinal, l.id DESC) l;
UPDATE ledger_document d SET account_id = r.account_id, business_date = r.business_date, submission_id = r.submission_id
FROM (SELECT DISTINCT ON (document_id) * FROM revived_line ORDER BY document_id, id DESC) r
WHERE d.id = r.document_id AND d.partnership_id = %(partnership)s;
INSERT INTO ledger_line (id, partnership_id, distributor_id, document_id, line_key, content, ordinal, account_id,
    product_id, family_id, business_date, month, kind, quantity, submission_id, source_row, recorded_at)
SELECT new_id, partnership_id, distributor_id, document_id, line_key, content, ordinal, account_id, product_id,
    family_id, business_date, month, kind, quantity, submission_id, source_row, statement_timestamp() FROM revived_line;
INSERT INTO ledger_lineprice (line_id, partnership_id, distributor_id, family_id, month, currency, list_price,
    discount, net_amount, unit_cost, freight)
SELECT r.new_id, p.partnership_id, p.distributor_id, p.family_id, p.month, p.currency, p.list_price, p.discount,
    p.net_amount, p.unit_cost, p.freight
FROM revived_line r JOIN ledger_lineprice p ON p.line_id = r.id AND p.partnership_id = %(partnership)s;
INSERT INTO ledger_linereturn (line_id, partnership_id, distributor_id, family_id, month, reason, condition,
    original_number, original_line)
SELECT r.new_id, w.partnership_id, w.distributor_id, w.family_id, w.month, w.reason, w.condition, w.original_number,
    w.original_line
FROM revived_line r JOIN ledger_linereturn w ON w.line_id = r.id AND w.partnership_id = %(partnership)s
"""
# Documents of one account lie together, and lines of one document: all indexes but that of numbers grow at their end.
_DOCUMENTS = """
DROP TABLE IF EXISTS new_document;
CREATE TEMP TABLE new_document ON COMMIT DROP AS
SELECT nextval(pg_get_serial_sequence('ledger_document', 'id')) AS id, d.* FROM (
    SELECT c.document, min(a.account_id) AS account_id, min(c.business_date) AS business_date,
           max(s.order_number) AS order_number, max(s.salesperson) AS salesperson,
           min(s.document_number) AS document_number
    FROM compared_line c JOIN staged_line s ON s.source_row = c.source_row
    JOIN staged_account a ON a.account_code = c.account_code
    WHERE c.status = 'fresh' AND c.document_id IS NULL
    GROUP BY c.document ORDER BY 2, 3, min(c.source_row)) d;
ANALYZE new_document;
INSERT INTO ledger_document (id, partnership_id, distributor_id, account_id, business_date, submission_id)
SELECT id, %(partnership)s, %(distributor)s, account_id, business_date, %(submission)s FROM new_document;
INSERT INTO ledger_documentidentity (document_id, partnership_id, distributor_id, number, order_number)
SELECT id, %(partnership)s, %(distributor)s, document_number, order_number FROM new_document;
INSERT INTO ledger_documentcontact (document_id, partnership_id, distributor_id, salesperson)
SELECT id, %(partnership)s, %(distributor)s, salesperson FROM new_document WHERE salesperson <> ''
"""

# A document whose lines were all taken back is free: it is whatever the new file says it is.
_REBOUND = """
UPDATE ledger_document d SET account_id = c.account_id, business_date = c.business_date, submission_id = %(submission)s
FROM (SELECT c.document_id, min(a.account_id) AS account_id, min(c.business_date) AS business_date
      FROM compared_line c JOIN staged_account a ON a.account_code = c.account_code
      WHERE c.status = 'fresh' AND c.document_id IS NOT NULL GROUP BY c.document_id) c
WHERE d.id = c.document_id AND d.partnership_id = %(partnership)s AND NOT EXISTS (
    SELECT 1 FROM ledger_line l WHERE l.document_id = d.id AND l.partnership_id = d.partnership_id
      AND l.superseded_at IS NULL)
"""

_LINES = """
DROP TABLE IF EXISTS new_line;
CREATE TEMP TABLE new_line ON COMMIT DROP AS
SELECT nextval(pg_get_serial_sequence('ledger_line', 'id')) AS id, c.* FROM (
    SELECT coalesce(c.document_id, n.id) AS document_id, s.line_key, s.content, c.ordinal, a.account_id, s.product_id,
        s.family_id, s.business_date, date_trunc('month', s.business_date)::date AS month, s.kind, s.quantity,
        s.source_row, s.currency, s.list_price, s.discount, s.net_amount, s.unit_cost, s.freight
    FROM compared_line c JOIN staged_line s ON s.source_row = c.source_row
    JOIN staged_account a ON a.account_code = c.account_code
    LEFT JOIN new_document n ON n.document = c.document
    WHERE c.status = 'fresh' ORDER BY 1, s.source_row) c;
INSERT INTO ledger_line (id, partnership_id, distributor_id, document_id, line_key, content, ordinal, account_id,
    product_id, family_id, business_date, month, kind, quantity, submission_id, source_row, recorded_at)
SELECT id, %(partnership)s, %(distributor)s, document_id, line_key, content, ordinal, account_id, product_id,
    family_id, business_date, month, kind, quantity, %(submission)s, source_row, statement_timestamp() FROM new_line;
INSERT INTO ledger_lineprice (line_id, partnership_id, distributor_id, family_id, month, currency, list_price,
    discount, net_amount, unit_cost, freight)
SELECT id, %(partnership)s, %(distributor)s, family_id, month, currency, list_price, discount, net_amount,
    unit_cost, freight
FROM new_line WHERE coalesce(list_price, discount, net_amount, unit_cost, freight) IS NOT NULL
"""
# Why a line came back; a file may say it of one that another file recorded.
_RETURNS = """
INSERT INTO ledger_linereturn (line_id, partnership_id, distributor_id, family_id, month, reason, condition,
    original_number, original_line)
SELECT coalesce(n.id, c.line_id), %(partnership)s, %(distributor)s, s.family_id,
    date_trunc('month', s.business_date)::date, s.return_reason, s.condition, s.original_number, s.original_line
FROM staged_line s JOIN compared_line c ON c.source_row = s.source_row
LEFT JOIN new_line n ON n.source_row = s.source_row
WHERE (s.return_reason <> '' OR s.condition <> '' OR s.original_number <> '') AND c.status IN ('fresh', 'duplicate')
ON CONFLICT DO NOTHING
"""

_INTEGRITY = """
SELECT count(*) FROM new_line n
LEFT JOIN ledger_document d ON d.id = n.document_id AND d.partnership_id = %(partnership)s
LEFT JOIN accounts_account a ON a.id = n.account_id AND a.organisation_id = %(distributor)s
WHERE d.id IS NULL OR a.id IS NULL OR d.account_id <> n.account_id
"""

# The accounts that a change is about, with what they were merged into, and whatever counts for those. A key, for
# within a large import nobody knows yet how many lines there are, and a plan without one compares each with each.
_TOUCHED = """
DROP TABLE IF EXISTS touched_account;
CREATE TEMP TABLE touched_account (
    line_account bigint PRIMARY KEY, account_id bigint NOT NULL, is_touched boolean NOT NULL
) ON COMMIT DROP;
WITH touched AS (
    SELECT id FROM accounts_account WHERE id = ANY(%(accounts)s)
    UNION
    SELECT merged_into_id FROM accounts_account WHERE id = ANY(%(accounts)s) AND merged_into_id IS NOT NULL
)
INSERT INTO touched_account
SELECT a.id, coalesce(a.merged_into_id, a.id), a.id IN (SELECT id FROM touched) FROM accounts_account a
WHERE a.id IN (SELECT id FROM touched) OR a.merged_into_id IN (SELECT id FROM touched);
ANALYZE touched_account
"""
_NOT_HELD = """
DELETE FROM agreements_heldcell WHERE partnership_id = %(partnership)s AND month = ANY(%(months)s) AND family_id <> 0
  AND account_id IN (SELECT line_account FROM touched_account WHERE is_touched)
"""
# What was merged away holds its lines still, and so does what it was merged into.
_HELD = """
WITH held AS (
    SELECT l.account_id, l.family_id, l.month, min(l.recorded_at) AS recorded_from FROM ledger_line l
    WHERE l.partnership_id = %(partnership)s AND l.month = ANY(%(months)s) AND l.superseded_at IS NULL
      AND l.account_id IN (SELECT line_account FROM touched_account)
    GROUP BY 1, 2, 3
), holds AS (
    SELECT h.account_id, h.family_id, h.month, h.recorded_from
    FROM held h JOIN touched_account t ON t.line_account = h.account_id WHERE t.is_touched
    UNION ALL
    SELECT t.account_id, h.family_id, h.month, h.recorded_from
    FROM held h JOIN touched_account t ON t.line_account = h.account_id WHERE t.account_id <> t.line_account
)
INSERT INTO agreements_heldcell (partnership_id, distributor_id, account_id, family_id, month, recorded_from)
SELECT %(partnership)s, %(distributor)s, account_id, family_id, month, min(recorded_from) FROM holds GROUP BY 3, 4, 5
"""


class IntegrityBrokenError(RuntimeError):
    """Lines that point to no document or account of this partnership: a defect of the software, not of the file."""


def record_lines(partnership: Partnership, submission_id: int) -> int:
    """Record the compared rows that are fresh, and return how many.

    The caller holds the partnership's lock, has compared under it, and has settled the accounts.

    Raises
    ------
    IntegrityBrokenError
        When a line would point nowhere; nothing is recorded then.
    """
    parameters = {
        "partnership": partnership.pk,
        "distributor": partnership.distributor_id,
        "submission": submission_id,
    }
    with connection.cursor() as cursor:
        for statement in ";".join((_ACCOUNTS, _REPLACED, _DOCUMENTS, _REBOUND, _LINES, _RETURNS)).split(";"):
            cursor.execute(statement, parameters)
        cursor.execute(_INTEGRITY, parameters)
        astray = cursor.fetchone()[0]
        if astray:
            raise IntegrityBrokenError(
                f"{astray} lines of submission {submission_id} point to no document or account"
            )
        cursor.execute(
            "SELECT array_agg(DISTINCT account_id), array_agg(DISTINCT month), count(*) FILTER (WHERE is_new)"
            " FROM (SELECT account_id, month, TRUE AS is_new FROM new_line"
            " UNION ALL SELECT account_id, month, FALSE FROM replaced_line) touched"
        )
        accounts, months, count = cursor.fetchone()
    tell_change(partnership, accounts or [], months or [])
    return int(count)


def supersede_submission(
    partnership: Partnership,
    submission_id: int,
    undone: Collection[int] = (),
    restatements: Collection[Restatement] = (),
) -> int:
    """End the life of a submission's live lines, and return how many. Nothing is deleted: history stays.

    What it replaced is so again, unless it came from a submission that is `undone` too, or one of the `restatements`
    that stand came later.
    """
    parameters = undoing(partnership, submission_id, undone, restatements)
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH ended AS (UPDATE ledger_line SET superseded_at = statement_timestamp() WHERE partnership_id = %s"
            " AND submission_id = %s AND superseded_at IS NULL RETURNING id, partnership_id, account_id, month),"
            " prices AS (UPDATE ledger_lineprice p SET superseded_at = statement_timestamp() FROM ended e"
            " WHERE p.line_id = e.id AND p.partnership_id = e.partnership_id)"
            " SELECT array_agg(DISTINCT account_id), array_agg(DISTINCT month), count(*) FROM ended",
            [partnership.pk, submission_id],
        )
        accounts, months, count = cursor.fetchone()
        for statement in _REVIVED.split(";"):
            cursor.execute(statement, parameters)
        cursor.execute("SELECT array_agg(DISTINCT account_id), array_agg(DISTINCT month) FROM revived_line")
        back, when = cursor.fetchone()
    tell_change(partnership, [*(accounts or []), *(back or [])], [*(months or []), *(when or [])])
    return int(count)


def undoing(
    partnership: Partnership,
    submission_id: int,
    undone: Collection[int],
    restatements: Collection[Restatement],
) -> dict[str, Any]:
    """The parameters by which what was replaced comes back."""
    return {
        "partnership": partnership.pk,
        "distributor": partnership.distributor_id,
        "submission": submission_id,
        "undone": [submission_id, *undone],
        "files": [one.submission_id for one in restatements],
        "firsts": [one.first_month for one in restatements],
        "lasts": [one.last_on for one in restatements],
        "moments": [one.at for one in restatements],
    }


def tell_change(partnership: Partnership, accounts: Sequence[int], months: Sequence[date]) -> None:
    """Keep held cells, sums and sight true, and tell the workers which months changed. The caller holds the lock."""
    if not accounts:
        return
    parameters: dict[str, Any] = {
        "partnership": partnership.pk,
        "distributor": partnership.distributor_id,
        "accounts": list(accounts),
        "months": list(months),
    }
    with connection.cursor() as cursor:
        for statement in _TOUCHED.split(";"):
            cursor.execute(statement, parameters)
        cursor.execute(_NOT_HELD, parameters)
        cursor.execute(_HELD, parameters)
    sum_up(partnership, months)
    expand(partnership)
    emit(
        "ledger.changed",
        partnership_id=partnership.pk,
        manufacturer_id=partnership.manufacturer_id,
        distributor_id=partnership.distributor_id,
        months=sorted(month.isoformat() for month in months),
    )
