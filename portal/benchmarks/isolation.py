"""What scoping costs: the product behind its walls beside the same, filtered by hand by a role that no wall stops."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from analytics.runs.selectors import page_accounts
from partners.access.doors import list_partnerships
from partners.tenancy.actors import Actor, ActorKind, Role
from partners.tenancy.context import acting_as
from partners.tenancy.router import OWNER
from portal.benchmarks.channel import MAKER, Size, build
from portal.benchmarks.timing import Comparison, in_turn

PAGE = 50
PAGE_ROUNDS, AGGREGATE_ROUNDS = 40, 9
Row = tuple[str, Decimal, Decimal]  # token, units, net: by these the two ways are seen to find the same
Aggregate = list[tuple[int, date, Decimal]]


class Disagreement(AssertionError):  # noqa: N818  (what was found, not an error of this module)
    """The two ways found different things: no figure of theirs can be compared."""


def measure_isolation(size: Size, say: Callable[[str], None]) -> dict[str, Any]:
    """Build a channel in the database behind both aliases and measure in it."""
    build(size, say)
    somewhere = 2 + size.distributors // 2
    say("Reading pages of accounts")
    makers = _compare_pages(MAKER)
    own = _compare_pages(somewhere)
    say("Summing up units by family and month")
    summed = _compare_aggregates()
    return {
        **makers.figures("page"),
        **own.figures("own_page"),
        **summed.figures("aggregate"),
        "page_queries": count_page_queries(MAKER),
        "page_rows": PAGE,
        "page_rounds": PAGE_ROUNDS,
        "aggregate_rounds": AGGREGATE_ROUNDS,
        **vars(size),
        "postgresql": _version(),
    }


def count_page_queries(organisation_id: int) -> int:
    """How many statements the product makes for a page, those that say who is acting included."""
    with CaptureQueriesContext(connection) as made, acting_as(_manager(organisation_id)):
        before = len(made)
        page_of_product(organisation_id)
        return len(made) - before


def _manager(organisation_id: int) -> Actor:
    return Actor(ActorKind.PERSON, organisation_id, user_id=1, role=Role.MANAGER)


def _compare_pages(organisation_id: int) -> Comparison:
    # The outer actor keeps the access log off the clock: it is written once, when a request ends.
    with acting_as(_manager(organisation_id)), transaction.atomic(using=OWNER):
        _require_same(page_of_product(organisation_id), page_by_hand(organisation_id))
        return in_turn(
            lambda: page_of_product(organisation_id), lambda: page_by_hand(organisation_id), PAGE_ROUNDS
        )


def _compare_aggregates() -> Comparison:
    with acting_as(_manager(MAKER)), transaction.atomic(using=OWNER):
        _require_same(aggregate_of_product(), aggregate_by_hand())
        return in_turn(aggregate_of_product, aggregate_by_hand, AGGREGATE_ROUNDS)


def _require_same(product: list[Any], by_hand: list[Any]) -> None:
    if product != by_hand or not product:
        raise Disagreement(
            f"Behind the walls {len(product)} rows were found, by hand {len(by_hand)}, and they are not the same."
        )


def _version() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return str(cursor.fetchone()[0])


# --- a page of accounts ---------------------------------------------------------------------------------


def page_of_product(organisation_id: int) -> list[Row]:
    """The first page, as the product reads it for a person of this organisation."""
    with acting_as(_manager(organisation_id)):
        rows = page_accounts(list_partnerships(), after="", limit=PAGE)
    return [(row.card.token, row.units, row.net.amount if row.net else Decimal(0)) for row in rows]


_IN_SIGHT = """(%(org)s = {0}.distributor_id OR ({0}.distributor_id, {0}.account_id) IN (
    SELECT g.distributor_id, g.account_id FROM agreements_grantedaccount g
    WHERE g.manufacturer_id = %(org)s AND g.category = '{1}' AND g.purposes & 1 <> 0))"""
_OF_PARTNERSHIPS = "p.manufacturer_id = %(org)s OR p.distributor_id = %(org)s"
_CURRENT = f"""o.audience_id = %(org)s AND o.purpose = 1 AND (o.partnership_id, o.epoch) IN (
    SELECT p.id, p.epoch FROM agreements_partnership p WHERE p.state = 'active' AND ({_OF_PARTNERSHIPS}))"""
_BY_HAND_PARTNERSHIPS = f"""
SELECT p.*, m.*, d.* FROM agreements_partnership p
JOIN organisations_organisation m ON m.id = p.manufacturer_id
JOIN organisations_organisation d ON d.id = p.distributor_id WHERE {_OF_PARTNERSHIPS}
"""
_BY_HAND_PAGE = f"""
SELECT h.token, h.partnership_id, a.* FROM accounts_accounthandle h JOIN accounts_account a ON a.id = h.account_id
WHERE (h.manufacturer_id = %(org)s OR h.distributor_id = %(org)s) AND {_IN_SIGHT.format("h", "volume")}
  AND a.merged_into_id IS NULL AND h.token > ''
  AND EXISTS (SELECT 1 FROM runs_standing o WHERE {_CURRENT}
              AND o.partnership_id = h.partnership_id AND o.account_id = h.account_id)
