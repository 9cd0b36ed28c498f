"""Render the lines of one distributor in its shape.

A million lines must be written in seconds. So what repeats (accounts, products, days) is rendered once and
picked by index, and a row is one join of ready pieces.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from integrations.simulator.catalogue import products
from integrations.simulator.channel import Distributor
from integrations.simulator.course import Period
from integrations.simulator.shapes import Shape, WorkbookShape

LONGEST_PROMISE = 14
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


def write_sell_through(
    path: Path,
    distributor: Distributor,
    lines: pd.DataFrame,
    accounts: pd.DataFrame,
    period: Period,
    rng: np.random.Generator,
) -> None:
    """Write the lines, which are in the order of the file, to `path` in the distributor's shape."""
    shape = distributor.shape
    rows = list(
        map(shape.separator.join, zip(*_pieces(distributor, lines, accounts, period, rng), strict=True))
    )
    if isinstance(shape, WorkbookShape) and shape.subtotals:
        rows = _with_subtotals(shape, rows, lines, period)
    shape.write(path, rows, distributor.name, period.until)


def _pieces(
    distributor: Distributor,
    lines: pd.DataFrame,
    accounts: pd.DataFrame,
    period: Period,
    rng: np.random.Generator,
) -> list[list[str]]:
    """Return the pieces of all rows, column by column, in the order of `shapes.COLUMNS`."""
    shape = distributor.shape
    document, line_number = _documents(lines)
    per_document = rng.integers(3, LONGEST_PROMISE, document[-1] + 1)
    late = rng.integers(-2, 3, document[-1] + 1)
    day = lines["day"].to_numpy()
    promised = day + per_document[document]
    shipped = np.maximum(promised + late[document], day)
    span = [period.start + timedelta(days=number) for number in range(period.days + LONGEST_PROMISE + 3)]
    other_days = [shape.other_day(date) for date in span]
    owner, promotion = lines["account"].to_numpy(), pd.Categorical(lines["promotion"])
    prefix = distributor.slug[:2].upper()
    return [
        _pick([shape.text(number) for number in _numbers(lines, document, prefix)], document),
        _each(shape.whole, line_number),
        _pick([shape.invoice_day(date) for date in span], day),
        _pick(other_days, promised),
        _pick(other_days, shipped),
        _pick(_blocks(shape, accounts[_ACCOUNT]), owner),
        _pick(_blocks(shape, products()[["sku", "product_name"]]), lines["product"].to_numpy()),
        _each(shape.whole, lines["quantity"]),
        *(
            _each(shape.money, lines[column])
            for column in ("list_price", "discount_amount", "net_amount", "unit_cost", "freight")
        ),
        [shape.text(distributor.currency)] * len(lines),
        _pick(_blocks(shape, accounts[["salesperson"]]), owner),
        _pick([shape.text(name) for name in promotion.categories], promotion.codes),
        _pick(
            [shape.text(f"PO{prefix}{4_500_000 + number}") for number in range(document[-1] + 1)], document
        ),
    ]


def _documents(lines: pd.DataFrame) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return for each line its document and its number in it; a document's lines stand together."""
    order, credit = lines["order"].to_numpy(), lines["credit"].to_numpy()
    begins = np.ones(len(lines), dtype=bool)
    begins[1:] = (order[1:] != order[:-1]) | (credit[1:] != credit[:-1])
    document = np.cumsum(begins) - 1
    return document, np.arange(len(lines)) - np.flatnonzero(begins)[document] + 1


def _numbers(lines: pd.DataFrame, document: npt.NDArray[np.int64], prefix: str) -> Iterable[str]:
    credit = lines["credit"].groupby(document).first()
    return (f"{prefix}{'C' if back else 'F'}{100_001 + number}" for number, back in enumerate(credit))


def _blocks(shape: Shape, frame: pd.DataFrame) -> list[str]:
    return [shape.separator.join(map(shape.text, row)) for row in frame.itertuples(index=False, name=None)]


def _each(render: Callable[[int], str], values: Iterable[int]) -> list[str]:
    return [render(value) for value in np.asarray(values).tolist()]


def _pick(pieces: list[str], index: npt.NDArray[np.signedinteger]) -> list[str]:
    picked: list[str] = np.array(pieces, dtype=object)[index].tolist()
    return picked


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
