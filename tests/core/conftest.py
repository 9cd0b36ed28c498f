"""The folder of real files, and a builder of line frames from a few readable rows."""

import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

Row = dict[str, object]


@pytest.fixture
def realdata() -> Path:
    folder = os.environ.get("THROUGHLINE_REALDATA")
    if not folder:
        pytest.skip("THROUGHLINE_REALDATA names no folder of real files")
    return Path(folder)


@pytest.fixture
def make_lines() -> Callable[..., pd.DataFrame]:
    """Build a frame of lines; amounts are given in whole units and money may be left out."""

    def build(*rows: Row) -> pd.DataFrame:
        frame = pd.DataFrame([_DEFAULTS | row for row in rows])
        frame["business_date"] = pd.to_datetime(frame["business_date"])
        frame["month"] = frame["business_date"].dt.to_period("M").dt.to_timestamp()
        for column in ("list_price", "net_amount", "unit_cost", "freight"):
            frame[column] = pd.array(
                [None if pd.isna(value) else round(value * 10_000) for value in frame[column]], dtype="Int64"
            )
        frame["quantity"] = [round(value * 10_000) for value in frame["quantity"]]
        return frame

    return build


_DEFAULTS: Row = {
    "account": 1,
    "document": 1,
    "business_date": "2024-01-10",
    "product": 1,
    "family": 1,
    "kind": "sale",
    "quantity": 1,
    "list_price": None,
    "net_amount": None,
    "unit_cost": None,
    "freight": None,
    "currency": "EUR",
}
