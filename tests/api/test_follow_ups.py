"""Follow-ups by a partner system: opened, changed, commented, ended, shared; never what was not read before."""

from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.utils import timezone

from partners.agreements.models import Category, Grant
from partners.agreements.services import revoke_grant
from partners.audit.models import AuditEntry
from partners.engagement.models import FollowUp
from partners.organisations.services import end_seat
from partners.tenancy.actors import Scope
from partners.tenancy.context import acting_as
from tests.api.conftest import PAIR, Call, Caller, pair_of, places, told
from tests.ui.conftest import canary, ref_of
from tests.world import World

SOON = timezone.localdate() + timedelta(days=7)


def plan(world: World, person: str = "ana", **changes: Any) -> dict[str, Any]:
    """What opens a follow-up of the late account."""
    given = {
        "account": ref_of(world, person, *PAIR),
        "partnership": pair_of(world).public_id,
        "kind": "should_have_ordered",
        "next_step": "Ring them",
        "review_on": SOON.isoformat(),
    }
    return {**given, **changes}


@pytest.fixture
def opened(world: World, call: Call) -> tuple[Caller, dict[str, Any]]:
    """Ana's system with a follow-up that it opened."""
    ana = call("ana")
    answer = ana.post("follow-ups", plan(world))
    assert answer.status_code == 201, answer.content
    return ana, answer.json()


def change(caller: Caller, follow_up: str, what: str, body: Any, tag: str = "*") -> HttpResponse:
    path = f"follow-ups/{follow_up}"
    if not what:
        return caller.patch(path, body, **{"If-Match": tag})
    return caller.post(f"{path}/{what}", body, **{"If-Match": tag})


def shared(world: World, opened: tuple[Caller, dict[str, Any]], call: Call) -> tuple[Caller, Caller, str]:
    """Ana's and Mia's systems before a follow-up of Ana's that Mia sees."""
    ana, made = opened
    assert change(ana, made["id"], "sharing", {"is_shared": True}).json()["is_shared"] is True
    return ana, call("mia"), made["id"]


def test_it_is_opened_in_the_owners_name_with_its_evidence(
    world: World, opened: tuple[Caller, dict[str, Any]]
) -> None:
    ana, made = opened
    assert (made["owner"], made["state"], made["is_own"], made["is_shared"]) == ("Ana", "open", True, False)
    assert made["evidence"]["value"] > made["evidence"]["threshold"]
    assert made["account"]["name"] == f"{canary('northwest')}1 Velodrome"
    read = ana.get(f"follow-ups/{made['id']}")
    assert read.json() == made
    listed = ana.rows("follow-ups")
    assert [{**row, "evidence": made["evidence"]} for row in listed] == [made]
    with acting_as(world.actor("ana")):
        entry = AuditEntry.objects.get(action="follow_up.opened")
        assert (entry.subject, entry.user_id) == (made["id"], world.seats["ana"].user_id)


def test_a_finding_is_taken_once(world: World, opened: tuple[Caller, dict[str, Any]]) -> None:
    problem = told(opened[0].post("follow-ups", plan(world)), 400, "refused")
    assert "takes care of this already" in problem["detail"]


def test_a_colleague_may_own_it_and_a_stranger_may_not(world: World, call: Call) -> None:
    ana, ref = call("ana"), ref_of(world, "ana", *PAIR)
    offered = ana.rows("owners", account=ref, partnership=pair_of(world).public_id)
    assert {row["name"] for row in offered} == {"Ana", "Northwest-Admin"}
    other = next(row["id"] for row in offered if row["name"] != "Ana")
    for stranger in ("sam", "mia", "uwe", "rita"):
        problem = told(
            ana.post("follow-ups", plan(world, owner=world.seats[stranger].public_id)), 400, "refused"
        )
        assert places(problem) == ["/owner"]
    assert ana.post("follow-ups", plan(world, owner=other)).json()["owner"] == "Northwest-Admin"


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"kind": "lapsed"}, "/kind"),
        ({"review_on": "2020-01-01"}, "/review_on"),
        ({"due_on": (SOON + timedelta(days=1)).isoformat()}, "/due_on"),
        ({"partnership": "ptn_0"}, "/partnership"),
        ({"account": "acc_0"}, "/account"),
    ],
)
def test_a_plan_that_cannot_be_says_where(
    world: World, call: Call, changes: dict[str, str], place: str
) -> None:
    answer = call("ana").post("follow-ups", plan(world, **changes))
    assert answer.status_code == 400
    assert places(answer.json()) == [place]
    with acting_as(world.actor("ana")):
        assert not FollowUp.objects.exists()


