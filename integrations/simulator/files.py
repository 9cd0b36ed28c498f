"""Render the lines of one distributor in its shape.

A million lines must be written in seconds. So what repeats (accounts, products, days) is rendered once and
picked by index, and a row is one join of ready pieces.
"""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pandas as pd

from integrations.simulator.business import Business
from integrations.simulator.catalogue import products
from integrations.simulator.course import Period
from integrations.simulator.mess import Slip, soil
from integrations.simulator.pieces import each, pick
from integrations.simulator.shapes import CsvShape, Shape, WorkbookShape
from integrations.simulator.trade import LATEST_DELIVERY, LONGEST_PROMISE

_ACCOUNT = [
    "account_id",
    "account_name",
    "account_type",
    "industry",
    "account_city",
    "account_region",
    "account_postal_code",
    "account_country",
]


def write_sell_through(path: Path, business: Business, period: Period) -> list[Slip]:
    """Write the lines to `path` in the distributor's shape, and return the slips that were made in them."""
    sender, lines = business.sender, business.lines
    shape = sender.shape
    rows = list(map(shape.separator.join, zip(*_pieces(business, period), strict=True)))
    if isinstance(shape, CsvShape):
        rows, made = soil(rows, business.slips, lines, shape, period)
        shape.write(path, rows)
        return made
    if shape.subtotals:
        rows = _with_subtotals(shape, rows, lines, period)
    shape.write(path, rows, sender.name, period.until)
    return []


def _pieces(business: Business, period: Period) -> list[list[str]]:
    """Return the pieces of all rows, column by column, in the order of `shapes.COLUMNS`."""
    sender, lines, documents = business.sender, business.lines, business.payments
    shape, document = sender.shape, lines["document"].to_numpy()
    after = LONGEST_PROMISE + LATEST_DELIVERY
    span = [period.start + timedelta(days=number) for number in range(period.days + after)]
    other_days = [shape.other_day(date) for date in span]
    owner = lines["account"].to_numpy()
    orders = [f"PO{sender.prefix}{4_500_000 + number}" for number in range(len(documents))]
    return [
        pick(_texts(shape, documents["number"]), document),
        each(shape.whole, lines["line_number"]),
        pick([shape.invoice_day(date) for date in span], lines["day"].to_numpy()),
        pick(other_days, lines["promised"].to_numpy()),
        pick(other_days, lines["shipped"].to_numpy()),
        pick(_blocks(shape, business.accounts[_ACCOUNT]), owner),
        pick(_blocks(shape, products()[["sku", "product_name"]]), lines["product"].to_numpy()),
        each(shape.whole, lines["quantity"]),
        *(
            each(shape.money, lines[column])
            for column in ("list_price", "discount_amount", "net_amount", "unit_cost", "freight")
        ),
        [shape.text(sender.currency)] * len(lines),
        pick(_texts(shape, business.accounts["salesperson"]), owner),
        _few(shape, lines["promotion"]),
        pick(_texts(shape, orders), document),
        _few(shape, lines["return_reason"]),
    ]


def _texts(shape: Shape, values: Iterable[str]) -> list[str]:
    return [shape.text(value) for value in values]


def _few(shape: Shape, values: "pd.Series[str]") -> list[str]:
    """Render texts of which there are only a few."""
    kinds = pd.Categorical(values)
    return pick(_texts(shape, kinds.categories), kinds.codes)


def _blocks(shape: Shape, frame: pd.DataFrame) -> list[str]:
    return [shape.separator.join(map(shape.text, row)) for row in frame.itertuples(index=False, name=None)]


def _with_subtotals(shape: WorkbookShape, rows: list[str], lines: pd.DataFrame, period: Period) -> list[str]:
    totals = lines.groupby("day").agg(
        rows=("quantity", "size"), units=("quantity", "sum"), net=("net_amount", "sum")
    )
    closed: list[str] = []
    first = 0
    for day, count, units, net in totals.itertuples():
        closed += rows[first : first + count]
        closed.append(shape.subtotal(period.start + timedelta(days=day), units, net))
        first += count
    return closed
