"""The late rule on real trade: UK gift wholesale, frequent buyers of half a year."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analytics.core.cadence import cadence, order_days
from analytics.core.facts import SCALE
from analytics.core.findings import judge

pytestmark = pytest.mark.realdata


@pytest.fixture
def days(realdata: Path) -> pd.DataFrame:
    raw = pd.read_csv(
        realdata / "online_retail" / "online_retail_until_2011-09-08.csv.gz", dtype={"InvoiceNo": str}
    ).dropna(subset=["CustomerID"])
    dates = pd.to_datetime(raw["InvoiceDate"]).dt.normalize()
    return order_days(
        pd.DataFrame(
            {
                "account": raw["CustomerID"].astype("int64"),
                "document": pd.factorize(raw["InvoiceNo"])[0],
                "business_date": dates,
                "month": dates.dt.to_period("M").dt.to_timestamp(),
                "product": pd.factorize(raw["StockCode"])[0],
                "family": 1,
                "kind": np.where(raw["InvoiceNo"].str.startswith("C"), "return", "sale"),
                "quantity": raw["Quantity"] * SCALE,
            }
        )
    )


def test_late_buyers_come_back_less_often_than_buyers_on_time(days: pd.DataFrame) -> None:
    """Twelve weekly cuts that leave 90 days to look ahead: 74 late and 2,488 on-time judgements."""
    outcomes = []
    for cut in pd.date_range("2011-03-25", "2011-06-10", freq="7D"):
        rhythm = cadence(days, date(cut.year, cut.month, cut.day))
        following = days[days["business_date"] > cut].groupby("account")["business_date"].min()
        waited = (rhythm["account"].map(following) - cut).dt.days
        outcomes.append(
            pd.DataFrame(
                {
                    "judgement": judge(rhythm),
                    "in_90_days": waited <= 90,
                    "in_own_gap": waited <= rhythm["usual_gap"],
                }
            )
        )
    back = pd.concat(outcomes).groupby("judgement").mean()
    stays_away = 1 - back["in_90_days"]
    assert stays_away["late"] > 2.5 * stays_away["on time"]
    assert back["in_own_gap"]["late"] < back["in_own_gap"]["on time"] - 0.15
