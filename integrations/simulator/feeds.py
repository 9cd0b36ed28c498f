"""Write the files beside the sell-through: payments, stock, and orders to the maker, under plain headings."""

from datetime import timedelta
from pathlib import Path

import numpy as np

from integrations.simulator.business import Business
from integrations.simulator.catalogue import products
from integrations.simulator.course import Period
from integrations.simulator.pieces import each, pick
from integrations.simulator.places import COUNTRIES
from integrations.simulator.shapes import CsvShape
from integrations.simulator.supply import Supply
from integrations.simulator.trade import list_prices, purchase_prices

AHEAD = 100  # days after the last one on which something may be due
PAYMENTS = CsvShape(
    ("account_id", "invoice_number", "invoice_date", "due_date", "paid_date", "amount", "currency")
)
STOCK = CsvShape(("sku", "location", "as_of", "on_hand", "on_order"))
ORDERS = CsvShape(
    (
        "po_number",
        "line_number",
        "sku",
        "ordered_on",
        "quantity",
        "promised_date",
        "ship_date",
        "quantity_shipped",
        "unit_price",
    )
)
SKUS = tuple(products()["sku"])


def write_feeds(out: Path, business: Business, period: Period) -> None:
    """Write the distributor's file to each of payments/, stock/ and orders/ of `out`, as far as it has one."""
    _write(out / "payments", PAYMENTS, business, _payments(business, period))
    if business.supply is not None:
        _write(out / "stock", STOCK, business, _stock(business, business.supply, period))
        _write(out / "orders", ORDERS, business, _orders(business, business.supply, period))


def _write(folder: Path, shape: CsvShape, business: Business, columns: list[list[str]]) -> None:
    folder.mkdir(exist_ok=True)
    rows = list(map(shape.separator.join, zip(*columns, strict=True)))
    shape.write(folder / f"{business.sender.slug}.csv", rows)


def _payments(business: Business, period: Period) -> list[list[str]]:
    """One row for every document of the sell-through; what is open has no paid_date."""
    paid, days = business.payments, _days(period)
    return [
        pick(business.accounts["account_id"].tolist(), paid["account"].to_numpy()),
        paid["number"].tolist(),
        pick(days, paid["day"].to_numpy()),
        pick(days, paid["due"].to_numpy()),
        pick([*days[: period.days], ""], paid["paid"].to_numpy()),
        each(PAYMENTS.money, paid["amount"]),
        [business.sender.currency] * len(paid),
    ]


def _stock(business: Business, supply: Supply, period: Period) -> list[list[str]]:
    """One row for every product and warehouse on each day of counting."""
    stock = supply.stock
    towns = [town.name for town in COUNTRIES[business.sender.country].towns]
    return [
        pick(SKUS, stock["product"].to_numpy()),
        pick(towns, stock["warehouse"].to_numpy()),
        pick(_days(period), stock["day"].to_numpy()),
        each(STOCK.whole, stock["on_hand"]),
        each(STOCK.whole, stock["on_order"]),
    ]


def _orders(business: Business, supply: Supply, period: Period) -> list[list[str]]:
    """One row for every line ordered; what is not shipped yet has no ship_date. A warehouse orders for itself."""
    orders, days = supply.orders, _days(period)
    order = orders.groupby(["ordered", "warehouse"], sort=True)
    listed = list_prices(
        orders["product"].to_numpy(), orders["ordered"].to_numpy(), period, business.sender.rate
    )
    shipped = np.minimum(orders["shipped"].to_numpy(), period.days)
    return [
        [f"{business.sender.prefix}P{700_001 + number}" for number in order.ngroup().tolist()],
        each(ORDERS.whole, order.cumcount() + 1),
        pick(SKUS, orders["product"].to_numpy()),
        pick(days, orders["ordered"].to_numpy()),
        each(ORDERS.whole, orders["quantity"]),
        pick(days, orders["promised"].to_numpy()),
        pick([*days[: period.days], ""], shipped),
        each(ORDERS.whole, orders["quantity_shipped"]),
        each(ORDERS.money, purchase_prices(listed)),
    ]


def _days(period: Period) -> list[str]:
    """Every day that a file can name, the due dates after the last day included."""
    return [(period.start + timedelta(days=day)).isoformat() for day in range(period.days + AHEAD)]
