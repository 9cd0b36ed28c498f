"""Write the files that an invented maker's distributors would send, and the truth behind them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd

from integrations.simulator.accounts import draw_accounts, draw_assortments
from integrations.simulator.catalogue import products
from integrations.simulator.channel import DIRECT, ROSTER, Distributor
from integrations.simulator.course import Period, draw_decline, own_pace, truth
from integrations.simulator.files import write_sell_through
from integrations.simulator.trade import draw_lines, draw_orders, draw_returns, price_lines, silence

LINES_PER_ACCOUNT = 57
FEWEST_LINES_PER_DISTRIBUTOR = 200
# A channel of this size has enough distributors for benchmarks; a smaller one is the demo.
LARGE = 50_000
DEMO_DISTRIBUTORS = 6
LARGE_DISTRIBUTORS = 12
# What weekends that merge two orders, declines and silence take away, and returns give back.
YIELD = 0.98


@dataclass(frozen=True)
class Sent:
    """What one file holds: to be compared with what was read from it."""

    distributor: str
    path: Path
    lines: int
    accounts: int
    currency: str
    net_amount: Decimal


@dataclass(frozen=True)
class Summary:
    """What was simulated."""

    start: date
    until: date
    sent: tuple[Sent, ...]

    @property
    def lines(self) -> int:
        return sum(sent.lines for sent in self.sent)

    @property
    def accounts(self) -> int:
        return sum(sent.accounts for sent in self.sent)


def simulate(
    out: Path,
    *,
    lines: int,
    seed: int,
    until: date,
    random: bool = False,
    distributors: int | None = None,
) -> Summary:
    """Write two years of a channel to `out`: the same arguments give the same bytes.

    Parameters
    ----------
    out : Path
        A folder, made where it is missing. Receives products.csv (the maker's price list), distributors.csv,
        one file a distributor in sell_through/, and truth.csv (see `course.truth`), in place of older ones.
    lines : int
        How many sell-through lines there should be, about: chance decides to within a few per cent.
    seed : int
        What the chance starts from, 0 or more.
    until : date
        The last day of trade.
    random : bool
        A null world: every account orders by chance alone, and there is nothing to find.
    distributors : int, optional
        How many, the maker's direct sales among them; by default 6, from 50,000 lines 12.

    Raises
    ------
    ValueError
        If there are not so many distributors, too few lines for them, or more than a spreadsheet holds.
    """
    senders = _senders(lines, distributors)
    period = Period(until)
    folder = out / "sell_through"
    folder.mkdir(parents=True, exist_ok=True)
    products().to_csv(out / "products.csv", index=False)
    _write_distributors(out / "distributors.csv", senders)
    total_share = sum(sender.share for sender in senders)
    sent, truths = [], []
    for sender in senders:
        # A stream of its own: what one distributor draws does not shift the chances of the next.
        rng = np.random.default_rng([seed, ROSTER.index(sender)])
        share = lines * sender.share / total_share
        file, told = _simulate_one(folder, sender, share, rng, period, random=random)
        sent.append(file)
        truths.append(told)
    pd.concat(truths).to_csv(out / "truth.csv", index=False)
    return Summary(period.start, period.until, tuple(sent))


def _senders(lines: int, distributors: int | None) -> tuple[Distributor, ...]:
    count = distributors or (LARGE_DISTRIBUTORS if lines >= LARGE else DEMO_DISTRIBUTORS)
    if not 1 <= count <= len(ROSTER):
        raise ValueError(f"{count} distributors asked for; there are 1 to {len(ROSTER)}")
    if lines < FEWEST_LINES_PER_DISTRIBUTOR * count:
        raise ValueError(
            f"{lines} lines are too few for {count} distributors: "
            f"ask for {FEWEST_LINES_PER_DISTRIBUTOR * count} or more, or for fewer distributors"
        )
    return ROSTER[:count]


def _simulate_one(
    folder: Path, sender: Distributor, lines: float, rng: np.random.Generator, period: Period, *, random: bool
) -> tuple[Sent, pd.DataFrame]:
    count = max(1, round(lines / LINES_PER_ACCOUNT))
    accounts = draw_accounts(rng, count, sender.country, sender.slug[:2].upper(), random=random)
    pace = own_pace(accounts, period)
    accounts["gap"] *= _expected_lines(accounts, pace) / (lines / YIELD)
    decline = draw_decline(rng, accounts, period)
    declining = decline.pace(np.arange(count)[:, None], np.arange(period.days)[None, :])
    orders = draw_orders(rng, accounts, pace * declining, period)
    orders, silent_from = silence(rng, accounts, decline, orders, period)
    assortments = draw_assortments(rng, accounts["industry"])
    sold = draw_lines(rng, accounts, assortments, decline, orders, period)
    trade = pd.concat([sold, draw_returns(rng, sold, decline, period)])
    priced = price_lines(trade, accounts, period, sender.rate, direct=sender.slug == DIRECT)
    path = folder / f"{sender.slug}{sender.shape.suffix}"
    write_sell_through(path, sender, priced, accounts, period, rng)
    net = Decimal(int(priced["net_amount"].sum())) / 100
    told = truth(accounts, decline, pace, silent_from, period)
    told.insert(0, "distributor", sender.slug)
    return Sent(sender.slug, path, len(priced), priced["account"].nunique(), sender.currency, net), told


def _expected_lines(accounts: pd.DataFrame, pace: np.ndarray) -> float:
    orders = pace.sum(axis=1) / accounts["gap"].to_numpy()
    lines = 1 + (accounts["breadth"] - 1) * accounts["line_chance"]
    return float((orders * lines.to_numpy()).sum())


def _write_distributors(path: Path, senders: tuple[Distributor, ...]) -> None:
    columns = ["slug", "name", "country", "currency", "time_zone"]
    rows = [[getattr(sender, column) for column in columns] for sender in senders]
    pd.DataFrame(rows, columns=columns).to_csv(path, index=False)
