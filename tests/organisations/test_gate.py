"""Before anybody is known: exact-match questions, answered through the gate and in no other way."""

import pytest
from django.contrib.auth import authenticate
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from partners.organisations.login import GateBackend, find_organisation, list_seats
from partners.organisations.models import Membership, OrganisationKind, User
from partners.organisations.roles import PERMITS, Permission, can
from partners.organisations.services import found_organisation, seat_new_user
from partners.tenancy.actors import Role, founder, worker
from partners.tenancy.context import acting_as
from tests.world import PASSWORD, World


def test_the_right_password_and_no_other_lets_in(world: World) -> None:
    user = authenticate(username="ANA@northwest.example", password=PASSWORD)
    assert isinstance(user, User)
    assert user.pk == world.seats["ana"].user_id
    assert authenticate(username="ana@northwest.example", password="wrong") is None
    assert authenticate(username="nobody@northwest.example", password=PASSWORD) is None
    assert authenticate(username="%@northwest.example", password=PASSWORD) is None


def test_who_was_made_inactive_is_not_known_any_more(world: World) -> None:
    with acting_as(world.actor("ana")):
        User.objects.filter(email="ana@northwest.example").update(is_active=False)
    assert authenticate(username="ana@northwest.example", password=PASSWORD) is None
    assert GateBackend().get_user(world.seats["ana"].user_id) is None


def test_a_seat_that_ended_is_gone(world: World) -> None:
    user_id = world.seats["ana"].user_id
    assert [seat.organisation_name for seat in list_seats(user_id)] == ["Northwest"]
    with acting_as(world.actor("northwest-admin")):
        Membership.objects.filter(user_id=user_id).update(ended_at=timezone.now())
    assert list_seats(user_id) == []


def test_somebody_in_two_organisations_acts_in_one_at_a_time(world: World) -> None:
    ana = world.seats["ana"].user_id
    with acting_as(founder(world.orgs["outpost"].pk)):
        Membership.objects.create(organisation=world.orgs["outpost"], user_id=ana, role=Role.VIEWER.value)
    first, second = list_seats(ana)
    assert {first.organisation_id, second.organisation_id} == {
        world.orgs["northwest"].pk,
        world.orgs["outpost"].pk,
    }
    with acting_as(second.actor(ana)):
        assert set(Membership.objects.values_list("organisation_id", flat=True)) == {second.organisation_id}
        assert not can(Permission.SUBMIT)
    with acting_as(first.actor(ana)):
        assert can(Permission.SUBMIT)


def test_an_organisation_cannot_be_founded_under_a_slug_or_an_id_that_is_taken(world: World) -> None:
    from django.db import IntegrityError

    with pytest.raises(IntegrityError):
        found_organisation("northwest", OrganisationKind.DISTRIBUTOR)
    known = find_organisation("northwest")
    assert known is not None
    assert known.id == world.orgs["northwest"].pk


def test_an_organisation_seats_its_own_people_only(world: World) -> None:
    with (
        acting_as(founder(world.orgs["southwest"].pk)),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        Membership.objects.create(organisation=world.orgs["northwest"], user_id=1, role="administrator")


def test_the_gate_s_functions_are_all_that_runs_with_the_owner_s_rights(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace ORDER BY 1"
        )
        assert [name for (name,) in cursor.fetchall()] == [
            "gate_count_jobs",
            "gate_count_missing_migrations",
            "gate_count_submissions",
            "gate_credential",
            "gate_due_schedules",
            "gate_ended_history",
            "gate_holders_of_archives",
            "gate_invitation",
            "gate_is_maker",
            "gate_login",
            "gate_makes",
            "gate_organisation",
            "gate_outbox_backlog",
            "gate_readers",
            "gate_seats",
            "gate_submission",
            "gate_support",
            "gate_unclassified",
            "gate_user",
        ]


def test_every_role_is_told_what_it_may(world: World) -> None:
    assert PERMITS.keys() == set(Role)
    assert PERMITS[Role.ADMINISTRATOR] == set(Permission)
    sharing = {role for role, permitted in PERMITS.items() if Permission.SHARE in permitted}
    assert sharing == {Role.ADMINISTRATOR, Role.SHARING_OFFICER}
    with acting_as(worker(world.orgs["northwest"].pk)):
        assert not can(Permission.SHARE)
        assert not can(Permission.MANAGE_PEOPLE)


def test_a_new_login_is_known_by_its_home_and_by_nobody_else(world: World) -> None:
    with acting_as(founder(world.orgs["southwest"].pk)):
        seat_new_user("new@southwest.example", "New", None, Role.VIEWER)
    with acting_as(world.actor("northwest-admin")):
        assert not User.objects.filter(email="new@southwest.example").exists()
