"""A process does not serve with a database whose walls could be passed."""

import psycopg
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection, connections

from partners.tenancy import startup, walls
from partners.tenancy.management.commands import migrate
from partners.tenancy.startup import refuse_unsafe_database
from tests.world import World

BOTH = pytest.mark.django_db(databases=["default", "owner"])


def test_the_application_s_role_passes_and_can_do_little(world: World) -> None:
    refuse_unsafe_database()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, False)
        cursor.execute(
            "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND relkind = 'r'"
            " AND has_table_privilege(c.oid, 'TRUNCATE')"
        )
        assert cursor.fetchall() == []


@BOTH
def test_a_table_within_reach_without_its_wall_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(startup, "OPEN_TABLES", {**walls.OPEN_TABLES})
    refuse_unsafe_database()
    monkeypatch.setattr(startup, "OPEN_TABLES", {})
    with pytest.raises(ImproperlyConfigured, match=r"have no wall: auth_permission, .*django_session"):
        refuse_unsafe_database()


@BOTH
def test_the_owner_s_role_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(startup, "connection", connections["owner"])
    with pytest.raises(ImproperlyConfigured, match="NOSUPERUSER NOBYPASSRLS"):
        refuse_unsafe_database()


def test_an_old_server_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(startup, "OLDEST_SERVER", 990000)
    with pytest.raises(ImproperlyConfigured, match="is too old"):
        refuse_unsafe_database()


def test_a_migration_gives_way_to_whoever_uses_the_table(
    committed_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "LOCK_TIMEOUT", "50ms")
    name = connections["owner"].settings_dict["NAME"]
    with psycopg.connect(settings.ADDRESSES.owner_url, dbname=name) as other:
        other.execute("LOCK TABLE django_migrations")
        with pytest.raises(CommandError, match="was in use for 50ms"):
            call_command("migrate", verbosity=0)
    call_command("migrate", verbosity=0)


def test_history_cannot_be_rewritten_by_the_application(trading_world: World) -> None:
    from django.db import ProgrammingError, transaction

    from partners.tenancy.context import acting_as

    statements = (
        "UPDATE ledger_line SET quantity = 0",
        "UPDATE ledger_lineprice SET net_amount = 0",
        "DELETE FROM agreements_grant",
        "UPDATE agreements_grant SET category = 'price'",
        "DELETE FROM audit_accessentry",
        "UPDATE audit_auditentry SET action = ''",
    )
    with acting_as(trading_world.actor("northwest-admin")), connection.cursor() as cursor:
        for statement in statements:
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                cursor.execute(statement)
        cursor.execute("DELETE FROM ledger_line")  # what an eraser may, and nobody else
        assert cursor.rowcount == 0


def test_a_nested_actor_never_widens_what_follows(trading_world: World) -> None:
    from partners.ledger.models import Line
    from partners.tenancy.context import acting_as

    def seen() -> set[int]:
        return set(Line.objects.values_list("distributor_id", flat=True))

    northwest, southwest = trading_world.orgs["northwest"].pk, trading_world.orgs["southwest"].pk
    with acting_as(trading_world.actor("ana")):
        assert seen() == {northwest}
        with acting_as(trading_world.actor("sam")):
            assert seen() == {southwest}
        assert seen() == {northwest}
        with pytest.raises(KeyError), acting_as(trading_world.actor("sam")):
            raise KeyError
        assert seen() == {northwest}
