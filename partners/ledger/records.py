"""Recording what comes beside sell-through: one way for every kind of record, set-based, under the partnership's lock.

A file's rows lie in a temporary table between parsing and commit. A row is known by its natural key: it is fresh, says
what is recorded already, or says something else and supersedes that. What was taken back is found again: undoing a file
brings back what stood before it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db import connection, models
from django.db.backends.utils import CursorWrapper

from partners.agreements.expansion import expand
from partners.agreements.models import Category, Partnership
from partners.ledger.copying import copy_in
from partners.ledger.models import (
    AccountSheet,
    AccountTerms,
    CaseText,
    CrossReference,
    Invoice,
    OrderLine,
    OrderPrice,
    PriceEntry,
    Record,
    RecordPart,
    ServiceCase,
    StockPosition,
    Target,
    TouchPeople,
    TouchPoint,
)
from partners.ledger.services import undoing
from partners.ledger.staging import Comparison, Restatement


@dataclass(frozen=True)
class Part:
    """What of a record another category guards: its table, and its columns."""

    model: type[RecordPart]
    category: Category
    columns: tuple[str, ...]

    @property
    def table(self) -> str:
        return self.model._meta.db_table


@dataclass(frozen=True)
class Kind:
    """How records of a feed are known and kept.

    `key` and `values` are columns of the model, `dated` is its business date, `money` what is summed up for a person.
    `repeats`: a file may say several things under one key; they are counted. `category` None: it stays with its sender.
    """

    feed: str
    model: type[Record]
    category: Category | None
    key: tuple[str, ...]
    values: tuple[str, ...]
    dated: str
    parts: tuple[Part, ...] = ()
    money: str = ""
    repeats: bool = False

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def has_accounts(self) -> bool:
        return "account_id" in (*self.key, *self.values)

    @property
    def has_products(self) -> bool:
        return "product_id" in (*self.key, *self.values)

    @cached_property
    def types(self) -> dict[str, str]:
        """The type of each column of what a file says, in the order in which it is staged."""
        said = (*self.key, *self.values, "product_id", "family_id", "month")
        own: dict[str, type[models.Model]] = dict.fromkeys(said, self.model)
        own.update((column, part.model) for part in self.parts for column in part.columns)
        return {
            column: str(model._meta.get_field(column).db_type(connection))
            for column, model in own.items()
            if column != "account_id"
        }

    @property
    def columns(self) -> tuple[str, ...]:
        """Of the staging table."""
        return ("source_row", "account_code", *self.types)


_STOCK = ("on_hand", "available", "on_order", "in_transit", "back_ordered", "stock_out_days")
KINDS: dict[str, Kind] = {
    kind.feed: kind
    for kind in (
        Kind("stock", StockPosition, Category.INVENTORY, ("product_id", "location", "as_of"), _STOCK, "as_of"),
        Kind(
            "orders",
            OrderLine,
            Category.INVENTORY,
            ("number", "line_key", "shipment"),
            ("product_id", "ordered_on", "quantity", "promised_on", "shipped_on", "delivered_on", "shipped"),
            "ordered_on",
            parts=(Part(OrderPrice, Category.PRICE, ("unit_price", "currency")),),
        ),
        Kind(
            "payments",
            Invoice,
            Category.PAYMENTS,
            ("number",),
            (
                "account_id", "invoiced_on", "due_on", "paid_on", "amount", "currency", "deduction", "deduction_code",
                "terms_days",
            ),
            "invoiced_on",
            money="amount",
            repeats=True,
        ),
        Kind(
            "cases",
            ServiceCase,
            Category.SERVICE,
            ("account_id", "number", "opened_on"),
            ("topic", "first_response_on", "resolved_on", "csat", "nps", "ces"),
            "opened_on",
            parts=(Part(CaseText, Category.IDENTITY, ("text",)),),
            repeats=True,
        ),
        Kind(
            "touch_points",
            TouchPoint,
            Category.SERVICE,
            ("account_id", "touched_on", "channel"),
            ("minutes",),
            "touched_on",
            parts=(Part(TouchPeople, Category.CONTACTS, ("salesperson", "contact", "note")),),
            repeats=True,
        ),
        Kind(
            "accounts",
            AccountTerms,
            Category.PAYMENTS,
            ("account_id",),
            ("terms_days", "credit_limit", "currency"),
            "month",
            parts=(
                Part(
                    AccountSheet,
                    Category.IDENTITY,
                    (
                        "name", "street", "city", "region", "postcode", "country", "account_type", "industry", "parent",
                        "tax_number", "others",
                    ),
                ),
            ),
        ),
        Kind(
            "prices",
            PriceEntry,
            Category.PRICE,
            ("product_id", "kind", "currency", "from_on", "minimum"),
            ("to_on", "amount"),
            "from_on",
        ),
        Kind(
            "targets",
            Target,
            None,
            ("month", "account_id", "family_id", "measure", "currency", "salesperson"),
            ("amount",),
            "month",
            money="amount",
        ),
        Kind(
            "cross_reference",
            CrossReference,
            None,
            ("own_sku", "unit"),
            ("product_id", "units_per_pack", "from_on", "to_on"),
            "month",
        ),
    )
}  # fmt: skip

_HOUSEKEEPING = (
    "id",
    "partnership_id",
    "distributor_id",
    "ordinal",
    "submission_id",
    "source_row",
    "recorded_at",
)


def begin_records(kind: Kind) -> None:
    """Start with an empty staging table for records of this kind in this session."""
    columns = ", ".join(f"{column} {type_}" for column, type_ in kind.types.items())
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS staged_record")
        cursor.execute(
            "CREATE TEMP TABLE staged_record (source_row integer NOT NULL, account_code text NOT NULL,"
            f" {columns}) ON COMMIT PRESERVE ROWS"
        )


def stage_records(kind: Kind, block: bytes) -> None:
    """Copy a block of rows, in the order of `kind.columns`, to the staging table."""
    copy_in("staged_record", kind.columns, block)


def compare_records(
    kind: Kind, partnership: Partnership, submission_id: int, *, restates: bool = False
) -> Comparison:
    """Set every staged row against what is recorded under its key, and sum up what is new.

    `restates`: the file replaces what is recorded in the months that it spans.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE staged_record")
        cursor.execute("DROP TABLE IF EXISTS compared_record, replaced_record")
        cursor.execute(_comparison(kind), _parameters(partnership, submission_id))
        cursor.execute("ANALYZE compared_record")
        cursor.execute("SELECT status, count(*) FROM compared_record GROUP BY status")
        counts: dict[str, int] = dict(cursor.fetchall())
        cursor.execute(_SUMMARY.format(dated=kind.dated))
        accounts, first_on, last_on = cursor.fetchone()
        net: dict[str, Any] = {}
        if kind.money:
            cursor.execute(_MONEY.format(money=kind.money))
            net = dict(cursor.fetchall())
        cursor.execute(_replaced(kind), _parameters(partnership, submission_id) | {"restates": restates})
        cursor.execute("SELECT count(*) FROM replaced_record")
        replaced = cursor.fetchone()[0]
        cursor.execute(_STAGED_SPAN)
        span = cursor.fetchone()
    return Comparison(
        fresh=sum(counts.get(status, 0) for status in ("fresh", "changed", "kept")),
        duplicates=counts.get("duplicate", 0),
        conflicts=counts.get("twice", 0),
        net=net,
        priced=sum(counts.get(status, 0) for status in ("fresh", "changed", "kept")) if kind.money else 0,
        accounts=accounts,
        documents=0,
        first_on=first_on,
        last_on=last_on,
        changed=counts.get("changed", 0),
        replaced=replaced,
        span=span if restates else None,
    )


