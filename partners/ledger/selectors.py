"""Reading the ledger under the active actor: as far as its lines are in sight."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
from django.db import connection
from django.db.models import F, Sum

from partners.agreements.models import Category, Granularity, Partnership
from partners.agreements.walls import granted_cells
from partners.audit.services import note_read
from partners.catalogue.models import ListPrice
from partners.ledger.models import AreaMonth, LinePrice
from partners.tenancy.context import current_actor, current_organisation_id

# Amounts as integers of ten-thousandths: exact in a frame (see `analytics.core.facts`).
# Each side's money uses its own cost: the distributor's lies with the line, the maker's in its catalogue.
_FRAME = """
WITH maker_cost AS (
    SELECT product_id, currency, amount, from_on,
           lead(from_on, 1, 'infinity') OVER (PARTITION BY product_id, currency ORDER BY from_on) AS until_on
    FROM catalogue_unitcost
)
SELECT coalesce(a.merged_into_id, l.account_id) AS account, l.document_id AS document, l.business_date,
       l.month, l.product_id AS product, l.family_id AS family, l.kind, (l.quantity * 10000)::bigint AS quantity,
       (p.list_price * 10000)::bigint AS list_price, (p.net_amount * 10000)::bigint AS net_amount,
       ((CASE WHEN l.distributor_id = app_org() THEN p.unit_cost ELSE m.amount END) * 10000)::bigint AS unit_cost,
       (p.freight * 10000)::bigint AS freight, p.currency
FROM ledger_line l
LEFT JOIN ledger_lineprice p ON p.line_id = l.id AND p.partnership_id = l.partnership_id
LEFT JOIN accounts_account a ON a.id = l.account_id AND a.merged_at <= %(known_at)s
LEFT JOIN maker_cost m ON m.product_id = l.product_id AND m.currency = p.currency
    AND l.business_date >= m.from_on AND l.business_date < m.until_on
WHERE l.partnership_id = %(partnership)s AND l.recorded_at <= %(known_at)s
  AND (l.superseded_at IS NULL OR l.superseded_at > %(known_at)s)
"""
# An account with all that was merged into it by then.
_OF_ACCOUNT = """l.account_id IN (SELECT k.id FROM accounts_account k
    WHERE k.id = %(account)s OR (k.merged_into_id = %(account)s AND k.merged_at <= %(known_at)s))"""
_INTEGERS = ("account", "document", "product", "family", "quantity")
_AMOUNTS = ("list_price", "net_amount", "unit_cost", "freight")

# Of each cell what is seen no finer, so that nothing is read twice. Money that is granted by month alone takes the
# whole cell to that level: units and money of a cell belong together.
_PRICED_BY_MONTH = (
    f"({granted_cells(Category.PRICE, Granularity.MONTH, of='m.')}"
    f" AND NOT {granted_cells(Category.PRICE, Granularity.LINE, of='m.')})"
)
_BY_MONTH = f"""m.partnership_id = %(partnership)s AND m.distributor_id <> (SELECT app_org())
  AND ({_PRICED_BY_MONTH} OR NOT {granted_cells(Category.VOLUME, Granularity.LINE, of="m.")})"""
_BY_AREA = f"""m.partnership_id = %(partnership)s AND m.distributor_id <> (SELECT app_org())
  AND NOT {granted_cells(Category.VOLUME, Granularity.MONTH, of="m.")}"""
_UNIT_SUMS = "(m.units * 10000)::bigint AS units, (m.returned_units * 10000)::bigint AS returned_units"
_MONEY_SUMS = """m.currency, ((m.net_of_listed + m.net_of_unlisted) * 10000)::bigint AS net_sold,
       round(m.list_value * 10000)::bigint AS list_value, (m.net_of_listed * 10000)::bigint AS net_of_listed,
       (m.returned_value * 10000)::bigint AS returned_value, (m.freight * 10000)::bigint AS freight"""
_MONTHS = f"""
SELECT m.account_id AS account, m.family_id AS family, m.month, {_UNIT_SUMS}, m.documents
FROM ledger_accountmonth m WHERE {_BY_MONTH}
"""
_MONTHS_MONEY = f"""
SELECT m.account_id AS account, m.family_id AS family, m.month, {_MONEY_SUMS}, m.lines, m.unlisted,
       m.lines = u.lines AS is_whole
