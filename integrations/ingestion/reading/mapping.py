"""Which heading is which field: proposed with a confidence and a reason, then saved per distributor."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any, Literal, Self

from rapidfuzz import fuzz, process

from integrations.ingestion.reading.faults import FileRefused, Refusal
from integrations.ingestion.reading.feeds import FEEDS
from integrations.ingestion.reading.fields import Feed, Field, normalised_heading
from integrations.ingestion.reading.tables import Format, quoted

Why = Literal["plain", "alias", "shared_alias", "near", "remembered", "chosen", "unknown"]

NEAR_ENOUGH = 88.0  # of 100, rapidfuzz's ratio of two normalised headings
_NEAR_LENGTH = 5  # shorter headings are near to too many others
_CONFIDENCE: dict[Why, float] = {
    "plain": 1.0,
    "remembered": 1.0,
    "chosen": 1.0,
    "alias": 0.95,
    "shared_alias": 0.6,
}


@dataclass(frozen=True)
class ColumnMapping:
    """One heading of the file: the field it holds, or None; how sure that is (0 to 1) and why."""

    position: int
    heading: str
    field: str | None
    confidence: float
    why: Why


@dataclass(frozen=True)
class Mapping:
    """All headings of a file with their fields; no field has two headings."""

    feed: str
    columns: tuple[ColumnMapping, ...]

    @cached_property
    def positions(self) -> dict[str, int]:
        """Column positions by field key, in the order of the feed's fields."""
        found = {column.field: column.position for column in self.columns if column.field}
        return {field.key: found[field.key] for field in FEEDS[self.feed].fields if field.key in found}

    @cached_property
    def fields(self) -> dict[str, Field]:
        """The mapped fields by key, in the order of the feed's fields."""
        return {key: FEEDS[self.feed].by_key[key] for key in self.positions}

    @property
    def unmapped(self) -> tuple[str, ...]:
        """Headings that hold no field; blank ones are not listed."""
        return tuple(column.heading for column in self.columns if not column.field and column.heading)

    @property
    def missing(self) -> tuple[str, ...]:
        """Keys of the required fields that no heading holds."""
        return tuple(key for key in FEEDS[self.feed].required if key not in self.positions)

    def heading(self, field: str) -> str:
        """The heading of a mapped field as it stands in the file."""
        return self.columns[self.positions[field]].heading

    def assign(self, position: int, field: str | None) -> Self:
        """What a person chose for one column; the column that held the field before loses it."""
        if field is not None and field not in FEEDS[self.feed].by_key:
            raise ValueError(f"The feed {self.feed} has no field {field}.")
        freed = [
            replace(column, field=None, confidence=0.0, why="unknown")
            if field and column.field == field
            else column
            for column in self.columns
        ]
        freed[position] = replace(
            freed[position], field=field, confidence=_CONFIDENCE["chosen"], why="chosen"
        )
        return replace(self, columns=tuple(freed))

    def to_json(self) -> dict[str, Any]:
        """As plain values that JSON can hold."""
        return {"feed": self.feed, "columns": [asdict(column) for column in self.columns]}

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> Self:
        """The reverse of ``to_json``."""
        return cls(saved["feed"], tuple(ColumnMapping(**column) for column in saved["columns"]))


def fingerprint(headings: Iterable[str]) -> str:
    """One value for the headings of a file in their order, blind to case, accents and punctuation."""
    return hashlib.sha256("\x1f".join(map(normalised_heading, headings)).encode()).hexdigest()


def require_complete(mapping: Mapping, layout: Format) -> None:
    """Refuse a file in which a required field has no heading; the sentence names both sides."""
    if mapping.missing:
        raise FileRefused(
            Refusal.MISSING_COLUMNS,
            missing=", ".join(mapping.missing),
            row=layout.heading_row,
            found=quoted(layout.headings),
        )


def propose_mapping(headings: Sequence[str], feed: Feed, remembered: Mapping | None = None) -> Mapping:
    """Propose a field for each heading.

    Parameters
    ----------
    headings : the heading row, one text for each column
    feed : the feed whose fields are looked for
    remembered : a mapping that was accepted before; its headings keep their fields, and stay unmapped where
        they were unmapped

    Returns
    -------
    Mapping
        The surest proposals first take their field, so that no field has two headings.
    """
    settled = _remembered(headings, remembered)
    free = [position for position in range(len(headings)) if position not in settled]
    offers = sorted(
        (offer for position in free for offer in _offers(position, headings[position], feed)),
        key=lambda offer: (-offer.confidence, offer.position),
    )
    taken = {column.field for column in settled.values()} - {None}
    for offer in offers:
        if offer.position not in settled and offer.field not in taken:
            settled[offer.position] = offer
            taken.add(offer.field)
    unknown = (ColumnMapping(i, heading, None, 0.0, "unknown") for i, heading in enumerate(headings))
    return Mapping(feed.key, tuple(settled.get(column.position, column) for column in unknown))


def _remembered(headings: Sequence[str], remembered: Mapping | None) -> dict[int, ColumnMapping]:
    """Columns settled by what was accepted before; of equal headings the first one counts."""
    before: dict[str, str | None] = {}
    for column in remembered.columns if remembered else ():
        if normalised_heading(column.heading):
            before.setdefault(normalised_heading(column.heading), column.field)
    settled: dict[int, ColumnMapping] = {}
    for position, heading in enumerate(headings):
        name = normalised_heading(heading)
        if name in before:
            settled[position] = ColumnMapping(
                position, heading, before.pop(name), _CONFIDENCE["remembered"], "remembered"
            )
    return settled


def _offers(position: int, heading: str, feed: Feed) -> Iterator[ColumnMapping]:
    """Every field that a heading may hold, an exact match or else near ones."""
    name = normalised_heading(heading)
    keys = feed.keys_by_heading.get(name, ())
    for key in keys:
        why: Why = "alias" if len(keys) == 1 else "shared_alias"
        why = "plain" if name == normalised_heading(key) else why
        yield ColumnMapping(position, heading, key, _CONFIDENCE[why], why)
    if not keys and len(name) >= _NEAR_LENGTH:
        for near, score, _ in process.extract(
            name, feed.keys_by_heading.keys(), scorer=fuzz.ratio, score_cutoff=NEAR_ENOUGH, limit=3
        ):
            if _digits(near) == _digits(name):
                for key in feed.keys_by_heading[near]:
                    yield ColumnMapping(position, heading, key, round(score / 100 * 0.9, 2), "near")


def _digits(name: str) -> str:
    return "".join(filter(str.isdigit, name))
