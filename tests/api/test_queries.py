"""How many queries each call makes: pinned, and the same for two accounts as for twenty."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from partners.engagement.models import FollowUp
from partners.tenancy.context import acting_as
from tests.api.conftest import PAIR, Call, Caller, addresses, pair_of
from tests.ui.conftest import analyse, sell_steadily
from tests.world import World

LISTS = (
    "partnerships", "accounts", "areas", "lines", "months", "signals", "late_orders", "follow_ups", "submissions",
)  # fmt: skip
# Twelve are the frame of each: who calls; two savepoints, each with its end and twice the actor's settings; the request
# counted, the key's use noted, the rows counted. In production the settings end with their transaction.
PINNED = {
    "get_account": 22,
    "get_caller": 14,
    "get_follow_up": 27,
    "get_signal": 18,
    "get_submission": 17,
    "list_accounts": 22,
    "list_areas": 13,
    "list_comments": 27,
    "list_follow_ups": 20,
    "list_late_orders": 22,
    "list_lines": 17,
    "list_months": 18,
    "list_owners": 18,
    "list_partnerships": 15,
    "list_row_errors": 16,
    "list_signals": 18,
    "list_submissions": 15,
}


@pytest.fixture
def known(world: World, ids: dict[str, str], call: Call) -> dict[str, str]:
    """Every call, about Northwest's things; once made, so that names of models are known."""
    urls = addresses(ids)
    for url in urls.values():
        call("ana").get(url)
    return urls


def count(caller: Caller, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert caller.get(url).status_code == 200, url
    return len(queries)


def test_each_call_makes_so_many_queries(known: dict[str, str], call: Call) -> None:
    ana = call("ana")
    ana.get("me")  # from here on no minute begins and no use is noted
    assert {name: count(ana, url) for name, url in known.items()} == PINNED


@pytest.mark.parametrize("person", ["ana", "mia"])
def test_a_longer_list_makes_no_more(world: World, known: dict[str, str], call: Call, person: str) -> None:
    caller = call(person)
    lists = [known[f"list_{name}"] for name in LISTS]
    few = {url: count(caller, url) for url in lists}
    sell_steadily(world, *PAIR, accounts=20)
    analyse(world, "northwest")
    with acting_as(world.actor("ana")):
        first = FollowUp.objects.get()
        for number in range(20):
            FollowUp.objects.create(
                partnership=pair_of(world),
                manufacturer_id=first.manufacturer_id,
                distributor_id=first.distributor_id,
                account_id=first.account_id,
                owner_id=first.owner_id,
                owner_name="Ana",
                review_on=timezone.localdate() + timedelta(days=number),
            )
    assert {url: count(caller, url) for url in lists} == few
    assert len(caller.get("accounts").json()["results"]) >= 20