FROM ledger_accountmonthmoney m
JOIN ledger_accountmonth u ON u.partnership_id = m.partnership_id AND u.account_id = m.account_id
    AND u.family_id = m.family_id AND u.month = m.month
WHERE {_BY_MONTH}
"""
_AREAS = f"""
SELECT m.country, m.postcode_area, m.family_id AS family, m.month, {_UNIT_SUMS}
FROM ledger_areamonth m WHERE {_BY_AREA}
"""
_AREAS_MONEY = f"""
SELECT m.country, m.postcode_area, m.family_id AS family, m.month, {_MONEY_SUMS}, m.is_whole
FROM ledger_areamonthmoney m WHERE {_BY_AREA}
"""

_SUM = """m.country, m.postcode_area, m.month, f.name, m.units - m.returned_units,
       p.net_of_listed + p.net_of_unlisted - p.returned_value, p.currency"""
_ACCOUNT_SUMS = f"""
SELECT m.account_id, {_SUM}
FROM ledger_accountmonth m
LEFT JOIN ledger_accountmonthmoney p ON p.partnership_id = m.partnership_id AND p.account_id = m.account_id
    AND p.family_id = m.family_id AND p.month = m.month AND p.lines = m.lines
LEFT JOIN catalogue_productfamily f ON f.id = m.family_id
WHERE m.partnership_id = %(partnership)s ORDER BY m.account_id, m.family_id, m.month LIMIT %(limit)s
"""
_AREA_SUMS = f"""
SELECT NULL::bigint, {_SUM}
FROM ledger_areamonth m
LEFT JOIN ledger_areamonthmoney p ON p.partnership_id = m.partnership_id AND p.country = m.country
    AND p.postcode_area = m.postcode_area AND p.family_id = m.family_id AND p.month = m.month AND p.is_whole
LEFT JOIN catalogue_productfamily f ON f.id = m.family_id
WHERE m.partnership_id = %(partnership)s ORDER BY m.country, m.postcode_area, m.family_id, m.month LIMIT %(limit)s
"""

_ORDERS = f"""
SELECT l.document_id, min(l.business_date), sum(l.quantity), count(*), count(DISTINCT l.family_id),
       sum(p.net_amount), min(p.currency), max(i.number), max(c.salesperson), min(l.submission_id),
       min(l.source_row), max(l.source_row)
FROM ledger_line l
LEFT JOIN ledger_lineprice p ON p.line_id = l.id AND p.partnership_id = l.partnership_id
LEFT JOIN ledger_documentidentity i ON i.document_id = l.document_id AND i.partnership_id = l.partnership_id
LEFT JOIN ledger_documentcontact c ON c.document_id = l.document_id AND c.partnership_id = l.partnership_id
WHERE l.partnership_id = %(partnership)s AND {_OF_ACCOUNT} AND l.kind = 'sale' AND l.quantity > 0
  AND l.business_date <= %(until)s AND l.recorded_at <= %(known_at)s
  AND (l.superseded_at IS NULL OR l.superseded_at > %(known_at)s)
GROUP BY l.document_id ORDER BY 2 DESC, 1 DESC LIMIT %(limit)s
"""
_LINES = f"""
SELECT l.business_date, i.number, l.kind, r.sku, r.name, f.name, l.quantity, p.net_amount, p.currency,
       l.submission_id, l.source_row, count(*) OVER ()
