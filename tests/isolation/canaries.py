"""Whose word is whose: what somebody may meet of all the secrets of the proof, and what nobody may."""

from collections.abc import Iterator
from functools import cache

from tests.isolation import oracle
from tests.isolation.search import token_of
from tests.isolation.world import Proof, Secret


def forbidden(world: Proof, person: str) -> dict[str, str]:
    """Every secret that this person must not meet, anywhere, with what it is."""
    seat = world.people[person]
    if (id(world), person) not in _KNOWN:
        may = {_token(one.text) for one in world.secrets if not seat.has_left and is_for(world, person, one)}
        _KNOWN[id(world), person] = {
            _token(one.text): f"{one.what} of {one.owner} ({one.text})"
            for one in world.secrets
            if _token(one.text) not in may
        }
    return _KNOWN[id(world), person]


def every_secret(world: Proof) -> dict[str, str]:
    """For what nobody's words belong into: logs, figures, tasks."""
    return {_token(one.text): f"{one.what} of {one.owner} ({one.text})" for one in world.secrets}


_KNOWN: dict[tuple[int, str], dict[str, str]] = {}
_token = cache(token_of)


def is_for(world: Proof, person: str, secret: Secret) -> bool:
    """Whether this person may meet it: their own organisation's as far as they reach, another's as far as it goes."""
    viewer = world.viewer(person)
    if secret.row is None:
        return viewer.organisation == secret.owner or viewer.organisation in secret.told
    if not viewer.reaches(secret.row):
        return False
    assert secret.category is not None
    return oracle.can_see(viewer, secret.row, secret.category, world.now, world.known, secret.at)


def managers(world: Proof) -> Iterator[str]:
    """Somebody who sees much in each organisation, and those whose reach is narrow."""
    return (
        person for person, seat in world.people.items() if seat.role.value == "manager" and not seat.has_left
    )
