"""Monthly facts from sell-through lines, exact to the last decimal that the ledger stores.

The frame of lines
------------------
One row per ledger line. Every amount is an integer count of ten-thousandths, because the ledger stores
``numeric(18,4)`` and integers add up exactly: 12.5 pieces arrive as 125000, EUR 3.10 as 31000. What these
functions return keeps the convention: divide by 10,000 as a Decimal to store it.

==============  ===================  ==================================================================
column          dtype                meaning
==============  ===================  ==================================================================
account         int64                the buyer
document        int64                the invoice or credit note
business_date   datetime64           the day of trade
month           datetime64           the first day of its month
product         int64
family          int64
kind            str                  sale, return, transfer, sample, correction
quantity        int64                base units x 10,000; negative on a return
list_price      Int64 (nullable)     money: list price of one unit x 10,000
net_amount      Int64 (nullable)     money: amount of the whole line x 10,000; negative on a return
unit_cost       Int64 (nullable)     money: cost of one unit x 10,000
freight         Int64 (nullable)     money: amount of the whole line x 10,000
currency        str                  money
==============  ===================  ==================================================================

Trade is sales, returns and corrections. Transfers between branches and samples are not.
"""

from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

SCALE = 10_000
BREADTH_DAYS = 90
VOLUME_COLUMNS = (
    "account",
    "document",
    "business_date",
    "month",
    "product",
    "family",
    "kind",
    "quantity",
)
MONEY_COLUMNS = ("list_price", "net_amount", "unit_cost", "freight", "currency")
_GRAIN = ["account", "month"]
_MONEY_GRAIN = ["account", "month", "currency"]

Ints = npt.NDArray[np.int64]


def require_columns(frame: pd.DataFrame, columns: tuple[str, ...]) -> None:
    """Refuse a frame that lacks columns, naming all of them at once.

    Raises
    ------
    ValueError
        If any of `columns` is missing.
    """
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise ValueError(f"the frame lacks {', '.join(missing)}; it has {', '.join(map(str, frame.columns))}")


def ordered(lines: pd.DataFrame) -> pd.DataFrame:
    """Return the lines that make an order: sales of a positive quantity."""
    return lines[(lines["kind"] == "sale") & (lines["quantity"] > 0)]


def monthly_volume(lines: pd.DataFrame) -> pd.DataFrame:
    """Sum units, orders and breadth per account and month.

    Parameters
    ----------
    lines : DataFrame
        The frame of lines, see the module; the money columns are not read.

    Returns
    -------
    DataFrame
        One row per account and month with trade, sorted: account, month, orders, units and returned_units
        (base units x 10,000; returned_units positive), products and families (distinct, on orders).

    Raises
    ------
    ValueError
        If a column is missing.
    """
    require_columns(lines, VOLUME_COLUMNS)
    sold, returned = _sold(lines), _returned(lines)
    orders = ordered(lines).groupby(_GRAIN)
    columns = {
        "orders": orders["document"].nunique(),
        "units": sold.groupby(_GRAIN)["quantity"].sum(),
        "returned_units": -returned.groupby(_GRAIN)["quantity"].sum(),
        "products": orders["product"].nunique(),
        "families": orders["family"].nunique(),
    }
    return _facts(columns, pd.concat([sold, returned]).groupby(_GRAIN).size().index)


