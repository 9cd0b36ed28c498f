"""What the accounts of one distributor buy and send back: from pace to order days, to lines, to money."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from integrations.simulator import catalogue
from integrations.simulator.course import NEVER, Decline, Period

PROJECTS = 2.0
PROJECT_TIMES = 9.0
PROJECT_DISCOUNT = 0.1
STOCK_UP_TIMES = 3.0
# Of those that could fall silent at the end, how many do: walkers far down the ladder, and steady accounts.
SILENT_WALKERS = 0.6
SILENT_STEADY = 0.12
SILENT_TIMES = 1.15
PRICE_RISE = 0.03
DISTRIBUTOR_COST = 0.63
# Why goods come back, and how many in a hundred returns are for it; who is discontent complains of the quality.
RETURN_REASONS = {
    "Ordered in error": 30,
    "Wrong item sent": 20,
    "Damaged in transit": 15,
    "Not needed": 20,
    "Worn too soon": 15,
}
LONGEST_PROMISE = 14
LATEST_DELIVERY = 2
COMPLAINT = "Worn too soon"
COMPLAINTS = 0.6

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Orders:
    """Order days, sorted by account and day: two arrays of one length."""

    account: Ints
    day: Ints


def draw_orders(rng: np.random.Generator, accounts: pd.DataFrame, pace: Floats, period: Period) -> Orders:
    """Let each account order with gamma gaps on a clock that runs at its pace; weekends wait for Monday."""
    count, days = pace.shape
    clock = np.cumsum(pace / accounts["gap"].to_numpy()[:, None], axis=1)
    longest = clock[:, -1].max()
    ticks_needed = int(longest + 8 * np.sqrt(longest) + 10)
    shape = accounts["regularity"].to_numpy()[:, None]
    ticks = rng.standard_gamma(shape, (count, ticks_needed)) / shape
    ticks[:, 0] *= rng.random(count)
    ticks = np.cumsum(ticks, axis=1)
    # One search for all accounts: each one's clock is lifted above the one before it.
    lift = np.arange(count)[:, None] * (longest + 1)
    place = np.searchsorted((clock + lift).ravel(), (ticks + lift)[ticks < clock[:, -1:]])
    account, day = np.divmod(place, days)
    day = to_working_day(day, period)
    account, day = np.divmod(np.unique((account * (days + 7) + day)[day < days]), days + 7)
    return Orders(account, day)


def to_working_day(day: Ints, period: Period) -> Ints:
    """Move Saturdays and Sundays to the Monday that follows."""
    weekday = (day + period.start.weekday()) % 7
    return np.asarray(day + np.where(weekday >= 5, 7 - weekday, 0))


def silence(
    rng: np.random.Generator, accounts: pd.DataFrame, decline: Decline, orders: Orders, period: Period
) -> tuple[Orders, Floats]:
    """Let some accounts stop ordering so long before the end that they are late by construction.

    Their silence is longer than any gap that they left in the last year. Returns the orders that remain, and
    for each account the first day without any (NEVER for most).
    """
    count = len(accounts)
    same = orders.account[1:] == orders.account[:-1]
    owner, ended, gap = orders.account[1:][same], orders.day[1:][same], np.diff(orders.day)[same]
    longest = np.zeros(count, dtype=np.int64)
    recent = ended > period.days - 365
    np.maximum.at(longest, owner[recent], gap[recent])
    stop = period.days - np.ceil(SILENT_TIMES * longest) - rng.integers(1, 6, count)
    chance = np.select(
        [decline.start + 4 * decline.spacing < stop, accounts["kind"] == "steady"],
        [SILENT_WALKERS, SILENT_STEADY],
        0.0,
    )
    silent_from = np.where(rng.random(count) < chance, stop, NEVER)
    stays = orders.day < silent_from[orders.account]
    return Orders(orders.account[stays], orders.day[stays]), silent_from


def draw_lines(
    rng: np.random.Generator,
    accounts: pd.DataFrame,
    assortments: Ints,
    decline: Decline,
    orders: Orders,
    period: Period,
) -> pd.DataFrame:
    """Fill the orders with lines.

    Returns account, day, order (index of the order), product (index into the catalogue), quantity, promotion.
    """
    breadth = decline.products(accounts["breadth"].to_numpy(), orders.account, orders.day)
    chance = accounts["line_chance"].to_numpy()[orders.account]
    lines = 1 + rng.binomial(breadth - 1, chance)
    order = np.repeat(np.arange(len(lines)), lines)
    position = np.arange(len(order)) - np.repeat(np.cumsum(lines) - lines, lines)
    # Favourites first: the square of a uniform draw leans towards the head of the assortment.
    first = (breadth * rng.random(len(lines)) ** 2).astype(np.int64)
    product = assortments[orders.account[order], (first[order] + position) % breadth[order]]
    times, promotion = _special_orders(rng, accounts, orders, period)
    usual = catalogue.pieces()[product] * accounts["size"].to_numpy()[orders.account[order]]
    usual = usual * (decline.quantity(orders.account, orders.day) * times)[order]
    return pd.DataFrame(
        {
            "account": orders.account[order],
            "day": orders.day[order],
            "order": order,
            "product": product,
            "quantity": 1 + rng.poisson(np.maximum(usual - 1, 0) * rng.gamma(8, 1 / 8, len(order))),
            "promotion": promotion[order],
        }
    )


def _special_orders(
    rng: np.random.Generator, accounts: pd.DataFrame, orders: Orders, period: Period
) -> tuple[Floats, npt.NDArray[np.str_]]:
    """Return for each order how many times the usual quantity it takes, and the promotion it is under."""
    kind = accounts["kind"].to_numpy()[orders.account]
    own_orders = np.bincount(orders.account, minlength=len(accounts))[orders.account]
    project = (kind == "project") & (rng.random(len(kind)) < PROJECTS / own_orders)
    december = period.dates().month.to_numpy()[orders.day] == 12
    stock_up = (kind == "stock_up") & december
    times = np.select([project, stock_up], [PROJECT_TIMES, STOCK_UP_TIMES], 1.0)
    return times, np.where(project, "Project price", "Standard")


def draw_returns(
    rng: np.random.Generator, lines: pd.DataFrame, decline: Decline, period: Period
) -> pd.DataFrame:
    """Send some lines back, in part or whole, one to four weeks later. Quantities are negative."""
    chance = decline.return_chance(lines["account"].to_numpy(), lines["day"].to_numpy())
    back = lines[rng.random(len(lines)) < chance].copy()
    back["quantity"] = -np.ceil(back["quantity"] * rng.uniform(0.2, 1.0, len(back))).astype(np.int64)
    # One credit note for all that comes back of an order.
    wait = 7 + back["order"].to_numpy() % 22
    back["day"] = to_working_day(back["day"].to_numpy() + wait, period)
    return back[back["day"] < period.days]


def draw_reasons(rng: np.random.Generator, lines: pd.DataFrame, decline: Decline) -> npt.NDArray[np.str_]:
    """Return for each line why it came back, blank for what was sold."""
    weights = np.array(list(RETURN_REASONS.values())) / sum(RETURN_REASONS.values())
    credit = lines["credit"].to_numpy()
    back = lines[credit]
    usual = rng.choice(list(RETURN_REASONS), len(back), p=weights)
    discontent = decline.discontent(back["account"].to_numpy(), back["day"].to_numpy())
    reasons = np.full(len(lines), "", dtype=object)
    reasons[credit] = np.where(rng.random(len(back)) < COMPLAINTS * discontent, COMPLAINT, usual)
    return reasons


def draw_deliveries(rng: np.random.Generator, lines: pd.DataFrame) -> pd.DataFrame:
    """Add the days on which each line was promised and shipped, those of one document alike."""
    document, day = lines["document"].to_numpy(), lines["day"].to_numpy()
    count = int(document[-1]) + 1
    promised = day + rng.integers(3, LONGEST_PROMISE, count)[document]
    shipped = np.maximum(promised + rng.integers(-2, LATEST_DELIVERY + 1, count)[document], day)
    return lines.assign(promised=promised, shipped=shipped)


def list_prices(product: Ints, day: Ints, period: Period, rate: float) -> Ints:
    """Return what one unit is listed at on a day, in cents. Prices rise on every first of January."""
    years = period.until.year - period.dates().year.to_numpy()[day]
    current = catalogue.products()["list_price"].to_numpy()[product]
    return _cents(100 * rate * current / (1 + PRICE_RISE) ** years)


def purchase_prices(list_price: Ints) -> Ints:
    """Return what a distributor pays the maker for what is listed at these cents."""
    return _cents(list_price * DISTRIBUTOR_COST)


def _cents(amount: npt.NDArray[np.floating]) -> Ints:
    return np.asarray(np.rint(amount).astype(np.int64))


def price_lines(
    lines: pd.DataFrame, accounts: pd.DataFrame, period: Period, rate: float, *, direct: bool
) -> pd.DataFrame:
    """Add the money, in cents of the distributor's currency, and put the lines in the order of the file.

    list_price and unit_cost are of one unit; discount_amount, net_amount and freight of the line. A
    distributor's cost is what it pays the maker; that of direct sales is the maker's own.
    """
    catalogue_frame = catalogue.products()
    list_price = list_prices(lines["product"].to_numpy(), lines["day"].to_numpy(), period, rate)
    own_cost = (catalogue_frame["unit_cost"] / catalogue_frame["list_price"]).to_numpy()[lines["product"]]
    discount = accounts["discount"].to_numpy()[lines["account"]]
    discount = np.round(discount + PROJECT_DISCOUNT * (lines["promotion"] == "Project price"), 2)
    value = list_price * lines["quantity"].to_numpy()
    discount_amount = _cents(value * discount)
    net = value - discount_amount
    priced = lines.assign(
        list_price=list_price,
        discount_amount=discount_amount,
        net_amount=net,
        unit_cost=_cents(list_price * own_cost) if direct else purchase_prices(list_price),
        # Carriage is charged on small lines only.
        freight=np.where((net > 0) & (net < 30_000 * rate), _cents(net * 0.015), 0),
        credit=lines["quantity"] < 0,
    )
    return priced.sort_values(["day", "order", "credit"], kind="stable").reset_index(drop=True)
