"""What a review draws: the ladder in a cell, the ladder in full, a chart. Lines, areas and words, all vectors."""

from collections.abc import Collection, Sequence
from io import StringIO

from reportlab.graphics import renderPDF
from reportlab.graphics.shapes import Drawing
from reportlab.pdfgen.canvas import Canvas
from svglib.svglib import svg2rlg

from portal.charts.drawing import render_svg
from portal.charts.specs import Spec
from portal.reports.flow import ACROSS, LEFT, Flow
from portal.reports.fonts import REGULAR, printable
from portal.reports.lettering import CELL, SMALL, STRONG, Style, break_lines, colour, step_colour
from portal.telling.ladder import BAR_WIDTH, BARS, CALM, LIT, Step

SMALL_WIDTH, SMALL_HEIGHT = 34.0, 9.0
_STAIR, _STAIR_STEP = 3.0, 2.8  # the lowest step, and how much higher each next one is
_STAIRS = _STAIR + 5 * _STAIR_STEP
_BETWEEN = 10.0
CHART_WIDTH = 330.0
_PIXELS, _PLOT = 460, 78  # a chart before it is scaled down: its width, and the height within its axes


def small_ladder(canvas: Canvas, lit: Collection[int], left: float, top: float) -> None:
    """The six steps in a cell, as on the pages."""
    across, down = SMALL_WIDTH / 100, SMALL_HEIGHT / 24
    for step, place, from_top, height in BARS:
        canvas.setFillColor(step_colour(step) if step in lit else colour("line"))
        canvas.rect(
            left + place * across,
            top - (from_top + height) * down,
            BAR_WIDTH * across,
            height * down,
            stroke=0,
            fill=1,
        )


def full_ladder(flow: Flow, steps: Sequence[Step], links: Sequence[str]) -> None:
    """The six steps as a stair with their words below; what is not known is an outline, what is calm is grey.

    `links` are where each of them leads.
    """
    width = (ACROSS - 5 * _BETWEEN) / 6
    words = [_words(step, width) for step in steps]
    height = ladder_height(steps)
    for place, (step, lines, url) in enumerate(zip(steps, words, links, strict=True)):
        left = LEFT + place * (width + _BETWEEN)
        _stair(flow.canvas, step, left, flow.top - _STAIRS, width)
        top = flow.top - _STAIRS - 5
        for text, style in lines:
            flow.line(text, style, left, top)
            top -= style.leading
        flow.link(url, left, flow.top, width, height)
    flow.top -= height


def ladder_height(steps: Sequence[Step]) -> float:
    """How much room the ladder takes."""
    width = (ACROSS - 5 * _BETWEEN) / 6
    return _STAIRS + 5 + max(sum(style.leading for _, style in _words(step, width)) for step in steps)


def read_chart(spec: Spec) -> Drawing:
    """A chart as shapes, in the width of a chart."""
    chart = svg2rlg(StringIO(render_svg({**spec, "height": _PLOT}, _PIXELS)))
    assert chart is not None, "our own SVG is well-formed"
    scale = CHART_WIDTH / chart.width
    chart.scale(scale, scale)
    chart.width, chart.height = CHART_WIDTH, chart.height * scale
    chart.initialFontName = REGULAR  # or it names a font that is not embedded
    return chart


def draw_chart(canvas: Canvas, chart: Drawing, top: float) -> None:
    """The chart, from `top` down."""
    renderPDF.draw(chart, canvas, LEFT, top - chart.height)


def _stair(canvas: Canvas, step: Step, left: float, foot: float, width: float) -> None:
    height = _STAIR + (step.number - 1) * _STAIR_STEP
    if step.state in (LIT, CALM):
        canvas.setFillColor(step_colour(step.number) if step.state == LIT else colour("line"))
        canvas.rect(left, foot, width, height, stroke=0, fill=1)
        return
    canvas.setStrokeColor(colour("edge"))
    canvas.setLineWidth(0.5)
    canvas.setDash(2, 2)
    canvas.rect(left, foot, width, height, stroke=1, fill=0)
    canvas.setDash()


def _words(step: Step, width: float) -> list[tuple[str, Style]]:
    """The lines below a stair: its name, what was measured, what is usual, since when or why not."""
    is_lit = step.state == LIT
    told = [
        (str(step.label), STRONG),
        (step.value, STRONG if is_lit else CELL),
        (step.usual, SMALL),
        (step.since, SMALL.in_ink("ink-2")),
        *((remark, SMALL) for remark in step.remarks),
    ]
    return [
        (line, style) for text, style in told if text for line in break_lines(printable(text), style, width)
    ]