def list_record_conflicts() -> list[tuple[int, str, str]]:
    """Rows that say something else than another row of the file under the same key: source row, status, and nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT source_row, status, '' FROM compared_record WHERE status = 'twice' ORDER BY source_row"
        )
        return list(cursor.fetchall())


def list_record_overlaps(kind: Kind, limit: int) -> list[tuple[int, int]]:
    """The submissions that recorded what the file repeats, and how many rows, those with most first."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT r.submission_id, count(*) FROM compared_record c JOIN {kind.table} r ON r.id = c.superseded_id"
            " WHERE c.status = 'duplicate' GROUP BY r.submission_id ORDER BY 2 DESC, 1 LIMIT %s",
            [limit],
        )
        return list(cursor.fetchall())


def list_record_accounts() -> list[str]:
    """The codes of the accounts that the new rows name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT account_code FROM compared_record"
            " WHERE status IN ('fresh', 'changed') AND account_code <> ''"
        )
        return [code for (code,) in cursor.fetchall()]


def record_records(kind: Kind, partnership: Partnership, submission_id: int) -> int:
    """Record the compared rows that are new or say something else, and return how many.

    The caller holds the partnership's lock, has compared under it, and has settled the accounts.
    """
    with connection.cursor() as cursor:
        parameters = _parameters(partnership, submission_id) | {"now": _now(cursor)}
        cursor.execute(_ACCOUNTS, parameters)
        cursor.execute("DROP TABLE IF EXISTS new_record")
        cursor.execute(_NEW.format(table=kind.table), parameters)
        cursor.execute("ANALYZE new_record")
        cursor.execute(
            f"UPDATE {kind.table} r SET superseded_at = %(now)s, superseded_by_id = %(submission)s FROM"
            " (SELECT superseded_id AS id FROM new_record UNION ALL SELECT id FROM replaced_record) n"
            " WHERE r.id = n.id AND r.partnership_id = %(partnership)s AND r.superseded_at IS NULL",
            parameters,
        )
        count = _insert(cursor, kind, parameters)
        cursor.execute(
            "SELECT array_agg(DISTINCT month) FROM"
            " (SELECT month FROM new_record UNION ALL SELECT month FROM replaced_record) touched"
        )
        months = cursor.fetchone()[0]
    tell_records(kind, partnership, months or [])
    return count


def supersede_records(
    kind: Kind,
    partnership: Partnership,
    submission_id: int,
    undone: Collection[int],
    restatements: Collection[Restatement],
) -> int:
    """Take a submission's records out of the present, and return how many. What stood before them is so again.

    What the `undone` said, the other submissions that were taken back, does not come back, nor what one of the
    `restatements` that stand left out later.
    """
    with connection.cursor() as cursor:
        parameters = undoing(partnership, submission_id, undone, restatements) | {"now": _now(cursor)}
        cursor.execute("DROP TABLE IF EXISTS new_record")
        cursor.execute(
            f"UPDATE {kind.table} SET superseded_at = %(now)s WHERE partnership_id = %(partnership)s"
            " AND submission_id = %(submission)s AND superseded_at IS NULL",
            parameters,
        )
        count = int(cursor.rowcount)
        cursor.execute(_revival(kind), parameters)
        _insert(cursor, kind, parameters)
        cursor.execute(
            f"SELECT array_agg(DISTINCT month) FROM {kind.table} WHERE partnership_id = %(partnership)s"
            " AND (submission_id = %(submission)s OR superseded_by_id = %(submission)s)",
            parameters,
        )
        months = cursor.fetchone()[0]
    tell_records(kind, partnership, months or [])
    return count


def hold_records(partnership: Partnership, months: Sequence[date] | None = None) -> None:
    """Keep the held cells of records true, for these months or for all. The caller holds the lock."""
    told = " UNION ALL ".join(
        _HELD.format(table=kind.table) for kind in KINDS.values() if kind.category is not None
    )
    parameters = {
        "partnership": partnership.pk,
        "distributor": partnership.distributor_id,
        "months": None if months is None else list(months),
    }
    with connection.cursor() as cursor:
        cursor.execute(_NOT_HELD, parameters)
        cursor.execute(
            "INSERT INTO agreements_heldcell"
            " (partnership_id, distributor_id, account_id, family_id, month, recorded_from)"
            " SELECT %(partnership)s, %(distributor)s, account_id, family_id, month, min(recorded_at)"
            f" FROM ({told}) held WHERE account_id <> 0 OR family_id <> 0 GROUP BY 3, 4, 5",
            parameters,
        )


def tell_records(kind: Kind, partnership: Partnership, months: Sequence[date]) -> None:
    """Keep held cells and sight true. The caller holds the lock."""
    if not months:
        return
    if kind.category is not None:
        hold_records(partnership, months)
        expand(partnership)


def page_records(kind: Kind, partnership: Partnership, after: int, limit: int) -> list[tuple[Any, ...]]:
    """At most `limit` live records: their id, customer number, SKU, family, line number, and the kind's own columns.

    The latter are those of `told_columns`, in that order.
    """
    with connection.cursor() as cursor:
        cursor.execute(_page(kind), {"partnership": partnership.pk, "after": after, "limit": limit})
        return list(cursor.fetchall())


def latest_months(partnership_id: int) -> dict[str, date | None]:
    """By feed the month of the newest live record in sight; None where none is."""
    newest = " UNION ALL ".join(
        f"(SELECT '{kind.feed}', (SELECT month FROM {kind.table} WHERE partnership_id = %(partnership)s"
        " AND superseded_at IS NULL ORDER BY month DESC LIMIT 1))"
        for kind in KINDS.values()
    )
    with connection.cursor() as cursor:
        cursor.execute(newest, {"partnership": partnership_id})
        return dict(cursor.fetchall())


def told_columns(kind: Kind) -> list[str]:
    """What a file of this kind says beside customer, SKU, family and line number."""
    shown = ("account_id", "product_id", "family_id", "line_key")
    own = [column for column in (*kind.key, *kind.values) if column not in shown]
    return own + [column for part in kind.parts for column in part.columns]


def end_records() -> None:
    """Drop the staging tables before the connection serves something else."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS staged_record, compared_record, replaced_record")


