"""What tests stand on: a world made once for as many of a module's tests as ask for the same.

A stage is the world of `tests.world` and the steps that were taken in it since, each in a savepoint of its own. A test
that asks for another stage goes back to what both have in common and on from there; what a test itself does is taken
back at its end, as ever.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction

if TYPE_CHECKING:  # models load only once Django is set up
    from tests.world import World

Step = Callable[["World"], None]


def _people(world: "World") -> None:
    from tests.world import build_world

    vars(world).update(vars(build_world()))


def months_of_trade(world: "World") -> None:
    """Three months of trade in every partnership."""
    from tests import world as worlds

    worlds.trade(world)


@dataclass
class Stage:
    """The steps that stand now, in order: each with its transaction and the world after it."""

    standing: list[tuple[Step, transaction.Atomic, "World"]] = field(default_factory=list)
    given: "World | None" = None

    def set_up(self, steps: tuple[Step, ...]) -> None:
        """Stand on these steps; on an empty database, where there are none."""
        common = 0
        while common < min(len(steps), len(self.standing)) and self.standing[common][0] is steps[common]:
            common += 1
        while len(self.standing) > common:
            _step, atomic, _world = self.standing.pop()
            transaction.set_rollback(True)
            atomic.__exit__(None, None, None)
        for step in steps[common:]:
            self._take(step)
        self.given = None

    def _take(self, step: Step) -> None:
        from tests.world import World

        world = deepcopy(self.standing[-1][2]) if self.standing else World()
        atomic = transaction.atomic()
        atomic.__enter__()
        try:
            step(world)
        except BaseException as error:
            atomic.__exit__(type(error), error, error.__traceback__)
            raise
        self.standing.append((step, atomic, world))

    def hand_out(self) -> "World":
        """The world, for this test alone: the same for each of its fixtures."""
        if self.given is None:
            self.given = deepcopy(self.standing[-1][2])
        return self.given


STAGE = Stage()


def staged(*steps: Step) -> Any:
    """A fixture: the people of `tests.world` after these steps."""

    def world(db: None) -> "World":
        return STAGE.hand_out()

    world.steps = (_people, *steps)  # type: ignore[attr-defined]
    return pytest.fixture(world)


def steps_of(item: pytest.Item) -> tuple[Step, ...]:
    """What the fixtures of a test stand on: the longest, which goes through all others."""
    fixtures = getattr(item, "_fixtureinfo").name2fixturedefs.values()  # noqa: B009  (pytest says it nowhere else)
    asked = [getattr(found[-1].func, "steps", ()) for found in fixtures if found]
    longest: tuple[Step, ...] = max(asked, key=len, default=())
    assert all(steps == longest[: len(steps)] for steps in asked), f"{item.nodeid} asks for two worlds"
    return longest
