"""One guard after the other is broken: the proof must notice each, or it proves less than it says."""

import random

import pytest
from django.conf import LazySettings
from django.db import transaction

from tests.isolation.figures import FIGURES
from tests.isolation.mutants import checks
from tests.isolation.mutants.mutants import MUTANTS, Mutant
from tests.isolation.small import Small

SAMPLE = 4


@pytest.fixture
def world(mutable: Small, db: None, settings: LazySettings) -> Small:
    settings.API_REQUESTS_A_MINUTE = settings.API_ROWS_A_DAY = 1_000_000
    return mutable.copy()


def is_killed(mutant: Mutant, world: Small) -> bool:
    """Whether its check notices it. A check that cannot go on has noticed something, too."""
    with transaction.atomic(), pytest.MonkeyPatch.context() as monkeypatch:
        mutant.how(monkeypatch, world)
        try:
            with transaction.atomic():
                noticed = bool(mutant.check(world))
        except Exception:  # whatever stopped it: unbroken it goes through
            noticed = True
        transaction.set_rollback(True)
    return noticed


@pytest.mark.parametrize("check", sorted({one.check.__name__ for one in MUTANTS}))
def test_unbroken_there_is_nothing_to_notice(world: Small, check: str) -> None:
    with transaction.atomic():
        wrong = getattr(checks, check)(world)
        transaction.set_rollback(True)
    assert not wrong, "\n".join(wrong[:10])


@pytest.mark.isolation
@pytest.mark.parametrize("name", [one.name for one in MUTANTS])
def test_a_broken_guard_is_noticed(world: Small, name: str) -> None:
    mutant = next(one for one in MUTANTS if one.name == name)
    killed = is_killed(mutant, world)
    FIGURES.saw("mutants", [name])
    FIGURES.saw("mutants killed", [name] if killed else [])
    assert killed, f"'{name}' is not noticed by the check '{mutant.check.__name__}': a test is missing."


def test_a_sample_of_broken_guards_is_noticed(world: Small) -> None:
    for mutant in random.sample(MUTANTS, SAMPLE):
        assert is_killed(mutant, world.copy()), f"'{mutant.name}' is not noticed."
