"""Ten accounts' places on the ladder, recomputed from the distributors' files in plain Python.

Read `ByHand` from top to bottom as the recipe: what is measured, what the season is, what is usual, what counts as
worse, since when. Nothing in it comes from the tool; its numbers must be the tool's. As of 31 May 2013.
"""

import csv
import math
import os
from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import wraps
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd
import pytest

from analytics.core.ladder import climb
from analytics.core.quarters import measure

pytestmark = pytest.mark.realdata
AS_OF = date(2013, 5, 31)
# Months are counted through: 2013 x 12 + 4 is May 2013.
MAY_2013 = 2013 * 12 + 4
STEPS = ("quantity_shrinks", "interval_lengthens", "breadth_narrows", "revenue_drops")
# How many spreads worse count, and the least spread, in units, days, families and currency.
THRESHOLD = {"quantity_shrinks": 1.25, "interval_lengthens": 2, "breadth_narrows": 1.5, "revenue_drops": 1.25}
LEAST = {"quantity_shrinks": 0.5, "interval_lengthens": 3, "breadth_narrows": 0.5, "revenue_drops": 1}
ACCOUNTS = {
    "southwest": [
        "Alpine Ski House",
        "Fitness Toy Store",
        "Futuristic Bikes",
        "Racing Toys",
        "Bike World",
        "Aerobic Exercise Company",
        "Weekend Bike Tours",
    ],
    "central": ["Good Bike Shop", "Catalog Store", "Discount Bicycle Specialists"],
}


def last_day(month: int) -> date:
    year, number = divmod(month, 12)
    return date(year, number + 1, monthrange(year, number + 1)[1])


@dataclass(frozen=True)
class Row:
    account: str
    invoice: str
    day: date
    family: str
    quantity: int
    net: float

    @property
    def month(self) -> int:
        return self.day.year * 12 + self.day.month - 1


def remembered(work: Callable[..., Any]) -> Callable[..., Any]:
    """Work a number out once; nothing but time depends on it."""

    @wraps(work)
    def look_up(book: "ByHand", *of: object) -> Any:
        key = (work.__name__, *of)
        if key not in book.memory:
            book.memory[key] = work(book, *of)
        return book.memory[key]

    return look_up


