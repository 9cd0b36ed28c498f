"""Do the totals that a file states agree with its rows? Missing rows show here and nowhere else."""

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pandas as pd

from integrations.ingestion.reading.decimals import shown, total
from integrations.ingestion.reading.faults import Note
from integrations.ingestion.reading.fields import Feed
from integrations.ingestion.reading.parsing import Parsed

TOLERANCE = Decimal("0.01")  # a total may be rounded where its rows are not


@dataclass
class _Sums:
    """What a run of rows comes to, and how many of them could not be added because of a fault."""

    rows: int = 0
    faulty: int = 0
    sums: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    def add(self, rows: int, faulty: int, sums: dict[str, Decimal]) -> None:
        self.rows += rows
        self.faulty += faulty
        for key, amount in sums.items():
            self.sums[key] += amount


class SubtotalCheck:
    """Compares each total row with the rows since the one before, through all chunks of one file.

    A row that says total may also sum up the whole file so far. A subtotal that follows another one directly
    sums up groups that are not known here, and is not compared.
    """

    def __init__(self, feed: Feed) -> None:
        self._summed = feed.summed
        self._group = _Sums()
        self._file = _Sums()

    def remark(self, parsed: Parsed) -> Parsed:
        """Add remarks to the total rows of a chunk; to be called once for each chunk, in their order."""
        aside: list[dict[Hashable, Any]] = parsed.set_aside.to_dict("records")
        last = 0
        for record in aside:
            if record["kind"] != "blank":
                self._add(parsed, last, record["row"])
                record["code"], record["params"] = self._compared(record) or (None, None)
                self._group, last = _Sums(), record["row"]
        self._add(parsed, last, None)
        return replace(parsed, set_aside=pd.DataFrame(aside, columns=parsed.set_aside.columns, dtype=object))

    def _add(self, parsed: Parsed, after: int, before: int | None) -> None:
        """Add the rows of a chunk that lie between two row numbers."""
        rows = parsed.rows.loc[after:before]
        faulty = len(parsed.faulty.loc[after:before])
        sums = {key: total(rows[key].to_numpy()) for key in self._summed if key in rows}
        for run in (self._group, self._file):
            run.add(len(rows) + faulty, faulty, sums)

    def _compared(self, aside: dict[Hashable, Any]) -> tuple[str, dict[str, Any]] | None:
        """The code and parameters of a remark, or None where all agrees or nothing can be compared."""
        whole = aside["kind"] == "total"
        run = self._file if whole else self._group
        if not run.rows:
            return None
        for key, said in aside["stated"].items():
            if said is None:
                continue
            stated, nearest = Decimal(said), [self._group.sums[key]]
            if whole:
                nearest.append(self._file.sums[key])
            if all(abs(stated - computed) > TOLERANCE for computed in nearest):
                if run.faulty:
                    return Note.SUBTOTAL_UNCHECKED.value, {"faulty": run.faulty}
                return Note.SUBTOTAL_DIFFERS.value, {
                    "field": key,
                    "stated": shown(stated),
                    "computed": shown(run.sums[key]),
                }
        return None
