"""A call made twice under one Idempotency-Key takes effect once, and shows what may be seen when it is asked again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from integrations.ingestion.models import Submission
from partners.agreements.models import Grant
from partners.agreements.services import revoke_grant
from partners.engagement.models import FollowUp, FollowUpComment
from partners.organisations.services import end_seat
from partners.tenancy.context import acting_as
from portal.api import idempotency
from portal.api.models import IdempotentCall
from portal.api.v1.follow_ups import views
from tests.api.conftest import Call, Caller, key_for, pair_of, told
from tests.api.test_follow_ups import plan
from tests.world import World


def is_replay(answer: HttpResponse) -> bool:
    return answer.headers.get("Idempotent-Replayed") == "true"


def count(world: World, model: type[Any]) -> int:
    with acting_as(world.actor("ana")):
        found: int = model.objects.count()
    return found


def test_the_second_call_answers_as_the_first_and_does_nothing(world: World, call: Call) -> None:
    ana = call("ana")
    first, second = (ana.post("follow-ups", plan(world), **{"Idempotency-Key": "k-1"}) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert (is_replay(first), is_replay(second)) == (False, True)
    assert count(world, FollowUp) == 1


def test_without_a_key_or_under_another_it_is_another_call(
    world: World, call: Call, ids: dict[str, str]
) -> None:
    ana, path = call("ana"), f"follow-ups/{ids['follow_up']}/comments"
    for headers in ({}, {}, {"Idempotency-Key": "a"}, {"Idempotency-Key": "b"}, {"Idempotency-Key": "a "}):
        assert not is_replay(ana.post(path, {"text": "Hello"}, **headers)), headers
    assert count(world, FollowUpComment) == 5


def test_another_call_under_the_same_key_is_refused(world: World, call: Call, ids: dict[str, str]) -> None:
    ana, key = call("ana"), {"Idempotency-Key": "k"}
    path = f"follow-ups/{ids['follow_up']}/comments"
    assert ana.post(path, {"text": "Hello"}, **key).status_code == 201
    for other, body in (
        (path, {"text": "Hello!"}),
        (path, {"text": "Hello", "is_shared": False}),
        (f"follow-ups/{ids['follow_up']}/sharing", {"is_shared": True}),
        (f"submissions/{ids['submission']}/discard", None),
    ):
        told(ana.post(other, body, **{**key, "If-Match": "*"}), 422, "idempotency_key_reused")
    assert is_replay(ana.post(path, b' {"text":\n"Hello"}', **key))  # the same, written otherwise
    assert count(world, FollowUpComment) == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb", "a\x7fb", "\x80"])
def test_a_key_that_cannot_be_kept_is_refused(world: World, call: Call, key: str) -> None:
    told(call("ana").post("follow-ups", plan(world), **{"Idempotency-Key": key}), 400, "bad_idempotency_key")
    assert count(world, FollowUp) == 0


def test_what_was_refused_is_not_remembered(world: World, call: Call) -> None:
    ana, key = call("ana"), {"Idempotency-Key": "k"}
    told(ana.post("follow-ups", plan(world, review_on="2020-01-01"), **key), 400, "refused")
    answer = ana.post("follow-ups", plan(world), **key)
    assert (answer.status_code, is_replay(answer)) == (201, False)


def test_what_fails_halfway_leaves_nothing_and_can_be_made_again(
    world: World, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, key = call("ana", raises=False), {"Idempotency-Key": "k"}
    with monkeypatch.context() as broken:
        broken.setattr(views, "tag_of", lambda picture: 1 / 0)
        told(ana.post("follow-ups", plan(world), **key), 500, "fault")
    assert (count(world, FollowUp), count(world, IdempotentCall)) == (0, 0)
    answer = ana.post("follow-ups", plan(world), **key)
    assert (answer.status_code, is_replay(answer)) == (201, False)


def test_the_keys_of_two_clients_do_not_meet(world: World, ids: dict[str, str]) -> None:
    path, key = f"follow-ups/{ids['follow_up']}/comments", {"Idempotency-Key": "same"}
    systems = [Caller(key_for(world, person)) for person in ("ana", "ana", "northwest-admin")]
    made = [system.post(path, {"text": "Hello"}, **key) for system in systems]
    assert not any(is_replay(answer) for answer in made)
    assert len({answer.json()["id"] for answer in made}) == 3
    told(Caller(key_for(world, "sam")).post(path, {"text": "Hello"}, **key), 404, "not_found")


def test_a_replay_shows_what_may_be_seen_by_then(world: World, call: Call) -> None:
    mia, key = call("mia"), {"Idempotency-Key": "k"}
    body = plan(world, "mia")
    made = mia.post("follow-ups", body, **key).json()
    with acting_as(world.actor("northwest-admin")):
        for grant in Grant.objects.filter(partnership=pair_of(world), revoked_at=None):
            revoke_grant(grant)
    answer = mia.post("follow-ups", body, **key)
    assert (answer.status_code, is_replay(answer), answer.json()["id"]) == (201, True, made["id"])
    assert not answer.json().keys() & {"account", "kind", "next_step", "evidence"}


def test_a_replay_needs_the_rights_of_the_moment(world: World, call: Call) -> None:
    ana, key, body = call("ana"), {"Idempotency-Key": "k"}, plan(world)
    ana.post("follow-ups", body, **key)
    with acting_as(world.actor("northwest-admin")):
        end_seat(world.seats["ana"])
    told(ana.post("follow-ups", body, **key), 401, "not_known")


def test_a_change_is_replayed_though_its_tag_is_old_by_then(
    world: World, call: Call, ids: dict[str, str]
) -> None:
    ana, path = call("ana"), f"follow-ups/{ids['follow_up']}"
    headers = {"Idempotency-Key": "k", "If-Match": ana.get(path).headers["ETag"]}
    first, second = (ana.patch(path, {"next_step": "Drive there"}, **headers) for _ in range(2))
    assert (first.status_code, second.status_code, is_replay(second)) == (200, 200, True)
    assert first.content == second.content
    told(ana.patch(path, {"next_step": "Drive there"}, **{"Idempotency-Key": "k"}), 428, "if_match_missing")


def test_a_key_is_remembered_for_a_day(world: World, call: Call, ids: dict[str, str]) -> None:
    ana, path = call("ana"), f"follow-ups/{ids['follow_up']}/comments"
    start = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
    for hours, replayed, kept in ((0, False, 1), (23, True, 1), (25, False, 1)):
        with time_machine.travel(start + timedelta(hours=hours), tick=False):
            answer = ana.post(path, {"text": "Hello"}, **{"Idempotency-Key": "k"})
        assert (is_replay(answer), count(world, IdempotentCall)) == (replayed, kept), hours


def sent(
    ana: Caller, world: World, content: bytes, key: str = "k", name: str = "a.csv", **fields: str
) -> HttpResponse:
    file = SimpleUploadedFile(name, content)
    return ana.send(
        {"partnership": pair_of(world).public_id, "file": file, **fields}, **{"Idempotency-Key": key}
    )


def test_a_file_sent_again_is_the_same_file(world: World, call: Call) -> None:
    ana = call("ana")
    answers = [sent(ana, world, b"a,b\n1,2\n") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202] * 3
    assert [is_replay(answer) for answer in answers] == [False, True, True]
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert count(world, Submission) == 1


def test_a_file_that_differs_by_a_byte_is_another(
    world: World, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "PIECE", 1 << 16)
    ana, content = call("ana"), b"a" * 200_000
    assert sent(ana, world, content).status_code == 202
    for other in (content[:-1] + b"b", b"b" + content[1:], content + b"a", b""):
        told(sent(ana, world, other), 422, "idempotency_key_reused")
    told(sent(ana, world, content, name="b.csv"), 422, "idempotency_key_reused")
    told(sent(ana, world, content, all_or_nothing="true"), 422, "idempotency_key_reused")
    assert is_replay(sent(ana, world, content))
    assert count(world, Submission) == 1
