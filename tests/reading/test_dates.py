"""Dates in each notation become the day that was written."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.ingestion.reading.dates import shape, to_dates
from integrations.ingestion.reading.faults import Reason

DAYS = st.dates(min_value=dt.date(1990, 1, 1), max_value=dt.date(2079, 12, 31))


@pytest.mark.parametrize(
    ("pattern", "order"),
    [
        ("%Y-%m-%d", "ymd"),
        ("%Y/%m/%d", "ymd"),
        ("%Y%m%d", "ymd"),
        ("%d.%m.%Y", "dmy"),
        ("%d/%m/%Y", "dmy"),
        ("%d-%m-%y", "dmy"),
        ("%d. %m. %Y", "dmy"),
        ("%m/%d/%Y", "mdy"),
        ("%m/%d/%y", "mdy"),
        ("%Y-%m-%d", "dmy"),
        ("%Y-%m-%dT%H:%M:%SZ", "ymd"),
        ("%d.%m.%Y %H:%M", "dmy"),
        ("%m/%d/%Y 1:05:00 PM", "mdy"),
    ],
)
@settings(max_examples=25, deadline=None)
@given(days=st.lists(DAYS, min_size=1, max_size=8))
def test_every_notation_gives_the_day_that_was_written(days, pattern, order):
    found, reasons = to_dates([day.strftime(pattern) for day in days], order)
    assert list(reasons) == [None] * len(days)
    assert [day.item().date() for day in found] == days


@settings(max_examples=25, deadline=None)
@given(day=st.dates(min_value=dt.date(1990, 1, 1), max_value=dt.date(2099, 12, 31)))
def test_serial_numbers_count_as_excel_does(day):
    serial = (day - dt.date(1899, 12, 30)).days
    found, reasons = to_dates([str(serial), f"{serial}.75"], "serial")
    assert list(reasons) == [None, None]
    assert {moment.item().date() for moment in found} == {day}


@pytest.mark.parametrize(
    ("text", "order", "reason"),
    [
        ("31.02.2012", "dmy", Reason.NO_SUCH_DAY),
        ("2011-02-29", "ymd", Reason.NO_SUCH_DAY),
        ("12/28/2012", "dmy", Reason.NO_SUCH_DAY),
        ("28/12/2012", "mdy", Reason.NO_SUCH_DAY),
        ("00.01.2012", "dmy", Reason.NO_SUCH_DAY),
        ("20121301", "ymd", Reason.NO_SUCH_DAY),
        ("28/12/2012", "ymd", Reason.NOT_A_DATE),
        ("28/12-2012", "dmy", Reason.NOT_A_DATE),
        ("40906", "dmy", Reason.NOT_A_DATE),
        ("99999", "serial", Reason.NOT_A_DATE),
        ("yesterday", "dmy", Reason.NOT_A_DATE),
        ("2012-12-28 25h", "ymd", Reason.NOT_A_DATE),
    ],
)
def test_what_is_refused(text, order, reason):
    found, reasons = to_dates([text], order)
    assert np.isnat(found[0])
    assert reasons[0] is reason


def test_in_a_column_of_both_orders_a_date_readable_both_ways_is_refused():
    found, reasons = to_dates(["03/04/2012", "28/12/2012", "2012-04-03"], "dmy", mixed=True)
    assert reasons[0] is Reason.AMBIGUOUS_DATE
    assert [day.item().date() for day in found[1:]] == [dt.date(2012, 12, 28), dt.date(2012, 4, 3)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2012-12-28", "iso"),
        ("2012-12-08", "iso_low"),
        ("28/12/2012", "dmy"),
        ("12/28/2012", "mdy"),
        ("03/04/2012", "either"),
        ("03.04.2012", "either_dotted"),
        ("40906", "serial"),
        ("45/45/2012", "none"),
        ("soon", "none"),
    ],
)
def test_the_order_that_a_date_shows(text, expected):
    assert shape(text) == expected
