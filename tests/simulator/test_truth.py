"""The world behind the files: what truth.csv says happened can be seen in the lines."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.core.cadence import cadence, order_days
from analytics.core.findings import judge
from integrations.simulator.accounts import KINDS
from integrations.simulator.course import NEVER, REVENUE_WINDOW, Decline, Period, own_pace, truth
from integrations.simulator.simulate import simulate
from integrations.simulator.trade import COMPLAINT, RETURN_REASONS

from .conftest import UNTIL, Channel, build

STEPS = [f"step_{number}_on" for number in range(1, 7)]


def judged(channel: Channel) -> pd.DataFrame:
    """Judge every account on the last day, from the files alone, beside the truth."""
    lines = channel.lines
    key = lines["distributor"] + "/" + lines["account_id"]
    account, names = pd.factorize(key)
    frame = pd.DataFrame(
        {
            "account": account,
            "document": pd.factorize(lines["distributor"] + lines["invoice_number"])[0],
            "business_date": lines["day"],
            "month": lines["day"].dt.to_period("M").dt.to_timestamp(),
            "product": pd.factorize(lines["sku"])[0],
            "family": 1,
            "kind": np.where(lines["quantity"] > 0, "sale", "return"),
            "quantity": lines["quantity"] * 10_000,
        }
    )
    rhythm = cadence(order_days(frame), UNTIL)
    rhythm = rhythm.assign(judgement=judge(rhythm), key=names[rhythm["account"]])
    told = channel.truth.assign(key=channel.truth["distributor"] + "/" + channel.truth["account_id"])
    return told.merge(rhythm, on="key", validate="one_to_one")


def test_the_truth_names_every_account_once(channel: Channel) -> None:
    told = channel.truth[["distributor", "account_id"]].apply(tuple, axis=1)
    assert told.is_unique
    assert set(told) == set(channel.lines[["distributor", "account_id"]].apply(tuple, axis=1))


def test_every_distributor_has_every_kind(channel: Channel) -> None:
    for _, told in channel.truth.groupby("distributor"):
        assert set(told["kind"]) == set(KINDS)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_disengaging_accounts_walk_down_in_order(seed: int, tmp_path: Path) -> None:
    simulate(tmp_path, lines=20_000, seed=seed, until=UNTIL)
    told = pd.read_csv(tmp_path / "truth.csv", dtype=str, keep_default_na=False)
    walkers = told[told["kind"] == "disengaging"]
    assert len(walkers) > 30
    for steps in walkers[STEPS].itertuples(index=False):
        reached = [step for step in steps if step]
        assert reached == sorted(set(reached))
        assert list(steps) == reached + [""] * (6 - len(reached))  # none is skipped
        assert all(step <= UNTIL.isoformat() for step in reached)
    assert (walkers["step_6_on"] != "").sum() > 15
    others = told[told["kind"] != "disengaging"]
    assert (others[STEPS[:5]] == "").all(axis=None)
    assert ((others["step_6_on"] == "") | (others["silent_from"] != "")).all()


def test_silent_accounts_are_late_by_construction(channel: Channel) -> None:
    told = judged(channel)
    silent = told[told["silent_from"] != ""]
    assert len(silent) >= 10
    assert (silent["last_order_on"] < pd.to_datetime(silent["silent_from"])).all()
    assert set(silent["judgement"]) <= {"late", "lapsed"}
    assert (silent["judgement"] == "late").sum() >= len(silent) / 2
    others = told[told["silent_from"] == ""]
    assert (others["judgement"] == "on time").mean() > 0.93


def test_a_null_world_has_nothing_to_find(null_world: Channel) -> None:
    assert set(null_world.truth["kind"]) == {"random"}
    assert (null_world.truth[[*STEPS, "silent_from"]] == "").all(axis=None)
    late = judged(null_world)["judgement"].isin(["late", "lapsed"]).mean()
    assert 0 < late < 0.12


def _walk(lines: pd.DataFrame, told: pd.DataFrame) -> pd.DataFrame:
    """Compare each account's last 120 days of trade with its days before the first step."""
    last = lines["day"] > pd.Timestamp(UNTIL) - pd.Timedelta(days=120)
    before = lines["day"] < pd.Timestamp(UNTIL) - pd.Timedelta(days=420)
    rows = {}
    for name, part in (("before", lines[before]), ("after", lines[last])):
        part = part.merge(told[["distributor", "account_id", "kind"]])
        sold = part[part["quantity"] > 0]
        order = sold.groupby(["kind", "distributor", "invoice_number"])
        days = 120 if name == "after" else (part["day"].max() - part["day"].min()).days
        accounts = part.groupby("kind")["account_id"].nunique()
        rows[name] = pd.DataFrame(
            {
                "units_a_line": sold.groupby("kind")["quantity"].mean(),
                "lines_an_order": order.size().groupby("kind").mean(),
                "orders_a_day": order.size().groupby("kind").size() / days / accounts,
                "returned": part[part["quantity"] < 0].groupby("kind").size() / sold.groupby("kind").size(),
            }
        )
    return rows["after"] / rows["before"]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Channel:
    """Enough accounts that are far down the ladder."""
    return build(tmp_path_factory.mktemp("large"), lines=40_000, distributors=6, seed=4)


