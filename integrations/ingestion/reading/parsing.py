"""Raw rows to typed rows; one fault for each defect; rows that are no lines of trade are set aside."""

import datetime as dt
import json
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from integrations.ingestion.reading import dates, decimals
from integrations.ingestion.reading.conventions import LONGEST_VALUE, ColumnConvention, Conventions
from integrations.ingestion.reading.faults import FOUND_LIMIT, Reason, printable
from integrations.ingestion.reading.feeds import FEEDS
from integrations.ingestion.reading.fields import Feed, Field, normalised_heading
from integrations.ingestion.reading.mapping import Mapping
from integrations.ingestion.reading.tables import CELLS, blank_rows

TEXT_LIMIT = 255  # characters
MAY_LIE_AHEAD = dt.timedelta(days=5 * 366)  # a promised day further off than this is a slip of the pen

Objects = npt.NDArray[np.object_]
Bools = npt.NDArray[np.bool_]

_FAULT_COLUMNS = ["row", "column", "field", "code", "found", "params"]
_SET_ASIDE_COLUMNS = ["row", "kind", "found", "stated", "code", "params"]
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_INVISIBLE = str.maketrans(dict.fromkeys("\ufeff\u200b\u00ad"))
_EXCEL_NUMBER = re.compile(r"\d(?:[.,]\d+)?E\+\d{2,}", re.IGNORECASE | re.ASCII)
_EXCEL_ERRORS = frozenset(
    {"#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"}
)
_ZERO = "0.0000"
_LINE_BREAKS = re.compile(r"[\t\r\n]+")
_GUARD = re.compile(r"^'(?=[=+\-@])")  # put before what a spreadsheet would run, as archives are written, too
_TOTAL_CELLS = 3  # filled cells of a row in which the word for a total is looked for
_SUBTOTAL = re.compile(
    r"sub ?tota|zwischensumme|zwischentotal|sous total|totale parziale|tussentotaal|suma czesciowa|podsuma"
)
_TOTAL = re.compile(
    r"(?:grand )?totals?\b|gesamt|endsumme|summe\b|totale\b|somma\b|totaal\b|eindtotaal|razem\b|suma\b"
    r"|ogolem\b"
)


@dataclass(frozen=True)
class Parsed:
    """What became of a chunk: each of its rows is in exactly one of ``rows``, ``faulty`` and ``set_aside``.

    Attributes
    ----------
    rows : typed rows, indexed by row number, one column for each mapped field: text as str or None, dates as
        datetime64[s], whole numbers as Int64, decimals as canonical text (``'1234.5600'``) or None
    faults : row, column (heading), field, code (``Reason``), found, params; one row for each defect
    faulty : the cells of the rows with faults as they stand in the file, made printable
    set_aside : row, kind (blank, subtotal, total, footer), found, what is stated (an amount or None by key of the
        feed's ``summed`` fields), and the code (``Note``) and params of a remark
    """

    rows: pd.DataFrame
    faults: pd.DataFrame
    faulty: pd.DataFrame
    set_aside: pd.DataFrame


@dataclass(frozen=True)
class _Column:
    """One field of a chunk: its typed values and, where there is none, the reason."""

    field: Field
    heading: str
    raw: Objects
    values: Any  # an object, datetime64 or masked array
    reasons: Objects
    params: dict[Reason, dict[str, Any]]


def parse_chunk(raw: pd.DataFrame, mapping: Mapping, conventions: Conventions) -> Parsed:
    """Parse a chunk of raw rows.

    Parameters
    ----------
    raw : a frame of ``read_chunks``
    mapping : which column holds which field; complete (``require_complete``)
    conventions : how the columns of numbers and dates are written

    Returns
    -------
    Parsed
        The same for the same chunk and settings, wherever and whenever it is called.
    """
    columns = [
        _column(field, raw[mapping.positions[key]].to_numpy(), mapping.heading(key), conventions)
        for key, field in mapping.fields.items()
    ]
    set_aside = _set_aside(raw, FEEDS[mapping.feed], {column.field.key: column for column in columns})
    aside = raw.index.isin(set_aside["row"])
    ragged = (raw[CELLS].to_numpy() != len(raw.columns) - 1) & ~aside
    faults = _faults(raw, columns, ragged, aside)
    faulty = raw.index.isin(faults["row"])
    rows = pd.DataFrame({column.field.key: column.values for column in columns}, raw.index, copy=False)
    if FEEDS[mapping.feed].keeps_others:
        rows["others"] = _others(raw, mapping)
    if faulty.any() or aside.any():
        rows = rows[~(faulty | aside)]
    return Parsed(rows, faults, raw[faulty].drop(columns=CELLS).map(printable), set_aside)