def monthly_money(lines: pd.DataFrame) -> pd.DataFrame:
    """Sum revenue, returns and cost per account, month and currency.

    Lines without a net amount (their price is not shared) are not money and are left out.

    Parameters
    ----------
    lines : DataFrame
        The frame of lines with its money columns, see the module.

    Returns
    -------
    DataFrame
        One row per account, month and currency with trade, sorted. Amounts are integers x 10,000.

        - lines: how many were summed;
        - gross_revenue: list price x quantity of sales and corrections, the net amount where no list price is
          known; gross_is_net: how many lines fell back so;
        - list_value, net_of_listed: list value and net amount of the sales and corrections that carry both
          (discount rate = 1 - net_of_listed / list_value);
        - returned_value: positive; net_revenue: sales, corrections and returns;
        - cost, net_of_costed: cost and net amount of all trade whose unit cost is known (gross margin = the
          second minus the first); cost_unknown: how many lines have none;
        - freight: where known.

    Raises
    ------
    ValueError
        If a column is missing.
    OverflowError
        If one line is worth more than 90 thousand million of its currency.
    """
    require_columns(lines, VOLUME_COLUMNS + MONEY_COLUMNS)
    priced = lines[lines["net_amount"].notna()]
    sold, returned = _sold(priced), _returned(priced)
    trade = pd.concat([sold, returned])
    listed = sold[sold["list_price"].notna()]
    unlisted = sold[sold["list_price"].isna()]
    costed = trade[trade["unit_cost"].notna()]
    columns = {
        "lines": trade.groupby(_MONEY_GRAIN).size(),
        "gross_revenue": _net(unlisted),
        "gross_is_net": unlisted.groupby(_MONEY_GRAIN).size(),
        "list_value": _extended(listed, "list_price"),
        "net_of_listed": _net(listed),
        "returned_value": -_net(returned),
        "net_revenue": _net(trade),
        "cost": _extended(costed, "unit_cost"),
        "net_of_costed": _net(costed),
        "cost_unknown": trade[trade["unit_cost"].isna()].groupby(_MONEY_GRAIN).size(),
        "freight": trade.groupby(_MONEY_GRAIN)["freight"].sum(),
    }
    facts = _facts(columns, columns["lines"].index)
    return facts.assign(gross_revenue=facts["gross_revenue"] + facts["list_value"])


def breadth(lines: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Count the distinct products and families bought in the 90 days up to and including `as_of`.

    Parameters
    ----------
    lines : DataFrame
        The frame of lines, see the module; the money columns are not read.
    as_of : date
        The last day that counts. Later lines are ignored.

    Returns
    -------
    DataFrame
        One row per account that bought in the window: account, sku_breadth, family_breadth.
    """
    require_columns(lines, VOLUME_COLUMNS)
    end = pd.Timestamp(as_of)
    dates = lines["business_date"]
    window = ordered(lines[(dates <= end) & (dates > end - pd.Timedelta(days=BREADTH_DAYS))])
    counts = window.groupby("account")[["product", "family"]].nunique()
    return counts.rename(columns={"product": "sku_breadth", "family": "family_breadth"}).reset_index()


def _sold(lines: pd.DataFrame) -> pd.DataFrame:
    # A correction restates what was sold; it makes no order of its own.
    return lines[lines["kind"].isin(("sale", "correction"))]


def _returned(lines: pd.DataFrame) -> pd.DataFrame:
    return lines[lines["kind"] == "return"]


def _net(lines: pd.DataFrame) -> pd.Series:
    return lines.groupby(_MONEY_GRAIN)["net_amount"].sum()


def _extended(lines: pd.DataFrame, price: str) -> pd.Series:
    """Sum price x quantity per group, rounded once, half away from zero as PostgreSQL's numeric does.

    A product of two amounts counts hundred-millionths. Its whole ten-thousandths and the rest are summed
    apart, so that a large group cannot overflow an int64.
    """
    prices = lines[price].to_numpy(dtype=np.int64)
    quantities = lines["quantity"].to_numpy(dtype=np.int64)
    if (np.abs(prices.astype(float) * quantities) > 9e18).any():
        raise OverflowError(
            f"{price} x quantity of one line passes 90 thousand million of its currency: check both"
        )
    whole, rest = np.divmod(prices * quantities, SCALE)
    keys = lines[_MONEY_GRAIN].assign(whole=whole, rest=rest)
    sums = keys.groupby(_MONEY_GRAIN)[["whole", "rest"]].sum()
    return pd.Series(_rounded(sums["whole"].to_numpy(), sums["rest"].to_numpy()), index=sums.index)


def _rounded(whole: Ints, rest: Ints) -> Ints:
    carry, rest = np.divmod(rest, SCALE)
    total = whole + carry
    up = np.where(total >= 0, 2 * rest >= SCALE, 2 * rest > SCALE)
    return np.asarray(total + up, dtype=np.int64)


def _facts(columns: dict[str, pd.Series], index: pd.Index) -> pd.DataFrame:
    """Put sums of different lines side by side; what has no line is 0.

    Each is reindexed rather than joined: a join would pass through floats and lose the last digits.
    """
    aligned = {name: sums.reindex(index, fill_value=0).astype(np.int64) for name, sums in columns.items()}
    return pd.DataFrame(aligned, index=index).reset_index()
