"""Partner systems inside and outside their organisation: who makes them, and what they never do."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import ProgrammingError, transaction
from django.utils import timezone
from guardian.shortcuts import assign_perm

from partners.access.reach import give_reach
from partners.agreements.models import Category, Grant
from partners.agreements.services import end_partnership, grant_category, revoke_grant, suspend_partnership
from partners.organisations.clients import (
    ClientError,
    draw_words,
    end_client,
    identify,
    keep_credential,
    list_clients,
    make_client,
)
from partners.organisations.models import ApiClient, ApiCredential, Membership
from partners.organisations.services import end_seat, seat_new_user
from partners.tenancy.actors import Actor, Role, Scope
from partners.tenancy.context import acting_as
from tests.api.conftest import KEY, Caller, client_of, key_for, pair_of, told
from tests.world import World

WALL = r"row-level security|permission denied"


def acts(world: World, words: str) -> Actor:
    """As whom a key acts."""
    found = identify(words, KEY)
    assert found is not None
    return found.actor


def test_a_machine_never_grants_and_never_manages(world: World) -> None:
    actor = acts(world, key_for(world, "northwest-admin"))
    assert (actor.role, actor.client is not None) == (Role.ADMINISTRATOR, True)
    partnership = pair_of(world)
    with acting_as(world.actor("northwest-admin")):
        grant, client = Grant.objects.filter(revoked_at=None)[0], list_clients()[0]
    steps = (
        lambda: grant_category(partnership, Category.IDENTITY),
        lambda: revoke_grant(grant),
        lambda: suspend_partnership(partnership),
        lambda: end_partnership(partnership),
        lambda: seat_new_user("x@northwest.example", "X", None, Role.ADMINISTRATOR),
        lambda: end_seat(world.seats["ana"]),
        lambda: give_reach(world.seats["rita"].user, partnership),
        lambda: make_client("x", world.seats["ana"].user, list(Scope), KEY, 30),
        lambda: end_client(client.public_id),
        list_clients,
    )
    with acting_as(actor):
        for step in steps:
            with pytest.raises(PermissionDenied), transaction.atomic():
                step()


def test_the_database_refuses_a_machine_as_well(world: World) -> None:
    actor = acts(world, key_for(world, "northwest-admin"))
    with acting_as(world.actor("northwest-admin")):
        client = list_clients()[0]
        seat = Membership.objects.get(pk=world.seats["rita"].pk)
    partnership = pair_of(world)
    grant = Grant(
        partnership=partnership,
        manufacturer_id=partnership.manufacturer_id,
        distributor_id=partnership.distributor_id,
        category=Category.IDENTITY,
        granularity=3,
        purposes=31,
    )
    writes = (
        grant.save,
        lambda: ApiClient.objects.create(owner=world.seats["ana"].user, name="x", scopes=["sales:read"]),
        lambda: keep_credential(client, KEY, draw_words(KEY), timedelta(days=1)),
        lambda: ApiClient.objects.filter(pk=client.pk).update(scopes=["sales:read"]),
        lambda: Membership.objects.create(
            organisation_id=seat.organisation_id, user_id=world.seats["sam"].user_id, role="administrator"
        ),
        lambda: assign_perm("agreements.work_partnership", world.seats["rita"].user, partnership),
    )
    changes = (
        lambda: Grant.objects.update(revoked_at=timezone.now()),
        lambda: ApiClient.objects.update(ended_at=timezone.now()),
        lambda: Membership.objects.filter(pk=seat.pk).update(role="administrator"),
    )
    with acting_as(actor):
        for write in writes:
            with pytest.raises(ProgrammingError, match=WALL), transaction.atomic():
                write()
        assert [change() for change in changes] == [0, 0, 0]


def test_another_organisation_meets_no_client(world: World) -> None:
    key_for(world, "ana")
    client = client_of(world)
    for person in ("southwest-admin", "adventure-admin"):
        with acting_as(world.actor(person)):
            assert list_clients() == []
            assert not ApiCredential.objects.exists()
            end_client(client.public_id)
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                keep_credential(client, KEY, draw_words(KEY), timedelta(days=1))
    assert client_of(world).ended_at is None


def test_only_an_administrator_makes_and_ends_clients(world: World) -> None:
    key_for(world, "ana")
    client = client_of(world)
    for person in ("ana", "rita", "uwe"):
        with acting_as(world.actor(person)):
            for step in (
                lambda: make_client("x", world.seats["ana"].user, [Scope.SALES_READ], KEY, 30),
                lambda: end_client(client.public_id),
                list_clients,
            ):
                with pytest.raises(PermissionDenied):
                    step()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": " "}, "Give the system a name"),
        ({"name": "x" * 121}, "Give the system a name"),
        ({"scopes": []}, "Choose at least one thing"),
        ({"days": 0}, "lives 1 to 366 days"),
        ({"days": 367}, "lives 1 to 366 days"),
    ],
)
def test_a_client_that_cannot_be_is_refused(world: World, changes: dict[str, object], sentence: str) -> None:
    given = {"name": "x", "scopes": [Scope.SALES_READ], "kind": KEY, "days": 30, **changes}
    with acting_as(world.actor("northwest-admin")):
        with pytest.raises(ClientError, match=sentence):
            make_client(owner=world.seats["ana"].user, **given)  # type: ignore[arg-type]
        assert list_clients() == []


def test_nobody_from_elsewhere_owns_a_client(world: World) -> None:
    with acting_as(world.actor("northwest-admin")):
        for stranger in ("sam", "mia", "otto"):
            with pytest.raises(ClientError, match="somebody of your organisation"):
                make_client("x", world.seats[stranger].user, list(Scope), KEY, 30)
        end_seat(world.seats["rita"])
        with pytest.raises(ClientError, match="somebody of your organisation"):
            make_client("x", world.seats["rita"].user, list(Scope), KEY, 30)


def test_a_client_of_a_stranger_would_act_for_nobody(world: World) -> None:
    """Written past the service: the gate asks for the owner's seat in the client's organisation."""
    with acting_as(world.actor("northwest-admin")):
        client = ApiClient.objects.create(owner=world.seats["sam"].user, name="x", scopes=["accounts:read"])
        words = draw_words(KEY)
        keep_credential(client, KEY, words, timedelta(days=1))
    assert told(Caller(words).get("me"), 401, "not_known")
