"""From rows to what a picture needs: whole numbers in a box of 1000 by 100, which no locale can change."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from analytics.core.quarters import last_whole_month
from analytics.runs.models import Standing
from analytics.runs.pictures import AccountPicture
from analytics.runs.reading import Money
from analytics.runs.selectors import AccountRow, PartnershipSummary
from partners.ledger.selectors import Order

WIDTH, HEIGHT = 1000, 100
YEAR = 12
STRIP_DAYS = 365
STRIP_MARGIN = 7  # days before the first mark
_STANDINGS = ("on time", "late", "lapsed")


@dataclass(frozen=True)
class Year:
    """Twelve whole months: the sum, the change on the twelve before where all are known, a line of points."""

    total: Decimal
    change: float | None
    line: str


@dataclass(frozen=True)
class Part:
    """A piece of a stacked bar, in thousandths."""

    name: str
    count: int
    start: int
    width: int


@dataclass(frozen=True)
class Strip:
    """The order days of an account on one line, up to the day of the data; positions in thousandths."""

    start: date
    end: date
    days: list[tuple[int, date]]
    expected: int | None
    late_from: int | None

    @property
    def late_width(self) -> int:
        """From the expected day to the day of the data."""
        return WIDTH - (self.late_from or 0)


def whole_months(as_of: date, count: int) -> list[date]:
    """The first days of the last `count` months that are over, oldest first; the one that the ladder counts last."""
    last = last_whole_month(as_of)
    return [_month(last.year * YEAR + last.month - 1 - back) for back in range(count - 1, -1, -1)]


def year_of(values: Mapping[date, Decimal], as_of: date) -> Year | None:
    """The last twelve whole months before `as_of`; None where nothing is known of them."""
    months = whole_months(as_of, 2 * YEAR)
    if not any(month in values for month in months[YEAR:]):
        return None
    filled = [values.get(month, Decimal(0)) for month in months]
    total, previous = sum(filled[YEAR:], Decimal(0)), sum(filled[:YEAR], Decimal(0))
    is_known = min(values) <= months[0] and previous > 0
    return Year(total, float(total / previous - 1) if is_known else None, line(filled[YEAR:]))


def units_of_year(picture: AccountPicture) -> Year | None:
    """What an account bought in the last twelve whole months."""
    if picture.run is None:
        return None
    return year_of({month.month: month.units for month in picture.months}, picture.run.as_of)


def net_of_year(picture: AccountPicture) -> Money | None:
    """The same in money, where it is in sight."""
    if picture.run is None or picture.currency is None:
        return None
    net = {month.month: month.net for month in picture.months if month.net is not None}
    year = year_of(net, picture.run.as_of)
    return Money(year.total, picture.currency) if year else None


def sum_months(summaries: Iterable[PartnershipSummary], column: str) -> dict[date, Decimal]:
    """A column of `Month` over several partnerships; months of which it is unknown are left out."""
    sums: dict[date, Decimal] = {}
    for summary in summaries:
        for month in summary.months:
            value = getattr(month, column)
            if value is not None:
                sums[month.month] = sums.get(month.month, Decimal(0)) + value
    return sums


def line(values: Sequence[Decimal]) -> str:
    """The points of a polyline between the least value and the greatest: a shape without a scale."""
    top, foot = max(values), min(values)
    span, step = top - foot or 1, WIDTH / max(len(values) - 1, 1)
    heights = [round(HEIGHT - HEIGHT * (value - foot) / span) for value in values]
    return " ".join(f"{round(place * step)},{height}" for place, height in enumerate(heights))


def stack(rows: Iterable[AccountRow]) -> list[Part]:
    """How accounts stand by their rhythm, as parts of one bar."""
    counts = Counter(row.judgement if row.judgement in _STANDINGS else "unjudged" for row in rows)
    total, before, parts = sum(counts.values()), 0, []
    for name in (*_STANDINGS, "unjudged"):
        if count := counts[name]:
            start, end = round(WIDTH * before / total), round(WIDTH * (before + count) / total)
            parts.append(Part(name.replace(" ", "-"), count, start, end - start))
            before += count
    return parts


def strip(orders: Sequence[Order], standing: Standing | None, as_of: date) -> Strip | None:
    """The order days of the last year, the day of the next order as expected, and where lateness begins."""
    first = as_of - timedelta(days=STRIP_DAYS)
    days = sorted({order.business_date for order in orders if first <= order.business_date <= as_of})
    if not days or standing is None:
        return None
    expected = standing.expected_on
    start, end = days[0] - timedelta(days=STRIP_MARGIN), max(as_of, expected or as_of)

    def place(day: date) -> int:
        return round(WIDTH * ((day - start) / (end - start)))

    is_late = expected is not None and standing.judgement in ("late", "lapsed")
    return Strip(
        start=start,
        end=end,
        days=[(place(day), day) for day in days],
        expected=None if expected is None else place(expected),
        late_from=place(expected) if expected and is_late else None,
    )


def _month(number: int) -> date:
    return date(number // YEAR, number % YEAR + 1, 1)
