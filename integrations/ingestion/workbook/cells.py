"""The typed cells of a workbook as the text that a person sees in it."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from python_calamine import CalamineSheet

from integrations.ingestion.workbook.bounds import ErrorCells

Record = list[str]
_EXACT_DIGITS = 15  # what Excel keeps of a number


def records(sheet: CalamineSheet, errors: ErrorCells) -> Iterator[Record]:
    """The rows of a sheet as text, from its first row on; columns count from the first that is used."""
    first_column = sheet.start[1] if sheet.start else 0
    by_row: dict[int, list[tuple[int, str]]] = {}
    for (row, column), text in errors.items():
        by_row.setdefault(row, []).append((column - first_column, text))
    for row, cells in enumerate(sheet.iter_rows()):
        record = [cell if type(cell) is str else _cell_text(cell) for cell in cells]
        for column, text in by_row.get(row, ()):
            if 0 <= column < len(record):
                record[column] = text
        yield record


@lru_cache(maxsize=1 << 16, typed=True)  # typed: True and 1.0 are equal, and differ as texts
def _cell_text(cell: object) -> str:
    """A typed cell as text: 7.1 and not 7.0999999, 1 and not 1.0, a date as YYYY-MM-DD."""
    if isinstance(cell, float):
        return _number_text(cell)
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ") if cell.time() != dt.time() else cell.date().isoformat()
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return str(cell)


def _number_text(number: float) -> str:
    """A number with the 15 digits that Excel keeps; a larger one stays in scientific notation, as a loss.

    Three decimals are written as four, because "1.234" could elsewhere be a thousand.
    """
    if abs(number) >= 10**_EXACT_DIGITS:
        return f"{number:.14E}"
    text = f"{number:.{_EXACT_DIGITS}g}"
    if "e" in text:
        text = f"{Decimal(text):f}"
    return f"{text}0" if text[-4:-3] == "." else text
