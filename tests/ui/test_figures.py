"""Pictures are made of whole numbers that follow from the rows."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from analytics.runs.models import Standing
from partners.ledger.selectors import Order
from portal.telling.figures import line, strip, whole_months, year_of

AS_OF = date(2026, 3, 17)
ORDER = Order(date(2026, 3, 3), Decimal(1), 1, 1, None, None, None, None, 0, (2, 2))


def test_whole_months_are_over_and_cross_the_year() -> None:
    assert whole_months(AS_OF, 3) == [date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)]
    assert whole_months(date(2026, 3, 30), 1) == [date(2026, 3, 1)]  # as the ladder counts them


def test_a_year_is_twelve_whole_months_beside_the_twelve_before() -> None:
    values = {day: Decimal(10) for day in whole_months(AS_OF, 12)}
    values |= {day: Decimal(8) for day in whole_months(AS_OF, 24)[:12]}
    year = year_of({**values, date(2026, 3, 1): Decimal(999)}, AS_OF)
    assert year is not None
    assert (year.total, year.change) == (Decimal(120), 0.25)


def test_without_the_whole_year_before_there_is_no_change() -> None:
    values = {day: Decimal(10) for day in whole_months(AS_OF, 23)}
    year = year_of(values, AS_OF)
    assert year is not None
    assert year.change is None
    assert year_of({date(2020, 1, 1): Decimal(1)}, AS_OF) is None
    assert year_of({}, AS_OF) is None


def test_a_line_runs_from_edge_to_edge_and_from_top_to_foot() -> None:
    assert line([Decimal(5), Decimal(15), Decimal(10)]) == "0,100 500,0 1000,50"
    assert line([Decimal(3), Decimal(3)]) == "0,100 1000,100"


def test_a_strip_ends_at_the_day_of_the_data_and_shades_what_is_late() -> None:
    standing = Standing(judgement="late", expected_on=date(2026, 3, 7))
    orders = [replace(ORDER, business_date=AS_OF - timedelta(days=back)) for back in (24, 38, 38, 400)]
    found = strip(orders, standing, AS_OF)
    assert found is not None
    assert (found.start, found.end) == (AS_OF - timedelta(days=45), AS_OF)
    assert [day for _, day in found.days] == [AS_OF - timedelta(days=38), AS_OF - timedelta(days=24)]
    assert [place for place, _ in found.days] == [156, 467]
    assert (found.expected, found.late_from, found.late_width) == (778, 778, 222)


def test_a_strip_of_a_calm_account_reaches_to_the_next_order() -> None:
    standing = Standing(judgement="on time", expected_on=AS_OF + timedelta(days=5))
    found = strip([ORDER], standing, AS_OF)
    assert found is not None
    assert (found.end, found.expected, found.late_from) == (AS_OF + timedelta(days=5), 1000, None)
    assert strip([], standing, AS_OF) is None
    assert strip([ORDER], None, AS_OF) is None