def test_another_partnership_s_account_or_partnership_is_refused(world: World, call: Call) -> None:
    ana = call("ana")
    for maker, distributor in (("adventure", "southwest"), ("contoso", "outpost")):
        changes = {"partnership": pair_of(world, maker, distributor).public_id}
        answer = ana.post("follow-ups", plan(world, **changes))
        assert places(told(answer, 400, "invalid")) == ["/partnership"]


def test_a_change_names_what_was_read(opened: tuple[Caller, dict[str, Any]]) -> None:
    ana, made = opened
    path = f"follow-ups/{made['id']}"
    read = ana.get(path).headers["ETag"]
    told(ana.patch(path, {"next_step": "Drive there"}), 428, "if_match_missing")
    changed = change(ana, made["id"], "", {"next_step": "Drive there"}, read)
    assert (changed.status_code, changed.json()["next_step"]) == (200, "Drive there")
    assert changed.headers["ETag"] == ana.get(path).headers["ETag"] != read
    assert change(ana, made["id"], "", {"next_step": "Write"}, changed.headers["ETag"]).status_code == 200


@pytest.mark.parametrize("tag", ['"0"', "", ",", "W/{tag}", "{bare}", '"*"'])
def test_what_was_changed_meanwhile_is_not_overwritten(
    opened: tuple[Caller, dict[str, Any]], tag: str
) -> None:
    ana, made = opened
    read = ana.get(f"follow-ups/{made['id']}").headers["ETag"]
    stale = tag.format(tag=read, bare=read.strip('"'))
    for what, body in (
        ("", {"next_step": "x"}),
        ("state", {"state": "confirmed"}),
        ("sharing", {"is_shared": True}),
    ):
        told(change(ana, made["id"], what, body, stale), 412, "changed_meanwhile")
    assert ana.get(f"follow-ups/{made['id']}").json() == made


def test_one_of_several_tags_is_enough_and_a_star_is_any(opened: tuple[Caller, dict[str, Any]]) -> None:
    ana, made = opened
    read = ana.get(f"follow-ups/{made['id']}").headers["ETag"]
    assert change(ana, made["id"], "", {"next_step": "x"}, f'"0" , {read}').status_code == 200
    told(change(ana, made["id"], "", {"next_step": "y"}, f'"0",{read}'), 412, "changed_meanwhile")
    assert change(ana, made["id"], "", {"next_step": "y"}, "*").status_code == 200


def test_what_is_not_named_stays(world: World, opened: tuple[Caller, dict[str, Any]]) -> None:
    ana, made = opened
    due = (SOON - timedelta(days=1)).isoformat()
    steps = [{"due_on": due}, {"next_step": "Drive there"}, {}, {"due_on": None}]
    found = [change(ana, made["id"], "", step).json() for step in steps]
    assert [one["due_on"] for one in found] == [due, due, due, None]
    assert [one["next_step"] for one in found] == ["Ring them", *["Drive there"] * 3]
    assert {one["review_on"] for one in found} == {SOON.isoformat()}


def test_every_end_has_its_reason(opened: tuple[Caller, dict[str, Any]]) -> None:
    ana, made = opened
    assert places(told(change(ana, made["id"], "state", {"state": "lost"}), 400, "refused")) == ["/reason"]
    assert change(ana, made["id"], "state", {"state": "confirmed"}).json()["state"] == "confirmed"
    ended = change(ana, made["id"], "state", {"state": "lost", "reason": "Their saddle maker moved"}).json()
    assert (ended["state"], ended["closed_at"] is not None) == ("lost", True)
    (said,) = ana.rows(f"follow-ups/{made['id']}/comments")
    assert (said["text"], said["state"]) == ("Their saddle maker moved", "lost")
    assert [row["id"] for row in ana.rows("follow-ups", status="ended")] == [made["id"]]
    assert ana.rows("follow-ups") == []
    told(change(ana, made["id"], "", {"next_step": "x"}), 400, "refused")
    assert change(ana, made["id"], "state", {"state": "open"}).json()["closed_at"] is None


def test_the_other_side_sees_what_is_shared_and_comments_it(
    world: World, opened: tuple[Caller, dict[str, Any]], call: Call
) -> None:
    assert call("mia").rows("follow-ups", whose="theirs") == []
    ana, mia, follow_up = shared(world, opened, call)
    (seen,) = mia.rows("follow-ups", whose="theirs")
    assert (seen["id"], seen["is_own"], "name" in seen["account"]) == (follow_up, False, False)
    assert "evidence" not in mia.get(f"follow-ups/{follow_up}").json()  # each side's own figures
    told(change(mia, follow_up, "", {"next_step": "x"}), 400, "refused")
    told(change(mia, follow_up, "state", {"state": "lost", "reason": "x"}), 400, "refused")
    answer = mia.post(f"follow-ups/{follow_up}/comments", {"text": "We launch a frame in May"})
    assert (answer.status_code, answer.json()["is_shared"]) == (201, True)
    assert [said["author"] for said in ana.rows(f"follow-ups/{follow_up}/comments")] == ["Mia"]
    ana.post(f"follow-ups/{follow_up}/comments", {"text": "Do not tell them"})
    assert len(mia.rows(f"follow-ups/{follow_up}/comments")) == 1
    assert call("contoso-admin").get(f"follow-ups/{follow_up}").status_code == 404
    assert change(ana, follow_up, "sharing", {"is_shared": False}).status_code == 200
    told(mia.get(f"follow-ups/{follow_up}"), 404, "not_found")