FROM ledger_line l
LEFT JOIN ledger_lineprice p ON p.line_id = l.id AND p.partnership_id = l.partnership_id
LEFT JOIN ledger_documentidentity i ON i.document_id = l.document_id AND i.partnership_id = l.partnership_id
LEFT JOIN catalogue_product r ON r.id = l.product_id
LEFT JOIN catalogue_productfamily f ON f.id = l.family_id
WHERE l.partnership_id = %(partnership)s AND {_OF_ACCOUNT}
  AND l.business_date <= %(until)s AND l.recorded_at <= %(known_at)s
  AND (l.superseded_at IS NULL OR l.superseded_at > %(known_at)s)
  AND (%(month)s::date IS NULL OR l.month = %(month)s) AND (%(family)s::text IS NULL OR f.public_id = %(family)s)
ORDER BY l.business_date DESC, l.document_id DESC, l.id LIMIT %(limit)s OFFSET %(offset)s
"""
# The page first, by the index of lines by account and month, and only then what belongs to its lines: joined at
# once, a planner without statistics sorts them all (2.4 s a page among 218,000 lines, then 20 ms).
_PAGE = """
WITH page AS MATERIALIZED (
    SELECT * FROM ledger_line l
    WHERE l.partnership_id = %(partnership)s AND l.superseded_at IS NULL
      AND (%(accounts)s::bigint[] IS NULL OR l.account_id = ANY(ARRAY(SELECT k.id FROM accounts_account k
           WHERE k.id = ANY(%(accounts)s::bigint[]) OR k.merged_into_id = ANY(%(accounts)s::bigint[]))))
      AND (%(from_month)s::date IS NULL OR l.month >= %(from_month)s)
      AND (%(to_month)s::date IS NULL OR l.month < %(to_month)s)
      AND (%(after_account)s::bigint IS NULL
           OR (l.account_id, l.month, l.id) > (%(after_account)s, %(after_month)s::date, %(after_id)s))
    ORDER BY l.account_id, l.month, l.id LIMIT %(limit)s
)
SELECT l.id, coalesce(a.merged_into_id, l.account_id), l.account_id, l.month, l.business_date, i.number, l.line_key,
       l.kind, r.sku, r.name, f.name, l.quantity, p.list_price, p.discount, p.net_amount, p.currency
FROM page l
LEFT JOIN accounts_account a ON a.id = l.account_id
LEFT JOIN ledger_lineprice p ON p.line_id = l.id AND p.partnership_id = l.partnership_id
LEFT JOIN ledger_documentidentity i ON i.document_id = l.document_id AND i.partnership_id = l.partnership_id
LEFT JOIN catalogue_product r ON r.id = l.product_id
LEFT JOIN catalogue_productfamily f ON f.id = l.family_id
ORDER BY l.account_id, l.month, l.id
"""


@dataclass(frozen=True)
class ReadLine:
    """A line as far as it is in sight, for a system that reads all of them. What is withheld or unknown is None.

    `account_id` is the account that it counts for; `position` its place in the order of pages.
    """

    line_id: int
    account_id: int
    position: tuple[int, date, int]
    month: date
    business_date: date
    number: str | None
    line_number: int | None
    kind: str
    sku: str | None
    product: str | None
    family: str | None
    quantity: Decimal
    list_price: Decimal | None
    discount: Decimal | None
    net: Decimal | None
    currency: str | None


@dataclass(frozen=True)
class LedgerLine:
    """A line as far as it is in sight, with the file and row that it came from. What is withheld is None."""

    business_date: date
    number: str | None
    kind: str
    sku: str | None
    product: str | None
    family: str | None
    quantity: Decimal
    net: Decimal | None
    currency: str | None
    submission_id: int
    source_row: int


@dataclass(frozen=True)
class Slice:
    """Which lines of an account: of one month, of one family (its public id), or all; as known at a moment."""

    until: date
    known_at: datetime
    month: date | None = None
    family: str | None = None


@dataclass(frozen=True)
class Order:
    """A document as far as it is in sight. What is withheld is None: number without identity, money without price."""

    business_date: date
    units: Decimal
    lines: int
    families: int
    net: Decimal | None
    currency: str | None
    number: str | None
    salesperson: str | None
    submission_id: int
    source_rows: tuple[int, int]


def frame_lines(partnership_id: int, *, known_at: datetime, account_id: int | None = None) -> pd.DataFrame:
    """Lines in sight, of one account or all, as known at a moment: the frame that `analytics.core.facts` describes.

    Amounts are int64 (nullable where withheld or unknown).
    """
    query = _FRAME if account_id is None else f"{_FRAME} AND {_OF_ACCOUNT}"
    given = {"partnership": partnership_id, "known_at": known_at, "account": account_id}
    frame = _read(query, given, hashed=account_id is None)
    types = dict.fromkeys(_INTEGERS, "int64") | dict.fromkeys(_AMOUNTS, "Int64")
    types |= dict.fromkeys(("business_date", "month"), "datetime64[s]")
    return frame.astype(types)


def frame_months(partnership_id: int, account_id: int | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Units and money by account, family and month, of the cells that are seen by month: the frames that
    `analytics.core.months` describes, money with what `analytics.core.facts.monthly_money` sums up. As of now."""
    of_account = "" if account_id is None else " AND m.account_id = %(account)s"
    given = {"partnership": partnership_id, "account": account_id}
    return _sums(_MONTHS + of_account, given), _sums(_MONTHS_MONEY + of_account, given)


