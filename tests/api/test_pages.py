"""Pages by cursor: each row once, in order, for a day, and no longer than what it shows is shared."""

import base64
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from analytics.runs.models import Finding
from integrations.ingestion.models import Submission
from integrations.ingestion.services import check_submission, receive_file
from partners.access.reach import give_reach, take_reach
from partners.accounts.models import Account
from partners.agreements.models import Category, Grant
from partners.agreements.services import revoke_grant, suspend_partnership
from partners.engagement.models import FollowUp
from partners.engagement.selectors import Status, Whose
from partners.ledger.merging import merge_accounts
from partners.tenancy.actors import Scope
from partners.tenancy.context import acting_as
from tests.api.conftest import PAIR, Call, beside, lists_of, pair_of, places, told
from tests.ui.conftest import NamedSale, analyse, canary, sell_steadily
from tests.world import World


@pytest.fixture
def busy(world: World, ids: dict[str, str], call: Call) -> dict[str, str]:
    """Several rows in every list of Northwest's."""
    ana = call("ana", Scope.FOLLOW_UPS_WRITE, Scope.FOLLOW_UPS_READ)
    for number in range(3):
        ana.post(f"follow-ups/{ids['follow_up']}/comments", {"text": f"Rang {number} times"})
    partnership = pair_of(world)
    with acting_as(world.actor("ana")):
        first = FollowUp.objects.get(public_id=ids["follow_up"])
        for number in range(4):
            FollowUp.objects.create(
                partnership=partnership,
                manufacturer_id=partnership.manufacturer_id,
                distributor_id=partnership.distributor_id,
                account_id=first.account_id,
                owner_id=first.owner_id,
                owner_name=first.owner_name,
                review_on=first.review_on + timedelta(days=number // 2),
            )
        files = [
            receive_file(partnership, f"{number}.csv", [_file(number)], source=Submission.Source.API)
            for number in range(3)
        ]
    for file in files:
        check_submission(file.pk, file.distributor_id)
    return {**ids, "submission": files[-1].public_id}


def _file(number: int) -> bytes:
    rows = [f"I-{number}-{row},2026-01-14,C1,NO-{row},2" for row in range(5)]
    return "\n".join(["invoice_number,invoice_date,account_id,sku,quantity", *rows]).encode()


def test_walking_next_gives_each_row_once_in_order(busy: dict[str, str], call: Call) -> None:
    ana, lists = call("ana"), lists_of(busy)
    assert len(lists) == 10
    for name, url in lists.items():
        whole = ana.rows(beside(url, limit=200))
        some = list(ana.pages(beside(url, limit=2 if len(whole) < 30 else 47)))
        assert [row for page in some for row in page] == whole, name
        assert len(whole) > 1 or name in ("list_late_orders", "list_areas"), (
            name
        )  # its owner sees every account
        assert len({json.dumps(row) for row in whole}) == len(whole), name


def test_a_page_that_is_just_full_is_the_last(busy: dict[str, str], call: Call) -> None:
    ana = call("ana")
    rows = ana.rows("accounts")
    assert ana.get("accounts", limit=len(rows)).json()["next"] is None
    page = ana.get("accounts", limit=len(rows) - 1).json()
    assert [len(page["results"]), ana.get(page["next"]).json()["results"]] == [len(rows) - 1, rows[-1:]]


def test_rows_that_come_meanwhile_make_none_come_twice_or_never(
    busy: dict[str, str], world: World, call: Call
) -> None:
    ana, pair = call("ana"), pair_of(world).public_id
    names = ("accounts", "signals", "months", "lines", "submissions", "follow-ups")
    before = {
        name: ana.rows(name, partnership=pair) if name != "follow-ups" else ana.rows(name) for name in names
    }
    walks = {
        name: ana.pages(name, limit=1, **({} if name == "follow-ups" else {"partnership": pair}))
        for name in names
        if name not in ("lines", "months")
    }
    walks |= {name: ana.pages(name, limit=30, partnership=pair) for name in ("lines", "months")}
    seen = {name: next(walk) for name, walk in walks.items()}
    sell_steadily(world, *PAIR, accounts=6)
    analyse(world, "northwest")
    with acting_as(world.actor("ana")):
        receive_file(pair_of(world), "later.csv", [_file(9)], source=Submission.Source.API)
    for name, walk in walks.items():
        rows = seen[name] + [row for page in walk for row in page]
        known = [_name(row) for row in rows]
        assert len(set(known)) == len(known), name
        assert {_name(row) for row in before[name]} <= set(known), name


def _name(row: dict[str, Any]) -> str:
    return str(row.get("id") or (row["account"]["id"], row["month"]))


def test_ended_follow_ups_are_walked_latest_first(busy: dict[str, str], world: World, call: Call) -> None:
    with acting_as(world.actor("ana")):
        now = timezone.now()
        for one in FollowUp.objects.order_by("pk"):
            FollowUp.objects.filter(pk=one.pk).update(
                state="won", closed_at=now - timedelta(minutes=one.pk % 2)
            )
        wanted = list(FollowUp.objects.order_by("-closed_at", "-pk").values_list("public_id", flat=True))
    rows = call("ana").rows("follow-ups", status=Status.ENDED.value, whose=Whose.MINE.value, limit=2)
    assert [row["id"] for row in rows] == wanted


def cursor_of(answer: Any) -> str:
    following: str = answer.json()["next"]
    return following.rpartition("cursor=")[2]


def test_a_cursor_fits_its_own_question_alone(world: World, call: Call) -> None:
    ana, pair = call("ana"), pair_of(world).public_id
    cursor = cursor_of(ana.get("accounts", limit=1))
    for path, filters in (
        ("signals", {}),
        ("months", {}),
        ("accounts", {"partnership": pair}),
        ("accounts", {"standing": "late"}),
    ):
        problem = told(ana.ask("get", beside(f"{path}?cursor={cursor}", **filters)), 400, "bad_parameter")
        assert "another list" in problem["detail"], (path, filters)
    assert ana.get(f"accounts?cursor={cursor}&limit=7").status_code == 200
    for stranger in ("sam", "mia"):
        assert told(call(stranger).get(f"accounts?cursor={cursor}"), 400, "bad_parameter")


def test_a_forged_cursor_is_none(world: World, call: Call) -> None:
    ana = call("ana")
    cursor = cursor_of(ana.get("accounts", limit=1)).replace("%3D", "=")
    middle = len(cursor) // 2
    changed = cursor[:middle] + ("A" if cursor[middle] != "A" else "B") + cursor[middle + 1 :]
    for forged in (
        cursor[:-8],
        cursor[4:],
        changed,
        cursor * 2,
        "x",
        "=",
        "é",
        "💥",
        "null",
        "{}",
        "A" * 4000,
    ):
        assert places(told(ana.get("accounts", cursor=forged), 400, "bad_parameter")) == ["cursor"], forged


def test_a_cursor_tells_nothing_of_its_row(world: World, call: Call) -> None:
    ana = call("ana")
    with acting_as(world.actor("ana")):
        first = Finding.objects.order_by("pk").values_list("pk", "public_id")[0]
    cursor = cursor_of(ana.get("signals", limit=1)).replace("%3D", "=")
    sealed = base64.urlsafe_b64decode(cursor)
    for word in (f"[{first[0]}]", first[1], "after", "sight", "accounts"):
        assert word.encode() not in sealed
        assert word not in cursor


def test_a_page_that_has_not_changed_keeps_its_etag(world: World, call: Call) -> None:
    ana = call("ana")
    with time_machine.travel(datetime(2026, 4, 1, 9, 0, tzinfo=UTC), tick=False):
        first = ana.get("accounts", limit=1)
    with time_machine.travel(datetime(2026, 4, 1, 9, 59, tzinfo=UTC), tick=False):
        assert (
            ana.ask("get", "accounts?limit=1", **{"If-None-Match": first.headers["ETag"]}).status_code == 304
        )
    assert first.json()["next"] is not None


def test_a_cursor_counts_for_a_day(world: World, call: Call) -> None:
    ana, start = call("ana"), datetime(2026, 4, 1, 9, 30, tzinfo=UTC)
    with time_machine.travel(start, tick=False):
        following = ana.get("accounts", limit=1).json()["next"]
    with time_machine.travel(start + timedelta(hours=24), tick=False):
        assert ana.get(following).status_code == 200
    with time_machine.travel(start + timedelta(hours=25), tick=False):
        assert "older than a day" in told(ana.get(following), 410, "cursor_gone")["detail"]


def test_a_cursor_ends_with_the_sight_that_it_was_given_under(world: World, call: Call) -> None:
    mia, pair = call("mia"), pair_of(world).public_id
    before = [
        mia.get(path, limit=1, partnership=pair).json()["next"] for path in ("accounts", "months", "lines")
    ]
    world.share(*PAIR, Category.CONTACTS)
    assert [mia.get(following).status_code for following in before] == [200] * 3
    with acting_as(world.actor("northwest-admin")):
        revoke_grant(Grant.objects.get(category=Category.PRICE, revoked_at=None))
    for following in before:
        assert "changed" in told(mia.get(following), 410, "cursor_gone")["detail"]
    own = call("ana").get("lines", limit=1, partnership=pair).json()["next"]
    with acting_as(world.actor("northwest-admin")):
        suspend_partnership(pair_of(world))
    assert call("ana").get(own).status_code == 200  # one's own is taken away by nobody


def test_a_cursor_ends_with_the_reach_that_it_was_given_under(world: World, call: Call) -> None:
    world.share("adventure", "southwest", Category.VOLUME)
    with acting_as(world.actor("adventure-admin")):
        for distributor in ("northwest", "southwest"):
            give_reach(world.seats["max"].user, pair_of(world, "adventure", distributor))
    max_ = call("max")
    following = max_.get("accounts", limit=1).json()["next"]
    with acting_as(world.actor("adventure-admin")):
        take_reach(world.seats["max"].user, pair_of(world))
    assert told(max_.get(following), 410, "cursor_gone")


def test_the_late_list_in_another_order_begins_anew(world: World, call: Call) -> None:
    rows = [
        NamedSale(f"L-{number}-{day}", date(2026, 3, 7) - timedelta(days=14 * day), f"late{number}", "RB-1")
        for number in range(2)
        for day in range(24)
    ]
    world.sell(*PAIR, rows)
    analyse(world, "northwest")
    ana, pair = call("ana"), pair_of(world).public_id
    page = ana.get("late-orders", limit=1, partnership=pair).json()
    code = page["results"][0]["name"].split()[0]
    assert ana.get(page["next"]).status_code == 200
    world.sell(*PAIR, [NamedSale("L-new", date(2026, 3, 30), code, "RB-1")])
    analyse(world, "northwest")
    assert told(ana.get(page["next"]), 410, "cursor_gone")


def test_merged_accounts_are_walked_as_one(world: World, call: Call) -> None:
    ana, pair = call("ana"), pair_of(world).public_id
    before = ana.rows("lines", partnership=pair, limit=200)
    with acting_as(world.actor("northwest-admin")):
        kept, gone = (Account.objects.get(identity__code=f"{canary('northwest')}{one}") for one in (1, 2))
        merge_accounts(gone, kept)
    after = ana.rows("lines", partnership=pair, limit=50)
    assert [row["id"] for row in after] == [row["id"] for row in before]
    (ref,) = {row["account"]["id"] for row in after}
    assert ana.rows("lines", partnership=pair, account=ref, limit=200) == after
