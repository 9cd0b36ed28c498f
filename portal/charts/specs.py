"""Three pictures as Vega-Lite specifications; every text arrives in the reader's language."""

import math
import textwrap
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal, TypeVar

import altair as alt

from portal.charts.style import config

Spec = dict[str, Any]
Row = dict[str, Any]
Side = Literal["left", "right"]

YEAR = 12
HEIGHT, SMALL_HEIGHT = 220, 140
# Up to so many months every one, second, third or twelfth is labelled, January among them.
_LABELLED = ((6, 1), (YEAR, 2), (3 * YEAR, 3), (math.inf, YEAR))
ABOVE = -6  # where words stand over the plot
_LABEL_WIDTH = 24  # letters in a line beside a bar
_LETTER = 7.0  # the width of one, at most, in pixels
_BAR_STEP, _BAR_LINE = 26, 14
_BAR = alt.RelativeBandSize(band=0.6)
_MANY = 100_000  # from here on an axis says 100k
# The year stands under January and under the first.
_MONTH_LABEL = (
    "[utcFormat(toDate(datum.value), '%b'),"
    " datum.index === 0 || utcmonth(toDate(datum.value)) === 0 ? utcFormat(toDate(datum.value), '%Y') : '']"
)


@dataclass(frozen=True)
class Point:
    """A month of one account: the measure, its three-month mean, its own normal from `low` to `high`.

    `is_outside`: the mean has left the normal on the worse side. `is_partial`: the month is not over yet.
    """

    month: date
    value: float | None = None
    smooth: float | None = None
    low: float | None = None
    high: float | None = None
    is_outside: bool = False
    is_partial: bool = False


@dataclass(frozen=True)
class Annotation:
    """The one remark of a picture, at a month: 'first seen 31 Jul'."""

    month: date
    text: str


@dataclass(frozen=True)
class CoursePoint:
    """A month of a partnership beside the same month a year before."""

    month: date
    value: float | None = None
    before: float | None = None
    is_partial: bool = False


OfMonth = TypeVar("OfMonth", Point, CoursePoint)


@dataclass(frozen=True)
class Part:
    """What one cause adds to a sum, or takes from it, with its value as the page writes it: '+0.92'."""

    label: str
    value: float
    text: str


def normal_band(
    points: Sequence[Point], *, description: str, unit: str, annotation: Annotation | None = None
) -> Spec | None:
    """A measure a month as bars, its mean as a line in the band of its own normal; None without points.

    Months that are missing between the first and the last are gaps, as are values that are None.
    """
    if not points:
        return None
    shown = _without_holes(points)
    base = alt.Chart()
    bar = base.encode(alt.Y("value:Q", stack=False)).mark_bar
    layers = [
        base.mark_area(style="own-normal").encode(alt.Y("low:Q"), alt.Y2("high:Q")),
        *(
            [
                bar(style="monthly", width=_BAR).transform_filter("!datum.is_partial"),
                *(
                    [bar(style="monthly-so-far", width=_BAR).transform_filter("datum.is_partial")]
                    if any(point.is_partial for point in shown)
                    else []
                ),
            ]
            if any(point.value is not None for point in shown)
            else []
        ),
        base.mark_line(style="course").encode(alt.Y("smooth:Q")),
        *_stretches("outside", [(point.month, point.smooth, point.is_outside) for point in shown]),
        *_remark(shown, annotation),
    ]
    rows = [{**asdict(point), "month": point.month.isoformat()} for point in shown]
    return _over_months(layers, rows, unit, description, HEIGHT)


def course(
    points: Sequence[CoursePoint], *, description: str, unit: str, names: tuple[str, str]
) -> Spec | None:
    """A year of months as a line over its area, the year before as a line beside it; None without points.

    `names` stand over the lines: of this year and of the one before.
    """
    if not points:
        return None
    shown = _without_holes(points)
    base = alt.Chart()
    layers = [
        base.mark_area(style="course-area").encode(alt.Y("value:Q", stack=False)),
        base.mark_line(style="year-before").encode(alt.Y("before:Q")),
        base.mark_line(style="course").encode(alt.Y("value:Q")),
        *_stretches("so-far", [(point.month, point.value, point.is_partial) for point in shown]),
        _name(names[0], "course-name", "left", 0),
        _name(names[1], "year-before-name", "right", "width"),
    ]
    rows = [
        {"month": point.month.isoformat(), "before": point.before, "value": _if_over(point)}
        for point in shown
    ]
    return _over_months(layers, rows, unit, description, SMALL_HEIGHT)


def bridge(parts: Sequence[Part], *, description: str, is_up_better: bool = True) -> Spec | None:
    """Contributions as bars about a zero line, in the order given; None without parts."""
    if not parts:
        return None
    labels = [textwrap.fill(part.label, _LABEL_WIDTH) for part in parts]
    rows = [{**asdict(part), "label": label} for part, label in zip(parts, labels, strict=True)]
    axis = alt.Axis(labelExpr="split(datum.value, '\\n')", labelAlign="left", labelLimit=0, title=None)
    axis.labelPadding = max(map(_width, "\n".join(labels).split("\n")))
    base = alt.Chart(alt.InlineData(values=rows)).encode(
        alt.Y("label:N", axis=axis, scale=alt.Scale(domain=labels)),
        alt.X("value:Q", stack=False, axis=None, scale=_about_zero(parts)),
    )
    styles = ("worse", "better") if is_up_better else ("better", "worse")
    layers = [
        *_bars(base.transform_filter("datum.value < 0"), styles[0], "right", -6),
        *_bars(base.transform_filter("datum.value >= 0"), styles[1], "left", 6),
    ]
    zero = alt.Chart(alt.InlineData(values=[{}])).mark_rule(style="zero").encode(alt.X(datum=0))
    lines = max(label.count("\n") for label in labels)
    return _spec(alt.layer(*layers, zero), description, len(parts) * (_BAR_STEP + lines * _BAR_LINE))


