"""How one distributor keeps its shelves filled: what it orders from the maker, and what it then has in stock.

Its stock follows from its trade: goods are counted as its own from the day on which the maker ships them, and leave
with the invoice (a credit note brings them back). So for every product and warehouse what is on hand on a day is
what was on hand before, plus what the maker shipped, less what was sold net of returns.

Days are numbered from 0, the first day of the simulated period.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

from integrations.simulator.catalogue import lead_days, packs
from integrations.simulator.course import Period
from integrations.simulator.trade import to_working_day

WEEK = 7
# Each week a distributor looks through its shelves. What would not last for the lead time and some weeks of safety
# is ordered up to that and some weeks more, by the boxful.
SAFETY_WEEKS = 2.5
CYCLE_WEEKS = 3
SMOOTHING = 0.06  # weight of the last week in the expected demand
OPENING_WEEKS = 5
OPENING_DAYS = (
    28  # whose sales are on the shelf before the first day, for no order of the period could bring them
)
# Before the new price list of January it buys so much in advance.
ADVANCE_WEEKS = 4
# What the shelf cannot serve whole is ordered in for the customer, so many days before.
ORDERED_IN = (6, 15)
# How the maker delivers its stock orders: some late, some short; what is missing is cancelled.
LATE = 0.08
LATEST = 15
SHORT = 0.05

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Supply:
    """`orders`: one row an order line: ordered, warehouse, product, quantity, promised, shipped, quantity_shipped.

    `stock`: one row a product, warehouse and day: product, warehouse, day, on_hand, on_order. What is shipped on a
    day after the last one is not shipped yet.
    """

    orders: pd.DataFrame
    stock: pd.DataFrame


def demand_by_day(lines: pd.DataFrame, warehouse: Ints, warehouses: int, period: Period) -> Ints:
    """Return units sold net of returns, shape (days, warehouses, products); `warehouse` is that of each account."""
    shape = (period.days, warehouses, len(packs()))
    place = np.ravel_multi_index(
        (lines["day"].to_numpy(), warehouse[lines["account"].to_numpy()], lines["product"].to_numpy()), shape
    )
    units = np.bincount(place, weights=lines["quantity"].to_numpy(), minlength=int(np.prod(shape)))
    return np.rint(units).astype(np.int64).reshape(shape)


def replenish(rng: np.random.Generator, demand: Ints, period: Period, *, advance: bool) -> Supply:
    """Let a distributor with this demand order from the maker; `advance`: it buys before prices rise.

    Stock is counted on the last day of each month and of the period, for what a warehouse sells at all.
    """
    shelves = _Shelves(rng, demand, period)
    for day in range(period.days):
        shelves.receive(day)
        shelves.sell(day)
        if (day + period.start.weekday()) % WEEK == shelves.order_weekday:
            shelves.review(day, in_advance=advance and _is_last_chance(day, period))
    orders = shelves.list_orders()
    return Supply(orders, _count_stock(shelves.history, orders, demand, period))


def _is_last_chance(day: int, period: Period) -> bool:
    """Whether this week's order is the one that should still come before the new price list."""
    date = period.start + timedelta(days=day)
    return date.month == 12 and 8 <= date.day < 8 + WEEK


