"""Through the maker's eyes: just what the maker sees of this distributor, nothing of anybody else, and read only."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import Error, connection, transaction

from analytics.runs.models import CostFact, MoneyFact, Rung, StandingProfit
from analytics.runs.services import analyse_partnership
from partners.access.doors import NotFound, list_cards, list_partnerships
from partners.access.mirrors import look_through
from partners.access.reach import give_reach
from partners.accounts.models import Account, AccountIdentity
from partners.agreements.models import Category
from partners.agreements.services import end_partnership, suspend_partnership
from partners.audit.models import AccessEntry
from partners.ledger.models import Line, LinePrice
from partners.ledger.selectors import frame_lines
from partners.organisations.models import User
from partners.tenancy import startup
from partners.tenancy.actors import Actor, ActorKind, Reach, mirror
from partners.tenancy.context import acting_as
from partners.tenancy.startup import refuse_unsafe_database
from tests.stages import months_of_trade, staged
from tests.world import FULL, World

WALLED = """
SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relrowsecurity
AND has_table_privilege('throughline_app', c.oid, 'SELECT') ORDER BY 1
"""


def settle_shared_world(world: World) -> None:
    """Both rivals share everything with Adventure, which has looked at it; so has Contoso at Northwest."""
    for maker, distributor in world.partnerships:
        if maker != distributor:
            world.share(maker, distributor, *FULL)
    for (maker, _), partnership in world.partnerships.items():
        with acting_as(world.worker(maker)):
            analyse_partnership(partnership.pk)


shared_world = staged(months_of_trade, settle_shared_world)


def eyes(
    world: World, maker: str = "adventure", distributor: str = "northwest", person: str = "ana"
) -> Actor:
    with acting_as(world.actor(person)):
        return look_through(world.partnerships[maker, distributor].public_id)[1]


def tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(WALLED.replace("'throughline_app'", "current_user"))
        return [name for (name,) in cursor.fetchall()]


def rows(table: str) -> Iterator[dict[str, object]]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}"')
        columns = [column.name for column in cursor.description]
        return (dict(zip(columns, row, strict=True)) for row in cursor.fetchall())


def test_a_mirror_shows_what_the_maker_sees_of_this_distributor(shared_world: World) -> None:
    partnership = shared_world.partnerships["adventure", "northwest"]
    with acting_as(shared_world.actor("mia")):
        cards = list_cards([partnership])
        lines = Line.objects.filter(partnership_id=partnership.pk).count()
        rungs = set(
            Rung.objects.filter(partnership_id=partnership.pk).values_list("account_id", "measure", "value")
        )
    with acting_as(eyes(shared_world)):
        assert [one.pk for one in list_partnerships()] == [partnership.pk]
        assert list_cards(list_partnerships()) == cards
        assert Line.objects.count() == LinePrice.objects.count() == lines > 0
        assert set(Rung.objects.values_list("account_id", "measure", "value")) == rungs


def test_no_table_shows_a_row_of_anybody_else(shared_world: World) -> None:
    """Every table with a wall, by its own columns: whose row is it?"""
    northwest, adventure = shared_world.orgs["northwest"].pk, shared_world.orgs["adventure"].pk
    with acting_as(eyes(shared_world)):
        seen = {table: list(rows(table)) for table in tables()}
    assert sum(bool(found) for found in seen.values()) > 12
    for table, found in seen.items():
        for row in found:
            owner = row.get("distributor_id", row.get("organisation_id", northwest))
            assert owner == northwest, (table, row)
            assert row.get("audience_id", adventure) == adventure, (table, row)
    assert {row["id"] for row in seen["organisations_organisation"]} == {northwest, adventure}


THE_MAKERS = (
    "catalogue_unitcost", "runs_costfact", "runs_standingprofit", "organisations_user", "organisations_membership",
    "audit_auditentry", "audit_accessentry", "jobs_outboxevent", "jobs_job", "ingestion_submissionpiece",
    "ingestion_checkedblock", "ingestion_feedmapping", "access_partnershipuserobjectpermission",
    "engagement_followupevidence",
)  # fmt: skip


def test_what_is_the_maker_s_own_is_not_in_it(shared_world: World) -> None:
    with acting_as(eyes(shared_world)):
        for table in THE_MAKERS:
            assert list(rows(table)) == [], table


def test_the_maker_s_cost_is_in_no_figure(shared_world: World) -> None:
    with acting_as(shared_world.worker("adventure")):
        assert CostFact.objects.exists()
    with acting_as(eyes(shared_world)):
        assert MoneyFact.objects.exists()
        assert not CostFact.objects.exists()
        assert not StandingProfit.objects.exists()
        frame = frame_lines(
            shared_world.partnerships["adventure", "northwest"].pk, known_at="2999-01-01T00:00:00Z"
        )
        assert frame["unit_cost"].isna().all()
        assert frame["net_amount"].notna().all()


def test_nothing_can_be_written_in_it(shared_world: World) -> None:
    tried = refused = 0
    with acting_as(eyes(shared_world)):
        for table in tables():
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT column_name FROM information_schema.column_privileges WHERE table_name = %s"
                    " AND privilege_type = 'UPDATE' AND grantee = current_user ORDER BY 1 LIMIT 1",
                    [table],
                )
                updatable = [name for (name,) in cursor.fetchall()]
            writes = [f'DELETE FROM "{table}"', f'INSERT INTO "{table}" SELECT * FROM "{table}" LIMIT 1']
            writes += [f'UPDATE "{table}" SET "{column}" = "{column}"' for column in updatable]
            for write in writes:
                tried += 1
                try:
                    with transaction.atomic(), connection.cursor() as cursor:
                        cursor.execute(write)
                        assert cursor.rowcount == 0, write
                except Error:
                    refused += 1
    assert tried > 60
    assert refused > 40


def test_a_mirror_shows_no_more_than_is_shared(trading_world: World) -> None:
    with acting_as(eyes(trading_world)):
        assert not Line.objects.exists()
        assert not Account.objects.exists()
    trading_world.share("adventure", "northwest", Category.VOLUME)
    with acting_as(eyes(trading_world)):
        assert Line.objects.exists()
        assert not LinePrice.objects.exists()
        assert not AccountIdentity.objects.exists()
    with acting_as(trading_world.actor("northwest-admin")):
        suspend_partnership(trading_world.partnerships["adventure", "northwest"])
    with acting_as(eyes(trading_world)):
        assert not Line.objects.exists()


def test_who_may_look_through_whose_eyes(shared_world: World) -> None:
    pair = shared_world.partnerships["adventure", "northwest"].public_id
    for person in ("sam", "otto", "mia", "adventure-admin", "contoso-admin"):
        with acting_as(shared_world.actor(person)), pytest.raises(NotFound):
            look_through(pair)
    for person in ("rita", "uwe"):
        with acting_as(shared_world.actor(person)), pytest.raises(PermissionDenied):
            look_through(pair)
    with acting_as(shared_world.actor("mia")), pytest.raises(NotFound):
        look_through(shared_world.partnerships["adventure", "adventure"].public_id)


def test_a_partnership_that_has_ended_has_no_mirror(shared_world: World) -> None:
    pair = shared_world.partnerships["adventure", "northwest"]
    with acting_as(shared_world.actor("northwest-admin")):
        end_partnership(pair)
    with acting_as(shared_world.actor("ana")), pytest.raises(NotFound):
        look_through(pair.public_id)
    with acting_as(mirror(pair.manufacturer_id, pair.distributor_id)):
        assert not any(list(rows(table)) for table in CATALOGUE[:3])


def test_looking_into_the_mirror_is_nobody_s_reading(shared_world: World) -> None:
    with acting_as(shared_world.actor("ana")):
        before = AccessEntry.objects.count()
    with acting_as(shared_world.actor("ana")), acting_as(eyes(shared_world)):
        list_cards(list_partnerships())
    with acting_as(shared_world.actor("ana")):
        assert AccessEntry.objects.count() == before


def test_a_mirror_that_names_no_distributor_shows_nothing(shared_world: World) -> None:
    with acting_as(Actor(ActorKind.MIRROR, shared_world.orgs["adventure"].pk)):
        assert not any(list(rows(table)) for table in tables() if table not in CATALOGUE)


CATALOGUE = (
    "catalogue_productfamily",
    "catalogue_product",
    "catalogue_listprice",
    "organisations_organisation",
)


def test_what_follows_a_mirror_is_as_it_was(shared_world: World) -> None:
    with acting_as(shared_world.actor("ana")):
        mine = Line.objects.count()
        with acting_as(eyes(shared_world)):
            pass
        assert Line.objects.count() == mine
        assert User.objects.exists()
        with pytest.raises(RuntimeError), acting_as(eyes(shared_world)):
            raise RuntimeError
        assert Line.objects.count() == mine


def test_reach_over_partnerships_is_reach_over_mirrors(shared_world: World) -> None:
    """Max holds no partnership; a distributor's manager of some looks only through those."""
    some = replace(shared_world.actor("ana"), reach=Reach.PARTNERSHIPS)
    pair = shared_world.partnerships["adventure", "northwest"]
    with acting_as(some), pytest.raises(NotFound):
        look_through(pair.public_id)
    with acting_as(shared_world.actor("northwest-admin")):
        give_reach(User.objects.get(email="ana@northwest.example"), pair)
    with acting_as(some):
        assert look_through(pair.public_id)[0].pk == pair.pk
        with pytest.raises(NotFound):
            look_through(shared_world.partnerships["contoso", "northwest"].public_id)


def test_a_table_without_its_mirror_stops_the_start(
    shared_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_unsafe_database()
    one_missing = startup.UNMIRRORED.replace("'wall_mirror_delete'", "'wall_that_nobody_hung'")
    monkeypatch.setattr(startup, "UNMIRRORED", one_missing)
    with pytest.raises(ImproperlyConfigured, match=r"have no mirror: .*ledger_line, .*runs_rung"):
        refuse_unsafe_database()


def test_amounts_are_the_distributor_s_own(shared_world: World) -> None:
    with acting_as(eyes(shared_world)):
        assert set(LinePrice.objects.values_list("net_amount", flat=True)) == {Decimal(100)}
