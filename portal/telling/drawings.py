"""What an account's pages draw: a measure against its own normal, with the table behind it."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.core.ladder import COURSE_MONTHS
from analytics.core.quarters import MEASURES
from analytics.runs.models import Finding, Rung
from analytics.runs.pictures import AccountPicture, Evidence
from analytics.runs.reading import Month
from portal.charts.drawing import Drawing, Table
from portal.charts.specs import Annotation, Point, normal_band
from portal.telling.figures import whole_months
from portal.telling.ladder import measured
from portal.telling.wording import day, month, number

UNITS = "units"
MEASURED_UNITS = {
    "units": gettext_lazy("units a month"),
    "quantity_shrinks": gettext_lazy("units an order"),
    "interval_lengthens": gettext_lazy("days"),
    "breadth_narrows": gettext_lazy("families"),
    "revenue_drops": gettext_lazy("a month"),
}


def draw_units(picture: AccountPicture, finding: Finding | None) -> Drawing | None:
    """Units a month as bars, their mean over three months in the band of its own normal."""
    if picture.run is None or UNITS not in picture.rungs:
        return None
    rung = picture.rungs[UNITS]
    points = _points(rung, picture.months, picture.run.as_of)
    spec = normal_band(
        points,
        description=_("Units a month against the account's own normal; the table holds the same numbers"),
        unit=_("units"),
        annotation=_remark(finding, rung),
    )
    if spec is None:
        return None
    return Drawing(
        spec,
        _("Bars: units of each month. Line: mean of three months, in the band of its own normal."),
        Table(
            _("Units a month"),
            [_("Month"), _("Units"), _("Mean of 3 months"), _("Normal from"), _("to")],
            [_row(point) for point in reversed(points)],
        ),
    )


def draw_evidence(evidence: Evidence, kind: str, unit: str) -> Drawing | None:
    """Each quarter of a measure against its own normal."""
    low_is_bad = MEASURES[kind].worse == "down"
    points = [
        Point(
            quarter.month.replace(day=1),
            smooth=quarter.value,
            low=quarter.low,
            high=quarter.high,
            is_outside=_is_outside(quarter.value, quarter.low, quarter.high, low_is_bad=low_is_bad),
        )
        for quarter in [*evidence.earlier, *evidence.baseline, *evidence.tested]
    ]
    spec = normal_band(
        points,
        description=_("Each quarter against the account's own normal; the table holds the same numbers"),
        unit=unit,
        annotation=_remark_at(evidence.rung.first_seen_on),
    )
    if spec is None:
        return None
    columns = [_("Quarter up to"), _("Value"), _("Normal from"), _("to")]
    rows = [
        [month(point.month), measured(point.smooth, kind), number(point.low), number(point.high)]
        for point in reversed(points)
    ]
    return Drawing(
        spec, _("Line: each quarter, in the band of its own normal."), Table(str(columns[1]), columns, rows)
    )


def _points(rung: Rung, months: Sequence[Month], as_of: date) -> list[Point]:
    """The months of the run's record, and the one that is not over yet."""
    units = {one.month: float(one.units) for one in months}
    ends = whole_months(rung.month, COURSE_MONTHS)[-len(rung.values) :]
    judged = zip(ends, rung.values, rung.lows, rung.highs, strict=True)
    points = [
        Point(
            first,
            value=units.get(first, 0.0),
            smooth=value,
            low=low,
            high=high,
            is_outside=_is_outside(value, low, high, low_is_bad=True),
        )
        for first, value, low, high in judged
    ]
    present = as_of.replace(day=1)
    if ends and present > ends[-1]:
        points.append(Point(present, value=units.get(present, 0.0), is_partial=True))
    return points


def _is_outside(value: float | None, low: float | None, high: float | None, *, low_is_bad: bool) -> bool:
    if value is None:
        return False
    return low is not None and value < low if low_is_bad else high is not None and value > high


def _remark(finding: Finding | None, rung: Rung) -> Annotation | None:
    first = finding.first_seen_on if finding else rung.first_seen_on
    return _remark_at(first)


def _remark_at(first: date | None) -> Annotation | None:
    if first is None:
        return None
    return Annotation(first.replace(day=1), _("first seen %(day)s") % {"day": day(first)})


def _row(point: Point) -> list[str]:
    return [
        month(point.month),
        *(number(value) for value in (point.value, point.smooth, point.low, point.high)),
    ]