def frame_areas(partnership_id: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The same by country, postcode area, family and month, of the cells that are seen by postcode area alone."""
    given = {"partnership": partnership_id}
    return _sums(_AREAS, given), _sums(_AREAS_MONEY, given)


def _sums(query: str, given: Mapping[str, int | None]) -> pd.DataFrame:
    frame = _read(query, given)
    texts = ("country", "postcode_area", "currency")
    types = {name: "int64" for name in frame.columns if name not in (*texts, "month", "is_whole")}
    return frame.astype(
        {**types, "month": "datetime64[s]"} | ({"is_whole": bool} if "is_whole" in frame else {})
    )


def _read(query: str, given: Mapping[str, object], *, hashed: bool = False) -> pd.DataFrame:
    """A query's rows; `hashed` where it joins all of a partnership: its lines may have come a second ago, and until
    PostgreSQL has counted them it takes them for few and looks up every cost for each (200,000 lines: 90 s)."""
    with connection.cursor() as cursor:
        if hashed:
            cursor.execute("SET LOCAL enable_nestloop = off")
        cursor.execute(query, given)  # type: ignore[arg-type]
        frame = pd.DataFrame.from_records(
            cursor.fetchall(), columns=[column.name for column in cursor.description]
        )
        if hashed:
            cursor.execute("SET LOCAL enable_nestloop TO DEFAULT")
        return frame


def list_orders(
    partnership: Partnership, account_id: int, *, until: date, known_at: datetime, limit: int = 24
) -> list[Order]:
    """The latest orders of an account as known at a moment: the evidence behind its rhythm, newest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            _ORDERS,
            {
                "partnership": partnership.pk,
                "account": account_id,
                "until": until,
                "known_at": known_at,
                "limit": limit,
            },
        )
        orders = [Order(*row[1:-2], source_rows=row[-2:]) for row in cursor.fetchall()]  # type: ignore[misc]
    note_read(
        current_actor(),
        owner_id=partnership.distributor_id,
        partnership_id=partnership.pk,
        what="orders",
        rows=len(orders),
    )
    return orders


