"""The small channel in a database whose owner lends its rights for a while.

PostgreSQL's DDL is transactional: a policy is changed, looked at and back again within one transaction, if the session
that sees the channel's uncommitted rows may change it. So the owner makes a function that does what it is told, for the
application's role to call, and takes it away at the end.
"""

import random
from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings
from django.db import connections, transaction
from pytest_django.plugin import DjangoDbBlocker

from tests.isolation.mutants.checks import settle
from tests.isolation.small import Small, build_small

LEND = """
CREATE FUNCTION lend(statement text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS
    $$ BEGIN EXECUTE statement; END $$
"""


@pytest.fixture(scope="package")
def mutable(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Small]:
    """The small channel with its agreement."""
    name = connections["owner"].settings_dict["NAME"]
    with psycopg.connect(settings.ADDRESSES.owner_url, dbname=name, autocommit=True) as owner:
        owner.execute(LEND)
        try:
            with django_db_blocker.unblock(), transaction.atomic():
                world = build_small(random.Random(1))
                settle(world)
                yield world
                transaction.set_rollback(True)
        finally:
            owner.execute("DROP FUNCTION lend(text)")
