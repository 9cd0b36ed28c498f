"""How customers pay: a payment row for every document, late payers late, walkers slower from step 5 on."""

import numpy as np
import pandas as pd
import pytest

from integrations.simulator import payments
from integrations.simulator.course import NEVER, Period
from integrations.simulator.documents import list_documents, number_lines
from integrations.simulator.payments import Habits, draw_payments, truth_of_habits

from .conftest import UNTIL, Channel

PERIOD = Period(UNTIL)  # its day 0 is Saturday, 1 July 2023
# One account that comes to pay 20 days later, within 50 days from day 100 on, and one that never does.
HABITS = Habits(
    terms=np.array([30, 60]),
    usual=np.array([1.0, 0.0]),
    late_by=np.array([20.0, 0.0]),
    late_from=np.array([100.0, NEVER]),
    ramp=np.array([50.0, 180.0]),
)


def paid_days(channel: Channel) -> pd.DataFrame:
    """Return the paid invoices with days beyond the due date, and what is true of their account."""
    paid = channel.feed("payments")
    paid = paid[(paid["amount"] > 0) & paid["paid_date"].notna()]
    # What was invoiced lately and is paid already was paid early: it would flatter the end.
    paid = paid[paid["invoice_date"] <= pd.Timestamp(UNTIL) - pd.Timedelta(days=120)]
    beyond = (paid["paid_date"] - paid["due_date"]).dt.days
    return paid.assign(beyond=beyond).merge(channel.truth, on=["distributor", "account_id"])


def test_habits_by_hand() -> None:
    day = np.array([0, 100, 125, 150, 400])
    assert HABITS.beyond_terms(np.zeros(5, dtype=int), day).tolist() == [1, 1, 11, 21, 21]
    assert HABITS.beyond_terms(np.ones(5, dtype=int), day).tolist() == [0, 0, 0, 0, 0]
    told = truth_of_habits(HABITS, PERIOD)
    assert told["terms_days"].tolist() == [30, 60]
    assert told["late_days"].tolist() == [20, 0]
    assert told["late_from"].tolist() == ["2023-10-09", ""]


def test_payments_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payments, "INVOICE_SCATTER", 0.0)
    monkeypatch.setattr(payments, "QUERIED", 0.0)
    documents = pd.DataFrame(
        {
            "account": [0, 0, 0, 1, 1],
            "day": [2, 40, 400, 690, 700],
            "credit": [False, True, False, False, True],
            "number": ["F1", "C2", "F3", "F4", "C5"],
            "amount": [1000, -50, 2000, 3000, -70],
        }
    )
    paid = draw_payments(np.random.default_rng(0), documents, HABITS, PERIOD)
    assert paid["due"].tolist() == [32, 40, 430, 750, 700]
    # Terms and a habit of one day; the note of day 40 is taken off the payment of day 451; day 750 lies ahead.
    assert paid["paid"].tolist() == [33, 451, 451, 731, 731]


def test_a_document_owes_its_lines_and_their_freight() -> None:
    lines = pd.DataFrame(
        {
            "order": [7, 7, 7, 9],
            "credit": [False, False, True, False],
            "account": [0, 0, 0, 3],
            "day": [5, 5, 20, 21],
            "net_amount": [1000, 2550, -1000, 400],
            "freight": [15, 38, 0, 6],
        }
    )
    numbered = number_lines(lines)
    assert numbered["document"].tolist() == [0, 0, 1, 2]
    assert numbered["line_number"].tolist() == [1, 2, 1, 1]
    documents = list_documents(numbered, "XY")
    assert documents["number"].tolist() == ["XYF100001", "XYC100002", "XYF100003"]
    assert documents["amount"].tolist() == [3603, -1000, 406]


def test_every_document_has_its_payment_row_to_the_cent(channel: Channel) -> None:
    lines, paid = channel.lines, channel.feed("payments")
    documents = lines.assign(owed=lines["net_amount"] + lines["freight"]).groupby(
        ["distributor", "invoice_number"], as_index=False
    )
    owed = documents.agg(
        owed=("owed", "sum"),
        account=("account_id", "first"),
        day=("day", "first"),
        currency=("currency", "first"),
    )
    both = owed.merge(
        paid, on=["distributor", "invoice_number"], how="outer", validate="one_to_one", indicator=True
    )
    assert (both["_merge"] == "both").all()
    assert (both["owed"] == both["amount"]).all()
    assert (both["account"] == both["account_id"]).all()
    assert (both["day"] == both["invoice_date"]).all()
    assert (both["currency_x"] == both["currency_y"]).all()


