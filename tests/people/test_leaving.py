"""Who leaves, or may no longer: their seat ends at once, and what was theirs finds another owner or waits for one."""

from datetime import time
from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connections
from django.test import Client

from partners.access.doors import NotFound
from partners.access.models import AccountUserObjectPermission
from partners.access.reach import give_reach, take_reach
from partners.accounts.models import Account
from partners.engagement.models import FollowUp
from partners.organisations.clients import list_clients, make_client, renew_client
from partners.organisations.models import ApiCredential, Membership
from partners.organisations.services import PeopleError, change_seat, end_seat, seat_new_user
from partners.tenancy.actors import Reach, Role, Scope, founder
from partners.tenancy.context import acting_as
from portal.people.leaving import Belongings, change_place, hand_over, leave, list_left
from portal.reports.models import Schedule
from portal.reports.schedules import Timing, schedule_review
from tests.sessions import fresh_client
from tests.ui.conftest import analysed, channel
from tests.ui.test_routes import opened
from tests.world import World, build_world

__all__ = ["analysed", "channel"]
ADMIN = "northwest-admin"


@pytest.fixture
def ana(analysed: World) -> str:
    """Ana's seat; hers are a follow-up, a schedule, a partner system, and an account that she holds."""
    opened(analysed)
    seat = analysed.seats["ana"]
    with acting_as(analysed.actor("ana")):
        schedule_review(Timing(0, time(7)), [seat.public_id], "en")
    with acting_as(analysed.actor(ADMIN)):
        make_client("Export", seat.user, [Scope.SALES_READ], ApiCredential.Kind.KEY, 30)
        give_reach(seat.user, Account.objects.order_by("pk")[0])
    return str(seat.public_id)


ALL = Belongings(follow_ups=1, schedules=1, clients=1, held=1)


def owners(world: World) -> tuple[int, int, str, int, int]:
    with acting_as(world.actor(ADMIN)):
        schedule, client = Schedule.objects.select_related("owner").get(), list_clients()[0]
        held = AccountUserObjectPermission.objects.values_list("user_id", flat=True)
        return (
            FollowUp.objects.get().owner_id,
            schedule.owner.user_id,
            schedule.state,
            client.owner_id,
            held[0],
        )


def owners_follow_up(world: World) -> int:
    with acting_as(world.actor(ADMIN)):
        return FollowUp.objects.get().owner_id


def seated(world: World, name: str, role: Role, reach: Reach = Reach.WHOLE) -> Membership:
    with acting_as(founder(world.orgs["northwest"].pk)):
        world.seats[name] = seat_new_user(f"{name}@northwest.example", name.title(), None, role, reach)
    return world.seats[name]


def test_a_successor_owns_it_all_in_the_same_step(channel: World, ana: str) -> None:
    eve = seated(channel, "eve", Role.MANAGER)
    with acting_as(channel.actor(ADMIN)):
        assert leave(ana, eve.public_id) == ALL
        assert list_left() == []
    assert owners(channel) == (eve.user_id, eve.user_id, "active", eve.user_id, eve.user_id)
    with acting_as(channel.actor("eve")):
        assert FollowUp.objects.get().owner_name == "Eve"


def test_without_one_it_waits_and_finds_an_owner_later(channel: World, ana: str) -> None:
    eve, user_id = seated(channel, "eve", Role.MANAGER), channel.seats["ana"].user_id
    with acting_as(channel.actor(ADMIN)):
        assert leave(ana) == Belongings()
        (left,) = list_left()
        assert (left.seat.public_id, left.belongings) == (ana, ALL)
    assert owners(channel) == (user_id, user_id, "resting", user_id, user_id)
    with acting_as(channel.actor(ADMIN)):
        assert hand_over(ana, eve.public_id) == ALL
        assert list_left() == []
    assert owners(channel)[2] == "active"