@pytest.mark.parametrize(
    ("what", "body", "place"),
    [
        ("", {"next_step": "Ring {name}"}, "/next_step"),
        ("state", {"state": "lost", "reason": "{name} is gone", "is_shared": True}, "/reason"),
        ("comments", {"text": "{name} rang", "is_shared": True}, "/text"),
    ],
)
def test_a_name_that_is_not_shared_is_not_written_to_both(
    world: World,
    opened: tuple[Caller, dict[str, Any]],
    call: Call,
    what: str,
    body: dict[str, Any],
    place: str,
) -> None:
    ana, mia, follow_up = shared(world, opened, call)
    named = {
        key: value.format(name="Northfinch1 Velodrome") if isinstance(value, str) else value
        for key, value in body.items()
    }
    problem = told(change(ana, follow_up, what, named), 400, "refused")
    assert places(problem) == [place]
    assert canary("northwest") not in str(mia.rows(f"follow-ups/{follow_up}/comments")).lower()


def test_an_account_that_was_withdrawn_leaves_a_shell(world: World, call: Call) -> None:
    mia = call("mia")
    made = mia.post("follow-ups", plan(world, "mia")).json()
    assert made["owner"] == "Mia"
    with acting_as(world.actor("northwest-admin")):
        for grant in Grant.objects.filter(partnership=pair_of(world), revoked_at=None):
            revoke_grant(grant)
    shell = mia.get(f"follow-ups/{made['id']}").json()
    assert made.keys() - shell.keys() == {"account", "kind", "first_seen_on", "next_step", "evidence"}
    told(mia.post(f"follow-ups/{made['id']}/comments", {"text": "x"}), 400, "refused")
    told(change(mia, made["id"], "", {"next_step": "x"}), 400, "refused")
    assert change(mia, made["id"], "state", {"state": "lost"}).json()["state"] == "lost"
    answer = mia.post("follow-ups", plan(world, "ana", account=made["account"]["id"]))
    assert places(told(answer, 400, "invalid")) == ["/account"]


def test_what_is_shared_of_prices_goes_with_them(
    world: World, opened: tuple[Caller, dict[str, Any]], call: Call
) -> None:
    ana, mia, follow_up = shared(world, opened, call)
    with acting_as(world.actor("northwest-admin")):
        revoke_grant(Grant.objects.get(category=Category.VOLUME, revoked_at=None))
    told(mia.get(f"follow-ups/{follow_up}"), 404, "not_found")
    assert mia.rows("follow-ups", whose="theirs") == []
    assert ana.get(f"follow-ups/{follow_up}").json()["is_shared"] is True


def test_a_representative_s_system_works_its_own_accounts(
    world: World, opened: tuple[Caller, dict[str, Any]], call: Call
) -> None:
    rita = call("rita")
    told(rita.get(f"follow-ups/{opened[1]['id']}"), 404, "not_found")
    told(change(rita, opened[1]["id"], "", {"next_step": "x"}), 404, "not_found")
    assert places(told(rita.post("follow-ups", plan(world)), 400, "invalid")) == ["/account"]


def test_whoever_left_hands_over(world: World, opened: tuple[Caller, dict[str, Any]], call: Call) -> None:
    _, made = opened
    admin = call("northwest-admin")
    with acting_as(world.actor("northwest-admin")):
        end_seat(world.seats["ana"])
    assert places(told(change(admin, made["id"], "", {"next_step": "x"}), 400, "refused")) == ["/owner"]
    seat = world.seats["northwest-admin"].public_id
    assert change(admin, made["id"], "", {"owner": seat}).json()["owner"] == "Northwest-Admin"


def test_reading_alone_writes_nothing(world: World, ids: dict[str, str], call: Call) -> None:
    reader, url = call("ana", Scope.FOLLOW_UPS_READ), f"follow-ups/{ids['follow_up']}"
    for answer in (
        reader.post("follow-ups", plan(world)),
        reader.patch(url, {"next_step": "x"}, **{"If-Match": "*"}),
        change(reader, ids["follow_up"], "state", {"state": "confirmed"}),
        reader.post(f"{url}/comments", {"text": "x"}),
    ):
        told(answer, 403, "scope_missing")
    assert reader.rows(f"{url}/comments") == []
