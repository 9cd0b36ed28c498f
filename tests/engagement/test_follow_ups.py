"""Taking care of a finding: open, plan, comment, end; and what goes wrong between people."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from partners.access.doors import NotFound
from partners.access.reach import give_reach
from partners.accounts.models import Account, AccountIdentity
from partners.audit.models import AuditEntry
from partners.engagement.models import FollowUp, FollowUpComment, FollowUpEvidence, State
from partners.engagement.selectors import (
    Status,
    Whose,
    count_to_review,
    get_follow_up,
    list_follow_ups,
    list_of_accounts,
)
from partners.engagement.services import FollowUpError, StaleError, change_plan, change_state, comment
from partners.ledger.merging import MergeError, merge_accounts
from partners.organisations.models import User
from partners.organisations.services import end_seat
from partners.tenancy.context import acting_as
from tests.engagement.conftest import LATE, Desk, today


def test_a_finding_gets_an_owner_a_step_and_a_review_date(desk: Desk) -> None:
    opened = desk.open("ana")
    with acting_as(desk.world.actor("ana")):
        picture = get_follow_up(opened.public_id)
        (row,) = list_follow_ups(Whose.MINE, Status.LIVE)
    assert (row.follow_up.owner_name, row.matter.next_step, row.card.name) == (
        "Ana", "Ring them about the frames", "NO1 Cycles",
    )  # fmt: skip
    assert (picture.evidence.value, picture.evidence.baseline, picture.evidence.as_of) == (
        31.0,
        14.0,
        LATE.as_of,
    )
    assert [entry.entry.action for entry in picture.history] == ["follow_up.opened"]
    assert picture.history[0].who == "Ana"


def test_a_finding_is_not_opened_twice(desk: Desk) -> None:
    desk.open("ana")
    with pytest.raises(FollowUpError, match="Ana takes care of this already"):
        desk.open("ana")
    assert desk.open("ana", code="NO2").public_id


def test_an_ended_one_may_be_opened_again(desk: Desk) -> None:
    first = desk.open("ana")
    with acting_as(desk.world.actor("ana")):
        change_state(first.public_id, 1, State.FALSE_ALARM, "They were closed for the holidays")
    assert desk.open("ana").public_id != first.public_id


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"next_step": "  "}, "Say what comes next"),
        ({"next_step": "x" * 501}, "longer than 500"),
        ({"review_on": date(2020, 1, 1)}, "has passed already"),
        ({"due_on": date(2999, 1, 1)}, "due after the review"),
        ({"owner": "mem_nobody"}, "Choose an owner"),
    ],
)
def test_what_cannot_be_a_plan_is_refused_in_words(
    desk: Desk, changes: dict[str, object], words: str
) -> None:
    with pytest.raises(FollowUpError, match=words):
        desk.open("ana", **changes)
    with acting_as(desk.world.actor("ana")):
        assert not FollowUp.objects.exists()


def test_nobody_of_another_organisation_can_own_it(desk: Desk) -> None:
    for stranger in ("sam", "mia"):
        with pytest.raises(FollowUpError, match="Choose an owner"):
            desk.open("ana", owner=desk.seat(stranger))


def test_two_people_edit_one_follow_up(desk: Desk) -> None:
    """The second is told, keeps what was typed, and overwrites nothing."""
    opened = desk.open("ana")
    with acting_as(desk.world.actor("northwest-admin")):
        change_plan(opened.public_id, 1, desk.plan("ana", next_step="Visit them on Friday"))
    with acting_as(desk.world.actor("ana")):
        with pytest.raises(StaleError) as caught:
            change_plan(opened.public_id, 1, desk.plan("ana", next_step="Send a quote"))
        assert caught.value.now.version == 2
        picture = get_follow_up(opened.public_id)
        assert picture.row.matter.next_step == "Visit them on Friday"
        change_plan(opened.public_id, 2, desk.plan("ana", next_step="Send a quote"))
        entries = [entry.entry for entry in get_follow_up(opened.public_id).history]
    assert [entry.action for entry in entries] == [
        "follow_up.changed",
        "follow_up.changed",
        "follow_up.opened",
    ]
    assert entries[0].details["fields"] == ["next_step"]
    assert "quote" not in str([entry.details for entry in entries])  # the record keeps no text


def test_its_owner_leaves(desk: Desk) -> None:
    opened = desk.open("northwest-admin", owner=desk.seat("ana"))
    with acting_as(desk.world.actor("northwest-admin")):
        end_seat(desk.world.seats["ana"])
        (row,) = list_follow_ups(Whose.TEAM, Status.LIVE)
        assert row.owner_has_left
        assert row.follow_up.owner_name == "Ana"
        with pytest.raises(FollowUpError, match="Choose an owner"):
            change_plan(opened.public_id, 1, desk.plan("ana"))
        change_plan(opened.public_id, 1, desk.plan("northwest-admin"))
        (row,) = list_follow_ups(Whose.MINE, Status.LIVE)
        assert not row.owner_has_left
    assert desk.owners("northwest-admin") == ["Northwest-Admin"]


@pytest.mark.parametrize("state", [State.WON, State.LOST, State.FALSE_ALARM, State.PROJECT_FINISHED])
def test_every_end_has_its_reason(desk: Desk, state: State) -> None:
    opened = desk.open("ana")
    with acting_as(desk.world.actor("ana")):
        with pytest.raises(FollowUpError, match="Say why"):
            change_state(opened.public_id, 1, state, " ")
        change_state(opened.public_id, 1, state, "They told us so")
        picture = get_follow_up(opened.public_id)
        assert [(one.state, one.text) for one in picture.comments] == [(state.value, "They told us so")]
        assert list_follow_ups(Whose.MINE, Status.LIVE) == []
        (row,) = list_follow_ups(Whose.MINE, Status.ENDED)
        assert row.follow_up.closed_at is not None
        with pytest.raises(FollowUpError, match="It has ended"):
            change_plan(opened.public_id, 2, desk.plan("ana"))
        change_state(opened.public_id, 2, State.OPEN, "")
        assert get_follow_up(opened.public_id).row.follow_up.closed_at is None


def test_a_comment_says_something_and_not_too_much(desk: Desk) -> None:
    opened = desk.open("ana")
    with acting_as(desk.world.actor("ana")):
        for text, words in (("  ", "nothing written"), ("x" * 2001, "longer than 2000")):
            with pytest.raises(FollowUpError, match=words):
                comment(opened.public_id, text, is_shared=False)
        assert not FollowUpComment.objects.exists()


def test_what_is_due_and_what_is_overdue(desk: Desk) -> None:
    desk.open("ana", review_on=today())
    late = desk.open(
        "ana", code="NO2", review_on=today() + timedelta(days=7), due_on=today() + timedelta(days=3)
    )
    with acting_as(desk.world.actor("ana")):
        assert count_to_review() == 1
        assert list_follow_ups(Whose.MINE, Status.OVERDUE) == []
    with time_machine.travel(timezone.now() + timedelta(days=4)), acting_as(desk.world.actor("ana")):
        rows = list_follow_ups(Whose.MINE, Status.OVERDUE)
        assert [row.is_overdue for row in rows] == [True, True]
        assert rows[1].follow_up.public_id == late.public_id
        assert not rows[1].is_due


def test_a_review_on_a_day_without_midnight(desk: Desk) -> None:
    """In Cairo 24 April 2026 begins at 01:00. A review is a day, so it is due with that day's first moment."""
    day = date(2026, 4, 24)
    with time_machine.travel(datetime(2026, 4, 1, tzinfo=UTC)), timezone.override("Africa/Cairo"):
        desk.open("ana", review_on=day)
    with timezone.override("Africa/Cairo"), acting_as(desk.world.actor("ana")):
        with time_machine.travel(datetime(2026, 4, 23, 21, 59, 59, tzinfo=UTC)):
            assert count_to_review() == 0
        with time_machine.travel(datetime(2026, 4, 23, 22, 0, 0, tzinfo=UTC)):
            (row,) = list_follow_ups(Whose.MINE, Status.LIVE)
            assert (count_to_review(), row.is_due, row.is_overdue) == (1, True, False)
        with time_machine.travel(datetime(2026, 4, 24, 21, 0, 0, tzinfo=UTC)):  # midnight, in summer time
            assert list_follow_ups(Whose.MINE, Status.OVERDUE)


