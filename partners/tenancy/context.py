"""`acting_as`: the one way to become somebody, in Python and in PostgreSQL at the same moment."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

from partners.tenancy.actors import Actor, ActorKind


class NoActorError(RuntimeError):
    """Organisation-owned data was touched while nobody was acting."""


_current: ContextVar[Actor | None] = ContextVar("throughline_actor", default=None)

# Called with the actor on leaving the outermost `acting_as`, inside its transaction (the access log is one).
before_leaving: list[Callable[[Actor], None]] = []
# Called afterwards, however it ended.
after_leaving: list[Callable[[], None]] = []


def current_actor() -> Actor:
    """The active actor.

    Raises
    ------
    NoActorError
        Outside `acting_as`: no actor, no rows.
    """
    actor = _current.get()
    if actor is None:
        raise NoActorError(
            "Nobody is acting. Wrap this in `with acting_as(actor):`; without it no row is visible."
        )
    return actor


def current_organisation_id() -> int:
    """The organisation that is acting; raises `NoActorError` where none is."""
    organisation_id = current_actor().organisation_id
    if organisation_id is None:
        raise NoActorError("This actor belongs to no organisation and sees no organisation's rows.")
    return organisation_id


def current_user_id() -> int:
    """The person who is acting; raises `NoActorError` where a machine is."""
    user_id = current_actor().user_id
    if user_id is None:
        raise NoActorError("This actor is no person: somebody has to do this in their own name.")
    return user_id


@contextmanager
def acting_as(actor: Actor) -> Iterator[Actor]:
    """Act as `actor` for the length of the block, which is one transaction (a savepoint when nested).

    The settings that row-level security reads are local to the transaction. On an error the savepoint's
    rollback restores the settings that held outside; on success they are written back, so that a nested
    block never widens what follows it. At the end of an own transaction they end with it.
    """
    outer = _current.get()
    is_nested = connection.in_atomic_block
    with transaction.atomic():
        token = _current.set(actor)
        try:
            _write_settings(actor)
            yield actor
            if outer is None and not connection.needs_rollback:
                for finish in before_leaving:
                    finish(actor)
        finally:
            _current.reset(token)
            if outer is None:
                for forget in after_leaving:
                    forget()
        if is_nested and not connection.needs_rollback:
            _write_settings(outer or NOBODY)


def forbid_writing() -> None:
    """Within the present `acting_as`, and no further, the database refuses to write anything, whatever is tried."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL transaction_read_only = on")


NOBODY = Actor(ActorKind.NOBODY, organisation_id=None)


def _is_machine(actor: Actor) -> bool:
    """No machine sits in a seat, whatever role it borrows."""
    return actor.client is not None or actor.kind is ActorKind.SUPPORT


def _write_settings(actor: Actor) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('app.kind', %s, true), set_config('app.org', %s, true),"
            " set_config('app.user', %s, true), set_config('app.purpose', %s, true),"
            " set_config('app.seat', %s, true), set_config('app.mirror', %s, true)",
            [
                actor.kind.value,
                "" if actor.organisation_id is None else str(actor.organisation_id),
                "" if actor.user_id is None else str(actor.user_id),
                str(actor.purpose.value),
                actor.role.value if actor.role and not _is_machine(actor) else "",
                "" if actor.mirrored_id is None else str(actor.mirrored_id),
            ],
        )
