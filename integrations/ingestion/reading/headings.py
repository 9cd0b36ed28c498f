"""The headings of a table: the row that holds them, and those that stand in two or three lines joined into one."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from integrations.ingestion.reading.fields import normalised_heading
from integrations.ingestion.reading.tables import clean_headings
from integrations.ingestion.reading.workbooks import Record
from integrations.ingestion.workbook.bounds import COLUMNS_LIMIT

MOST_LINES = 3

_LONGEST = 200  # characters of a heading
_NUMBER_OR_DATE = re.compile(r"[-+(]?\W{0,2}\d[\d.,:/' -]*\W{0,2}")

Merged = Sequence[tuple[int, int, int, int]]
"""Merged cells of a workbook: top, left, bottom, right, counted from zero."""


@dataclass(frozen=True)
class HeadingRow:
    """A candidate for the headings: their last row, from 1, in how many lines they stand, and what they name."""

    row: int
    lines: int
    headings: tuple[str, ...]
    known: frozenset[str]
    filled: int

    @property
    def rank(self) -> tuple[int, int]:
        """The best one knows most headings, then fills most cells."""
        return len(self.known), self.filled


def find_headings(records: list[Record], known: set[str], merged: Merged = ()) -> HeadingRow | None:
    """The row that names most columns; without a known heading, the fullest row of plain words.

    Parameters
    ----------
    records : the first rows of the table
    known : normalised headings of the feed, and those that were mapped by hand before
    merged : the merged cells among these rows
    """
    best = None
    for row in range(1, len(records) + 1):
        found = _single(records[row - 1], row, known)
        for lines in range(2, min(MOST_LINES, row) + 1):
            joined = _joined(records[row - lines : row], row, known, merged)
            if joined and (found is None or _rank_in_row(joined) > _rank_in_row(found)):
                found = joined
        if found and (best is None or found.rank > best.rank):
            best = found
    return best


def _rank_in_row(found: HeadingRow) -> tuple[int, int, int]:
    """Lines are joined if more is known then, or if headings can only then be told apart."""
    return (*found.rank, len(set(found.headings)))


def _single(record: Record, row: int, known: set[str]) -> HeadingRow | None:
    """A row of its own: it has known headings, or only words."""
    cells = [cell for cell in map(str.strip, record[: COLUMNS_LIMIT + 1]) if cell]
    names = _known(cells, known)
    words = len(cells) > 1 and not any(map(_NUMBER_OR_DATE.fullmatch, cells))
    return HeadingRow(row, 1, clean_headings(record), names, len(cells)) if len(names) > 1 or words else None


def _known(cells: Iterable[str], known: set[str]) -> frozenset[str]:
    return frozenset(normalised_heading(cell) for cell in cells if len(cell) <= _LONGEST) & known


def _joined(records: list[Record], row: int, known: set[str], merged: Merged) -> HeadingRow | None:
    """Lines of headings as one: a group's heading goes before each heading below it."""
    width = max(map(len, records))
    if width > COLUMNS_LIMIT:
        return None
    *upper, last = (clean_headings(record + [""] * (width - len(record))) for record in records)
    if not any(last) or any(map(_NUMBER_OR_DATE.fullmatch, filter(None, last))):
        return None
    spread = [_over(line, last, merged, row - len(records) + number) for number, line in enumerate(upper)]
    often = Counter(map(normalised_heading, last))
    headings = tuple(
        _label([*above, below], known, is_alone=often[normalised_heading(below)] == 1)
        for *above, below in zip(*spread, last, strict=True)
    )
    is_title = sum(map(bool, upper[-1])) < 2  # what stands beside its columns is no heading
    filled = sum(bool(below if is_title else label) for label, below in zip(headings, last, strict=True))
    return HeadingRow(row, len(records), headings, _known([*headings, *last], known), filled)


def _over(line: tuple[str, ...], last: tuple[str, ...], merged: Merged, row: int) -> tuple[str, ...]:
    """A line with each heading over all that it stands above: what it is merged with, or, in a line without merged
    cells, the empty cells to its right as far as there are headings below them."""
    spans = [(left, right + 1) for top, left, _, right in merged if top == row and right > left]
    filled = list(line)
    for left, after in spans:
        filled[left:after] = [line[left]] * len(filled[left:after])
    if not spans:
        for column in range(1, len(filled)):
            if last[column]:
                filled[column] = filled[column] or filled[column - 1]
    return tuple(filled)


def _label(parts: list[str], known: set[str], *, is_alone: bool) -> str:
    """The parts of a heading as one; its last part alone where only that is known, and no other column has it."""
    said = [part for part, before in zip(parts, ["", *parts], strict=False) if part and part != before]
    joined = " ".join(said)[:_LONGEST]
    last = normalised_heading(parts[-1])
    return parts[-1] if is_alone and last in known and normalised_heading(joined) not in known else joined
