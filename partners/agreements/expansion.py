"""From grants to what a maker sees: whole cells, whole accounts, set-based, in the transaction of the change."""

from datetime import date
from typing import NamedTuple

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import F

from partners.agreements.models import NEEDS, Category, Granularity, Partnership
from partners.tenancy.actors import Purpose

_NEEDS_ROWS = ", ".join(
    f"('{category.value}', '{needed.value}')" for category, needs in NEEDS.items() for needed in sorted(needs)
)
_PURPOSE_ROWS = ", ".join(f"({purpose.value})" for purpose in Purpose)

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
    WHERE g.partnership_id = %(partnership)s AND g.revoked_at IS NULL
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

# What ended grants leave, a purpose at a time, as live ones: it rests on the finest that is open of what it needs, by a
# live grant or by one that ended, and ends with that. Of two purposes that it serves differently it keeps the finer.
_KEPT = f"""
WITH held AS (
    SELECT DISTINCT family_id, month FROM agreements_heldcell WHERE partnership_id = %(partnership)s
), ended AS (
    SELECT g.id AS grant_id, g.category, h.family_id, h.month, p.purpose, g.granularity,
           g.revoked_at AS recorded_until, g.keep_history_until AS seen_until
    FROM agreements_grant g
    JOIN agreements_partnership s ON s.id = g.partnership_id AND s.state = 'active'
    JOIN held h ON (g.family_id IS NULL OR g.family_id = h.family_id)
        AND (g.from_month IS NULL OR h.month >= g.from_month) AND (g.to_month IS NULL OR h.month < g.to_month)
    JOIN (VALUES {_PURPOSE_ROWS}) p(purpose) ON g.purposes & p.purpose <> 0
    WHERE g.partnership_id = %(partnership)s AND g.revoked_at IS NOT NULL AND g.keep_history_until > current_date
), opened AS (
    SELECT DISTINCT ON (category, family_id, month, purpose) o.*
    FROM (SELECT category, family_id, month, purpose, granularity, recorded_until, seen_until FROM ended
          UNION ALL
          SELECT c.category, c.family_id, c.month, p.purpose, c.granularity, 'infinity', 'infinity'
          FROM agreements_grantedcell c JOIN (VALUES {_PURPOSE_ROWS}) p(purpose) ON c.purposes & p.purpose <> 0
          WHERE c.partnership_id = %(partnership)s) o
    ORDER BY category, family_id, month, purpose, granularity DESC, recorded_until DESC, seen_until DESC
), rested AS (
    SELECT e.grant_id, e.category, e.family_id, e.month, e.purpose,
           least(e.granularity, min(o.granularity)) AS granularity,
           least(e.recorded_until, min(o.recorded_until)) AS recorded_until,
           least(e.seen_until, min(o.seen_until)) AS seen_until
    FROM ended e
    LEFT JOIN (VALUES {_NEEDS_ROWS}) needs(category, needed) ON needs.category = e.category
    LEFT JOIN opened o ON o.category = needs.needed AND o.family_id = e.family_id AND o.month = e.month
        AND o.purpose = e.purpose
    GROUP BY e.grant_id, e.category, e.family_id, e.month, e.purpose, e.granularity, e.recorded_until, e.seen_until
    HAVING count(needs.needed) = count(o.category)
), ranked AS (
    SELECT r.*, dense_rank() OVER (PARTITION BY grant_id, family_id, month
        ORDER BY granularity DESC, recorded_until DESC, seen_until DESC) AS place
    FROM rested r
)
SELECT grant_id, family_id, month, category, granularity, recorded_until, seen_until, bit_or(purpose) AS purposes
FROM ranked WHERE place = 1 GROUP BY 1, 2, 3, 4, 5, 6, 7
"""

_OF_ACCOUNTS = ", ".join(
    f"'{category.value}'" for category in (Category.VOLUME, Category.IDENTITY, Category.CONTACTS)
)
# What live grants tell of an account has no end; what ended ones tell lasts, for each purpose, until the last day of
# theirs.
_ACCOUNTS = f"""
SELECT c.category, h.account_id, '{date.max}'::date AS seen_until, bit_or(c.purposes) AS purposes
FROM agreements_heldcell h
JOIN agreements_grantedcell c ON c.partnership_id = h.partnership_id AND c.family_id = h.family_id
    AND c.month = h.month AND c.granularity >= {Granularity.MONTH.value}
WHERE h.partnership_id = %(partnership)s AND h.account_id <> 0 AND c.category IN ({_OF_ACCOUNTS})
GROUP BY 1, 2
UNION ALL
SELECT category, account_id, seen_until, bit_or(purpose) AS purposes
FROM (
    SELECT k.category, h.account_id, p.purpose, max(k.seen_until) AS seen_until
    FROM agreements_heldcell h
    JOIN agreements_keptcell k ON k.partnership_id = h.partnership_id AND k.family_id = h.family_id
        AND k.month = h.month AND k.granularity >= {Granularity.MONTH.value}
        AND coalesce(h.recorded_from, '-infinity') <= k.recorded_until
    JOIN (VALUES {_PURPOSE_ROWS}) p(purpose) ON k.purposes & p.purpose <> 0
    WHERE h.partnership_id = %(partnership)s AND h.account_id <> 0 AND k.category IN ({_OF_ACCOUNTS})
    GROUP BY 1, 2, 3
) kept
GROUP BY 1, 2, 3
"""


class _Expanded(NamedTuple):
    """A table that follows from the grants, how, its key within a partnership, and what else must be the same."""

    table: str
    fresh: str
    key: tuple[str, ...]
    fixed: tuple[str, ...] = ()


_TABLES = (
    _Expanded("agreements_grantedcell", _CELLS, ("category", "family_id", "month", "granularity")),
    _Expanded(
        "agreements_keptcell",
        _KEPT,
        ("grant_id", "family_id", "month"),
        ("category", "granularity", "recorded_until", "seen_until"),
    ),
    _Expanded("agreements_grantedaccount", _ACCOUNTS, ("category", "account_id", "seen_until")),
)


def expand(partnership: Partnership) -> bool:
    """Rewrite what the maker sees of this partnership; True, and a new epoch, when anything was taken away.

    The caller holds the partnership's lock and acts for the distributor.
    """
    if partnership.is_direct:
        return False
    taken_away = False
    with connection.cursor() as cursor:
        for expanded in _TABLES:
            taken_away |= _rewrite(cursor, partnership, expanded)
    if taken_away:
        Partnership.objects.filter(pk=partnership.pk).update(epoch=F("epoch") + 1)
    return taken_away


def _rewrite(cursor: CursorWrapper, partnership: Partnership, expanded: _Expanded) -> bool:
    """Set a table to what the grants say now; True if a row went, changed or lost a purpose."""
    table, fresh = expanded.table, expanded.fresh
    key, columns = ", ".join(expanded.key), ", ".join((*expanded.key, *expanded.fixed))
    same = " AND ".join(
        [f"f.{column} = t.{column}" for column in expanded.key]
        + [f"f.{column} IS NOT DISTINCT FROM t.{column}" for column in expanded.fixed]
    )
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
        f" ON CONFLICT (partnership_id, {key}) DO UPDATE SET purposes = excluded.purposes"
        f" WHERE {table}.purposes <> excluded.purposes",
        parameters,
    )
    return taken_away
