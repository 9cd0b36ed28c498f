"""Decimal mark and date order of each column, told from all of its values, with the reason for the choice.

A choice that the values do not prove is marked as uncertain, so that a person confirms it before anything is
committed; nothing is settled silently.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any, Literal, NamedTuple, Self, cast

import pandas as pd

from integrations.ingestion.reading import dates, decimals
from integrations.ingestion.reading.fields import normalised_heading
from integrations.ingestion.reading.mapping import Mapping

Why = Literal[
    "values",  # the values prove it
    "nothing_to_decide",  # whole numbers only, or no values
    "both_in_column",  # values of both kinds; the greater number decides
    "day_month_swapped",  # what Excel makes of foreign dates
    "remembered",  # as accepted for an earlier file
    "other_columns",  # the values prove nothing; the other columns of the file,
    "delimiter",  # the semicolon that goes with decimal commas,
    "country",  # the distributor's country,
    "decimal_comma",  # the decimal comma that goes with day first,
    "default",  # or nothing at all decides
    "chosen",  # by a person
]
Form = Literal["point", "comma", "ymd", "dmy", "mdy", "serial"]

NUMBER_FORMS: frozenset[Form] = frozenset({"point", "comma"})
DATE_FORMS: frozenset[Form] = frozenset({"ymd", "dmy", "mdy", "serial"})
LONGEST_VALUE = 64  # characters of a number or date: what is longer is neither, and not put to the test
STRAY_SHARE = 0.01  # so few values of the other kind are faults and cast no doubt on the column
MONTH_FIRST_COUNTRIES = frozenset({"US"})
# fmt: off
DECIMAL_COMMA_COUNTRIES = frozenset({
    "AR", "AT", "BE", "BG", "BR", "CL", "CO", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
    "IT", "LT", "LU", "LV", "NL", "NO", "PL", "PT", "RO", "RS", "SE", "SI", "SK", "TR", "UA",
})
# fmt: on


@dataclass(frozen=True)
class ColumnConvention:
    """How one column writes its numbers or dates.

    ``mixed``: both kinds occur so often that a value readable in both ways is a fault. ``counts``: how many
    values showed what, for a person to see.
    """

    field: str
    heading: str
    form: Form
    certain: bool
    why: Why
    mixed: bool = False
    counts: dict[str, int] | None = None

    @property
    def mark(self) -> decimals.Mark:
        """The decimal mark of a column of numbers."""
        return "comma" if self.form == "comma" else "point"

    @property
    def order(self) -> dates.Order:
        """The order of day, month and year of a column of dates."""
        return cast(dates.Order, self.form)


@dataclass(frozen=True)
class Conventions:
    """The conventions of a file's columns, and the day on which it was examined: no invoice lies after it."""

    columns: tuple[ColumnConvention, ...]
    today: dt.date

    @cached_property
    def by_field(self) -> dict[str, ColumnConvention]:
        """The conventions by field key."""
        return {column.field: column for column in self.columns}

    @property
    def uncertain(self) -> tuple[ColumnConvention, ...]:
        """Columns that a person should confirm."""
        return tuple(column for column in self.columns if not column.certain)

    def choose(self, field: str, form: Form) -> Self:
        """What a person chose for one column."""
        if (form in NUMBER_FORMS) != (self.by_field[field].form in NUMBER_FORMS):
            raise ValueError(f"{form} is no form of {field}.")
        columns = (
            replace(column, form=form, certain=True, why="chosen") if column.field == field else column
            for column in self.columns
        )
        return replace(self, columns=tuple(columns))

    def to_json(self) -> dict[str, Any]:
        """As plain values that JSON can hold."""
        return {"today": self.today.isoformat(), "columns": [asdict(column) for column in self.columns]}

    @classmethod
    def from_json(cls, saved: dict[str, Any]) -> Self:
        """The reverse of ``to_json``."""
        columns = tuple(ColumnConvention(**column) for column in saved["columns"])
        return cls(columns, dt.date.fromisoformat(saved["today"]))


