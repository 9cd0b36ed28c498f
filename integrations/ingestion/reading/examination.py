"""The two passes over a file: examine it and show what was found; later, perhaps elsewhere, parse it."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, Self

import pandas as pd

from integrations.ingestion.reading.conventions import Conventions, Evidence
from integrations.ingestion.reading.faults import FileRefused, Refusal, printable
from integrations.ingestion.reading.feeds import FEEDS
from integrations.ingestion.reading.footers import FooterSearch, split_footer
from integrations.ingestion.reading.mapping import Mapping, propose_mapping, require_complete
from integrations.ingestion.reading.parsing import Parsed, parse_chunk
from integrations.ingestion.reading.sniffing import sniff
from integrations.ingestion.reading.subtotals import SubtotalCheck
from integrations.ingestion.reading.tables import CELLS, CHUNK_ROWS, Format, blank_rows, read_chunks

SAMPLE_ROWS = 10
_SHOWN_CHARACTERS = 200  # of a cell in the sample

Progress = Callable[[int, int], None]
"""Called after each chunk with the rows done and the rows in all, the latter an estimate while examining."""


@dataclass(frozen=True)
class Examination:
    """What was found in a file. Kept as JSON, it is all that parsing needs, and where the next file starts.

    ``sample`` holds the first rows with their row number; ``rows_seen`` counts the rows that are not blank.
    """

    file_name: str
    feed: str
    layout: Format
    mapping: Mapping
    conventions: Conventions
    sample: tuple[tuple[int, tuple[str, ...]], ...]
    rows_seen: int

    def to_json(self) -> dict[str, Any]:
        """As plain values that JSON can hold."""
        return {
            "file_name": self.file_name,
            "feed": self.feed,
            "layout": self.layout.to_json(),
            "mapping": self.mapping.to_json(),
            "conventions": self.conventions.to_json(),
            "sample": [[row, list(cells)] for row, cells in self.sample],
            "rows_seen": self.rows_seen,
        }

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> Self:
        """The reverse of ``to_json``."""
        return cls(
            file_name=saved["file_name"],
            feed=saved["feed"],
            layout=Format.from_json(saved["layout"]),
            mapping=Mapping.from_json(saved["mapping"]),
            conventions=Conventions.from_json(saved["conventions"]),
            sample=tuple((row, tuple(cells)) for row, cells in saved["sample"]),
            rows_seen=saved["rows_seen"],
        )


def examine(
    source: BinaryIO,
    file_name: str,
    feed: str,
    *,
    today: dt.date,
    remembered: Examination | None = None,
    country: str | None = None,
    sheet: str = "",
    progress: Progress | None = None,
) -> Examination:
    """Read a whole file once and say how it is written.

    Parameters
    ----------
    source : seekable binary file
    file_name : shown, never trusted: the content tells the type
    feed : key of ``FEEDS``
    today : the sender's date, after which no invoice can lie
    remembered : the examination last accepted for this distributor and feed, a person's corrections included;
        its headings keep their fields, and its conventions decide where the values leave doubt
    country : the distributor's ISO 3166 code, the last resort for the date order and the decimal mark
    sheet : the sheet of a workbook that is to be read, '' for the one that was chosen before or fits best
    progress : called after each chunk

    Raises
    ------
    FileRefused
        If nothing can be read; a missing required column is no reason yet, since a person may map it by hand.
    """
    headings = [column.heading for column in remembered.mapping.columns if column.field] if remembered else []
    layout = sniff(
        source, FEEDS[feed], headings, sheet=sheet, sought=remembered.layout.sought if remembered else ""
    )
    mapping = propose_mapping(layout.headings, FEEDS[feed], remembered.mapping if remembered else None)
    evidence, rows, read = Evidence(mapping), 0, 0
    footer = FooterSearch(FEEDS[feed])
    sample: list[tuple[int, tuple[str, ...]]] = []
    size = source.seek(0, 2)
    for chunk in read_chunks(source, layout):
        blank = blank_rows(chunk)
        if len(sample) < SAMPLE_ROWS:
            sample.extend(_sampled(chunk[~blank].head(SAMPLE_ROWS - len(sample))))
        evidence.add(chunk)
        footer.add(chunk)
        rows += int((~blank).sum())
        read += len(chunk)
        if progress:
            estimate = round(read * size / source.tell())
            progress(read, estimate if layout.kind == "csv" else layout.sheet_rows - layout.heading_row)
    if not rows:
        raise FileRefused(Refusal.NO_ROWS, row=layout.heading_row)
    conventions = evidence.conclude(
        layout.delimiter, country, remembered.conventions if remembered else None, today
    )
    layout = replace(layout, footer_row=footer.row)
    return Examination(file_name, feed, layout, mapping, conventions, tuple(sample), rows)


def _sampled(chunk: pd.DataFrame) -> Iterator[tuple[int, tuple[str, ...]]]:
    for row, *cells in chunk.drop(columns=CELLS).itertuples(name=None):
        yield row, tuple(printable(cell, _SHOWN_CHARACTERS) for cell in cells)


def parse(
    source: BinaryIO, examination: Examination, *, rows: int = CHUNK_ROWS, progress: Progress | None = None
) -> Iterator[Parsed]:
    """Parse a file as it was examined, ``rows`` rows at a time.

    Raises
    ------
    FileRefused
        Before the first row, if a required column is missing or the file is not the one that was examined.
    """
    require_complete(examination.mapping, examination.layout)
    check, done = SubtotalCheck(FEEDS[examination.feed]), 0
    for chunk in read_chunks(source, examination.layout, rows):
        table, footer = split_footer(chunk, examination.layout.footer_row)
        parsed = check.remark(parse_chunk(table, examination.mapping, examination.conventions))
        if footer:
            aside = [*parsed.set_aside.to_dict("records"), *footer]
            parsed = replace(
                parsed, set_aside=pd.DataFrame(aside, columns=parsed.set_aside.columns, dtype=object)
            )
        done += len(chunk)
        yield parsed
        if progress:
            progress(done, max(done, examination.rows_seen))
