"""What scoping costs: the product behind its walls beside the same, filtered by hand by a role that no wall stops."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.db import connection, connections, transaction
from django.db.models import BooleanField, Model, Q, QuerySet, Sum
from django.db.models.expressions import RawSQL
from django.test.utils import CaptureQueriesContext

from analytics.runs.models import (
    AnalysisRun,
    Finding,
    MoneyFact,
    Standing,
    StandingMoney,
    StandingProfit,
    VolumeFact,
)
from analytics.runs.reading import Money, among, lit_steps
from analytics.runs.selectors import AccountRow, page_accounts
from partners.access.doors import AccountCard, list_partnerships
from partners.accounts.models import AccountHandle, AccountIdentity
from partners.agreements.models import Partnership
from partners.tenancy.actors import Actor, ActorKind, Role
from partners.tenancy.context import acting_as
from partners.tenancy.router import OWNER
from portal.benchmarks.channel import MAKER, Size, build
from portal.benchmarks.timing import Comparison, in_turn

PAGE = 50
PAGE_ROUNDS, AGGREGATE_ROUNDS = 40, 9
ModelT = TypeVar("ModelT", bound=Model)
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


def page_of_product(organisation_id: int) -> list[AccountRow]:
    """The first page, as the product reads it for a person of this organisation."""
    with acting_as(_manager(organisation_id)):
        return page_accounts(list_partnerships(), after="", limit=PAGE)


# What stands in for the walls: the same by hand, as conditions of the same querysets.
_ACTIVE = """({0}.distributor_id = %(org)s OR EXISTS (SELECT FROM agreements_partnership p
    WHERE p.id = {0}.partnership_id AND p.epoch = {0}.epoch AND p.state = 'active'))"""
_COMPUTED = "{0}.audience_id = %(org)s AND {0}.purpose = 1 AND " + _ACTIVE
_KNOWN = f"""({{0}}.distributor_id = %(org)s OR ({{0}}.manufacturer_id = %(org)s AND (SELECT bit_or(g.purposes) & 1
    FROM agreements_grantedaccount g WHERE g.partnership_id = {{0}}.partnership_id
    AND g.category = 'volume' AND g.account_id = {{0}}.account_id) <> 0))
  AND (SELECT o.id FROM runs_standing o WHERE {_COMPUTED.format("o")}
    AND o.partnership_id = {{0}}.partnership_id AND o.account_id = {{0}}.account_id) IS NOT NULL"""
_IDENTIFIED = """({0}.organisation_id = %(org)s OR EXISTS (SELECT FROM agreements_grantedaccount g
    WHERE g.manufacturer_id = %(org)s AND g.category = 'identity' AND g.purposes & 1 <> 0
    AND g.distributor_id = {0}.organisation_id AND g.account_id = {0}.account_id))"""


def page_by_hand(organisation_id: int) -> list[AccountRow]:
    """The same page by the same querysets, each table filtered by hand: what differs is what scoping costs."""

    def by_hand(model: type[ModelT], condition: str) -> QuerySet[ModelT]:
        written = condition.format(model._meta.db_table) % {"org": organisation_id}
        return model._default_manager.using(OWNER).filter(RawSQL(written, (), BooleanField()))

    def computed(model: type[ModelT]) -> QuerySet[ModelT]:
        return by_hand(model, _COMPUTED).filter(among(keys))

    def year(model: type[VolumeFact] | type[MoneyFact], column: str) -> dict[int, Decimal]:
        months = computed(model).filter(month__gte=date(2025, 1, 1), month__lt=date(2026, 1, 1))
        sums = months.values("partnership_id", "account_id").annotate(total=Sum(column))
        return {row["account_id"]: row["total"] for row in sums}

    meeting = Q(manufacturer_id=organisation_id) | Q(distributor_id=organisation_id)
    met = Partnership.objects.using(OWNER).filter(meeting).select_related("manufacturer", "distributor")
    partnerships = {partnership.pk: partnership for partnership in met}
    known = by_hand(AccountHandle, _KNOWN).select_related("account")
    handles = list(known.filter(account__merged_into=None, token__gt="").order_by("token")[:PAGE])
    keys = [(handle.partnership_id, handle.account_id) for handle in handles]
    identified = by_hand(AccountIdentity, _IDENTIFIED).filter(account_id__in=[key[1] for key in keys])
    identities = {identity.account_id: identity for identity in identified}
    standings = {row.account_id: row for row in computed(Standing)}
    money = {row.account_id: row for row in computed(StandingMoney)}
    list(computed(StandingProfit))
    findings = {
        row.account_id: row for row in computed(Finding).filter(state="open").order_by("first_seen_on")
    }
    list(by_hand(AnalysisRun, _COMPUTED).filter(partnership_id__in={key[0] for key in keys}, is_latest=True))
    units, net = year(VolumeFact, "units"), year(MoneyFact, "net_revenue")
    return [
        _row(
            partnerships[handle.partnership_id],
            _card(handle, identities.get(handle.account_id), is_own=handle.distributor_id == organisation_id),
            standings[handle.account_id],
            units[handle.account_id],
            Money(net[handle.account_id], money[handle.account_id].currency),
            findings.get(handle.account_id),
        )
        for handle in handles
    ]


def _card(handle: AccountHandle, identity: AccountIdentity | None, *, is_own: bool) -> AccountCard:
    return AccountCard(
        partnership_id=handle.partnership_id,
        account_id=handle.account_id,
        ref=identity.public_id if is_own and identity else handle.token,
        token=handle.token,
        name=None if identity is None else identity.name,
        pseudonym=handle.pseudonym,
        city=None if identity is None else identity.city,
        account_type=handle.account.account_type,
        industry=handle.account.industry,
        country=handle.account.country,
        postcode_area=handle.account.postcode_area,
    )


def _row(
    partnership: Partnership,
    card: AccountCard,
    standing: Standing,
    units: Decimal,
    net: Money,
    late: Finding | None,
) -> AccountRow:
    return AccountRow(
        card=card,
        partnership=partnership,
        judgement=standing.judgement,
        orders=standing.orders,
        usual_gap=standing.usual_gap,
        last_order_on=standing.last_order_on,
        last_month=standing.last_month,
        days_late=standing.days_late,
        units=units,
        net=net,
        lit=() if late is None else lit_steps({late.kind: late}),
    )


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
