"""What every test stands on: the database made through the owner's role, the test run as the application's.

Three kinds of test:

- `db` (or `@pytest.mark.django_db`): as the application's role, in a transaction that is rolled back.
- `committed_db` (or `transactional_db`): the same role, real commits, visible to other connections and
  processes; emptied afterwards through the owner's role.
- neither: no database.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.test.utils import setup_databases, teardown_databases
from hypothesis import settings as hypothesis_settings
from psycopg import sql
from pytest_django.plugin import DjangoDbBlocker

from portal.celery import app
from portal.database import start_embedded
from tests.stages import STAGE, months_of_trade, staged, steps_of

# No example is a timed test: a busy machine is no fault of the code.
hypothesis_settings.register_profile("suite", deadline=None)
hypothesis_settings.load_profile("suite")

pytest_plugins = ["tests.isolation.plugin"]

COMMITS = {"committed_db", "transactional_db", "live_server"}


def pytest_itemcollected(item: pytest.Item) -> None:
    """Give each committing test both aliases: what it leaves is emptied through `owner`."""
    if _commits(item):
        mark = item.get_closest_marker("django_db")
        asked = dict(mark.kwargs) if mark else {}
        both = {**asked, "transaction": True, "databases": ["default", "owner"]}
        item.add_marker(pytest.mark.django_db(**both), append=False)


def _commits(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("django_db")
    return bool(mark and mark.kwargs.get("transaction")) or bool(
        COMMITS & set(getattr(item, "fixturenames", ()))
    )


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> None:
    """Set up what a test stands on just before pytest-django begins what it will take back."""
    if fixturedef.argname == "_django_db_helper":
        blocker = request.getfixturevalue("django_db_blocker")
        with blocker.unblock():
            shutil.rmtree(settings.JOURNAL, ignore_errors=True)  # of a database that was emptied since
            STAGE.set_up(() if _commits(request.node) else steps_of(request.node))


@pytest.fixture(scope="module", autouse=True)
def stage_of_the_module(request: pytest.FixtureRequest) -> Iterator[None]:
    """Leave it at the end of the module."""
    yield
    if STAGE.standing:
        with request.getfixturevalue("django_db_blocker").unblock():
            STAGE.set_up(())


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Make the tests' database through `owner`; pytest-django's own would make it through `default`."""
    verbosity = request.config.option.verbose
    with django_db_blocker.unblock():
        start_embedded()
        _drop_what_killed_runs_left()
        made = setup_databases(verbosity, interactive=False, aliases=["owner"], serialized_aliases=set())
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        teardown_databases(made, verbosity)
    shutil.rmtree(settings.JOURNAL, ignore_errors=True)


def _drop_what_killed_runs_left() -> None:
    prefix = "test_throughline_"
    with psycopg.connect(settings.ADDRESSES.owner_url, autocommit=True) as connection:
        found = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
        for (name,) in found.fetchall():
            if not Path("/proc", name.removeprefix(prefix)).exists():
                connection.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
                )


@pytest.fixture
def committed_db(transactional_db: None) -> None:
    """A database in which the test really commits."""


@pytest.fixture(scope="session")
def own_queue(django_db_setup: None) -> Iterator[None]:
    """The queue named after this run, on whichever broker; nothing of it stays there afterwards."""
    yield
    with app.connection_for_write() as broker:
        queue = app.amqp.queues[settings.CELERY_TASK_DEFAULT_QUEUE](broker.default_channel)
        queue.declare()
        queue.delete()
        if broker.transport.driver_type == "amqp":
            queue.exchange.delete()
        if broker.transport.driver_type == "redis":
            client = broker.default_channel.client
            for key in client.scan_iter(f"{settings.CELERY_TASK_DEFAULT_QUEUE}:*"):
                client.unlink(key)


@pytest.fixture
def child_environment(committed_db: None, own_queue: None) -> dict[str, str]:
    """The environment for a child process (a worker, a command) that shall see the tests' database."""

    def url(alias: str, address: str) -> str:
        front, _, query = address.partition("?")
        name = connections[alias].settings_dict["NAME"]
        return f"{front.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")

    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": url("default", settings.ADDRESSES.app_url),
        "DATABASE_OWNER_URL": url("owner", settings.ADDRESSES.owner_url),
        "CELERY_BROKER_URL": settings.ADDRESSES.broker_url,
    }


# --- people and worlds: fixtures that others build on ---


world = staged()  # five organisations and their people; nothing sold and nothing shared yet
trading_world = staged(months_of_trade)  # the same, after three months of trade
