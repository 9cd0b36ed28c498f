"""What an address may ask: documented names and values, each once, and no other."""

import pytest

from tests.api.conftest import Call, addresses, beside, lists_of, places, told
from tests.world import World

WRONG = (
    "", "0", "-1", "201", "1e2", "10.0", " 10", "+10", "0x10", "ten", "１０", "9" * 2000, "null", "true", "1,2",
)  # fmt: skip


@pytest.mark.parametrize("limit", WRONG)
def test_a_limit_is_a_number_from_1_to_200(world: World, call: Call, limit: str) -> None:
    problem = told(call("ana").get("accounts", limit=limit), 400, "bad_parameter")
    assert places(problem) == ["limit"]


def test_what_no_call_offers_is_refused_and_nothing_is_given_twice(ids: dict[str, str], call: Call) -> None:
    ana = call("ana")
    for name, url in addresses(ids).items():
        problem = told(ana.get(beside(url, colour="red")), 400, "bad_parameter")
        assert "no parameter of that name" in problem["detail"], name
        assert "red" not in str(problem)
    for name, url in lists_of(ids).items():
        assert places(told(ana.get(beside(beside(url, limit=1), limit=1)), 400, "bad_parameter")) == [
            "limit"
        ], name
        assert places(told(ana.get(beside(url, cursor="%00")), 400, "bad_parameter")) == ["cursor"], name
    assert places(told(ana.post("follow-ups?limit=1", {}), 400, "bad_parameter")) == ["limit"]


@pytest.mark.parametrize(
    ("path", "name", "values"),
    [
        ("accounts", "standing", ("LATE", "happy", "late ", "0")),
        ("accounts", "partnership", ("ptn_0", "1", "*", "' OR 1=1 --")),
        ("signals", "kind", ("late", "LAPSED", "*")),
        ("signals", "state", ("Open", "closed")),
        ("signals", "account", ("acc_0", "cus_0", "%", "1")),
        (
            "months",
            "from_month",
            ("2026", "2026-13", "2026-00", "2026-1", "２０２６-01", "2026-01-01", "0000-01"),
        ),
        ("follow-ups", "whose", ("everybody", "MINE", "")),
        ("follow-ups", "status", ("all", "")),
    ],
)
def test_a_filter_takes_what_is_documented(
    world: World, call: Call, path: str, name: str, values: tuple[str, ...]
) -> None:
    ana = call("ana")
    for value in values:
        assert places(told(ana.get(path, **{name: value}), 400, "bad_parameter")) == [name], value


def test_filters_that_are_not_offered_are_no_oracle(world: World, call: Call) -> None:
    """Neither through a relation nor by a hidden field."""
    mia, invented = call("mia"), call("mia").get("accounts", invented="x").json()
    for name in (
        "name",
        "account__identity__name",
        "net_amount",
        "order",
        "sort",
        "ordering",
        "search",
        "city",
        "id__gt",
    ):
        refused = told(mia.get("accounts", **{name: "x"}), 400, "bad_parameter")
        assert refused["detail"] == invented["detail"], name


def test_months_that_end_before_they_begin_are_refused(world: World, call: Call) -> None:
    for last in ("2026-01", "2025-12"):
        answer = call("ana").get("months", from_month="2026-01", to_month=last)
        assert places(told(answer, 400, "bad_parameter")) == ["to_month"]
