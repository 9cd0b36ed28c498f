"""Good rows are typed; each defect of a bad one is told in one sentence."""

import datetime as dt
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.ingestion.reading import Reason, examine, parse, sentence

TODAY = dt.date(2024, 6, 30)


def test_a_good_row_is_typed(read, lines):
    rows = read(lines({"quantity": "-3", "net_amount": "1,234.5", "account_name": "  Łódź\u00a0 "})).rows
    assert rows.loc[2].to_dict() == {
        "invoice_number": "I-1",
        "line_number": 1,
        "invoice_date": np.datetime64("2024-01-31"),
        "promised_date": np.datetime64("2024-02-05"),
        "account_id": "A-7",
        "account_name": "Łódź",
        "sku": "BK-1",
        "quantity": "-3.0000",
        "net_amount": "1234.5000",
    }
    assert str(rows["invoice_date"].dtype) == "datetime64[s]"
    assert str(rows["line_number"].dtype) == "Int64"


def test_what_is_optional_may_be_empty(read, lines):
    empty = {"line_number": "", "promised_date": "", "account_name": " ", "net_amount": ""}
    outcome = read(lines(empty, {}))
    assert outcome.faults.empty
    assert outcome.rows.loc[2, list(empty)].isna().all()
    assert outcome.rows.loc[3, list(empty)].notna().all()


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("Cafe\u0301", "Café"),
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("\ufeffBOM\u200b", "BOM"),
        ("=HYPERLINK(1)", "=HYPERLINK(1)"),
        ("00123", "00123"),
        ("12E5", "12E5"),
    ],
)
def test_texts_are_kept_on_one_line_and_composed(read, lines, written, stored):
    assert read(lines({"sku": written})).rows["sku"].tolist() == [stored]


@pytest.mark.parametrize(
    ("field", "value", "code", "expected"),
    [
        ("sku", " ", "missing_value", 'Row 3: column "sku" is empty, and every line needs it. Fill it in.'),
        (
            "invoice_date",
            "yesterday",
            "not_a_date",
            'Row 3, column "invoice_date": "yesterday" is not a date. Write it as 2012-12-28.',
        ),
        (
            "invoice_date",
            "2024-02-31",
            "no_such_day",
            'Row 3, column "invoice_date": there is no such day as "2024-02-31" (read as YYYY-MM-DD). Correct the '
            "date.",
        ),
        (
            "invoice_date",
            "2024-07-02",
            "date_in_future",
            'Row 3, column "invoice_date": "2024-07-02" lies after 2024-07-01. Correct the date.',
        ),
        (
            "promised_date",
            "2102-01-01",
            "date_in_future",
            'Row 3, column "promised_date": "2102-01-01" lies after 2029-07-04. Correct the date.',
        ),
        (
            "invoice_date",
            "1989-12-31",
            "date_too_old",
            'Row 3, column "invoice_date": "1989-12-31" lies before 1990-01-01. Correct the date.',
        ),
        (
            "net_amount",
            "NaN",
            "not_a_number",
            'Row 3, column "net_amount": "NaN" is not a number. Write it as 1234.56.',
        ),
        (
            "net_amount",
            "12,5",
            "contradicting_decimal_mark",
            'Row 3, column "net_amount": "12,5" contradicts the decimal mark of the column. Write it as 1234.56.',
        ),
        (
            "net_amount",
            "123456789012345",
            "too_large",
            'Row 3, column "net_amount": "123456789012345" has more than 14 digits before the decimal mark. Correct '
            "the number.",
        ),
        (
            "net_amount",
            "0.12345",
            "too_many_decimals",
            'Row 3, column "net_amount": "0.12345" has more than 4 decimals. Round it.',
        ),
        (
            "net_amount",
            "1e400",
            "scientific_notation",
            'Row 3, column "net_amount": "1e400" is in scientific notation, so digits are lost. Format the column as '
            "text in Excel and enter the value in full.",
        ),
        (
            "sku",
            "4.00638E+12",
            "scientific_notation",
            'Row 3, column "sku": "4.00638E+12" is in scientific notation, so digits are lost. Format the column as '
            "text in Excel and enter the value in full.",
        ),
        (
            "quantity",
            "0,000.00",
            "not_a_number",
            'Row 3, column "quantity": "0,000.00" is not a number. Write it as 1234.56.',
        ),
        (
            "quantity",
            "-0.0",
            "zero_quantity",
            'Row 3, column "quantity": the quantity is zero ("-0.0"). Enter what was sold or returned, or remove the '
            "row.",
        ),
        (
            "line_number",
            "1.5",
            "not_a_whole_number",
            'Row 3, column "line_number": "1.5" is not a whole number. Correct it.',
        ),
        (
            "account_name",
            "a\x00b",
            "control_character",
            'Row 3, column "account_name": "a\ufffdb" holds an invisible control character. Remove it.',
        ),
        (
            "account_name",
            "a\u202eb",
            "control_character",
            'Row 3, column "account_name": "a\ufffdb" holds an invisible control character. Remove it.',
        ),
        (
            "account_name",
            "x" * 256,
            "text_too_long",
            f'Row 3, column "account_name": the text beginning "{"x" * 120}" is longer than 255 characters. Shorten '
            "it.",
        ),
        (
            "net_amount",
            "#DIV/0!",
            "excel_error",
            'Row 3, column "net_amount": the cell holds the Excel error "#DIV/0!". Correct its formula.',
        ),
        (
            "net_amount",
            "9" * 70,
            "not_a_number",
            f'Row 3, column "net_amount": "{"9" * 70}" is not a number. Write it as 1234.56.',
        ),
    ],
)
def test_each_defect_has_its_sentence(read, lines, field, value, code, expected):
    good = [{} for _ in range(150)]
    outcome = read(lines({"net_amount": "0.5"}, {field: value}, *good))
    assert outcome.faults["code"].tolist() == [code]
    assert outcome.sentences == [expected]
    assert outcome.faults["field"].tolist() == [field]
    assert list(outcome.faulty.index) == [3]
    assert list(outcome.rows.index) == [2, *range(4, 154)]