def _spec(chart: alt.LayerChart | alt.FacetChart, description: str, height: int) -> Spec:
    sized = chart.properties(
        description=description,
        width="container",
        height=height,
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        padding={"left": 1, "right": 0, "bottom": 0, "top": 3},  # letters rise above what is reckoned
    )
    spec: Spec = sized.to_dict()
    del spec["$schema"]  # an address of another host, and no use to either renderer
    return {**spec, "config": config()}


def _over_months(
    layers: Sequence[alt.Chart], rows: Sequence[Row], unit: str, description: str, height: int
) -> Spec:
    """The layers over one axis of months and one of the measure."""
    months = [row["month"] for row in rows]
    every = next(every for most, every in _LABELLED if len(months) <= most)
    labelled = [month for month in months if int(month[5:7]) % every == 1 % every]
    across = alt.Axis(values=labelled, labelExpr=_MONTH_LABEL, labelAngle=0, title=None)
    values = [value for row in rows for value in row.values() if isinstance(value, int | float)]
    up = alt.Axis(
        title=unit,
        titleAngle=0,
        titleAlign="left",
        titleAnchor="end",
        titleY=ABOVE,
        titleBaseline="bottom",
        tickCount=4,
        labelExpr="format(datum.value, '~s')" if max(values, default=0) >= _MANY else alt.Undefined,
    )
    chart = alt.layer(*layers, data=alt.InlineData(values=list(rows))).encode(
        alt.X("month:O", axis=across, scale=alt.Scale(domain=months)),
        alt.Y(type="quantitative", axis=up),
    )
    return _spec(chart, description, height)


def _remark(points: Sequence[Point], annotation: Annotation | None) -> list[alt.Chart]:
    """A dot on the line, its word over the plot and what joins them; nothing where the month is not shown."""
    place = next(
        (at for at, point in enumerate(points) if annotation and point.month == annotation.month), -1
    )
    if annotation is None or place < 0:
        return []
    height = points[place].smooth if points[place].smooth is not None else points[place].value
    base = alt.Chart(alt.InlineData(values=[{"month": annotation.month.isoformat(), "value": height}]))
    align: Side = "left" if place < len(points) / 2 else "right"
    text = base.mark_text(style="annotation-text", text=annotation.text, align=align, baseline="bottom")
    return [
        base.mark_rule(style="annotation").encode(alt.Y("value:Q"), alt.Y2(value=ABOVE + 2)),
        base.mark_point(style="annotation-point").encode(alt.Y("value:Q")),
        text.encode(alt.Y(value=ABOVE)),
    ]


def _bars(base: alt.Chart, style: str, align: Side, beside: int) -> list[alt.Chart]:
    text = base.mark_text(style="value", align=align, dx=beside)
    return [base.mark_bar(style=style, size=_BAR_LINE), text.encode(alt.Text("text:N"))]


def _name(text: str, style: str, align: Side, left: int | Literal["width"]) -> alt.Chart:
    mark: alt.Chart = alt.Chart(alt.InlineData(values=[{}])).mark_text(
        style=style, text=text, align=align, baseline="bottom"
    )
    return mark.encode(alt.X(value=left), alt.Y(value=ABOVE))


def _stretches(style: str, marked: Sequence[tuple[date, float | None, bool]]) -> list[alt.Chart]:
    """The stretches of a line that end in marked months, each from the month before on; one layer or none."""
    rows: list[Row] = []
    for place, (month, value, is_marked) in enumerate(marked):
        if not is_marked:
            continue
        if place and not marked[place - 1][2]:
            rows.append(_step(*marked[place - 1][:2], place))
        rows.append(_step(month, value, rows[-1]["stretch"] if rows else place))
    line = alt.Chart(alt.InlineData(values=rows)).mark_line(style=style)
    return [line.encode(alt.Y("value:Q"), alt.Detail("stretch:N"))] if rows else []


def _step(month: date, value: float | None, stretch: int) -> Row:
    return {"month": month.isoformat(), "value": value, "stretch": stretch}


def _about_zero(parts: Sequence[Part]) -> alt.Scale:
    """A scale that leaves room for the words at the ends of the bars."""
    left = max((_width(part.text) for part in parts if part.value < 0), default=0)
    right = max((_width(part.text) for part in parts if part.value >= 0), default=0)
    least, most = min(0.0, *(part.value for part in parts)), max(0.0, *(part.value for part in parts))
    return alt.Scale(
        domain=[least, most if most > least else least + 1],
        range=[left, alt.ExprRef(f"width - {right}")],
        nice=False,
    )


def _without_holes(points: Sequence[OfMonth]) -> list[OfMonth]:
    """One point a month from the first to the last, in order; a month that is not given is a gap."""
    known = {point.month: point for point in points}
    first, last = (month.year * YEAR + month.month - 1 for month in (min(known), max(known)))
    months = [date(number // YEAR, number % YEAR + 1, 1) for number in range(first, last + 1)]
    return [known.get(month) or type(points[0])(month) for month in months]


def _if_over(point: CoursePoint) -> float | None:
    return None if point.is_partial else point.value


def _width(text: str) -> float:
    return len(text) * _LETTER + 8