def _column(field: Field, raw: Objects, heading: str, conventions: Conventions) -> _Column:
    """Type one column: each distinct text once, then spread over the rows."""
    codes, distinct = pd.factorize(raw)
    texts, reasons = _tidied(distinct)
    usable = (texts != "") & pd.isna(reasons)
    params: dict[Reason, dict[str, Any]] = {Reason.TEXT_TOO_LONG: {"limit": TEXT_LIMIT}}
    if field.kind != "text":
        too_long = np.fromiter(map(len, texts), np.int64, len(texts)) > LONGEST_VALUE
        reasons[usable & too_long] = Reason.NOT_A_DATE if field.kind == "date" else Reason.NOT_A_NUMBER
        usable &= ~too_long
    values: Any  # the arrays of the three kinds have no type in common
    if field.kind == "text":
        values, found = _texts(texts, usable, field)
    elif field.kind == "date":
        values, found = _dates(texts, usable, field, conventions, params)
    else:
        values, found = _numbers(texts, usable, field, conventions.by_field[field.key], params)
    reasons = np.where(pd.isna(found), reasons, found)
    if field.requirement == "required":
        reasons[texts == ""] = Reason.MISSING_VALUE
    return _Column(field, heading, raw, values[codes], reasons[codes], params)


def _tidied(distinct: Objects) -> tuple[Objects, Objects]:
    """Texts on one line, without white space around them, composed (NFC); and why a text cannot be used."""
    texts = list(map(str.strip, distinct))
    joined = "\n".join(texts)
    if "'" in joined:
        texts = [_GUARD.sub("", text) for text in texts]
        joined = "\n".join(texts)
    if "\t" in joined or "\r" in joined or joined.count("\n") >= len(texts):
        texts = [_LINE_BREAKS.sub(" ", text) for text in texts]
        joined = "\n".join(texts)
    if not joined.isascii():
        joined = unicodedata.normalize("NFC", joined.translate(_INVISIBLE))
        texts = list(map(str.strip, joined.split("\n"))) if texts else []
    reasons = np.full(len(texts), None, dtype=object)
    if not joined.replace("\n", "").isprintable():  # a quick look: these, and some harmless characters
        for position, text in enumerate(texts):
            if _SURROGATE.search(text):
                reasons[position] = Reason.UNREADABLE_CHARACTER
            elif _CONTROL.search(text):
                reasons[position] = Reason.CONTROL_CHARACTER
    if "#" in joined:
        reasons[[text.upper() in _EXCEL_ERRORS for text in texts]] = Reason.EXCEL_ERROR
    return np.array([*texts, None], dtype=object)[:-1], reasons


def _texts(texts: Objects, usable: Bools, field: Field) -> tuple[Objects, Objects]:
    reasons = np.full(len(texts), None, dtype=object)
    lengths = np.fromiter(map(len, texts), np.int64, len(texts))
    reasons[lengths > TEXT_LIMIT] = Reason.TEXT_TOO_LONG
    if field.identifies and "E+" in "\n".join(texts).upper():
        eaten = np.fromiter(map(bool, map(_EXCEL_NUMBER.fullmatch, texts)), bool, len(texts))
        reasons[eaten] = Reason.SCIENTIFIC_NOTATION
    values = texts.copy()
    values[~usable] = reasons[~usable] = None
    return values, reasons


def _dates(
    texts: Objects,
    usable: Bools,
    field: Field,
    conventions: Conventions,
    params: dict[Reason, dict[str, Any]],
) -> tuple[dates.Dates, Objects]:
    convention = conventions.by_field[field.key]
    ahead = (
        MAY_LIE_AHEAD if field.may_lie_ahead else dt.timedelta(days=1)
    )  # a day, for the far side of the globe
    latest = conventions.today + ahead
    params[Reason.NOT_A_DATE] = {"example": dates.EXAMPLES[convention.order]}
    params[Reason.NO_SUCH_DAY] = {"order": dates.PATTERNS[convention.order]}
    params[Reason.DATE_TOO_OLD] = {"earliest": dates.EARLIEST.isoformat()}
    params[Reason.DATE_IN_FUTURE] = {"latest": latest.isoformat()}
    days = np.full(len(texts), "NaT", dtype="datetime64[s]")
    reasons = np.full(len(texts), None, dtype=object)
    days[usable], reasons[usable] = dates.to_dates(list(texts[usable]), convention.order, convention.mixed)
    reasons[days < np.datetime64(dates.EARLIEST)] = Reason.DATE_TOO_OLD
    reasons[days > np.datetime64(latest)] = Reason.DATE_IN_FUTURE
    return days, reasons