@dataclass(eq=False)
class ByHand:
    """One distributor's file. The files hold nothing but sales, so that every line is part of an order."""

    rows: list[Row]
    segment: dict[str, str]
    name: dict[str, str]
    of: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    memory: dict[tuple[object, ...], Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for row in self.rows:
            self.of[row.account].append(row)

    # 1. What is measured: a quarter is three months, and the first begins with the account's first order.

    @remembered
    def first_month(self, account: str) -> int:
        return min(row.month for row in self.of[account])

    @remembered
    def value(self, step: str, account: str, month: int) -> float | None:
        if month - self.first_month(account) < 2:
            return None
        quarter = [row for row in self.of[account] if month - 2 <= row.month <= month]
        if step == "quantity_shrinks":
            invoices = {row.invoice for row in quarter}
            return sum(row.quantity for row in quarter) / len(invoices) if invoices else None
        if step == "interval_lengthens":
            return self.interval(account, month)
        if step == "breadth_narrows":
            return len({row.family for row in quarter})
        return sum(row.net for row in quarter) / 3

    def interval(self, account: str, month: int) -> float | None:
        days = sorted({row.day for row in self.of[account] if row.month <= month})
        still_open = (last_day(month) - days[-1]).days
        begins = last_day(month - 3)
        gaps = [(later - earlier).days for earlier, later in pairwise(days) if later > begins]
        if still_open > 365:
            return None
        return max(median(gaps), still_open) if gaps else still_open

    # 2. The season, for a month under test: of the twelve quarters that end three months before it, oldest first.

    def baseline(self, step: str, account: str, month: int) -> list[float | None]:
        return [self.value(step, account, past) for past in range(month - 14, month - 2)]

    @remembered
    def season(self, step: str, segment: str, month: int) -> list[float]:
        """Each quarter over the account's mean of the twelve, averaged with twelve accounts that know no season."""
        tell = {}
        for account in self.of:
            twelve = self.baseline(step, account, month)
            if None not in twelve and sum(twelve) > 0:
                tell[account] = [value / (sum(twelve) / 12) for value in twelve]
        members = [ratios for account, ratios in tell.items() if self.segment[account] == segment]
        if len(members) < 5:
            members = list(tell.values())
        means = [(sum(of_month) + 12) / (len(members) + 12) for of_month in zip(*members, strict=True)]
        return [max(mean, 0.25) for mean in means]

    # 3. What is usual: the median without the season, and how far from it quarters usually lie.

    @remembered
    def adjusted(self, step: str, account: str, month: int) -> list[float] | None:
        """The baseline without its season: own only after 12 months before it, with half of its quarters."""
        if month - self.first_month(account) < 14:
            return None
        season = self.season(step, self.segment[account], month)
        quarters = zip(self.baseline(step, account, month), season, strict=True)
        known = [compared(step, value / factor) for value, factor in quarters if value is not None]
        return known if len(known) >= 6 else None

    @remembered
    def in_common(self, step: str, segment: str, month: int) -> tuple[float, float, float] | None:
        """Centre and spread of all quarters of the segment's accounts, and the middle one of their own spreads."""
        own = {account: self.adjusted(step, account, month) for account in self.of}
        told = {account: quarters for account, quarters in own.items() if quarters}
        members = [quarters for account, quarters in told.items() if self.segment[account] == segment]
        if len(members) < 5:
            members = list(told.values())
        if len(members) < 5:
            return None
        spreads = []
        for quarters in members:
            centre, spread = middle(quarters)
            if step == "interval_lengthens":
                spreads.append(spread)
            elif centre > 0:
                spreads.append(spread / centre)
        return *middle([value for quarters in members for value in quarters]), median(spreads)

    @remembered
    def usual(self, step: str, account: str, month: int) -> tuple[str, float, float] | None:
        """Whose baseline, its centre and its scale."""
        common = self.in_common(step, self.segment[account], month)
        own = self.adjusted(step, account, month)
        traded = month - self.first_month(account) + 1
        if own:
            basis, (centre, spread) = "own", middle(own)
        elif 3 <= traded <= 14 and common:
            basis, centre, spread = "segment", common[0], common[1]
        else:
            return None
        share = max(0.1, common[2]) if common else 0.1
        if step == "interval_lengthens":
            return basis, centre, max(spread, share, LEAST[step] / math.exp(centre))
        return basis, centre, max(spread, share * abs(centre), LEAST[step])

    # 4. What counts as worse.

    def factor(self, step: str, account: str, month: int) -> float:
        """The month under test has the calendar month of the baseline's third."""
        return self.season(step, self.segment[account], month)[2]

    @remembered
    def deviation(self, step: str, account: str, month: int) -> float | None:
        value, usual = self.value(step, account, month), self.usual(step, account, month)
        if value is None or usual is None:
            return None
        _, centre, scale = usual
        now = compared(step, value / self.factor(step, account, month))
        return (now - centre if step == "interval_lengthens" else centre - now) / scale

    def stands(self, step: str, account: str, month: int) -> bool:
        """Two of three months past the threshold, or the CUSUM past twice of it, and worse than usual now."""
        three = [self.deviation(step, account, past) or 0.0 for past in range(month - 2, month + 1)]
        total = 0.0
        for deviation in three:
            total = max(0.0, total + min(deviation, 2 * THRESHOLD[step]) - 0.5)
        passed = sum(deviation >= THRESHOLD[step] for deviation in three)
        return (passed >= 2 or total >= 2 * THRESHOLD[step]) and three[-1] > 0

    # 5. Since when: back through the months in which the same rule held, each with the baseline of its time.

    def answer(self, step: str, account: str) -> dict[str, Any]:
        value, known = self.value(step, account, MAY_2013), self.usual(step, account, MAY_2013)
        usual = None
        if known:
            centre = math.exp(known[1]) if step == "interval_lengthens" else known[1]
            usual = centre * self.factor(step, account, MAY_2013)
        first_seen = None
        month = MAY_2013
        while self.stands(step, account, month):
            first_seen = last_day(month)
            month -= 1
        return {
            "value": value,
            "usual": usual,
            "deviation": self.deviation(step, account, MAY_2013),
            "basis": known[0] if known else "none",
            "state": "raised" if first_seen else self.calm(step, account, value, usual),
            "first_seen_on": first_seen,
        }

    def calm(self, step: str, account: str, value: float | None, usual: float | None) -> str:
        """Say how an account stands that raises nothing. All lines have a price: revenue is always known."""
        if MAY_2013 - self.first_month(account) >= 2 and (value is None or value == usual == 0):
            return "no order"
        return "normal" if self.deviation(step, account, MAY_2013) is not None else "no baseline"


def compared(step: str, value: float) -> float:
    """Intervals are compared by their ratio, that is by their logarithms."""
    return math.log(max(value, 1)) if step == "interval_lengthens" else value


def middle(values: list[float]) -> tuple[float, float]:
    """Median, and median distance from it as a standard deviation: 1.4826 as of a normal, 1.22 for the overlap."""
    centre = median(values)
    return centre, 1.22 * 1.4826 * median(abs(value - centre) for value in values)


# The two ways of reading a file: into plain rows, and into the frame that the tool takes.


@pytest.fixture
def channel() -> Path:
    folder = os.environ.get("THROUGHLINE_REALDATA")
    if not folder:
        pytest.skip("THROUGHLINE_REALDATA names no folder")
    return Path(folder) / "adventureworks_channel"


def read(channel: Path, distributor: str) -> ByHand:
    with (channel / "products.csv").open(encoding="utf-8", newline="") as file:
        family = {product["sku"]: product["family"] for product in csv.DictReader(file)}
    with (channel / "sell_through" / f"{distributor}.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    rows = [
        Row(
            account=line["account_id"],
            invoice=line["invoice_number"],
            day=date.fromisoformat(line["invoice_date"]),
            family=family[line["sku"]],
            quantity=int(line["quantity"]),
            net=float(line["net_amount"]),
        )
        for line in lines
        if line["invoice_date"] <= AS_OF.isoformat()
    ]
    assert all(row.quantity > 0 for row in rows)
    assert {line["currency"] for line in lines} == {"USD"}
    segment = {line["account_id"]: f"{line['account_type']} {line['account_country']}" for line in lines}
    return ByHand(rows, segment, {line["account_id"]: line["account_name"] for line in lines})


def ask_the_tool(book: ByHand) -> dict[tuple[str, str], dict[str, Any]]:
    codes, names = pd.factorize(pd.Series([row.account for row in book.rows]))
    lines = pd.DataFrame(
        {
            "account": codes,
            "document": pd.factorize(pd.Series([row.invoice for row in book.rows]))[0],
            "business_date": pd.to_datetime([row.day for row in book.rows]),
            "month": pd.to_datetime([row.day.replace(day=1) for row in book.rows]),
            "product": 1,
            "family": pd.factorize(pd.Series([row.family for row in book.rows]))[0],
            "kind": "sale",
            "quantity": [row.quantity * 10_000 for row in book.rows],
            "net_amount": pd.array([round(row.net * 10_000) for row in book.rows], dtype="Int64"),
            "currency": "USD",
        }
    )
    segments = {code: book.segment[name] for code, name in enumerate(names)}
    rows = climb(measure(lines, AS_OF), segments, AS_OF).to_dict("records")
    return {(row["measure"], names[row["account"]]): row for row in rows}


@pytest.mark.parametrize("distributor", ACCOUNTS)
def test_the_ladder_by_hand_is_the_tool_s(channel: Path, distributor: str) -> None:
    book = read(channel, distributor)
    tool = ask_the_tool(book)
    number = {name: account for account, name in book.name.items()}
    for name in ACCOUNTS[distributor]:
        for step in STEPS:
            mine, theirs = book.answer(step, number[name]), tool[step, number[name]]
            for column in ("value", "usual", "deviation"):
                expected = math.nan if mine[column] is None else mine[column]
                found = theirs[column]
                assert found == pytest.approx(expected, rel=1e-9, nan_ok=True), (name, step, column)
            assert (theirs["state"], theirs["basis"]) == (mine["state"], mine["basis"]), (name, step)
            seen = None if pd.isna(theirs["first_seen_on"]) else theirs["first_seen_on"].date()
            assert seen == mine["first_seen_on"], (name, step)


def test_the_ten_are_of_every_kind(channel: Path) -> None:
    kinds = set()
    for distributor, names in ACCOUNTS.items():
        book = read(channel, distributor)
        tool = ask_the_tool(book)
        number = {name: account for account, name in book.name.items()}
        kinds |= {(step, tool[step, number[name]]["state"]) for name in names for step in STEPS}
        kinds |= {tool[step, number[name]]["basis"] for name in names for step in STEPS}
    assert {(step, state) for step in STEPS for state in ("raised", "normal", "no order")} <= kinds
    assert {"own", "segment", "none"} <= kinds
