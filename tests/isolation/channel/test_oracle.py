"""Random worlds: what the product shows is what the oracle says, and nothing else."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.isolation import oracle
from tests.isolation.channel.differences import differences
from tests.isolation.figures import FIGURES
from tests.isolation.oracle import Row, Viewer, can_see
from tests.isolation.small import Small, random_world, share_and_leave, share_at_random

Share = Callable[[Small, random.Random], None]


def run(sold: Small, worlds: int, *, pages: int, share: Share = share_at_random) -> None:
    for number in range(worlds):
        seed = random.getrandbits(32)
        with random_world(sold, seed, share) as world:
            wrong = differences(world, pages=number % pages == 0)
        FIGURES.count("oracle differences", len(wrong))
        said = f"In the world of seed {seed} by {share.__name__}, {len(wrong)} differences:\n"
        assert not wrong, said + "\n".join(wrong[:20])


def test_a_random_world_shows_what_the_oracle_says(sold: Small, db: None, unlimited: None) -> None:
    run(sold, 2, pages=2)


def test_history_that_was_left_is_what_the_oracle_says(sold: Small, db: None, unlimited: None) -> None:
    run(sold, 2, pages=2, share=share_and_leave)


@pytest.mark.isolation
@pytest.mark.parametrize("part", range(4))
def test_random_worlds_show_what_the_oracle_says(sold: Small, db: None, unlimited: None, part: int) -> None:
    run(sold, 12, pages=3)


@pytest.mark.isolation
@pytest.mark.parametrize("part", range(2))
def test_histories_that_were_left_are_what_the_oracle_says(
    sold: Small, db: None, unlimited: None, part: int
) -> None:
    run(sold, 12, pages=6, share=share_and_leave)


def test_the_oracle_knows_what_the_rules_say_in_words() -> None:
    """A few of its decisions, told by hand: an oracle that always says yes, or no, finds nothing."""
    then, now = datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
    row = Row("I1", ("oak", "north"), "north-one", "Alpha", then.date().replace(day=1), then)
    volume, price = oracle.Grant("volume"), oracle.Grant("price")

    def sees(
        category: oracle.Category, *grants: oracle.Grant, state: str = "active", **viewer: object
    ) -> bool:
        known = {("oak", "north"): oracle.Partnership("oak", "north", state, list(grants))}
        looking = Viewer(**{"organisation": "oak", **viewer})
        return can_see(looking, row, category, now, known)

    assert sees("volume", volume)
    assert not sees("volume")
    assert not sees("price", price)  # rests on volume
    assert sees("price", price, volume)
    assert not sees("volume", replace(volume, family="Beta"))
    assert not sees("volume", replace(volume, to_month=row.month))
    assert not sees("volume", replace(volume, granularity=oracle.MONTH))
    assert not sees("volume", replace(volume, purposes=frozenset({"planning"})))
    assert not sees("volume", replace(volume, revoked_at=then))
    assert not sees("volume", volume, state="suspended")
    assert not sees("volume", volume, organisation="elm")
    assert not sees("volume", volume, organisation="south")
    assert not sees("volume", volume, eyes_on="south")
    assert sees("contacts", state="ended", organisation="north")
    kept = replace(volume, revoked_at=now, keep_history_until=now.date().replace(day=2))
    assert sees("volume", kept)
    assert not sees("volume", replace(kept, keep_history_until=now.date()))
    assert not sees("volume", replace(kept, revoked_at=then))
