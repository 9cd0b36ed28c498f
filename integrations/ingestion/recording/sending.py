"""What is recorded, as a file that can be sent again: under plain headings, live rows alone."""

from collections.abc import Iterator, Sequence
from typing import Any

from integrations.ingestion.reading import FEEDS
from integrations.ingestion.recording.kept import FIELDS
from partners.agreements.models import Partnership
from partners.ledger.records import KINDS, page_records, told_columns

_FIRST = ("account_id", "sku", "family", "line_number")


def headings_of(feed: str) -> tuple[str, ...]:
    """The headings of such a file, as the feed's fields are called."""
    return tuple(name for _, name in _told(feed))


def rows_of(feed: str, partnership: Partnership, chunk: int) -> Iterator[list[Sequence[Any]]]:
    """Its rows, a chunk at a time, read when they are asked for, under whoever acts then."""
    places = [place for place, _ in _told(feed)]
    after = 0
    while found := page_records(KINDS[feed], partnership, after, chunk):
        yield [tuple(row[place] for place in places) for row in found]
        after = found[-1][0]


def _told(feed: str) -> list[tuple[int, str]]:
    """The columns of a page that a file has, with their headings."""
    names = [*_FIRST, *(FIELDS[feed].get(column, column) for column in told_columns(KINDS[feed]))]
    return [(place, name) for place, name in enumerate(names, 1) if name in {*FEEDS[feed].by_key, "others"}]
