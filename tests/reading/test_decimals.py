"""Numbers in each notation become exact decimals."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.ingestion.reading.decimals import canonical, shape, total
from integrations.ingestion.reading.faults import Reason

AMOUNTS = st.decimals(min_value=-(10**14) + 1, max_value=10**14 - 1, places=4)


def _written(amount: Decimal, thousands: str, decimal: str) -> str:
    text = f"{amount:,.4f}".replace(",", "t").replace(".", decimal)
    return text.replace("t", thousands)


@pytest.mark.parametrize(
    ("thousands", "decimal", "mark"),
    [
        (",", ".", "point"),
        ("", ".", "point"),
        ("'", ".", "point"),
        (" ", ".", "point"),
        (".", ",", "comma"),
        ("", ",", "comma"),
        ("\u00a0", ",", "comma"),
        ("\u202f", ",", "comma"),
        ("’", ",", "comma"),
    ],
)
@settings(max_examples=40, deadline=None)
@given(amounts=st.lists(AMOUNTS, min_size=1, max_size=8))
def test_every_notation_gives_the_number_that_was_written(amounts, thousands, decimal, mark):
    numbers, reasons = canonical([_written(amount, thousands, decimal) for amount in amounts], mark)
    assert list(reasons) == [None] * len(amounts)
    assert [Decimal(number) for number in numbers] == amounts
    assert all(number == f"{Decimal(number) + 0:.4f}" for number in numbers)


@settings(max_examples=40, deadline=None)
@given(amounts=st.lists(AMOUNTS, max_size=50))
def test_totals_are_exact(amounts):
    numbers = [f"{amount + 0:.4f}" for amount in amounts]
    assert total([*numbers, None]) == sum(amounts, Decimal(0))


@settings(max_examples=40, deadline=None)
@given(amounts=st.lists(AMOUNTS, min_size=1), stray=st.sampled_from(["x", "1e5", "", "1.2.3"]))
def test_one_bad_number_does_not_change_the_others(amounts, stray):
    texts = [f"{amount:.4f}" for amount in amounts]
    numbers, reasons = canonical([*texts, stray], "point")
    assert list(numbers[:-1]) == list(canonical(texts, "point")[0])
    assert numbers[-1] is None
    assert reasons[-1] is not None


@pytest.mark.parametrize(
    ("text", "mark", "number"),
    [
        ("1.234,56", "comma", "1234.5600"),
        ("1,234.56", "point", "1234.5600"),
        ("1 234 567,8", "comma", "1234567.8000"),
        ("007,5", "comma", "7.5000"),
        ("+5", "point", "5.0000"),
        (".5", "point", "0.5000"),
        ("5.", "point", "5.0000"),
        ("-0.00", "point", "0.0000"),
        ("12.50000", "point", "12.5000"),
        ("€ 1.234,56", "comma", "1234.5600"),
        ("1.234,56 EUR", "comma", "1234.5600"),
        ("12,50 zł", "comma", "12.5000"),
        ("-$1,234.56", "point", "-1234.5600"),
        ("$-5", "point", "-5.0000"),
        ("(1,234.56)", "point", "-1234.5600"),
        ("($5.00)", "point", "-5.0000"),
        ("123,45-", "comma", "-123.4500"),
        ("123,45 -", "comma", "-123.4500"),
        ("\u2212 7", "point", "-7.0000"),
        ("CHF 1'234.50", "point", "1234.5000"),
        ("99999999999999.9999", "point", "99999999999999.9999"),
    ],
)
def test_written_forms(text, mark, number):
    numbers, reasons = canonical([text], mark)
    assert (numbers[0], reasons[0]) == (number, None)


@pytest.mark.parametrize(
    ("text", "mark", "reason"),
    [
        ("1,234.56", "comma", Reason.CONTRADICTING_DECIMAL_MARK),
        ("12.5", "comma", Reason.CONTRADICTING_DECIMAL_MARK),
        ("1.234,56", "point", Reason.CONTRADICTING_DECIMAL_MARK),
        ("0,123", "point", Reason.CONTRADICTING_DECIMAL_MARK),
        ("1.23.4", "point", Reason.NOT_A_NUMBER),
        ("12,34,56", "point", Reason.NOT_A_NUMBER),
        ("NaN", "point", Reason.NOT_A_NUMBER),
        ("inf", "point", Reason.NOT_A_NUMBER),
        ("-", "point", Reason.NOT_A_NUMBER),
        ("€", "point", Reason.NOT_A_NUMBER),
        ("(-5)", "point", Reason.NOT_A_NUMBER),
        ("5%", "point", Reason.NOT_A_NUMBER),
        ("1€2", "point", Reason.NOT_A_NUMBER),
        ("٣", "point", Reason.NOT_A_NUMBER),
        ("1e400", "point", Reason.SCIENTIFIC_NOTATION),
        ("1.23E+05", "point", Reason.SCIENTIFIC_NOTATION),
        ("100000000000000", "point", Reason.TOO_LARGE),
        ("100,000,000,000,000", "point", Reason.TOO_LARGE),
        ("0.00001", "point", Reason.TOO_MANY_DECIMALS),
    ],
)
def test_what_is_refused(text, mark, reason):
    numbers, reasons = canonical(["1", text], mark)
    assert (numbers[1], reasons[1]) == (None, reason)
    assert numbers[0] == "1.0000"


def test_in_a_column_of_both_marks_a_number_readable_both_ways_is_refused():
    numbers, reasons = canonical(["1.234", "1.23", "1234", "1.234,5"], "point", mixed=True)
    assert list(numbers) == [None, "1.2300", "1234.0000", None]
    assert reasons[0] is Reason.AMBIGUOUS_NUMBER
    assert reasons[3] is Reason.CONTRADICTING_DECIMAL_MARK


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12.5", "point"),
        ("1,234.5", "point"),
        ("0.123", "point"),
        ("1234.567", "point"),
        ("1,234,567", "point"),
        ("12,5", "comma"),
        ("1 234.567,8", "none"),
        ("1.234", "either"),
        ("(1,234)", "either"),
        ("1234", "whole"),
        ("1 234", "whole"),
        ("n/a", "none"),
    ],
)
def test_the_mark_that_a_number_shows(text, expected):
    assert shape(text) == expected