# --- the statements ----------------------------------------------------------------------------------

_ACCOUNTS = """
UPDATE compared_record c SET account_id = i.account_id FROM accounts_accountidentity i
WHERE c.account_code <> '' AND c.account_id IS NULL AND i.organisation_id = %(distributor)s AND i.code = c.account_code
"""
_NEW = """
CREATE TEMP TABLE new_record ON COMMIT DROP AS
SELECT nextval(pg_get_serial_sequence('{table}', 'id')) AS id, c.* FROM (
    SELECT *, %(submission)s::bigint AS submission_id FROM compared_record
    WHERE status IN ('fresh', 'changed') ORDER BY source_row) c
"""
_SUMMARY = """
SELECT count(DISTINCT account_code) FILTER (WHERE account_code <> ''), min({dated}), max({dated}) FROM compared_record
WHERE status IN ('fresh', 'changed', 'kept')
"""
_STAGED_SPAN = "SELECT min(month), max(month) FROM staged_record"
_MONEY = """
SELECT currency, coalesce(sum({money}), 0) FROM compared_record WHERE status IN ('fresh', 'changed', 'kept')
GROUP BY currency ORDER BY currency
"""
# Cells of records have no customer or no family, those of lines have both: each keeps its own.
_NOT_HELD = """
DELETE FROM agreements_heldcell WHERE partnership_id = %(partnership)s AND (account_id = 0 OR family_id = 0)
  AND (%(months)s::date[] IS NULL OR month = ANY(%(months)s))
"""
_HELD = """
SELECT coalesce(a.merged_into_id, r.account_id) AS account_id, r.family_id, r.month, r.recorded_at FROM {table} r
LEFT JOIN accounts_account a ON a.id = r.account_id
WHERE r.partnership_id = %(partnership)s AND r.superseded_at IS NULL
  AND (%(months)s::date[] IS NULL OR r.month = ANY(%(months)s))
"""