def test_a_ragged_row_is_one_fault_whatever_its_cells_hold(read, lines):
    outcome = read(lines({}) + "I-2,x,yesterday\n")
    assert outcome.sentences == [
        "Row 3 has 3 cells, the headings have 9. Look for a missing or an unquoted delimiter and correct the row."
    ]


def test_bytes_outside_the_encoding_are_a_fault_of_their_row(read, lines):
    content = lines({"account_name": "Zoë"}, {"account_name": "Zoë"}, {"account_name": "Zo?"}).encode()
    outcome = read(content.replace(b"Zo?", b"Zo\xff"))
    assert outcome.sentences == [
        'Row 4, column "account_name": "Zo\ufffd" holds bytes that are no text in the file\'s encoding. Save the '
        "file as UTF-8 and correct the cell."
    ]
    assert outcome.faulty.loc[4, 5] == "Zo\ufffd"


def test_in_columns_of_both_kinds_values_readable_both_ways_are_faults(read, lines):
    outcome = read(
        lines(
            {"invoice_date": "31/01/2024", "net_amount": "12.5"},
            {"invoice_date": "30/01/2024", "net_amount": "13.5"},
            {"invoice_date": "01/31/2024", "net_amount": "12,5"},
            {"invoice_date": "03/04/2024", "net_amount": "1,234"},
        )
    )
    assert list(outcome.rows.index) == [2, 3]
    assert outcome.sentences[2:] == [
        'Row 5, column "invoice_date": "03/04/2024" can be read day first or month first, and the column holds '
        "dates of both kinds. Write it as YYYY-MM-DD.",
        'Row 5, column "net_amount": "1,234" can be read with a decimal point or a decimal comma, and the column '
        "holds numbers of both kinds. Write it without thousands marks, as 1234.56.",
    ]


def test_all_faults_of_a_row_are_told_at_once(read, lines):
    outcome = read(lines({"sku": "", "quantity": "x", "invoice_date": "?"}, {}))
    assert outcome.faults["code"].tolist() == ["not_a_date", "missing_value", "not_a_number"]
    assert set(outcome.faults["row"]) == {2}


def test_the_first_and_the_last_day_that_are_taken(read, lines):
    outcome = read(lines({"invoice_date": "1990-01-01"}, {"invoice_date": "2024-07-01"}))
    assert outcome.faults.empty


def test_cash_sale_is_a_customer(read, lines):
    assert read(lines({"account_id": "CASH SALE"})).faults.empty


def test_every_reason_has_a_sentence_that_needs_only_what_a_fault_carries():
    for reason in Reason:
        fault = {"row": 7, "column": "Qty", "field": "quantity", "code": reason.value, "found": "x"}
        carried = (
            "cells",
            "expected",
            "limit",
            "example",
            "order",
            "latest",
            "earliest",
            "lowest",
            "highest",
        )
        assert sentence({**fault, "params": dict.fromkeys(carried, 1)}).startswith("Row 7")


CELLS = [
    "",
    " ",
    "TOTAL",
    "Subtotal",
    "0",
    "1",
    "1.234,5",
    "1,234.5",
    "2024-01-31",
    "31/12/2023",
    "45000",
    "\u202e",
]
CELL = st.one_of(
    st.sampled_from(CELLS),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=8),  # with more, it is no text
)


@settings(max_examples=50, deadline=None)
@given(
    table=st.lists(st.lists(CELL, min_size=1, max_size=7), min_size=1, max_size=12),
    rows=st.integers(min_value=1, max_value=13),
)
def test_every_row_ends_in_exactly_one_place_whatever_the_chunks(table, rows):
    headings = "invoice_number,invoice_date,account_id,sku,quantity,net_amount\n"
    quoted = ("".join('"' + cell.replace('"', '""') + '",' for cell in record)[:-1] for record in table)
    source = io.BytesIO(
        (headings + "I-0,2024-01-31,A,S,1,1\n" + "".join(f"{line}\n" for line in quoted)).encode()
    )
    examination = examine(source, "x.csv", "sell_through", today=TODAY)
    places = []
    for chunk in parse(source, examination, rows=rows):
        places += [*chunk.rows.index, *chunk.faulty.index, *chunk.set_aside["row"]]
        assert set(chunk.faults["row"]) == set(chunk.faulty.index)
        assert all(map(sentence, chunk.faults.to_dict("records")))
    assert sorted(places) == list(range(2, len(table) + 3))