class Evidence:
    """What the values of a file show, gathered chunk by chunk in bounded memory."""

    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        self.counts: dict[str, Counter[str]] = {
            key: Counter() for key, field in mapping.fields.items() if field.kind != "text"
        }

    def add(self, chunk: pd.DataFrame) -> None:
        """Take in a chunk of raw rows."""
        for key, counts in self.counts.items():
            column = chunk[self.mapping.positions[key]].to_numpy()
            if self.mapping.fields[key].kind == "date":
                _count(counts, column, dates.shape)
            else:
                _count(counts, decimals.shapes(column), decimals.shape)

    def conclude(
        self, delimiter: str, country: str | None, remembered: Conventions | None, today: dt.date
    ) -> Conventions:
        """Decide each column, those that prove themselves first: the others lean on them."""
        before = (
            {normalised_heading(column.heading): column for column in remembered.columns}
            if remembered
            else {}
        )
        fields = {key: self.mapping.fields[key] for key in self.counts}
        numbers = {
            key: _mark_shown(self.counts[key]) for key, field in fields.items() if field.kind != "date"
        }
        likely_mark = _likely_mark(numbers.values(), delimiter, country)
        days = {key: _order_shown(self.counts[key]) for key, field in fields.items() if field.kind == "date"}
        likely_order = _likely_order(days.values(), likely_mark, country)
        columns = []
        for key in fields:
            shown, likely = (days[key], likely_order) if key in days else (numbers[key], likely_mark)
            earlier = before.get(normalised_heading(self.mapping.heading(key)))
            columns.append(self._column(key, _settled(shown, likely, earlier)))
        return Conventions(tuple(columns), today)

    def _column(self, key: str, verdict: "_Verdict") -> ColumnConvention:
        form, certain, why, mixed = verdict
        heading, counts = self.mapping.heading(key), dict(sorted(self.counts[key].items()))
        return ColumnConvention(key, heading, form or "ymd", certain, why, mixed, counts)


def _count(counts: Counter[str], values: Iterable[str], shape: Callable[[str], str]) -> None:
    for value, times in Counter(values).items():
        text = value.strip()
        if text:
            counts[shape(text) if len(text) <= LONGEST_VALUE else "none"] += times


class _Verdict(NamedTuple):
    """What was concluded for a column; no form where its values leave it open."""

    form: Form | None
    certain: bool
    why: Why
    mixed: bool = False


def _settled(shown: _Verdict, likely: _Verdict, earlier: ColumnConvention | None) -> _Verdict:
    """Where the values leave doubt, what was accepted earlier decides, else what is likely."""
    kind = NUMBER_FORMS if likely.form in NUMBER_FORMS else DATE_FORMS
    if not shown.certain and earlier and earlier.form in kind:
        return _Verdict(earlier.form, True, "remembered", shown.mixed)
    if shown.form is None:
        return likely._replace(certain=shown.certain, why=shown.why if shown.certain else likely.why)
    return shown


def _stronger(first: Form, second: Form, counts: Counter[str]) -> _Verdict:
    """The form that more values show; beyond a few stray values the other one casts doubt."""
    more, fewer = (first, second) if counts[first] >= counts[second] else (second, first)
    mixed = counts[fewer] > STRAY_SHARE * (counts[more] + counts[fewer])
    return _Verdict(more, not mixed, "both_in_column" if mixed else "values", mixed)


def _mark_shown(counts: Counter[str]) -> _Verdict:
    if counts["point"] or counts["comma"]:
        return _stronger("point", "comma", counts)
    return _Verdict(None, not counts["either"], "nothing_to_decide")


def _likely_mark(shown: Iterable[_Verdict], delimiter: str, country: str | None) -> _Verdict:
    """The decimal mark to take for a column that does not show it."""
    proven = Counter(verdict.form for verdict in shown if verdict.form)
    if proven:
        return _Verdict(proven.most_common(1)[0][0], False, "other_columns")
    if delimiter == ";":
        return _Verdict("comma", False, "delimiter")
    if country:
        return _Verdict("comma" if country in DECIMAL_COMMA_COUNTRIES else "point", False, "country")
    return _Verdict("point", False, "default")


def _order_shown(counts: Counter[str]) -> _Verdict:
    year_first, open_values = counts["iso"] + counts["iso_low"], counts["either"] + counts["either_dotted"]
    year_last = counts["dmy"] + counts["mdy"] + open_values
    if counts["serial"] > year_first + year_last:
        return _Verdict("serial", True, "values")
    if counts["dmy"] or counts["mdy"]:
        if counts["iso_low"] and not counts["iso"] and not open_values:
            return _stronger("dmy", "mdy", counts)._replace(certain=False, why="day_month_swapped")
        return _stronger("dmy", "mdy", counts)
    if counts["either_dotted"] and not counts["either"]:
        return _Verdict("dmy", True, "values")  # dots are used with the day first only
    if open_values:
        return _Verdict(None, False, "nothing_to_decide")
    return _Verdict("ymd", True, "values" if year_first else "nothing_to_decide")


def _likely_order(shown: Iterable[_Verdict], mark: _Verdict, country: str | None) -> _Verdict:
    """The order of day and month to take for a column whose dates can all be read in both ways."""
    proven = Counter(verdict.form for verdict in shown if verdict.form in ("dmy", "mdy"))
    if proven:
        return _Verdict(proven.most_common(1)[0][0], False, "other_columns")
    if mark.form == "comma":
        return _Verdict("dmy", False, "decimal_comma")
    if country:
        return _Verdict("mdy" if country in MONTH_FIRST_COUNTRIES else "dmy", False, "country")
    return _Verdict("dmy", False, "default")
