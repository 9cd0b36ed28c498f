"""Sums by month as lines: so that what needs no day computes from them just as it does from single lines.

A sum is an account's month in one family. Where no account is told apart, the account stands for a postcode area.
All amounts are integers x 10,000, see `analytics.core.facts`.
"""

import numpy as np
import pandas as pd

from analytics.core.facts import MONEY_COLUMNS, VOLUME_COLUMNS, require_columns

CELL = ["account", "family", "month"]
MONTH_COLUMNS = (*CELL, "units", "returned_units", "documents")
MONTH_MONEY_COLUMNS = (*CELL, "currency", "net_sold", "returned_value", "is_whole")


def as_lines(months: pd.DataFrame, money: pd.DataFrame) -> pd.DataFrame:
    """Write sums by month as the lines that would add up to them.

    Every line is dated on the first of its month, so nothing that counts days may be computed from them. An order of
    several families counts once for each, since a sum knows its own family alone; orders of one month and family are
    of one size. Which products they were is not known: `product` is the family, negative.

    Parameters
    ----------
    months : DataFrame
        One row per account, family and month: account, family (int64), month (datetime64), units, returned_units
        (positive), documents (how many orders).
    money : DataFrame
        Rows of these in one currency: the same key, currency, net_sold, returned_value (positive), is_whole (whether
        every line behind the sum has an amount in this currency). A sum without such a row has no amounts.

    Returns
    -------
    DataFrame
        The frame of lines, see `analytics.core.facts`. Of its money only net_amount and currency are known.

    Raises
    ------
    ValueError
        If a column is missing.
    """
    require_columns(months, MONTH_COLUMNS)
    require_columns(money, MONTH_MONEY_COLUMNS)
    whole = money[money["is_whole"]][[*CELL, "currency"]]
    cells = months.merge(whole, on=CELL, how="left").assign(
        net_amount=lambda known: pd.Series(0, index=known.index, dtype="Int64").where(
            known["currency"].notna()
        )
    )
    amounts = money.assign(documents=1)
    parts = [
        _orders(cells),
        _rest(cells),
        _part(cells, "return", -cells["returned_units"], cells["net_amount"]),
        _part(amounts, "correction", amounts["net_sold"] * 0, amounts["net_sold"]),
        _part(amounts, "return", amounts["returned_value"] * 0, -amounts["returned_value"]),
    ]
    lines = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    unknown = pd.Series(pd.NA, index=lines.index, dtype="Int64")
    lines = lines.assign(
        document=-1 - np.arange(len(lines), dtype=np.int64),
        business_date=lines["month"],
        product=-lines["family"],
        **{name: unknown for name in MONEY_COLUMNS if name not in lines.columns},
    )
    return lines[[*VOLUME_COLUMNS, *MONEY_COLUMNS]]


def money_of(sums: pd.DataFrame) -> pd.DataFrame:
    """Sum money up as `analytics.core.facts.monthly_money` does single lines; without cost, which is by product.

    Parameters
    ----------
    sums : DataFrame
        Rows of account, family, month and currency with net_sold, list_value, net_of_listed, returned_value, freight,
        lines and unlisted (of the lines those without a list price).

    Returns
    -------
    DataFrame
        One row per account, month and currency, sorted.
    """
    facts = sums.assign(
        gross_revenue=sums["list_value"] + sums["net_sold"] - sums["net_of_listed"],
        gross_is_net=sums["unlisted"],
        net_revenue=sums["net_sold"] - sums["returned_value"],
    )
    key = ["account", "month", "currency"]
    columns = [
        "lines", "gross_revenue", "gross_is_net", "list_value", "net_of_listed", "returned_value", "net_revenue",
        "freight",
    ]  # fmt: skip
    return facts.groupby(key)[columns].sum().reset_index()


def by_family(lines: pd.DataFrame) -> pd.DataFrame:
    """Count an order once for each family on it, as `as_lines` does: one account's orders are of one kind.

    Parameters
    ----------
    lines : DataFrame
        The frame of lines, see `analytics.core.facts`.
    """
    document = lines.groupby(["document", "family"]).ngroup()
    return lines.assign(document=document.astype("int64"), product=-lines["family"])


def by_month(lines: pd.DataFrame) -> pd.DataFrame:
    """Count the orders of an account's month as one: for a postcode area nobody knows how many there were."""
    return lines.assign(document=lines.groupby(["account", "month"]).ngroup().astype("int64"))


def _orders(cells: pd.DataFrame) -> pd.DataFrame:
    """As many sales as there are orders, of one size; the first has what cannot be divided."""
    sold = cells[_is_ordered(cells)]
    count = sold["documents"].to_numpy(dtype=np.int64)
    units = sold["units"].to_numpy(dtype=np.int64)
    share = units // np.maximum(count, 1)
    repeated = sold.loc[sold.index.repeat(count)]
    quantity = np.repeat(share, count)
    quantity[np.cumsum(count) - count] += units - share * count
    return _part(repeated, "sale", pd.Series(quantity, index=repeated.index), repeated["net_amount"])


def _rest(cells: pd.DataFrame) -> pd.DataFrame:
    rest = cells[~_is_ordered(cells)]
    return _part(rest, "correction", rest["units"], rest["net_amount"])


def _is_ordered(cells: pd.DataFrame) -> "pd.Series[bool]":
    return (cells["documents"] > 0) & (cells["units"] >= cells["documents"])


def _part(cells: pd.DataFrame, kind: str, quantity: pd.Series, net_amount: pd.Series) -> pd.DataFrame:
    """Lines of one kind, without those that say nothing."""
    told = cells[[*CELL, "currency"]].assign(
        kind=kind, quantity=quantity.astype("int64"), net_amount=net_amount.astype("Int64")
    )
    told["currency"] = told["currency"].astype(object)
    return told[(told["quantity"] != 0) | (told["net_amount"].fillna(0) != 0)]
