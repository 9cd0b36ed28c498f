"""Dates as people write them. A time behind the date is left out: the day is the one that was written."""

import datetime as dt
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from integrations.ingestion.reading.faults import Reason

Order = Literal["ymd", "dmy", "mdy", "serial"]
Shape = Literal["iso", "iso_low", "dmy", "mdy", "either", "either_dotted", "serial", "none"]
Dates = npt.NDArray[np.datetime64]

EARLIEST = dt.date(1990, 1, 1)
EXAMPLES: dict[Order, str] = {
    "ymd": "2012-12-28",
    "dmy": "28.12.2012",
    "mdy": "12/28/2012",
    "serial": "2012-12-28",
}
PATTERNS: dict[Order, str] = {
    "ymd": "YYYY-MM-DD",
    "dmy": "DD.MM.YYYY",
    "mdy": "MM/DD/YYYY",
    "serial": "YYYY-MM-DD",
}

_CENTURY_TURN = 90  # "89" is 2089, "90" is 1990: no date before 1990 is taken
_SERIAL_START = dt.date(1899, 12, 30)  # day 0 of Excel's count, its leap year 1900 allowed for
_SERIAL_DAYS = range((EARLIEST - _SERIAL_START).days, (dt.date(2100, 1, 1) - _SERIAL_START).days)
_CLOCK = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?(?: ?[AP]\.?M\.?)?"
_TIME = rf"(?:(?:T| +){_CLOCK}(?: ?(?:Z|UTC|[-+]\d{{2}}:?\d{{2}}))?)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}", re.ASCII | re.IGNORECASE)
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})", re.ASCII)
_YEAR_LAST = re.compile(
    rf"(\d{{1,2}})(?: ?([-/.]) ?)(\d{{1,2}})(?: ?\2 ?)(\d{{4}}|\d{{2}}){_TIME}", re.ASCII | re.IGNORECASE
)
_SERIAL = re.compile(r"(\d{5})(?:[.,]\d+)?", re.ASCII)


@lru_cache(maxsize=1 << 16)
def shape(text: str) -> Shape:
    """Which order of day and month a date shows; ``iso_low`` is a year-first date with a day up to 12."""
    if found := _YEAR_FIRST.fullmatch(text):
        return "iso_low" if int(found[4]) <= 12 else "iso"
    if found := _COMPACT.fullmatch(text):
        return "iso"
    if found := _YEAR_LAST.fullmatch(text):
        first, second = int(found[1]), int(found[3])
        if first > 12 or second > 12:
            return "dmy" if second <= 12 else "mdy" if first <= 12 else "none"
        return "either_dotted" if found[2] == "." else "either"
    found = _SERIAL.fullmatch(text)
    return "serial" if found and int(found[1]) in _SERIAL_DAYS else "none"


def to_dates(
    values: Sequence[str], order: Order, mixed: bool = False
) -> tuple[Dates, npt.NDArray[np.object_]]:
    """Turn dates as written into days.

    Parameters
    ----------
    values : distinct texts without white space around them, none of them empty
    order : the order of day, month and year in their column; year-first dates are read in any column
    mixed : the column holds both orders, so that a value readable in both ways is refused

    Returns
    -------
    days, reasons : arrays of the same length
        datetime64[s] and None, or NaT and the ``Reason``.
    """
    read = [_to_date(value, order, mixed) for value in values]
    days = np.array([day for day, _ in read], dtype="datetime64[s]")
    reasons = np.full(len(read), None, dtype=object)
    reasons[:] = [reason for _, reason in read]
    return days, reasons


def _to_date(text: str, order: Order, mixed: bool) -> tuple[dt.date | None, Reason | None]:
    if found := _YEAR_FIRST.fullmatch(text):
        return _day(int(found[1]), int(found[3]), int(found[4]))
    if found := _COMPACT.fullmatch(text):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if order == "serial" and (found := _SERIAL.fullmatch(text)) and int(found[1]) in _SERIAL_DAYS:
        return _SERIAL_START + dt.timedelta(days=int(found[1])), None
    found = _YEAR_LAST.fullmatch(text)
    if not found or order not in ("dmy", "mdy"):
        return None, Reason.NOT_A_DATE
    if mixed and shape(text).startswith("either"):
        return None, Reason.AMBIGUOUS_DATE
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    if len(found[4]) == 2:
        year += 1900 if year >= _CENTURY_TURN else 2000
    return _day(year, second, first) if order == "dmy" else _day(year, first, second)


def _day(year: int, month: int, day: int) -> tuple[dt.date | None, Reason | None]:
    try:
        return dt.date(year, month, day), None
    except ValueError:
        return None, Reason.NO_SUCH_DAY