def test_terms_are_those_of_the_account(channel: Channel) -> None:
    paid = channel.feed("payments").merge(channel.truth, on=["distributor", "account_id"])
    terms = (paid["due_date"] - paid["invoice_date"]).dt.days
    invoice = paid["amount"] > 0
    assert (terms[invoice] == paid["terms_days"][invoice].astype(int)).all()
    assert (terms[~invoice] == 0).all()
    assert set(channel.truth["terms_days"]) == {"30", "45", "60"}


def test_what_is_open_is_recent(channel: Channel) -> None:
    paid = channel.feed("payments")
    assert paid["paid_date"].max() <= pd.Timestamp(UNTIL)
    assert (paid["paid_date"].dropna().dt.dayofweek < 5).all()
    assert ((paid["paid_date"] - paid["invoice_date"]).dt.days.dropna() >= 0).all()
    is_open = paid["paid_date"].isna()
    assert 0.03 < is_open.mean() < 0.15
    assert (paid["invoice_date"][is_open & (paid["amount"] > 0)] > "2024-12-01").all()


def test_credits_are_taken_off_a_payment_of_the_same_account(channel: Channel) -> None:
    paid = channel.feed("payments")
    settled = paid[(paid["amount"] < 0) & paid["paid_date"].notna()]
    assert len(settled) > 50
    invoices = paid[paid["amount"] > 0]
    runs = set(zip(invoices["distributor"], invoices["account_id"], invoices["paid_date"], strict=True))
    assert set(zip(settled["distributor"], settled["account_id"], settled["paid_date"], strict=True)) <= runs


def test_late_payers_are_late_and_the_others_are_not(channel: Channel) -> None:
    paid = paid_days(channel)
    late = paid[(paid["kind"] == "late_payer")]
    throughout = late[late["late_from"] == channel.summary.start.isoformat()]
    by_account = throughout.groupby(["distributor", "account_id"])["beyond"].mean()
    assert len(by_account) >= 3
    assert by_account.min() > 6
    drifting = late[late["late_from"] != channel.summary.start.isoformat()]
    begun = drifting["invoice_date"] >= pd.to_datetime(drifting["late_from"]) + pd.Timedelta(days=90)
    before = drifting["invoice_date"] < pd.to_datetime(drifting["late_from"])
    assert drifting["beyond"][begun].mean() > drifting["beyond"][before].mean() + 5
    others = paid[~paid["kind"].isin(["late_payer", "disengaging"])]
    assert abs(others["beyond"].mean()) < 3
    assert others.groupby(["distributor", "account_id"])["beyond"].median().max() < 9


def test_walkers_slow_down_from_step_five_on(channel: Channel) -> None:
    walkers = paid_days(channel)
    walkers = walkers[(walkers["kind"] == "disengaging") & (walkers["step_5_on"] != "")]
    assert (walkers["late_from"] == walkers["step_5_on"]).all()
    since = (walkers["invoice_date"] - pd.to_datetime(walkers["step_5_on"])).dt.days
    before, soon, later = (
        walkers["beyond"][part].mean() for part in (since < 0, since.between(0, 59), since >= 100)
    )
    assert abs(before) < 3
    assert before < soon < later
    assert later > before + 8


def test_a_null_world_pays_by_chance_alone(null_world: Channel) -> None:
    assert (null_world.truth["late_from"] == "").all()
    assert (null_world.truth["late_days"] == "0").all()
    paid = paid_days(null_world)
    by_account = paid.groupby(["distributor", "account_id"])["beyond"].agg(["mean", "size"])
    assert by_account["mean"][by_account["size"] >= 10].between(-3, 7).all()
    early = paid["invoice_date"] < "2024-04-01"
    assert abs(paid["beyond"][early].mean() - paid["beyond"][~early].mean()) < 1