def _parameters(partnership: Partnership, submission_id: int) -> dict[str, Any]:
    return {
        "partnership": partnership.pk,
        "distributor": partnership.distributor_id,
        "submission": submission_id,
    }


def _now(cursor: CursorWrapper) -> Any:
    """One moment for what ends and what begins."""
    cursor.execute("SELECT statement_timestamp()")
    return cursor.fetchone()[0]


def _said(kind: Kind, row: str, parts: str = "") -> str:
    """What a row says beside its key, as one text; `parts` is how the parts' tables are called, with their number."""
    values = [_or_null(kind.model, column, of=row) for column in kind.values]
    for number, part in enumerate(kind.parts):
        of = f"{parts}{number}" if parts else row
        values += [_or_null(part.model, column, of=of) for column in part.columns]
    return f"ROW({', '.join(values)})::text"


def _or_null(model: type[models.Model], column: str, *, of: str) -> str:
    """A column as text, NULL where it says nothing."""
    field, text = model._meta.get_field(column), f"{of}.{column}::text"
    if isinstance(field, models.CharField):
        return f"nullif({text}, '')"
    return f"nullif({text}, '{{}}')" if isinstance(field, models.JSONField) else text


def _parts(kind: Kind, record: str) -> str:
    return "".join(
        f" LEFT JOIN {part.table} p{number} ON p{number}.record_id = {record}.id"
        f" AND p{number}.partnership_id = {record}.partnership_id"
        for number, part in enumerate(kind.parts)
    )


