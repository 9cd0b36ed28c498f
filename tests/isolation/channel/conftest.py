"""The small channel, sold once a process."""

import random
from collections.abc import Iterator

import pytest
from django.conf import LazySettings
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from tests.isolation.small import Small, build_small


@pytest.fixture(scope="package")
def sold(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Small]:
    """The small channel, sold once."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build_small(random.Random(1))
        transaction.set_rollback(True)


@pytest.fixture
def unlimited(settings: LazySettings) -> None:
    settings.API_REQUESTS_A_MINUTE = settings.API_ROWS_A_DAY = 1_000_000
