"""What stands below a table: a remark, the name of the program, the end of the report. No such row is a line."""

import re
from typing import Any

import numpy as np
import pandas as pd

from integrations.ingestion.reading.faults import FOUND_LIMIT, Note, printable
from integrations.ingestion.reading.fields import Feed
from integrations.ingestion.reading.tables import CELLS

MOST_ROWS = 50  # of what is below a table

_WORD = re.compile(r"[^\W\d_]{2,}")


class FooterSearch:
    """Finds the rows at the end of a file that are blank or hold words in one cell alone, as no line can."""

    def __init__(self, feed: Feed) -> None:
        self._applies = len(feed.required) > 1
        self._first = 0

    @property
    def row(self) -> int:
        """The first row of the footer; 0 where there is none."""
        return self._first

    def add(self, chunk: pd.DataFrame) -> None:
        """Look at the end of the next chunk."""
        if not self._applies:
            return
        first = 0
        for row, *cells in chunk.drop(columns=CELLS).iloc[: -MOST_ROWS - 1 : -1].itertuples(name=None):
            filled = [cell for cell in cells if cell.strip()]
            if len(filled) > 1 or not all(map(_is_remark, filled)):
                self._first = first
                return
            first = row if filled else first
        if len(chunk) > MOST_ROWS:
            self._first = 0
        else:
            self._first = self._first or first


def _is_remark(cell: str) -> bool:
    """Several words; a single one may be the rest of a line that was cut off."""
    return " " in cell.strip() and len(_WORD.findall(cell)) > 1


def split_footer(chunk: pd.DataFrame, first: int) -> tuple[pd.DataFrame, list[dict[str, Any]]]:
    """The rows of a chunk that belong to the table; and those of the footer, as rows of ``Parsed.set_aside``."""
    is_below = np.asarray(chunk.index >= first) if first else np.zeros(len(chunk), dtype=bool)
    if not is_below.any():
        return chunk, []
    below = []
    for row, *cells in chunk[is_below].drop(columns=CELLS).itertuples(name=None):
        found = printable("".join(cells).strip(), FOUND_LIMIT)
        code = Note.FOOTER.value if found else None
        kind = "footer" if found else "blank"
        below.append({"row": row, "kind": kind, "found": found, "stated": {}, "code": code, "params": None})
    return chunk[~is_below], below