def test_the_steps_can_be_seen_in_the_lines(large: Channel) -> None:
    told = large.truth
    far_down = (told["kind"] == "disengaging") & (told["step_6_on"] != "")
    far_down &= (told["step_6_on"] < "2025-03-01") & (told["silent_from"] == "")
    steady = (told["kind"] == "steady") & (told["silent_from"] == "")
    change = _walk(large.lines, told[far_down | steady])
    walkers, stayers = change.loc["disengaging"], change.loc["steady"]
    assert walkers["units_a_line"] < 0.85
    assert walkers["lines_an_order"] < 0.92
    assert walkers["orders_a_day"] < 0.75
    assert walkers["returned"] > 2
    assert stayers[["units_a_line", "lines_an_order", "orders_a_day"]].between(0.85, 1.15).all()
    assert stayers["returned"] < 1.6


def test_step_six_is_the_first_day_under_three_fifths() -> None:
    """Recomputed one day at a time for two accounts: one that declines, one that stops at once."""
    period = Period(UNTIL)
    accounts = pd.DataFrame(
        {
            "account_id": ["A", "B"],
            "kind": ["disengaging", "steady"],
            "gap": 30.0,
            "breadth": 12,
            "line_chance": 0.1,
            "joins_on": 0,
            "peak": 0,
        }
    )
    decline = Decline(start=np.array([300.0, NEVER]), spacing=np.array([30.0, 30.0]))
    silent_from = np.array([NEVER, 500.0])
    pace = own_pace(accounts, period)
    told = truth(accounts, decline, pace, silent_from, period)

    def left(account: int, day: int) -> float:
        if account == 1:
            return float(day < 500)
        done = [np.clip((day - 300 - step * 30) / 180, 0, 1) for step in range(3)]
        products = round(12 * (1 - 0.5 * done[2]))
        return (1 - 0.32 * done[0]) / (1 + 0.8 * done[1]) * (1 + (products - 1) * 0.1) / 2.1

    for account in (0, 1):
        for day in range(REVENUE_WINDOW - 1, period.days):
            window = range(day - REVENUE_WINDOW + 1, day + 1)
            if sum(pace[account, d] * left(account, d) for d in window) < 0.6 * sum(
                pace[account, d] for d in window
            ):
                break
        assert told["step_6_on"][account] == period.dates()[day].strftime("%Y-%m-%d")
    assert told["silent_from"].tolist() == ["", period.dates()[500].strftime("%Y-%m-%d")]


def test_projects_and_stock_ups_stand_out(channel: Channel) -> None:
    lines = channel.lines.merge(channel.truth[["distributor", "account_id", "kind"]])
    assert set(lines[lines["promotion"] == "Project price"]["kind"]) == {"project"}
    own = lines[lines["kind"] == "project"]
    mean = own.groupby("promotion")["quantity"].mean()
    assert mean["Project price"] > 4 * mean["Standard"]
    stock_up = lines[(lines["kind"] == "stock_up") & (lines["quantity"] > 0)]
    by_month = stock_up.groupby(stock_up["day"].dt.month)["quantity"].agg(["mean", "size"])
    assert by_month["mean"][12] > 2 * by_month["mean"].drop(12).mean()
    assert by_month["size"][[1, 2]].mean() < 0.8 * by_month["size"][[10, 11]].mean()


def test_what_comes_back_has_a_reason_and_walkers_complain(large: Channel) -> None:
    lines = large.lines.merge(large.truth[["distributor", "account_id", "step_4_on"]])
    back = lines[lines["quantity"] < 0]
    assert set(back["return_reason"]) == set(RETURN_REASONS)
    assert set(lines["return_reason"][lines["quantity"] > 0]) == {""}
    complained = back["return_reason"] == COMPLAINT
    walked = (back["step_4_on"] != "") & (
        back["day"] > pd.to_datetime(back["step_4_on"]) + pd.Timedelta(days=60)
    )
    assert walked.sum() > 20
    assert complained[walked].mean() > 2 * complained[~walked].mean() > 0


def test_a_leap_day_can_be_the_last(tmp_path: Path) -> None:
    summary = simulate(tmp_path, lines=3_000, seed=1, until=date(2024, 2, 29), distributors=2)
    assert summary.until == date(2024, 2, 29)
    assert (summary.until - summary.start).days == 730