def test_a_successor_gets_what_their_role_and_reach_can_own(channel: World, ana: str) -> None:
    with acting_as(channel.actor(ADMIN)):
        assert leave(ana, channel.seats["uwe"].public_id) == Belongings(clients=1, held=1)
        assert list_left()[0].belongings == Belongings(follow_ups=1, schedules=1)
        # Rita would hold the account only if Uwe had not got it.
        assert hand_over(ana, channel.seats["rita"].public_id) == Belongings()
    pia = seated(channel, "pia", Role.MANAGER, Reach.PARTNERSHIPS)
    with acting_as(channel.actor(ADMIN)):
        assert hand_over(ana, pia.public_id) == Belongings(schedules=1)
        give_reach(pia.user, channel.partnerships["adventure", "northwest"])
        assert hand_over(ana, pia.public_id) == Belongings(follow_ups=1)


def test_a_representative_inherits_accounts_first_and_so_their_follow_ups(channel: World, ana: str) -> None:
    with acting_as(channel.actor(ADMIN)):
        late = FollowUp.objects.get().account_id
        AccountUserObjectPermission.objects.all().delete()
        give_reach(channel.seats["ana"].user, Account.objects.get(pk=late))
        moved = leave(ana, channel.seats["rita"].public_id)
    assert moved == Belongings(follow_ups=1, clients=1, held=1)


def test_who_may_do_less_keeps_no_more_than_that(channel: World, ana: str) -> None:
    with acting_as(channel.actor(ADMIN)):
        change_place(ana, Role.MARKETING, Reach.WHOLE)
        assert list_left()[0].belongings == Belongings(schedules=1)
        assert Schedule.objects.get().state == Schedule.State.RESTING
        change_place(ana, Role.VIEWER, Reach.WHOLE, channel.seats[ADMIN].public_id)
        assert list_left() == []
    admin = channel.seats[ADMIN].user_id
    assert owners(channel)[:3] == (admin, admin, "active")
    assert owners(channel)[3:] == (channel.seats["ana"].user_id,) * 2


@pytest.mark.parametrize("reach", [Reach.PARTNERSHIPS, Reach.ACCOUNTS])
def test_who_reaches_less_keeps_no_more_than_that(channel: World, ana: str, reach: Reach) -> None:
    """What the new reach leaves out waits; what is held again is theirs again; what does not, somebody takes over."""
    user = channel.seats["ana"].user
    with acting_as(channel.actor(ADMIN)):
        AccountUserObjectPermission.objects.all().delete()
        assert change_place(ana, Role.MANAGER, reach) == Belongings()
        assert [left.belongings for left in list_left()] == [Belongings(follow_ups=1)]
        matter = FollowUp.objects.select_related("partnership", "account").get()
        held = matter.partnership if reach is Reach.PARTNERSHIPS else matter.account
        assert held is not None
        give_reach(user, held)
        assert list_left() == []
        assert hand_over(ana, channel.seats[ADMIN].public_id) == Belongings()
        take_reach(user, held)
        assert hand_over(ana, channel.seats[ADMIN].public_id) == Belongings(follow_ups=1)
        assert list_left() == []
    assert owners_follow_up(channel) == channel.seats[ADMIN].user_id


def test_what_is_somebodys_is_shown_before_it_is_changed(channel: World, ana: str) -> None:
    page = fresh_client(channel.seats[ADMIN].user).get(f"/people/{ana}/").content.decode()
    theirs = (
        "Theirs now: 1 follow-up, 1 schedule of reports, 1 partner system, 1 held partnership or account."
    )
    assert page.count(theirs) == 2  # beside the role, and beside the end


def test_a_key_that_the_leaver_knew_opens_nothing_for_the_successor(channel: World, ana: str) -> None:
    with acting_as(channel.actor(ADMIN)):
        client, words = make_client(
            "Other", channel.seats["ana"].user, [Scope.SALES_READ], ApiCredential.Kind.KEY, 30
        )
        leave(ana, channel.seats["rita"].public_id)
    assert _me(words) == 401
    with acting_as(channel.actor(ADMIN)):
        _, renewed = renew_client(client.public_id, 30)
    assert (_me(words), _me(renewed)) == (401, 200)
    with acting_as(channel.actor(ADMIN)):
        _, again = renew_client(client.public_id, 30)
    assert (_me(renewed), _me(again)) == (401, 200)