class _Shelves:
    """All warehouses of a distributor, day after day. Arrays of shape (warehouses, products).

    `expected` is demand a week; `arriving` and `settled` are what comes of the orders and what was asked for in
    them, by the day on which the maker ships.
    """

    def __init__(self, rng: np.random.Generator, demand: Ints, period: Period) -> None:
        self.rng, self.demand, self.period = rng, demand, period
        self.expected = np.maximum(demand.sum(axis=0) * WEEK / len(demand), 0.0)
        opening = np.maximum(self.expected * OPENING_WEEKS, demand[:OPENING_DAYS].clip(0).sum(axis=0))
        self.on_hand = _boxes(opening, packs())
        self.on_order = np.zeros_like(self.on_hand)
        self.arriving, self.settled, self.history = (np.zeros_like(demand) for _ in range(3))
        self.order_weekday = int(rng.integers(0, 5))
        self.ordered: list[pd.DataFrame] = []

    def receive(self, day: int) -> None:
        """Take in what the maker ships today."""
        self.on_hand = self.on_hand + self.arriving[day]
        self.on_order = self.on_order - self.settled[day]

    def sell(self, day: int) -> None:
        """Serve the day's demand; what the shelf cannot serve whole was ordered in and comes today."""
        sold = self.demand[day]
        short = (sold > 0) & (sold > self.on_hand)
        if short.any():
            self._order_in(day, short)
        self.on_hand = self.on_hand - sold
        self.history[day] = self.on_hand

    def review(self, day: int, *, in_advance: bool) -> None:
        """Order what will not last."""
        last_week = self.demand[max(day - WEEK + 1, 0) : day + 1].sum(axis=0)
        self.expected = np.maximum(self.expected + SMOOTHING * (last_week - self.expected), 0.0)
        least = self.expected * (lead_days() / WEEK + SAFETY_WEEKS)
        most = least + self.expected * (CYCLE_WEEKS + ADVANCE_WEEKS * in_advance)
        position = self.on_hand + self.on_order
        wanted = (position < most) if in_advance else (position < least)
        quantity = np.where(wanted, _boxes(most - position, packs()), 0)
        if quantity.any():
            self._order(day, quantity)

    def _order(self, day: int, quantity: Ints) -> None:
        """Send the stock order of a week. The maker promises, and keeps it more or less."""
        warehouse, product = np.nonzero(quantity)
        count = len(product)
        promised = to_working_day(day + lead_days()[product], self.period)
        delay = np.where(
            self.rng.random(count) < LATE,
            self.rng.integers(1, LATEST, count),
            self.rng.integers(-2, 1, count),
        )
        shipped = to_working_day(promised + delay, self.period)
        asked = quantity[warehouse, product]
        part = np.where(self.rng.random(count) < SHORT, self.rng.uniform(0.3, 0.9, count), 1.0)
        pack = packs()[product]
        given = np.maximum(np.floor(asked * part / pack).astype(np.int64), 1) * pack
        soon = shipped < self.period.days
        where = (shipped[soon], warehouse[soon], product[soon])
        np.add.at(self.arriving, where, given[soon])
        np.add.at(self.settled, where, asked[soon])
        self.on_order = self.on_order + quantity
        self._note(np.full(count, day), warehouse, product, asked, promised, shipped, given)

    def _order_in(self, day: int, short: Bools) -> None:
        """Have today's sales brought by an order of some days ago, whole and on the day."""
        warehouse, product = np.nonzero(short)
        quantity = _boxes(self.demand[day], packs())[short]
        before = day - self.rng.integers(*ORDERED_IN, len(product))
        today = np.full(len(product), day)
        self.on_hand[short] += quantity
        self._note(to_working_day(before, self.period), warehouse, product, quantity, today, today, quantity)

    def _note(self, *columns: Ints) -> None:
        names = ("ordered", "warehouse", "product", "quantity", "promised", "shipped", "quantity_shipped")
        self.ordered.append(pd.DataFrame(dict(zip(names, columns, strict=True))))

    def list_orders(self) -> pd.DataFrame:
        """Return the order lines, those of one day and warehouse together; what is not shipped yet has shipped 0."""
        orders = pd.concat(self.ordered).sort_values(
            ["ordered", "warehouse", "product", "shipped"], kind="stable", ignore_index=True
        )
        return orders.assign(
            quantity_shipped=orders["quantity_shipped"].where(orders["shipped"] < self.period.days, 0)
        )


def _boxes(units: Floats | Ints, pack: Ints) -> Ints:
    """Round up to whole boxes."""
    return np.ceil(units / pack).astype(np.int64) * pack


def _count_stock(history: Ints, orders: pd.DataFrame, demand: Ints, period: Period) -> pd.DataFrame:
    on_order = np.zeros((period.days + 1, *demand.shape[1:]), dtype=np.int64)
    place = orders["warehouse"].to_numpy(), orders["product"].to_numpy()
    quantity = orders["quantity"].to_numpy()
    np.add.at(on_order, (orders["ordered"].to_numpy(), *place), quantity)
    np.add.at(on_order, (np.minimum(orders["shipped"].to_numpy(), period.days), *place), -quantity)
    on_order = np.cumsum(on_order, axis=0)
    counted = np.flatnonzero(period.dates().is_month_end | (np.arange(period.days) == period.days - 1))
    warehouse, product = np.nonzero((demand != 0).any(axis=0))
    day = np.repeat(counted, len(product))
    warehouse, product = np.tile(warehouse, len(counted)), np.tile(product, len(counted))
    return pd.DataFrame(
        {
            "product": product,
            "warehouse": warehouse,
            "day": day,
            "on_hand": history[day, warehouse, product],
            "on_order": on_order[day, warehouse, product],
        }
    )
