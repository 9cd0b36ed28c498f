"""Whether this process can serve: what it stands on is there, safe and up to date."""

import logging
from collections.abc import Callable, Mapping
from functools import cache
from threading import Lock
from time import monotonic

from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from partners.audit.journal import (
    JournalBehindError,
    OlderDatabaseError,
    refuse_journal_behind,
    refuse_older_database,
)
from partners.tenancy.startup import count_missing_migrations, refuse_unsafe_database
from portal.celery import app

# Anybody may ask, so the asking must not wear out what is asked about.
KEPT_SECONDS = 2.0
OK, FAILED = "ok", "failed"
BEHIND = "behind"  # serves, and somebody has to look
OLDER = "failed: run manage.py replay_revocations"
logger = logging.getLogger(__name__)


class Readiness:
    """The checks, made by one asker at a time and kept for a moment."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: Mapping[str, str] = {}
        self._until = 0.0

    def checks(self) -> Mapping[str, str]:
        """Each check by its name, and how it stands in a word; at most `KEPT_SECONDS` old."""
        with self._lock:
            if monotonic() >= self._until:
                self._known = {name: _stands(name, check) for name, check in CHECKS.items()}
                self._until = monotonic() + KEPT_SECONDS
            return self._known

    def forget(self) -> None:
        """Have the next asker's checks made anew."""
        self._until = 0.0


def _stands(name: str, check: Callable[[], None]) -> str:
    try:
        check()
    except JournalBehindError:
        logger.warning("the journal is behind what was taken away: make room for it, or mend its rights")
        return BEHIND
    except OlderDatabaseError as error:
        logger.warning("not ready: %s", error)
        return OLDER
    except Exception:
        logger.warning("not ready: %s", name, exc_info=True)
        return FAILED
    return OK


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _migrations() -> None:
    missing = count_missing_migrations(_wanted())
    if missing:
        raise ImproperlyConfigured(f"{missing} migrations are not applied.")


def _broker() -> None:
    with app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, interval_start=0)


CHECKS = {
    "database": _database,
    "walls": refuse_unsafe_database,
    "migrations": _migrations,
    "taken_away": refuse_older_database,
    "journal": refuse_journal_behind,
    "broker": _broker,
}


@cache
def _wanted() -> list[str]:
    """Every migration of this code, as `app.name`."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return [f"{label}.{name}" for label, name in loader.disk_migrations]


READINESS = Readiness()
