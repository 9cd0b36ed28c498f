"""How good a file is, from 0 to 100, in parts that a person can act on.

Each part is a share between 0 and 1; the score is their mean in per cent. What a file cannot show has no part.

- completeness: filled cells of the fields that are asked for by agreement; those of a column that is missing are empty
- validity: rows that were taken or are recorded already, of all
- timeliness: 1 where the newest row was at most `IN_TIME` days old when the file came, 0 from `TOO_LATE` on
- uniqueness: rows that were not recorded already, of those that were taken; a restatement repeats by intent
- match: rows whose product is the maker's, of those that name one
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

IN_TIME, TOO_LATE = 10, 45  # days
# Feeds that tell of what has happened: in them the newest row says how late a file is.
TIMELY = frozenset({"sell_through", "orders", "stock", "payments", "returns", "cases", "touch_points"})
PARTS = ("completeness", "validity", "timeliness", "uniqueness", "match")


@dataclass(frozen=True)
class Counted:
    """What a check counted: rows by what became of them, and of the cells that are asked for those that are filled."""

    rows: int
    quarantined: int
    duplicates: int
    unmatched: int
    filled: int
    asked: int


def score(counted: Counted, *, received_on: date, last_on: date | None, restates: bool) -> dict[str, float]:
    """The parts of a file's quality, each rounded to four places; empty for a file without rows."""
    if not counted.rows:
        return {}
    taken = counted.rows - counted.quarantined
    parts = {"validity": taken / counted.rows, "match": 1 - counted.unmatched / counted.rows}
    if counted.asked:
        parts["completeness"] = counted.filled / counted.asked
    if last_on is not None:
        late = (received_on - last_on).days - IN_TIME
        parts["timeliness"] = min(1.0, max(0.0, 1 - late / (TOO_LATE - IN_TIME)))
    if taken and not restates:
        parts["uniqueness"] = 1 - counted.duplicates / taken
    return {name: round(parts[name], 4) for name in PARTS if name in parts}


def overall(parts: Mapping[str, float]) -> int | None:
    """The score in per cent; None where there is no part."""
    return round(100 * sum(parts.values()) / len(parts)) if parts else None