def _me(words: str) -> int:
    return Client().get("/api/v1/me", headers={"Authorization": f"Bearer {words}"}).status_code


@pytest.mark.parametrize("person", ["sam", "southwest-admin", "mia", "ana"])
def test_a_successor_is_somebody_else_of_ones_own(channel: World, ana: str, person: str) -> None:
    with acting_as(channel.actor(ADMIN)):
        for step in (leave, hand_over):
            with pytest.raises(PeopleError, match="from your own organisation"):
                step(ana, channel.seats[person].public_id)
        assert Membership.objects.get(public_id=ana).ended_at is None
        with pytest.raises(NotFound):
            leave(channel.seats["sam"].public_id)


def test_the_last_administrator_stays_one(world: World) -> None:
    last = world.seats[ADMIN]
    with acting_as(world.actor(ADMIN)):
        for step in (
            lambda: leave(last.public_id),
            lambda: change_place(last.public_id, Role.MANAGER, Reach.WHOLE),
        ):
            with pytest.raises(PeopleError, match="Northwest-Admin is the last administrator"):
                step()
        change_place(world.seats["ana"].public_id, Role.ADMINISTRATOR, Reach.WHOLE)
        change_place(last.public_id, Role.MANAGER, Reach.WHOLE)
    with acting_as(world.actor("northwest-admin")), pytest.raises(PermissionDenied, match="no administrator"):
        end_seat(world.seats["uwe"])  # a page that was open still believes it


def test_whom_a_command_made_is_not_counted(world: World) -> None:
    with acting_as(founder(world.orgs["northwest"].pk)):
        seat_new_user("administrator@northwest.invalid", "Northwest administrator", None, Role.ADMINISTRATOR)
    with acting_as(world.actor(ADMIN)), pytest.raises(PeopleError, match="last administrator"):
        end_seat(world.seats[ADMIN])


def test_nothing_is_given_to_a_seat_that_ended(trading_world: World) -> None:
    rita = trading_world.seats["rita"]
    with acting_as(trading_world.actor(ADMIN)):
        end_seat(rita)
        with pytest.raises(PeopleError, match="has no seat here"):
            give_reach(rita.user, Account.objects.order_by("pk")[0])
        with pytest.raises(PeopleError, match="has ended"):
            change_place(rita.public_id, Role.VIEWER, Reach.WHOLE)


@pytest.mark.parametrize("person", ["ana", "rita", "uwe"])
def test_only_administrators_change_seats(world: World, person: str) -> None:
    uwe = world.seats["uwe"].public_id
    with acting_as(world.actor(person)):
        for step in (
            lambda: leave(uwe),
            lambda: change_place(uwe, Role.VIEWER, Reach.WHOLE),
            lambda: change_seat(uwe, Role.ADMINISTRATOR, Reach.WHOLE),
            lambda: hand_over(uwe, uwe),
        ):
            with pytest.raises(PermissionDenied):
                step()


def test_two_who_demote_each_other_leave_one(committed_db: None) -> None:
    world = build_world()
    with acting_as(founder(world.orgs["northwest"].pk)):
        world.seats["eve"] = seat_new_user("eve@northwest.example", "Eve", None, Role.ADMINISTRATOR)
    both = (ADMIN, "eve")
    meeting, outcomes = Barrier(2), []

    def demote(actor: str, other: str) -> None:
        try:
            with acting_as(world.actor(actor)):
                meeting.wait(10)  # both have begun, and each believes to be one
                change_place(world.seats[other].public_id, Role.VIEWER, Reach.WHOLE)
            outcomes.append("done")
        except PermissionDenied:
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [Thread(target=demote, args=pair) for pair in (both, both[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(outcomes) == ["done", "refused"]
    with acting_as(world.worker("northwest")):
        roles = Membership.objects.filter(pk__in=[world.seats[one].pk for one in both])
        assert sorted(roles.values_list("role", flat=True)) == ["administrator", "viewer"]
