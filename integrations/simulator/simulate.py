"""Write the files that an invented maker's distributors would send, and the truth behind them."""

from dataclasses import astuple, dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd

from integrations.simulator.business import Business, draw_business
from integrations.simulator.catalogue import products
from integrations.simulator.channel import ROSTER, Distributor
from integrations.simulator.course import Period
from integrations.simulator.feeds import write_feeds
from integrations.simulator.files import write_sell_through
from integrations.simulator.mess import Slip, as_taken

FEWEST_LINES_PER_DISTRIBUTOR = 200
# A channel of this size has enough distributors for benchmarks (direct sales are nobody's peer); a smaller one is
# the demo.
LARGE = 50_000
DEMO_DISTRIBUTORS = 6
LARGE_DISTRIBUTORS = len(ROSTER)
# Between them lie all days that a reader takes for dates.
EARLIEST_YEAR, LATEST_YEAR = 1992, 2099


@dataclass(frozen=True)
class Sent:
    """What one file of sell-through holds that can be taken: to be compared with what was read from it.

    `slips`: how many rows are wrong in some way, taken or not (see `mess`).
    """

    distributor: str
    path: Path
    lines: int
    accounts: int
    currency: str
    net_amount: Decimal
    slips: int


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
        A folder, made where it is missing. Receives, in place of older ones, products.csv (the maker's price
        list), distributors.csv; one file a distributor in sell_through/, payments/, stock/ and orders/ (see
        `feeds`); truth.csv, what is so of every account (see `course.truth` and `payments.truth_of_habits`);
        and mess.csv, the rows of sell_through/ that are wrong (see `mess.Slip`).
    lines : int
        How many sell-through lines there should be, about: chance decides to within a few per cent.
    seed : int
        What the chance starts from, 0 or more.
    until : date
        The last day of trade.
    random : bool
        A null world: every account orders by chance alone, and there is nothing to find.
    distributors : int, optional
        How many, the maker's direct sales among them; by default 6, from 50,000 lines all 14.

    Raises
    ------
    ValueError
        If there are not so many distributors, too few lines for them, or more than a spreadsheet holds; if the
        seed is negative, or the last day out of range.
    """
    senders = _senders(lines, distributors)
    period = _period(until)
    if seed < 0:
        raise ValueError(f"The seed is {seed}: give a whole number from 0 on")
    (out / "sell_through").mkdir(parents=True, exist_ok=True)
    products().to_csv(out / "products.csv", index=False)
    _write_distributors(out / "distributors.csv", senders)
    total_share = sum(sender.share for sender in senders)
    sent, truths, slips = [], [], {}
    for sender in senders:
        share = lines * sender.share / total_share
        business = draw_business(sender, share, seed, period, random=random)
        file, slips[sender.slug] = _write_one(out, business, period)
        sent.append(file)
        truths.append(business.truth)
    pd.concat(truths).to_csv(out / "truth.csv", index=False)
    _write_mess(out / "mess.csv", slips)
    return Summary(period.start, period.until, tuple(sent))


def _period(until: date) -> Period:
    if not EARLIEST_YEAR <= until.year <= LATEST_YEAR:
        raise ValueError(f"The last day is {until}: give one of the years {EARLIEST_YEAR} to {LATEST_YEAR}")
    return Period(until)


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


def _write_one(out: Path, business: Business, period: Period) -> tuple[Sent, list[Slip]]:
    sender = business.sender
    path = out / "sell_through" / f"{sender.slug}{sender.shape.suffix}"
    slips = write_sell_through(path, business, period)
    write_feeds(out, business, period)
    taken = as_taken(business.lines, business.slips)
    net = Decimal(int(taken["net_amount"].sum())) / 100
    sent = Sent(sender.slug, path, len(taken), taken["account"].nunique(), sender.currency, net, len(slips))
    return sent, slips


def _write_distributors(path: Path, senders: tuple[Distributor, ...]) -> None:
    columns = ["slug", "name", "country", "currency", "time_zone"]
    rows = [[getattr(sender, column) for column in columns] for sender in senders]
    pd.DataFrame(rows, columns=columns).to_csv(path, index=False)


def _write_mess(path: Path, made: dict[str, list[Slip]]) -> None:
    """Write which rows of which distributor's file are wrong, and how to put them right."""
    columns = ["distributor", "source_row", "defect", "column", "right"]
    rows = [(slug, *astuple(slip)) for slug, slips in made.items() for slip in slips]
    pd.DataFrame(rows, columns=columns).to_csv(path, index=False)