def test_a_representative_sees_those_of_her_accounts_and_her_own(desk: Desk) -> None:
    hers, other = desk.open("ana"), desk.open("ana", code="NO2")
    with acting_as(desk.world.actor("northwest-admin")):
        give_reach(
            User.objects.get(email="rita@northwest.example"), Account.objects.get(identity__code="NO1")
        )
    assert desk.owners("ana") == ["Ana", "Northwest-Admin", "Rita"]
    assert desk.owners("ana", "NO2") == ["Ana", "Northwest-Admin"]
    with acting_as(desk.world.actor("rita")):
        assert [row.follow_up.public_id for row in list_follow_ups(Whose.TEAM, Status.LIVE)] == [
            hers.public_id
        ]
        with pytest.raises(NotFound):
            get_follow_up(other.public_id)
        with pytest.raises(NotFound):
            comment(other.public_id, "Hello", is_shared=False)
        comment(hers.public_id, "I was there", is_shared=False)


def test_roles_that_only_look_change_nothing(desk: Desk) -> None:
    opened = desk.open("ana")
    with acting_as(desk.world.actor("uwe")), pytest.raises(PermissionDenied):
        comment(opened.public_id, "Hello", is_shared=False)


def test_an_account_is_merged_away(desk: Desk) -> None:
    opened = desk.open("ana")
    with acting_as(desk.world.actor("ana")):
        gone, kept = (AccountIdentity.objects.get(code=code).account for code in ("NO1", "NO2"))
        merge_accounts(gone, kept)
        picture = get_follow_up(opened.public_id)
        assert picture.was_merged
        assert picture.row.card.name == "NO2 Cycles"
        (row,) = list_of_accounts([desk.partnership], [kept.pk])
        assert row.follow_up.public_id == opened.public_id
        change_plan(opened.public_id, 1, desk.plan("ana", next_step="Ring the new number"))
        # its old reference leads to what it became
        assert desk.card("ana", "NO1").account_id == kept.pk
        with pytest.raises(MergeError, match="merged away before"):
            merge_accounts(gone, kept)
        with pytest.raises(MergeError, match="into itself"):
            merge_accounts(kept, kept)


