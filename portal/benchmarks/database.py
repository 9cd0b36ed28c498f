"""A database for one benchmark: made and migrated through the owner's role, dropped however the benchmark ends."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import CommandError, call_command
from django.db import connections
from psycopg import sql
from psycopg.errors import DuplicateDatabase, InsufficientPrivilege, ObjectInUse

from partners.tenancy.commands import require_owner
from partners.tenancy.router import OWNER

ALIASES = ("default", OWNER)


@contextmanager
def throw_away_database() -> Iterator[None]:
    """Lead both aliases to an empty, migrated database beside the installation's, which is not touched.

    One that a killed benchmark left is made anew.

    Raises
    ------
    CommandError
        Where the owner's role is not at hand or may not make databases, or another benchmark is running.
    """
    require_owner()
    before = {alias: connections[alias].settings_dict["NAME"] for alias in ALIASES}
    name = f"benchmark_of_{before[OWNER]}"
    _make(name)
    try:
        _lead_to(dict.fromkeys(ALIASES, name))
        call_command("migrate", database=OWNER, verbosity=0, interactive=False)
        yield
    finally:
        _lead_to(before)
        _run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _make(name: str) -> None:
    try:
        _run("DROP DATABASE IF EXISTS {}", name)
        _run("CREATE DATABASE {}", name)
    except Exception as error:
        if isinstance(error.__cause__, ObjectInUse | DuplicateDatabase):
            raise CommandError(
                f"Another benchmark uses the database {name}. Wait until it has ended."
            ) from error
        if isinstance(error.__cause__, InsufficientPrivilege):
            raise CommandError(
                "The role of DATABASE_OWNER_URL may not make databases. Let it (ALTER ROLE … CREATEDB)."
            ) from error
        raise


def _run(statement: str, name: str) -> None:
    with connections[OWNER].cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(sql.Identifier(name)))


def _lead_to(names: dict[str, str]) -> None:
    for alias, name in names.items():
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name