def _comparison(kind: Kind) -> str:
    """Rows with their standing: fresh, changed, duplicate, kept (recorded by this very file), or twice in the file."""
    named = ", ".join("account_code" if column == "account_id" else column for column in kind.key)
    ordinal = "place" if kind.repeats else "1"
    same = " AND ".join(f"r.{column} = n.{column}" for column in kind.key)
    twice = "FALSE" if kind.repeats else "n.place > 1"
    return f"""
CREATE TEMP TABLE compared_record ON COMMIT PRESERVE ROWS AS
WITH named AS (
    SELECT s.*, CASE WHEN s.account_code = '' THEN 0 ELSE i.account_id END AS account_id
    FROM staged_record s
    LEFT JOIN accounts_accountidentity i ON i.organisation_id = %(distributor)s AND i.code = s.account_code
), numbered AS (
    SELECT s.*, row_number() OVER same AS place, {_said(kind, "s")} AS said,
           first_value({_said(kind, "s")}) OVER same AS first_said
    FROM named s WINDOW same AS (PARTITION BY {named} ORDER BY source_row)
), placed AS (
    SELECT n.*, {ordinal}::integer AS ordinal FROM numbered n
), live AS (
    SELECT r.*, {_said(kind, "r", "p")} AS said FROM {kind.table} r{_parts(kind, "r")}
    WHERE r.partnership_id = %(partnership)s AND r.superseded_at IS NULL
)
SELECT n.*, r.id AS superseded_id, CASE
    WHEN {twice} AND n.said <> n.first_said THEN 'twice'
    WHEN {twice} THEN 'duplicate'
    WHEN r.id IS NULL THEN 'fresh'
    WHEN r.submission_id = %(submission)s AND r.said = n.said THEN 'kept'
    WHEN r.said = n.said THEN 'duplicate'
    ELSE 'changed' END AS status
FROM placed n LEFT JOIN live r ON {same} AND r.ordinal = n.ordinal
"""


def _page(kind: Kind) -> str:
    own = [
        f"r.{column}"
        for column in told_columns(kind)[: -sum(len(part.columns) for part in kind.parts) or None]
    ]
    own += [f"p{number}.{column}" for number, part in enumerate(kind.parts) for column in part.columns]
    line = "CASE WHEN r.line_key > 0 THEN r.line_key END" if "line_key" in kind.key else "NULL"
    return f"""
SELECT r.id, i.code, q.sku, f.name, {line}, {", ".join(own)} FROM {kind.table} r{_parts(kind, "r")}
LEFT JOIN accounts_accountidentity i ON i.account_id = r.account_id
LEFT JOIN catalogue_product q ON q.id = r.product_id
LEFT JOIN catalogue_productfamily f ON f.id = r.family_id AND r.product_id = 0
WHERE r.partnership_id = %(partnership)s AND r.superseded_at IS NULL AND r.id > %(after)s ORDER BY r.id LIMIT %(limit)s
"""


