"""The world of the proof, made once a process and taken back at its end."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from tests.isolation.world import QUICK, RELATIONS, Proof, build_proof


@pytest.fixture(scope="package")
def settled(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Proof]:
    """The world of the proof; a smaller one where only a sample is asked for."""
    relations = RELATIONS if request.config.getoption("--isolation") else QUICK
    with django_db_blocker.unblock(), transaction.atomic():
        yield build_proof(relations)
        transaction.set_rollback(True)


@pytest.fixture
def proof(settled: Proof, db: None) -> Proof:
    """The same, for a test that takes back what it does to it."""
    return settled
