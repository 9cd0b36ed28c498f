"""From grants to what a maker sees: whole cells, whole accounts, set-based, in the transaction of the change."""

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import F

from partners.agreements.models import NEEDS, Category, Granularity, Partnership
from partners.tenancy.actors import Purpose

_NEEDS_ROWS = ", ".join(
    f"('{category.value}', '{needed.value}')" for category, needs in NEEDS.items() for needed in sorted(needs)
)
_PURPOSE_ROWS = ", ".join(f"({purpose.value})" for purpose in Purpose)

# The categories of which sell-through holds columns; stock and the like will have cells of their own.
_SELL_THROUGH = ", ".join(
    f"'{category.value}'"
    for category in (Category.VOLUME, Category.PRICE, Category.IDENTITY, Category.CONTACTS)
)
# Grants meet the cells that hold data, a purpose at a time; a category counts only as far as those that it rests on.
_CELLS = f"""
WITH held AS (
    SELECT DISTINCT family_id, month FROM agreements_heldcell WHERE partnership_id = %(partnership)s
), best AS (
    SELECT g.category, h.family_id, h.month, p.purpose, max(g.granularity) AS granularity
    FROM agreements_grant g
    JOIN agreements_partnership s ON s.id = g.partnership_id AND s.state = 'active'
    JOIN held h ON (g.family_id IS NULL OR g.family_id = h.family_id)
        AND (g.from_month IS NULL OR h.month >= g.from_month) AND (g.to_month IS NULL OR h.month < g.to_month)
    JOIN (VALUES {_PURPOSE_ROWS}) p(purpose) ON g.purposes & p.purpose <> 0
    WHERE g.partnership_id = %(partnership)s AND g.revoked_at IS NULL AND g.category IN ({_SELL_THROUGH})
    GROUP BY 1, 2, 3, 4
), effective AS (
    SELECT b.category, b.family_id, b.month, b.purpose,
           least(b.granularity, coalesce(min(n.granularity), b.granularity)) AS granularity
    FROM best b
    LEFT JOIN (VALUES {_NEEDS_ROWS}) needs(category, needed) ON needs.category = b.category
    LEFT JOIN best n ON n.category = needs.needed AND n.family_id = b.family_id AND n.month = b.month
        AND n.purpose = b.purpose
    GROUP BY b.category, b.family_id, b.month, b.purpose, b.granularity
    HAVING count(needs.needed) = count(n.category)
)
SELECT category, family_id, month, granularity, bit_or(purpose) AS purposes
FROM effective GROUP BY 1, 2, 3, 4
"""

_ACCOUNTS = f"""
SELECT c.category, h.account_id, bit_or(c.purposes) AS purposes
FROM agreements_heldcell h
JOIN agreements_grantedcell c ON c.partnership_id = h.partnership_id AND c.family_id = h.family_id
    AND c.month = h.month AND c.granularity >= {Granularity.MONTH.value}
    AND c.category IN ('{Category.VOLUME.value}', '{Category.IDENTITY.value}', '{Category.CONTACTS.value}')
WHERE h.partnership_id = %(partnership)s
GROUP BY 1, 2
"""

_TABLES = (
    ("agreements_grantedcell", _CELLS, ("category", "family_id", "month", "granularity")),
    ("agreements_grantedaccount", _ACCOUNTS, ("category", "account_id")),
)


def expand(partnership: Partnership) -> bool:
    """Rewrite what the maker sees of this partnership; True, and a new epoch, when anything was taken away.

    The caller holds the partnership's lock and acts for the distributor.
    """
    if partnership.is_direct:
        return False
    taken_away = False
    with connection.cursor() as cursor:
        for table, fresh, key in _TABLES:
            taken_away |= _rewrite(cursor, partnership, table, fresh, key)
    if taken_away:
        Partnership.objects.filter(pk=partnership.pk).update(epoch=F("epoch") + 1)
    return taken_away


def _rewrite(
    cursor: CursorWrapper, partnership: Partnership, table: str, fresh: str, key: tuple[str, ...]
) -> bool:
    """Set a table to what the grants say now; True if a row went or lost a purpose."""
    columns = ", ".join(key)
    same = " AND ".join(f"f.{column} = t.{column}" for column in key)
    parameters = {
        "partnership": partnership.pk,
        "manufacturer": partnership.manufacturer_id,
        "distributor": partnership.distributor_id,
    }
    # Computed once and with statistics: planned blindly, the comparison below takes minutes for a large file.
    cursor.execute("DROP TABLE IF EXISTS fresh_sight")
    cursor.execute(f"CREATE TEMP TABLE fresh_sight ON COMMIT DROP AS {fresh}", parameters)
    cursor.execute("ANALYZE fresh_sight")
    cursor.execute(
        f"DELETE FROM {table} t WHERE t.partnership_id = %(partnership)s AND NOT EXISTS"
        f" (SELECT 1 FROM fresh_sight f WHERE {same} AND f.purposes & t.purposes = t.purposes)",
        parameters,
    )
    taken_away = bool(cursor.rowcount)
    cursor.execute(
        f"INSERT INTO {table} (partnership_id, manufacturer_id, distributor_id, {columns}, purposes)"
        f" SELECT %(partnership)s, %(manufacturer)s, %(distributor)s, {columns}, purposes FROM fresh_sight"
        f" ON CONFLICT (partnership_id, {columns}) DO UPDATE SET purposes = excluded.purposes"
        f" WHERE {table}.purposes <> excluded.purposes",
        parameters,
    )
    return taken_away
