"""Decimal mark and date order of a column, proven by its values or marked as uncertain with the reason."""

import json

import pytest

from integrations.ingestion.reading import Examination


def _column(read, lines, field, values, **settings):
    changes = [{field: value} for value in values]
    delimiter = settings.pop("delimiter", ",")
    return _found(read(lines(*changes, delimiter=delimiter), **settings).examination, field)


def _found(examination, field):
    column = examination.conventions.by_field[field]
    return column.form, column.certain, column.why


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["1.234", "12.5"], ("point", True, "values")),
        (["1,234.56"], ("point", True, "values")),
        (["1.234", "12,5"], ("comma", True, "values")),
        (["1.234.567"], ("comma", True, "values")),
        (["12", "1 234"], ("point", True, "nothing_to_decide")),
        (["1.234", "5.678"], ("point", False, "default")),
        (["12.5", "12,5", "13,5"], ("comma", False, "both_in_column")),
    ],
)
def test_decimal_marks(read, lines, values, expected):
    assert _column(read, lines, "net_amount", values) == expected


def test_a_stray_number_of_the_other_kind_casts_no_doubt(read, lines):
    assert _column(read, lines, "net_amount", ["12,5"] * 150 + ["12.5"]) == ("comma", True, "values")


def test_an_open_decimal_mark_leans_on_other_columns_delimiter_and_country(read, lines):
    open_values = {"net_amount": "1.234"}
    other = read(lines({**open_values, "quantity": "1,5"})).examination
    assert _found(other, "net_amount") == ("comma", False, "other_columns")
    assert _column(read, lines, "net_amount", ["1.234"], delimiter=";") == ("comma", False, "delimiter")
    assert _column(read, lines, "net_amount", ["1.234"], country="DE") == ("comma", False, "country")
    assert _column(read, lines, "net_amount", ["1.234"], country="GB") == ("point", False, "country")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["2024-01-31", "20240131"], ("ymd", True, "values")),
        (["31/01/2024", "03/04/2024"], ("dmy", True, "values")),
        (["01/31/2024", "03/04/2024"], ("mdy", True, "values")),
        (["31/01/2024", "2024-04-13"], ("dmy", True, "values")),
        (["03.04.2024"], ("dmy", True, "values")),
        (["45322", "45323"], ("serial", True, "values")),
        (["03/04/2024"], ("dmy", False, "default")),
        (["31/01/2024", "30/01/2024", "01/31/2024"], ("dmy", False, "both_in_column")),
        (["2024-01-02", "2024-03-12", "31/01/2024"], ("dmy", False, "day_month_swapped")),
    ],
)
def test_date_orders(read, lines, values, expected):
    assert _column(read, lines, "invoice_date", values) == expected


def test_an_open_date_order_leans_on_other_columns_decimal_comma_and_country(read, lines):
    open_day = {"invoice_date": "03/04/2024"}
    other = read(lines({**open_day, "promised_date": "04/13/2024"})).examination
    assert _found(other, "invoice_date") == ("mdy", False, "other_columns")
    comma = read(lines({**open_day, "net_amount": "12,50"}), country="US").examination
    assert _found(comma, "invoice_date") == ("dmy", False, "decimal_comma")
    assert _column(read, lines, "invoice_date", ["03/04/2024"], country="US") == ("mdy", False, "country")
    assert _column(read, lines, "invoice_date", ["03/04/2024"], country="GB") == ("dmy", False, "country")


def test_two_forms_in_one_file(read, lines):
    outcome = read(lines({"invoice_date": "29/12/2023", "promised_date": "2024-01-10"}))
    assert _found(outcome.examination, "invoice_date") == ("dmy", True, "values")
    assert _found(outcome.examination, "promised_date") == ("ymd", True, "values")
    assert outcome.rows["invoice_date"].dt.strftime("%Y-%m-%d").tolist() == ["2023-12-29"]
    assert outcome.rows["promised_date"].dt.strftime("%Y-%m-%d").tolist() == ["2024-01-10"]


def test_what_a_person_chose_settles_the_next_open_file(read, lines):
    first = read(lines({"invoice_date": "03/04/2024", "net_amount": "1.234"})).examination
    conventions = first.conventions.choose("invoice_date", "mdy").choose("net_amount", "comma")
    accepted = Examination.from_json(
        json.loads(json.dumps({**first.to_json(), "conventions": conventions.to_json()}))
    )
    second = read(lines({"invoice_date": "05/06/2024", "net_amount": "5.678"}), remembered=accepted)
    assert _found(second.examination, "invoice_date") == ("mdy", True, "remembered")
    assert second.rows["net_amount"].tolist() == ["5678.0000"]
    proven = read(lines({"invoice_date": "31/05/2024"}), remembered=accepted).examination
    assert _found(proven, "invoice_date") == ("dmy", True, "values")


def test_a_form_of_another_kind_cannot_be_chosen(read, lines):
    with pytest.raises(ValueError, match="dmy is no form of net_amount"):
        read(lines({})).examination.conventions.choose("net_amount", "dmy")


def test_uncertain_columns_are_listed_with_their_counts(read, lines):
    (column,) = read(lines({"invoice_date": "03/04/2024"})).examination.conventions.uncertain
    assert (column.heading, column.counts) == ("invoice_date", {"either": 1})