ORDER BY h.token LIMIT %(limit)s
"""
_BY_HAND_IDENTITIES = """
SELECT i.* FROM accounts_accountidentity i WHERE i.account_id = ANY(%(accounts)s)
  AND (i.organisation_id = %(org)s OR (i.organisation_id, i.account_id) IN (
       SELECT g.distributor_id, g.account_id FROM agreements_grantedaccount g
       WHERE g.manufacturer_id = %(org)s AND g.category = 'identity' AND g.purposes & 1 <> 0))
"""
_BY_HAND_OUTCOMES = tuple(
    f"SELECT o.* FROM {table} o WHERE {_CURRENT} AND o.account_id = ANY(%(accounts)s)"
    for table in ("runs_standing", "runs_standingmoney", "runs_standingprofit")
)
_BY_HAND_FINDINGS = f"""
SELECT o.* FROM runs_finding o WHERE {_CURRENT} AND o.account_id = ANY(%(accounts)s) AND o.state = 'open'
ORDER BY o.first_seen_on
"""
_BY_HAND_RUNS = f"SELECT o.* FROM runs_analysisrun o WHERE {_CURRENT} AND o.is_latest"
_BY_HAND_YEARS = tuple(
    f"SELECT o.account_id, sum(o.{column}) FROM {table} o WHERE {_CURRENT} AND o.account_id = ANY(%(accounts)s)"
    " AND o.month >= '2025-01-01' AND o.month < '2026-01-01' GROUP BY o.partnership_id, o.account_id"
    for table, column in (("runs_volumefact", "units"), ("runs_moneyfact", "net_revenue"))
)


def page_by_hand(organisation_id: int) -> list[Row]:
    """The same page: each table filtered by hand."""
    given: dict[str, Any] = {"org": organisation_id, "limit": PAGE}
    with connections[OWNER].cursor() as cursor:

        def rows(query: str) -> list[tuple[Any, ...]]:
            cursor.execute(query, given)
            found: list[tuple[Any, ...]] = cursor.fetchall()
            return found

        rows(_BY_HAND_PARTNERSHIPS)
        found = rows(_BY_HAND_PAGE)
        given["accounts"] = [account_id for _, _, account_id, *_ in found]
        for query in (_BY_HAND_IDENTITIES, *_BY_HAND_OUTCOMES, _BY_HAND_FINDINGS, _BY_HAND_RUNS):
            rows(query)
        units, net = (dict(rows(query)) for query in _BY_HAND_YEARS)
    return [
        (token, units.get(account_id, Decimal(0)), net.get(account_id, Decimal(0)))
        for token, _, account_id, *_ in found
    ]


# --- units by family and month --------------------------------------------------------------------------

_AGGREGATE = """
SELECT family_id, month, sum(quantity) FROM ledger_line WHERE superseded_at IS NULL{0}
GROUP BY family_id, month ORDER BY family_id, month
"""
_BY_HAND_CELLS = """ AND (partnership_id, family_id, month) IN (
    SELECT c.partnership_id, c.family_id, c.month FROM agreements_grantedcell c
    WHERE c.manufacturer_id = 1 AND c.category = 'volume' AND c.granularity >= 3 AND c.purposes & 1 <> 0)"""


def aggregate_of_product() -> Aggregate:
    """Units as the maker sees them, under whose actor this runs."""
    with connection.cursor() as cursor:
        cursor.execute(_AGGREGATE.format(""))
        return list(cursor.fetchall())


def aggregate_by_hand() -> Aggregate:
    """The same units by what is granted to the maker, past every wall."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute(_AGGREGATE.format(_BY_HAND_CELLS))
        return list(cursor.fetchall())