def _numbers(
    texts: Objects,
    usable: Bools,
    field: Field,
    convention: ColumnConvention,
    params: dict[Reason, dict[str, Any]],
) -> tuple[Any, Objects]:
    example = {"example": decimals.EXAMPLES[convention.mark]}
    for reason in (Reason.NOT_A_NUMBER, Reason.CONTRADICTING_DECIMAL_MARK, Reason.AMBIGUOUS_NUMBER):
        params[reason] = example
    params[Reason.TOO_LARGE] = {"limit": decimals.WHOLE_DIGITS}
    params[Reason.TOO_MANY_DECIMALS] = {"limit": decimals.SCALE}
    values, reasons = np.full(len(texts), None, dtype=object), np.full(len(texts), None, dtype=object)
    if usable.any():
        values[usable], reasons[usable] = decimals.canonical(
            list(texts[usable]), convention.mark, convention.mixed
        )
    if field.never_zero:
        reasons[values == _ZERO] = Reason.ZERO_QUANTITY
    if field.kind == "decimal":
        return values, reasons
    numbers = decimals.scaled(values)
    reasons[numbers % decimals.UNIT != 0] = Reason.NOT_A_WHOLE_NUMBER
    if field.within:
        lowest, highest = field.within
        params[Reason.OUT_OF_RANGE] = {"lowest": lowest, "highest": highest}
        outside = (numbers < lowest * decimals.UNIT) | (numbers > highest * decimals.UNIT)
        reasons[outside & ~pd.isna(values)] = Reason.OUT_OF_RANGE
    return pd.arrays.IntegerArray(numbers // decimals.UNIT, pd.isna(values)), reasons


def _others(raw: pd.DataFrame, mapping: Mapping) -> list[str]:
    """What stands in the columns that hold no field, by their headings, as JSON."""
    kept = {
        column.position: column.heading for column in mapping.columns if not column.field and column.heading
    }
    cells = zip(*(raw[position].map(_custom) for position in kept), strict=True) if kept else [()] * len(raw)
    return [
        json.dumps({heading: cell for heading, cell in zip(kept.values(), row, strict=True) if cell})
        for row in cells
    ]


def _custom(cell: str) -> str:
    return printable(cell.strip(), TEXT_LIMIT)


def _set_aside(raw: pd.DataFrame, feed: Feed, columns: dict[str, _Column]) -> pd.DataFrame:
    """Blank rows, and the subtotals and totals: rows without what each line has that say so."""
    blank = blank_rows(raw)
    nameless = ~blank if feed.always else np.zeros(len(raw), dtype=bool)
    for key in feed.always:
        nameless &= columns[key].reasons == Reason.MISSING_VALUE
    found: list[tuple[Any, ...]] = [(row, "blank", "", {}, None, None) for row in raw.index[blank]]
    for position in np.flatnonzero(nameless).tolist():
        kind, text = _kind_of_total(raw.iloc[position])
        if kind:
            stated = {key: columns[key].values[position] for key in feed.summed if key in columns}
            found.append((raw.index[position], kind, printable(text, FOUND_LIMIT), stated, None, None))
    return _frame(found, _SET_ASIDE_COLUMNS)


def _kind_of_total(row: "pd.Series[Any]") -> tuple[str, str]:
    """Whether one of the first filled cells says subtotal or total, and that cell."""
    cells = [cell for cell in row.drop(CELLS) if cell.strip()]
    for cell in cells[:_TOTAL_CELLS]:
        words = " ".join(normalised_heading(word) for word in re.split(r"[\W_]+", cell)).strip()
        if _SUBTOTAL.match(words):
            return "subtotal", cell.strip()
        if _TOTAL.match(words):
            return "total", cell.strip()
    return "", ""


def _faults(raw: pd.DataFrame, columns: list[_Column], ragged: Bools, aside: Bools) -> pd.DataFrame:
    """One row for each defect. The cells of a ragged row may have shifted: they are not judged one by one."""
    expected = len(raw.columns) - 1
    found: list[tuple[Any, ...]] = []
    for row, cells in raw.loc[ragged, CELLS].items():
        params = {"cells": int(cells), "expected": expected}
        found.append((row, "", "", Reason.RAGGED_ROW.value, str(cells), params))
    for column in columns:
        for position in np.flatnonzero(~pd.isna(column.reasons) & ~ragged & ~aside).tolist():
            reason = column.reasons[position]
            text = printable(column.raw[position].strip(), FOUND_LIMIT)
            params = column.params.get(reason, {})
            found.append((raw.index[position], column.heading, column.field.key, reason.value, text, params))
    return _frame(found, _FAULT_COLUMNS)


def _frame(found: list[tuple[Any, ...]], columns: list[str]) -> pd.DataFrame:
    """Findings in the order of their rows."""
    frame = pd.DataFrame(found, columns=columns, dtype=object).astype({"row": np.int64})
    return frame.sort_values("row", kind="stable", ignore_index=True)