def test_what_was_opened_on_the_one_given_up_is_not_opened_again(desk: Desk) -> None:
    desk.open("ana")
    with acting_as(desk.world.actor("ana")):
        gone, kept = (AccountIdentity.objects.get(code=code).account for code in ("NO1", "NO2"))
        merge_accounts(gone, kept)
    with pytest.raises(FollowUpError, match="Ana takes care of this already"):
        desk.open("ana", code="NO2")


def test_evidence_stays_as_it_was(desk: Desk) -> None:
    from django.db import ProgrammingError, transaction

    desk.open("ana")
    with acting_as(desk.world.actor("ana")):
        for write in (
            lambda: FollowUpEvidence.objects.update(value=1.0),
            lambda: FollowUpComment.objects.update(text="x"),
            lambda: FollowUp.objects.update(account=None),
        ):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                write()
        assert FollowUpEvidence.objects.all().delete()[0] == 0  # what an eraser may, and nobody else


def test_each_step_is_on_record_with_who_did_it(desk: Desk) -> None:
    opened = desk.open("ana")
    with acting_as(desk.world.actor("northwest-admin")):
        comment(opened.public_id, "Good", is_shared=False)
        change_state(opened.public_id, 1, State.CONFIRMED, "")
        entries = AuditEntry.objects.filter(subject=opened.public_id).order_by("pk")
        assert [(entry.action, entry.user_id) for entry in entries] == [
            ("follow_up.opened", desk.world.seats["ana"].user_id),
            ("follow_up.commented", desk.world.seats["northwest-admin"].user_id),
            ("follow_up.state", desk.world.seats["northwest-admin"].user_id),
        ]
