"""From grants to what a maker sees: whole cells, whole accounts, set-based, in the transaction of the change."""

from collections.abc import Mapping
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

# What ended grants leave, with each choice of grants, live or ended, that cover what they need: as finely as the
# coarsest of the choice, recorded before the first of its ends, until the first of its days, for the purposes of all.
_COVERED = """
SELECT g.category, h.family_id, h.month, g.granularity, g.purposes, g.revoked_at IS NOT NULL AS is_ended,
       coalesce(g.revoked_at, 'infinity') AS recorded_until,
       CASE WHEN g.revoked_at IS NULL THEN 'infinity' ELSE g.keep_history_until END AS seen_until
FROM agreements_grant g
JOIN agreements_partnership s ON s.id = g.partnership_id AND s.state = 'active'
JOIN held h ON (g.family_id IS NULL OR g.family_id = h.family_id)
    AND (g.from_month IS NULL OR h.month >= g.from_month) AND (g.to_month IS NULL OR h.month < g.to_month)
WHERE g.partnership_id = %(partnership)s AND (g.revoked_at IS NULL OR g.keep_history_until > current_date)
"""


def _left_of(category: Category) -> str:
    """What is left of one category: an ended grant of it joined to a grant of each that it needs."""
    chosen = ["e", *sorted(NEEDS[category])]
    joins = "".join(
        f" JOIN covered {needed} ON {needed}.category = '{needed}' AND {needed}.family_id = e.family_id"
        f" AND {needed}.month = e.month"
        for needed in chosen[1:]
    )
    purposes = " & ".join(f"{one}.purposes" for one in chosen)
    least = (
        f"least({', '.join(f'{one}.{what}' for one in chosen)})"
        for what in ("granularity", "recorded_until", "seen_until")
    )
    return (
        f"SELECT e.category, e.family_id, e.month, {', '.join(least)}, {purposes}"
        f" FROM covered e{joins} WHERE e.is_ended AND e.category = '{category}'"
    )


_KEPT = f"""
WITH held AS (
    SELECT DISTINCT family_id, month FROM agreements_heldcell WHERE partnership_id = %(partnership)s
), covered AS ({_COVERED}),
left_open (category, family_id, month, granularity, recorded_until, seen_until, purposes) AS (
    {" UNION ALL ".join(_left_of(category) for category in Category)}
)
SELECT category, family_id, month, granularity, recorded_until, seen_until, bit_or(purposes) AS purposes
FROM left_open WHERE purposes <> 0 GROUP BY 1, 2, 3, 4, 5, 6
"""

_ACCOUNT_CATEGORIES = (Category.VOLUME, Category.IDENTITY, Category.CONTACTS)
_OF_ACCOUNTS = ", ".join(f"'{category.value}'" for category in _ACCOUNT_CATEGORIES)
_SIDE_BY_SIDE = ", ".join(
    f"bit_or(purposes) FILTER (WHERE category = '{category.value}') AS {category.value}"
    for category in _ACCOUNT_CATEGORIES
)
# What live grants tell of an account has no end; what ended ones tell lasts, for each purpose, until the last day of
# theirs. The categories of a cell stand side by side, so that each held cell is met once; with statistics, for of rows
# that this very transaction wrote nobody else knows how many there are.
_SIGHT_OF_CELLS = {
    "sight_held": """
SELECT account_id, family_id, month FROM agreements_heldcell
WHERE partnership_id = %(partnership)s AND account_id <> 0
""",
    "sight_granted": f"""
SELECT family_id, month, {_SIDE_BY_SIDE} FROM agreements_grantedcell
WHERE partnership_id = %(partnership)s AND granularity >= {Granularity.MONTH.value} GROUP BY family_id, month
""",
}
_ACCOUNTS = f"""
SELECT k.category, t.account_id, '{date.max}'::date AS seen_until, k.purposes
FROM (
    SELECT account_id, {", ".join(f"bit_or({category.value}) AS {category.value}" for category in _ACCOUNT_CATEGORIES)}
    FROM sight_held JOIN sight_granted USING (family_id, month) GROUP BY account_id
) t CROSS JOIN LATERAL (
    VALUES {", ".join(f"('{category.value}', t.{category.value})" for category in _ACCOUNT_CATEGORIES)}
) k(category, purposes) WHERE k.purposes IS NOT NULL
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
    """A table that follows from the grants, how, and its key within a partnership."""

    table: str
    fresh: str
    key: tuple[str, ...]
    rests_on: Mapping[str, str] = {}  # temporary tables that are filled before


_TABLES = (
    _Expanded("agreements_grantedcell", _CELLS, ("category", "family_id", "month", "granularity")),
    _Expanded(
        "agreements_keptcell",
        _KEPT,
        ("category", "family_id", "month", "granularity", "recorded_until", "seen_until"),
    ),
    _Expanded(
        "agreements_grantedaccount",
        _ACCOUNTS,
        ("category", "account_id", "seen_until"),
        rests_on=_SIGHT_OF_CELLS,
    ),
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
    key = ", ".join(expanded.key)
    same = " AND ".join(f"f.{column} = t.{column}" for column in expanded.key)
    parameters = {
        "partnership": partnership.pk,
        "manufacturer": partnership.manufacturer_id,
        "distributor": partnership.distributor_id,
    }
    # Computed once and with statistics: planned blindly, the comparison below takes minutes for a large file.
    for name, rows in {**expanded.rests_on, "fresh_sight": fresh}.items():
        cursor.execute(f"DROP TABLE IF EXISTS {name}")
        cursor.execute(f"CREATE TEMP TABLE {name} ON COMMIT DROP AS {rows}", parameters)
        cursor.execute(f"ANALYZE {name}")
    cursor.execute(
        f"DELETE FROM {table} t WHERE t.partnership_id = %(partnership)s AND NOT EXISTS"
        f" (SELECT 1 FROM fresh_sight f WHERE {same} AND f.purposes & t.purposes = t.purposes)",
        parameters,
    )
    taken_away = bool(cursor.rowcount)
    cursor.execute(
        f"INSERT INTO {table} (partnership_id, manufacturer_id, distributor_id, {key}, purposes)"
        f" SELECT %(partnership)s, %(manufacturer)s, %(distributor)s, {key}, purposes FROM fresh_sight"
        f" ON CONFLICT (partnership_id, {key}) DO UPDATE SET purposes = excluded.purposes"
        f" WHERE {table}.purposes <> excluded.purposes",
        parameters,
    )
    return taken_away