def list_lines(
    partnership: Partnership, account_id: int, cut: Slice, *, limit: int, offset: int = 0
) -> tuple[list[LedgerLine], int]:
    """The lines behind a number, newest first, and how many there are in all."""
    given = {"partnership": partnership.pk, "account": account_id, "limit": limit, "offset": offset}
    with connection.cursor() as cursor:
        cursor.execute(_LINES, {**vars(cut), **given})
        rows = cursor.fetchall()
    note_read(
        current_actor(),
        owner_id=partnership.distributor_id,
        partnership_id=partnership.pk,
        what="lines",
        rows=len(rows),
    )
    return [LedgerLine(*row[:-1]) for row in rows], rows[0][-1] if rows else 0


def page_lines(
    partnership: Partnership,
    *,
    account_ids: Collection[int] | None,
    from_month: date | None,
    to_month: date | None,
    after: tuple[int, date, int] | None,
    limit: int,
) -> list[ReadLine]:
    """Live lines of a partnership by account and month, of some accounts or all; from_month included, to_month not."""
    given = {
        "partnership": partnership.pk,
        "accounts": None if account_ids is None else list(account_ids),
        "from_month": from_month,
        "to_month": to_month,
        **dict(zip(("after_account", "after_month", "after_id"), after or (None, None, None), strict=True)),
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_PAGE, given)
        rows = cursor.fetchall()
    note_read(
        current_actor(),
        owner_id=partnership.distributor_id,
        partnership_id=partnership.pk,
        what="lines",
        rows=len(rows),
    )
    return [_read_line(*row) for row in rows]


def _read_line(
    line_id: int,
    account_id: int,
    recorded_for: int,
    month: date,
    day: date,
    number: str | None,
    key: int,
    *rest: Any,
) -> ReadLine:
    is_numbered = number is not None and key > 0  # a line's number belongs to its invoice: identity
    return ReadLine(
        line_id,
        account_id,
        (recorded_for, month, line_id),
        month,
        day,
        number,
        key if is_numbered else None,
        *rest,
    )


@dataclass(frozen=True)
class ReadSum:
    """A month of one family, as far as it is in sight: of an account, or of a postcode area where none is told apart.

    `units` without returns. `net` is None where it is withheld, or not known of every line in one currency.
    """

    account_id: int | None
    country: str
    postcode_area: str
    month: date
    family: str | None
    units: Decimal
    net: Decimal | None
    currency: str | None


def list_account_sums(partnership: Partnership, limit: int) -> list[ReadSum]:
    """The first months of accounts, in the order of their index."""
    return _list_sums(_ACCOUNT_SUMS, partnership, "months", limit)


def list_area_sums(partnership: Partnership, limit: int) -> list[ReadSum]:
    """The same of postcode areas."""
    return _list_sums(_AREA_SUMS, partnership, "areas", limit)


def _list_sums(query: str, partnership: Partnership, what: str, limit: int) -> list[ReadSum]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"partnership": partnership.pk, "limit": limit})
        sums = [ReadSum(*row) for row in cursor.fetchall()]
    note_read(
        current_actor(),
        owner_id=partnership.distributor_id,
        partnership_id=partnership.pk,
        what=what,
        rows=len(sums),
    )
    return sums


@dataclass(frozen=True)
class Extent:
    """How much of a partnership is in sight: single lines, and whatever is summed up by area, which is the least."""

    lines: int
    families: int
    areas: int
    first_month: date | None
    last_month: date | None


def measure_extent(partnership_id: int) -> Extent:
    """How many live lines of the partnership the active actor sees; of how many families and areas, in which months."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM ledger_line WHERE partnership_id = %(partnership)s"
            " AND superseded_at IS NULL), count(DISTINCT family_id),"
            " count(DISTINCT (country, postcode_area)), min(month), max(month)"
            " FROM ledger_areamonth WHERE partnership_id = %(partnership)s",
            {"partnership": partnership_id},
        )
        return Extent(*cursor.fetchone())


def last_business_date(partnership_id: int) -> date | None:
    """The last day that the partnership's feed covers, as far as it is in sight."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(business_date) FROM ledger_line WHERE partnership_id = %s AND superseded_at IS NULL",
            [partnership_id],
        )
        day: date | None = cursor.fetchone()[0]
    return day


