"""Everybody asks for everything: 200 with what is theirs, 302 or 401, 403 for their role, 404 like what never was."""

import random

import pytest
from django.conf import LazySettings
from django.db import transaction

from tests.isolation.canaries import forbidden
from tests.isolation.figures import FIGURES
from tests.isolation.matrix import Asker, Cell, cells, chosen, is_hidden, outcome, told
from tests.isolation.outputs import of_response
from tests.isolation.search import hits
from tests.isolation.world import Proof

SAMPLE = 100


@pytest.fixture
def asker(proof: Proof, settings: LazySettings) -> Asker:
    settings.API_REQUESTS_A_MINUTE = settings.API_ROWS_A_DAY = 1_000_000
    return Asker(proof)


def fault(world: Proof, asker: Asker, cell: Cell) -> str:
    """What is wrong with the answer to a cell, or ''; what it does is taken back."""
    wanted = outcome(world, cell)
    asker.comes(cell.person)
    with transaction.atomic():
        answer = asker.ask(cell)
        transaction.set_rollback(True)
    FIGURES.saw("searched", [str(cell)])
    told_too_much = hits(of_response(answer), forbidden(world, cell.person))
    if told_too_much:
        FIGURES.saw("canary hits", [f"{cell} tells the {hit}" for hit in told_too_much])
        return f"{cell} tells {told_too_much[:3]}"
    if answer.status_code != wanted:
        return f"{cell} -> {answer.status_code}, not {wanted}"
    if cell.thing and is_hidden(world, cell) and told(answer) != told(asker.ask_invented(cell)):
        now, never = told(asker.ask(cell)), told(asker.ask(cell, invented=True))  # side by side
        if now != never:
            return f"{cell} -> {wanted}, but not as for what never was: {now} and {never}"
    return ""


def run(world: Proof, asker: Asker, wanted: list[Cell]) -> None:
    found = {str(cell): fault(world, asker, cell) for cell in wanted}
    wrong = {name: words for name, words in found.items() if words}
    FIGURES.saw("cells", found)
    FIGURES.saw("cells failed", wrong)
    assert not wrong, "\n".join(wrong.values())


def test_a_sample_of_the_cells(proof: Proof, asker: Asker) -> None:
    everything = list(cells(proof))
    run(proof, asker, random.sample(everything, min(SAMPLE, len(everything))))


@pytest.mark.isolation
@pytest.mark.parametrize("part", range(8))
def test_the_cells(proof: Proof, asker: Asker, part: int) -> None:
    people = [person for number, person in enumerate(proof.people) if number % 8 == part]
    run(proof, asker, [cell for cell in chosen(proof, 60) if cell.person in people])
