"""Numbers as people write them, made into exact decimals without ever passing through a float.

Columns are handled as one text with a number on each line, so that the regular expression engine and not
Python walks over the rows.
"""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from integrations.ingestion.reading.faults import Reason

Mark = Literal["point", "comma"]
Shape = Literal["point", "comma", "either", "whole", "none"]
Objects = npt.NDArray[np.object_]

SCALE = 4  # decimals of numeric(18, 4)
UNIT = 10**SCALE
WHOLE_DIGITS = 14  # digits before the decimal mark of numeric(18, 4)
EXAMPLES: dict[Mark, str] = {"point": "1234.56", "comma": "1234,56"}

_OTHER: dict[Mark, Mark] = {"point": "comma", "comma": "point"}
_SIGNS: dict[Mark, tuple[str, str]] = {"point": (",", "."), "comma": (".", ",")}  # thousands, decimal
_SAME_CHARACTERS = str.maketrans(
    {"\u2212": "-", "\u2013": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2019": "'"}
)
_CURRENCIES = (
    r"(?:US\$|R\$|C\$|A\$|[$€£¥₹₺₽]|zł|Kč|kr\.?|Fr\.|Ft|USD|EUR|GBP|CHF|PLN|SEK|NOK|DKK|CZK|HUF|RON|CAD|AUD|NZD|JPY"
    r"|CNY|INR|BRL|MXN|ZAR|TRY)"
)
_CURRENCY = re.compile(
    rf"^([-+(]?) *(?=[^\d.,\n]){_CURRENCIES} *|(?<=[\d.,'-]) *(?=[^\d.,\n]){_CURRENCIES} *([-)]?)$",
    re.MULTILINE | re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"^\( *([^-+()\n]*?) *\)$", re.MULTILINE)
_TRAILING_MINUS = re.compile(r"^([^-+()\n]+?) *-$", re.MULTILINE)
_LEADING_SPACE = re.compile(r"^(-?) +| +$", re.MULTILINE)
_SCIENTIFIC = re.compile(r"[-+]?\d+(?:[.,]\d*)?E[-+]?\d+", re.IGNORECASE | re.ASCII)
_NINES = str.maketrans("12345678", "99999999")
_PADDING = np.array([".0000", "000", "00", "0", ""], dtype=object)  # by number of decimals
_PART = 10**9  # half of a scaled number, so that sums stay within 64 bits


def _plain(mark: Mark) -> str:
    """A number in its usual form: no zeros in front, at most four decimals, thousands in groups of three."""
    thousands, decimal = _SIGNS[mark]
    whole = rf"(?:0|[1-9]\d{{0,13}}|[1-9]\d{{0,2}}(?:[{thousands} ']\d{{3}}){{1,3}})"
    return rf"(?:-(?=[^\n]*[1-9]))?{whole}(?:[{decimal}]\d{{1,4}})?"


def _loose(mark: Mark) -> re.Pattern[str]:
    """Any number in this mark, as sign, whole part (plain or grouped by one sign) and decimals."""
    thousands, decimal = _SIGNS[mark]
    whole = rf"(\d*|[1-9]\d{{0,2}}(?P<sign>[{thousands} '])\d{{3}}(?:(?P=sign)\d{{3}})*)"
    return re.compile(rf"(?=.*\d)([-+]?){whole}(?:[{decimal}](\d*))?", re.ASCII)


_PLAIN = {mark: re.compile(_plain(mark), re.ASCII) for mark in _SIGNS}
_ALL_PLAIN = {mark: re.compile(rf"(?:{_plain(mark)}\n)*+", re.ASCII) for mark in _SIGNS}
_LOOSE = {mark: _loose(mark) for mark in _SIGNS}
_TO_POINT = {
    mark: str.maketrans({thousands: None, " ": None, "'": None, decimal: "."})
    for mark, (thousands, decimal) in _SIGNS.items()
}


def canonical(values: Sequence[str], mark: Mark, mixed: bool = False) -> tuple[Objects, Objects]:
    """Turn numbers as written into text that PostgreSQL reads as numeric(18, 4).

    Parameters
    ----------
    values : texts without line breaks or white space around them, none of them empty
    mark : the decimal mark of their column
    mixed : the column holds both marks, so that a value readable in both ways is refused

    Returns
    -------
    numbers, reasons : object arrays of the same length
        ``'1234.5600'`` and None, or None and the ``Reason``.
    """
    text = "\n".join(values)
    numbers, reasons = np.full(len(values), None, dtype=object), np.full(len(values), None, dtype=object)
    if not mixed and _ALL_PLAIN[mark].fullmatch(text + "\n"):
        numbers[:] = _padded(text, mark)
        return numbers, reasons
    tidy = _tidied(text).split("\n")
    good = np.fromiter(map(bool, map(_PLAIN[mark].fullmatch, tidy)), bool, len(tidy))
    if mixed:
        good &= np.fromiter((shape(item) != "either" for item in tidy), bool, len(tidy))
    if good.any():
        numbers[good] = _padded("\n".join(np.array(tidy, dtype=object)[good]), mark)
    for position in np.flatnonzero(~good):
        numbers[position], reasons[position] = _irregular(tidy[position], mark, mixed)
    return numbers, reasons


def _tidied(text: str) -> str:
    """Numbers, one on each line, without currency, the minus in front; brackets stand for a minus."""
    text = text.translate(_SAME_CHARACTERS)
    text = _CURRENCY.sub(r"\1\2", text)
    if "(" in text:
        text = _IN_BRACKETS.sub(r"-\1", text)
    if "-" in text:
        text = _TRAILING_MINUS.sub(r"-\1", text)
    return _LEADING_SPACE.sub(r"\1", text) if " " in text else text


def _padded(text: str, mark: Mark) -> Objects:
    """Plain numbers, one on each line, with a decimal point and exactly four decimals."""
    pointed = text.translate(_TO_POINT[mark])
    letters = np.frombuffer(pointed.encode("ascii"), dtype=np.uint8)
    ends = np.append(np.flatnonzero(letters == ord("\n")), len(letters))
    points = np.flatnonzero(letters == ord("."))
    lines = np.searchsorted(ends, points)  # the line of each point
    decimals = np.zeros(len(ends), dtype=np.int64)
    decimals[lines] = ends[lines] - points - 1
    padded: Objects = np.array(pointed.split("\n"), dtype=object) + _PADDING[decimals]
    return padded


def _irregular(text: str, mark: Mark, mixed: bool) -> tuple[str | None, Reason | None]:
    """A number that is not in plain form, or why it is none."""
    found = _LOOSE[mark].fullmatch(text)
    if mixed and shape(text) == "either":
        return None, Reason.AMBIGUOUS_NUMBER
    if not found:
        if _SCIENTIFIC.fullmatch(text):
            return None, Reason.SCIENTIFIC_NOTATION
        return None, Reason.CONTRADICTING_DECIMAL_MARK if _LOOSE[_OTHER[mark]].fullmatch(
            text
        ) else Reason.NOT_A_NUMBER
    whole = re.sub(r"\D", "", found[2]).lstrip("0") or "0"
    decimals = (found[4] or "").rstrip("0")
    if len(whole) > WHOLE_DIGITS:
        return None, Reason.TOO_LARGE
    if len(decimals) > SCALE:
        return None, Reason.TOO_MANY_DECIMALS
    sign = "-" if found[1] == "-" and (whole != "0" or decimals) else ""
    return f"{sign}{whole}.{decimals:0<{SCALE}}", None


def shapes(values: Iterable[str]) -> list[str]:
    """The values with each digit but 0 as 9: few distinct ones, enough to tell the decimal mark from."""
    return "\n".join(values).translate(_NINES).split("\n")


@lru_cache(maxsize=1 << 16)
def shape(text: str) -> Shape:
    """Which mark a text shows: ``12.5`` a point, ``1.234`` either; ``12`` is whole, ``x`` is no number."""
    tidy = _tidied(text)
    point, comma = (bool(_LOOSE[mark].fullmatch(tidy)) for mark in _SIGNS)
    if point and comma:
        return "either" if "." in tidy or "," in tidy else "whole"
    if point or comma:
        return "point" if point else "comma"
    return "none"


def scaled(numbers: Objects) -> npt.NDArray[np.int64]:
    """Canonical numbers as whole ten-thousandths; None counts as zero."""
    if not len(numbers):
        return np.zeros(0, dtype=np.int64)
    text = "\n".join(np.where(pd.isna(numbers), "0", numbers))
    return np.fromstring(text.replace(".", ""), dtype=np.int64, sep="\n")


def total(numbers: Sequence[str | None] | Objects) -> Decimal:
    """The exact sum of canonical numbers; None is left out. Round it once, where it is shown."""
    parts, rests = np.divmod(scaled(np.asarray(numbers, dtype=object)), _PART)
    return Decimal(int(parts.sum()) * _PART + int(rests.sum())).scaleb(-SCALE)


def shown(amount: Decimal) -> str:
    """A number as people write it, without zeros at its end."""
    whole, _, decimals = f"{amount:f}".partition(".")
    return f"{whole}.{decimals.rstrip('0')}" if decimals.strip("0") else whole
