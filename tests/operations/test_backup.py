"""What the backup's role reads is the whole database, and the owner can build it up again with its walls."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connections

from partners.tenancy.startup import UNMIRRORED, UNWALLED
from partners.tenancy.walls import OPEN_TABLES
from portal.programs import programs
from tests.world import World, build_world, trade

TABLES = (
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
)
LINES = "SELECT count(*) FROM ledger_line"


def to(url: str, database: str) -> str:
    """The address with another database."""
    return urlsplit(url)._replace(path=f"/{database}").geturl()


def program(name: str) -> str:
    """The program of the server's own version: from the wheel, or of those that are installed with psql."""
    return str(programs() / name) if settings.EMBEDDED_HOME else name


def backup_url() -> str:
    """The backup role's address, beside the owner's."""
    if settings.ADDRESSES.backup_url:
        return str(settings.ADDRESSES.backup_url)
    owner = urlsplit(settings.ADDRESSES.owner_url)
    password = os.environ["THROUGHLINE_BACKUP_PASSWORD"]
    host = f"{owner.hostname}:{owner.port or 5432}"
    return owner._replace(netloc=f"throughline_backup:{password}@{host}").geturl()


@pytest.fixture
def restored(committed_db: None) -> Iterator[str]:
    """The name of an empty database of the owner's."""
    name = f"{connections['owner'].settings_dict['NAME']}_restored"
    with psycopg.connect(settings.ADDRESSES.owner_url, autocommit=True) as owner:
        owner.execute(f'CREATE DATABASE "{name}"')
        yield name
        owner.execute(f'DROP DATABASE "{name}"')


def counts(database: str) -> dict[str, int]:
    """Rows of every table, past the walls."""
    with psycopg.connect(to(settings.ADDRESSES.owner_url, database)) as owner:
        tables = [name for (name,) in owner.execute(TABLES).fetchall()]
        return {name: owner.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}


def test_a_backup_holds_everything_and_is_restored_with_its_walls(restored: str, tmp_path: Path) -> None:
    world: World = build_world()
    trade(world)
    original, file = str(connections["owner"].settings_dict["NAME"]), tmp_path / "throughline.dump"
    dump = [program("pg_dump"), "--format=custom", f"--file={file}", to(backup_url(), original)]
    subprocess.run(dump, check=True)
    restore = [
        program("pg_restore"),
        "--no-owner",
        f"--dbname={to(settings.ADDRESSES.owner_url, restored)}",
        file,
    ]
    subprocess.run(restore, check=True)
    assert counts(restored) == counts(original)
    assert counts(restored)["ledger_line"] > 0
    with psycopg.connect(to(settings.ADDRESSES.app_url, restored)) as app:
        assert app.execute(LINES).fetchone() == (0,)  # nobody acts, so nobody sees
        assert {name for (name,) in app.execute(UNWALLED).fetchall()} <= OPEN_TABLES.keys()
        assert app.execute(UNMIRRORED).fetchall() == []