def _replaced(kind: Kind) -> str:
    """Live records of the file's months that it says nothing of; none, unless it restates them."""
    same = " AND ".join(f"c.{column} = r.{column}" for column in kind.key)
    return f"""
CREATE TEMP TABLE replaced_record ON COMMIT PRESERVE ROWS AS
SELECT r.id, r.month FROM {kind.table} r
WHERE %(restates)s AND r.partnership_id = %(partnership)s AND r.superseded_at IS NULL
  AND r.month BETWEEN (SELECT min(month) FROM staged_record) AND (SELECT max(month) FROM staged_record)
  AND NOT EXISTS (SELECT 1 FROM compared_record c WHERE {same} AND c.ordinal = r.ordinal)
"""


def _columns(kind: Kind) -> list[str]:
    """Of the record's table, beside the housekeeping."""
    return list(dict.fromkeys((*kind.key, *kind.values, "account_id", "product_id", "family_id", "month")))


def _insert(cursor: CursorWrapper, kind: Kind, parameters: dict[str, Any]) -> int:
    """Record what lies in `new_record`, with its parts."""
    columns = ", ".join(_columns(kind))
    cursor.execute(
        f"INSERT INTO {kind.table} ({', '.join(_HOUSEKEEPING)}, {columns})"
        " SELECT id, %(partnership)s, %(distributor)s, ordinal, submission_id, source_row, %(now)s,"
        f" {columns} FROM new_record",
        parameters,
    )
    count = int(cursor.rowcount)
    for part in kind.parts:
        told = ", ".join(part.columns)
        said = ", ".join(_or_null(part.model, column, of="n") for column in part.columns)
        cursor.execute(
            f"INSERT INTO {part.table} (record_id, partnership_id, distributor_id, family_id, month, {told})"
            f" SELECT id, %(partnership)s, %(distributor)s, family_id, month, {told} FROM new_record n"
            f" WHERE coalesce({said}) IS NOT NULL",
            parameters,
        )
    return count


def _revival(kind: Kind) -> str:
    """What stood before under the keys of a submission, where nothing stands there now."""
    key = [*kind.key, "ordinal"]
    keys = ", ".join(key)
    mine = ", ".join(f"r.{column}" for column in key)
    own = ", ".join(f"r.{column}" for column in ("source_row", "ordinal", "submission_id", *_columns(kind)))
    parts = "".join(
        f", p{number}.{column}" for number, part in enumerate(kind.parts) for column in part.columns
    )
    return f"""
CREATE TEMP TABLE new_record ON COMMIT DROP AS
WITH touched AS (
    SELECT DISTINCT {keys} FROM {kind.table} WHERE partnership_id = %(partnership)s
      AND (submission_id = %(submission)s OR superseded_by_id = ANY(%(undone)s))
), earlier AS (
    SELECT DISTINCT ON ({mine}) r.id AS before_id, r.recorded_at, {own}{parts}
    FROM {kind.table} r{_parts(kind, "r")}
    JOIN touched t ON {" AND ".join(f"t.{column} = r.{column}" for column in key)}
    WHERE r.partnership_id = %(partnership)s AND r.submission_id <> ALL(%(undone)s)
    ORDER BY {mine}, r.recorded_at DESC, r.id DESC
)
SELECT nextval(pg_get_serial_sequence('{kind.table}', 'id')) AS id, e.* FROM earlier e
WHERE NOT EXISTS (SELECT 1 FROM {kind.table} l WHERE l.partnership_id = %(partnership)s AND l.superseded_at IS NULL
    AND {" AND ".join(f"l.{column} = e.{column}" for column in key)})
  AND NOT EXISTS (
    SELECT 1 FROM unnest(%(files)s::bigint[], %(firsts)s::date[], %(lasts)s::date[], %(moments)s::timestamptz[])
        s(submission_id, first_month, last_on, at)
    WHERE e.month BETWEEN s.first_month AND s.last_on AND s.at > e.recorded_at AND s.submission_id <> e.submission_id)
"""
