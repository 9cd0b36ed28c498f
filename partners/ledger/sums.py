"""The sums of the ledger by month: of an account, and of a postcode area. Kept with the lines, for what was touched.

A maker to whom single lines are not granted sees these instead, and nothing else: so they are tables with walls of
their own. They follow from the live lines alone, and `count_astray` proves it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, models
from django.db.backends.utils import CursorWrapper

from partners.agreements.models import Partnership
from partners.ledger.models import AccountMonth, AccountMonthMoney, AreaMonth, AreaMonthMoney

# An account is the one that it was merged into, and lies where that lies now.
_LINES = """
CREATE TEMP TABLE summed_line ON COMMIT DROP AS
SELECT k.id AS account_id, k.country, k.postcode_area, l.family_id, l.month, l.kind, l.quantity, l.document_id,
       p.currency, p.list_price, p.net_amount, p.freight
FROM ledger_line l
JOIN {account} a ON a.{id} = l.account_id
JOIN accounts_account k ON k.id = {kept}
LEFT JOIN ledger_lineprice p ON p.line_id = l.id AND p.partnership_id = l.partnership_id
WHERE l.partnership_id = %(partnership)s AND l.superseded_at IS NULL AND l.kind IN ('sale', 'correction', 'return')
"""
_TOUCHED_LINES = (
    _LINES.format(account="touched_account", id="line_account", kept="a.account_id")
    + "AND l.month = ANY(%(months)s)"
)
_ALL_LINES = _LINES.format(account="accounts_account", id="id", kept="coalesce(a.merged_into_id, a.id)")
_ACCOUNT_UNITS = """
SELECT account_id, country, postcode_area, family_id, month,
       coalesce(sum(quantity) FILTER (WHERE kind <> 'return'), 0) AS units,
       coalesce(-sum(quantity) FILTER (WHERE kind = 'return'), 0) AS returned_units,
       (count(DISTINCT document_id) FILTER (WHERE kind = 'sale' AND quantity > 0))::int AS documents,
       count(*)::int AS lines
FROM summed_line GROUP BY account_id, country, postcode_area, family_id, month
"""
_ACCOUNT_MONEY = """
SELECT account_id, country, postcode_area, family_id, month, currency,
       coalesce(sum(net_amount) FILTER (WHERE kind <> 'return' AND list_price IS NOT NULL), 0) AS net_of_listed,
       coalesce(sum(net_amount) FILTER (WHERE kind <> 'return' AND list_price IS NULL), 0) AS net_of_unlisted,
       coalesce(sum(list_price * quantity) FILTER (WHERE kind <> 'return'), 0) AS list_value,
       coalesce(-sum(net_amount) FILTER (WHERE kind = 'return'), 0) AS returned_value,
       coalesce(sum(freight), 0) AS freight, count(*)::int AS lines,
       (count(*) FILTER (WHERE kind <> 'return' AND list_price IS NULL))::int AS unlisted
FROM summed_line WHERE net_amount IS NOT NULL
GROUP BY account_id, country, postcode_area, family_id, month, currency
"""
_AREA = "m.country, m.postcode_area, m.family_id, m.month"
_IN_TOUCHED_AREAS = "AND (m.country, m.postcode_area, m.month) IN (SELECT * FROM touched_area)"
_AREA_UNITS = f"""
SELECT {_AREA}, sum(m.units) AS units, sum(m.returned_units) AS returned_units, sum(m.lines) AS lines
FROM ledger_accountmonth m WHERE m.partnership_id = %(partnership)s {{touched}} GROUP BY {_AREA}
"""
# Whole where every line behind the units has a price in this currency: how many there are was just counted.
_AREA_MONEY = f"""
SELECT {_AREA}, m.currency, sum(m.net_of_listed) AS net_of_listed, sum(m.net_of_unlisted) AS net_of_unlisted,
       sum(m.list_value) AS list_value, sum(m.returned_value) AS returned_value, sum(m.freight) AS freight,
       sum(m.lines) = min(u.lines) AS is_whole
FROM ledger_accountmonthmoney m JOIN fresh_ledger_areamonth u
    ON (u.country, u.postcode_area, u.family_id, u.month) = ({_AREA})
