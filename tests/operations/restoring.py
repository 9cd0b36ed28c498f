"""A backup, a database that is restored from it, and a process's connections led there."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connections

from portal.programs import programs


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


def original() -> str:
    """The name of the tests' database."""
    return str(connections["owner"].settings_dict["NAME"])


def back_up(file: Path) -> None:
    """The tests' database into a file."""
    dump = [program("pg_dump"), "--format=custom", f"--file={file}", to(backup_url(), original())]
    subprocess.run(dump, check=True)


def restore(file: Path, database: str) -> None:
    """The file into an empty database."""
    address = to(settings.ADDRESSES.owner_url, database)
    subprocess.run([program("pg_restore"), "--no-owner", f"--dbname={address}", file], check=True)


@contextmanager
def led_to(database: str) -> Iterator[None]:
    """Both aliases lead there for the length of the block."""
    before = {alias: connections[alias].settings_dict["NAME"] for alias in ("default", "owner")}
    try:
        for alias in before:
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = database
        yield
    finally:
        for alias, name in before.items():
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = name