def sum_units_by_month(partnership_id: int) -> dict[date, float]:
    """What was sold, less what came back, in each recorded month."""
    sums = AreaMonth.objects.filter(partnership_id=partnership_id).values("month")
    by_month = sums.annotate(sold=Sum(F("units") - F("returned_units")))
    return {month: float(sold) for month, sold in by_month.values_list("month", "sold")}


def holds_amounts() -> bool:
    """Whether there are amounts of the acting organisation on record, which its currency is that of."""
    own = current_organisation_id()
    return (
        LinePrice.objects.filter(distributor_id=own).exists()
        or ListPrice.objects.filter(manufacturer_id=own).exists()
    )


# Every live line with all that its distributor recorded of it, in the order of the index; for taking data out.
_WHOLE = """
WITH page AS MATERIALIZED (
    SELECT * FROM ledger_line l WHERE l.partnership_id = %(partnership)s AND l.superseded_at IS NULL
      AND (%(after_account)s::bigint IS NULL
           OR (l.account_id, l.month, l.id) > (%(after_account)s, %(after_month)s::date, %(after_id)s))
    ORDER BY l.account_id, l.month, l.id LIMIT %(limit)s
)
SELECT l.account_id, l.month, l.id,
       coalesce(d.number, 'erased-' || left(md5(p.public_id || l.document_id), 12)),
       CASE WHEN l.line_key > 0 THEN l.line_key END, l.business_date, coalesce(i.code, h.token),
       i.name, i.street, i.city, i.region, i.postcode, a.country, a.account_type, a.industry, r.sku, r.name, l.kind,
       l.quantity, m.list_price, m.discount, m.net_amount, m.unit_cost, m.freight, m.currency, c.salesperson,
       d.order_number, w.reason
FROM page l
JOIN agreements_partnership p ON p.id = l.partnership_id
JOIN accounts_account a ON a.id = l.account_id
LEFT JOIN accounts_accountidentity i ON i.account_id = l.account_id
LEFT JOIN accounts_accounthandle h ON h.account_id = l.account_id AND h.partnership_id = l.partnership_id
LEFT JOIN ledger_lineprice m ON m.line_id = l.id AND m.partnership_id = l.partnership_id
LEFT JOIN ledger_documentidentity d ON d.document_id = l.document_id AND d.partnership_id = l.partnership_id
LEFT JOIN ledger_documentcontact c ON c.document_id = l.document_id AND c.partnership_id = l.partnership_id
LEFT JOIN ledger_linereturn w ON w.line_id = l.id AND w.partnership_id = l.partnership_id
LEFT JOIN catalogue_product r ON r.id = l.product_id
ORDER BY l.account_id, l.month, l.id
"""
# By the headings under which a file of sell-through is read.
WHOLE_COLUMNS = (
    "invoice_number", "line_number", "invoice_date", "account_id", "account_name", "account_street", "account_city",
    "account_region", "account_postal_code", "account_country", "account_type", "industry", "sku", "product_name",
    "transaction_type", "quantity", "list_price", "discount_amount", "net_amount", "unit_cost", "freight", "currency",
    "salesperson", "order_number", "return_reason",
)  # fmt: skip


def page_whole_lines(
    partnership: Partnership, after: tuple[int, date, int] | None, limit: int
) -> list[tuple[tuple[int, date, int], tuple[Any, ...]]]:
    """At most `limit` lines of the acting distributor's partnership: their place, and their `WHOLE_COLUMNS`."""
    place = dict(zip(("after_account", "after_month", "after_id"), after or (None, None, None), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_WHOLE, {"partnership": partnership.pk, "limit": limit, **place})
        return [(row[:3], row[3:]) for row in cursor.fetchall()]