WHERE m.partnership_id = %(partnership)s {{touched}} GROUP BY {_AREA}, m.currency
"""
# The areas in which the touched accounts lay until now, and those in which they lie.
_TOUCHED_AREAS = """
CREATE TEMP TABLE touched_area ON COMMIT DROP AS
SELECT m.country, m.postcode_area, m.month
FROM ledger_accountmonth m JOIN touched_account t ON t.line_account = m.account_id
WHERE m.partnership_id = %(partnership)s AND m.month = ANY(%(months)s)
UNION SELECT country, postcode_area, month FROM summed_line
"""
# A customer that moved: all its months go along.
_MOVED = """
SELECT DISTINCT m.month FROM touched_account t JOIN accounts_account a ON a.id = t.line_account
JOIN ledger_accountmonth m ON m.partnership_id = %(partnership)s AND m.account_id = a.id
WHERE (m.country, m.postcode_area) <> (a.country, a.postcode_area)
"""
_ACCOUNTS_AND_MONTHS = (
    "t.account_id IN (SELECT line_account FROM touched_account) AND t.month = ANY(%(months)s)"
)
_AREAS_AND_MONTHS = "(t.country, t.postcode_area, t.month) IN (SELECT * FROM touched_area)"


@dataclass(frozen=True)
class _Sum:
    """A table of sums: what it should hold now, and which of its rows that is about."""

    model: type[models.Model]
    fresh: str
    scope: str

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    def key(self) -> list[str]:
        """Without the partnership: one is brought up to date at a time."""
        fields = self.model._meta.pk_fields
        return [field.attname for field in fields if field.attname != "partnership_id"]

    def values(self) -> list[str]:
        columns = [field.attname for field in self.model._meta.concrete_fields]
        return [name for name in columns if name not in (*self.key(), *_OURS)]


_OURS = ("partnership_id", "distributor_id", "changed_at")
_ACCOUNT_SUMS = (
    _Sum(AccountMonth, _ACCOUNT_UNITS, _ACCOUNTS_AND_MONTHS),
    _Sum(AccountMonthMoney, _ACCOUNT_MONEY, _ACCOUNTS_AND_MONTHS),
)
_AREA_SUMS = (
    _Sum(AreaMonth, _AREA_UNITS, _AREAS_AND_MONTHS),
    _Sum(AreaMonthMoney, _AREA_MONEY, _AREAS_AND_MONTHS),
)


def sum_up(partnership: Partnership, months: Sequence[date]) -> None:
    """Bring the sums of the accounts in the temporary table `touched_account` and of these months up to date.

    The caller holds the partnership's lock. A row that says the same as before keeps its `changed_at`.
    """
    parameters: dict[str, Any] = {
        "partnership": partnership.pk,
        "distributor": partnership.distributor_id,
    }
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, parameters)
        parameters["months"] = sorted({*months, *(month for (month,) in cursor.fetchall())})
        cursor.execute("DROP TABLE IF EXISTS summed_line, touched_area")
        for statement in (_TOUCHED_LINES, _TOUCHED_AREAS):
            cursor.execute(statement, parameters)
        cursor.execute("ANALYZE summed_line; ANALYZE touched_area")
        for one in _ACCOUNT_SUMS:
            _settle(cursor, one, one.fresh, parameters)
        for one in _AREA_SUMS:
            _settle(cursor, one, one.fresh.format(touched=_IN_TOUCHED_AREAS), parameters)


def count_astray(partnership: Partnership) -> dict[str, int]:
    """By table, how many sums say something else than the live lines do, or are missing or left over.

    The caller holds the partnership's lock and acts for the distributor.
    """
    parameters = {"partnership": partnership.pk, "distributor": partnership.distributor_id}
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS summed_line")
        cursor.execute(_ALL_LINES, parameters)
        return {
            one.table: _count_astray(cursor, one, one.fresh.format(touched=""), parameters)
            for one in (*_ACCOUNT_SUMS, *_AREA_SUMS)
        }


def _make_fresh(cursor: CursorWrapper, one: _Sum, fresh: str, parameters: dict[str, Any]) -> None:
    """What the table should hold, set aside with statistics."""
    cursor.execute(f"DROP TABLE IF EXISTS fresh_{one.table}")
    cursor.execute(f"CREATE TEMP TABLE fresh_{one.table} ON COMMIT DROP AS {fresh}", parameters)
    cursor.execute(f"ANALYZE fresh_{one.table}")


def _settle(cursor: CursorWrapper, one: _Sum, fresh: str, parameters: dict[str, Any]) -> None:
    _make_fresh(cursor, one, fresh, parameters)
    key, values = one.key(), one.values()
    same = " AND ".join(f"f.{column} = t.{column}" for column in key)
    cursor.execute(
        f"DELETE FROM {one.table} t WHERE t.partnership_id = %(partnership)s AND {one.scope}"
        f" AND NOT EXISTS (SELECT 1 FROM fresh_{one.table} f WHERE {same})",
        parameters,
    )
    columns = ", ".join([*key, *values])
    changed = ", ".join(f"{column} = excluded.{column}" for column in (*values, "changed_at"))
    cursor.execute(
        f"INSERT INTO {one.table} AS t (partnership_id, distributor_id, changed_at, {columns})"
        f" SELECT %(partnership)s, %(distributor)s, statement_timestamp(), {columns} FROM fresh_{one.table}"
        f" ON CONFLICT (partnership_id, {', '.join(key)}) DO UPDATE SET {changed}"
        f" WHERE ({_row('t', values)}) IS DISTINCT FROM ({_row('excluded', values)})",
        parameters,
    )


def _count_astray(cursor: CursorWrapper, one: _Sum, fresh: str, parameters: dict[str, Any]) -> int:
    _make_fresh(cursor, one, fresh, parameters)
    columns = ", ".join([*one.key(), *one.values()])
    kept = f"SELECT {columns} FROM {one.table} WHERE partnership_id = %(partnership)s"
    due = f"SELECT {columns} FROM fresh_{one.table}"
    cursor.execute(
        f"SELECT count(*) FROM (({kept} EXCEPT {due}) UNION ALL ({due} EXCEPT {kept})) astray", parameters
    )
    count: int = cursor.fetchone()[0]
    return count


def _row(alias: str, columns: Sequence[str]) -> str:
    return ", ".join(f"{alias}.{column}" for column in columns)
