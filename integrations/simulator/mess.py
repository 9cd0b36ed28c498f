"""Slips in a distributor's file, of the kinds that real files hold; each one is known, and can be put right.

A slip is made in a finished row of delimited text, so what is wrong is only what a reader of the file meets.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from integrations.simulator.course import Period
from integrations.simulator.shapes import COLUMNS, CsvShape

ROWS_A_SLIP = 500
HEADING_ROWS = 1


class Defect(StrEnum):
    """What is wrong with a row."""

    SENT_TWICE = "sent_twice"
    BLANK_LINE = "blank_line"
    TRAILING_SPACES = "trailing_spaces"
    EXTENDED_DIFFERS = "extended_differs"
    UNKNOWN_SKU = "unknown_sku"
    ZERO_QUANTITY = "zero_quantity"
    DAY_AND_MONTH_SWAPPED = "day_and_month_swapped"
    CASH_SALE = "cash_sale"


# A row of these cannot be taken: it names no product, customer, day or quantity.
NOT_TO_BE_TAKEN = (
    Defect.UNKNOWN_SKU,
    Defect.ZERO_QUANTITY,
    Defect.DAY_AND_MONTH_SWAPPED,
    Defect.CASH_SALE,
)
# These are rows too many. They stand below the line at which they were made.
_TOO_MANY = (Defect.SENT_TWICE, Defect.BLANK_LINE)
_SWAP = str.maketrans("dm", "md")


@dataclass(frozen=True)
class Slip:
    """A defect, the row of the file that has it (from 1, headings counted), and what belongs in its column.

    A row too many has no column: it belongs out.
    """

    source_row: int
    defect: Defect
    column: str
    right: str


def draw_slips(rng: np.random.Generator, lines: pd.DataFrame, period: Period) -> dict[int, Defect]:
    """Return the defects by the position of their line: about one in 500 lines, and one of each kind at least."""
    days = period.dates().day.to_numpy()[lines["day"]]
    alone = ~lines["document"].duplicated(keep=False).to_numpy()
    possible = {
        Defect.EXTENDED_DIFFERS: (lines["discount_amount"] != 0).to_numpy(),
        Defect.DAY_AND_MONTH_SWAPPED: days > 12,
        Defect.CASH_SALE: alone & ~lines["credit"].to_numpy(),
    }
    kinds = list(Defect)
    waiting = [kinds[turn % len(kinds)] for turn in range(max(len(kinds), len(lines) // ROWS_A_SLIP))]
    slips: dict[int, Defect] = {}
    for line in rng.permutation(len(lines)).tolist():
        fits = (defect for defect in waiting if defect not in possible or possible[defect][line])
        if (defect := next(fits, None)) is not None:
            slips[line] = defect
            waiting.remove(defect)
        if not waiting:
            break
    return dict(sorted(slips.items()))


def as_taken(lines: pd.DataFrame, slips: dict[int, Defect]) -> pd.DataFrame:
    """Return the lines as a careful reader takes them from the file, the amounts as they are written there."""
    defect = pd.Series({line: slip.value for line, slip in slips.items()}, dtype=str).reindex(lines.index)
    undiscounted = lines["net_amount"] + lines["discount_amount"]
    net = lines["net_amount"].where(defect != Defect.EXTENDED_DIFFERS, undiscounted)
    written = lines.assign(net_amount=net)
    return pd.concat([written[~defect.isin(NOT_TO_BE_TAKEN)], written[defect == Defect.SENT_TWICE]])


def soil(
    rows: Sequence[str], slips: dict[int, Defect], lines: pd.DataFrame, shape: CsvShape, period: Period
) -> tuple[list[str], list[Slip]]:
    """Return the rows of the file with the slips made, and the slips.

    Parameters
    ----------
    rows : the rows of the file below its headings, one a line
    slips : see `draw_slips`
    lines : the same lines as numbers
    shape : in which the rows are written
    """
    soiled: list[str] = []
    made: list[Slip] = []
    done = 0
    for line, defect in slips.items():
        soiled += rows[done : line + 1]
        done = line + 1
        if defect in _TOO_MANY:
            soiled.append(rows[line] if defect is Defect.SENT_TWICE else "")
            made.append(Slip(HEADING_ROWS + len(soiled), defect, "", ""))
        else:
            cells = next(csv.reader([rows[line]], delimiter=shape.delimiter))
            wrong = _wrong(defect, cells, lines.iloc[line], shape, period)
            right = dict(zip(COLUMNS, cells, strict=True))
            column = next(iter(wrong))
            made.append(Slip(HEADING_ROWS + len(soiled), defect, column, right[column]))
            soiled[-1] = shape.separator.join(map(shape.text, (right | wrong).values()))
    return [*soiled, *rows[done:]], made


def _wrong(
    defect: Defect, cells: list[str], line: "pd.Series[Any]", shape: CsvShape, period: Period
) -> dict[str, str]:
    """Return what is written instead, by column, the one that matters first."""
    sku = cells[COLUMNS.index("sku")]
    match defect:
        case Defect.TRAILING_SPACES:
            return {"sku": f"{sku}  "}
        case Defect.EXTENDED_DIFFERS:
            return {"net_amount": shape.money(int(line["net_amount"] + line["discount_amount"]))}
        case Defect.UNKNOWN_SKU:
            return {"sku": sku[1] + sku[0] + sku[2:]}
        case Defect.ZERO_QUANTITY:
            return {"quantity": shape.whole(0)}
        case Defect.DAY_AND_MONTH_SWAPPED:
            day = period.start + timedelta(days=int(line["day"]))
            return {"invoice_date": day.strftime(shape.date_format.translate(_SWAP))}
        case _:
            return {"account_id": "", "account_name": "CASH SALE"}
