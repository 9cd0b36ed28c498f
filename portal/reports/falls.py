"""Accounts in full: the finding, the ladder, units against their own normal, and who takes care of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from reportlab.graphics.shapes import Drawing

from portal.reports.flow import ACROSS, LEFT, Flow
from portal.reports.fonts import legible, printable
from portal.reports.lettering import BLOCK, CELL, SMALL, TEXT, Style, break_lines, cut
from portal.reports.passages import draw_section, paragraph_lines, write_sentences
from portal.reports.pictures import CHART_WIDTH, draw_chart, full_ladder, ladder_height, read_chart
from portal.reports.review import Fall
from portal.telling.sentences import Sentence

_ABOVE, _BETWEEN = 14.0, 6.0
_CODES = 66.0  # room for the reference at the right
_ASIDE = LEFT + CHART_WIDTH + 18
_ASIDE_WIDTH = LEFT + ACROSS - _ASIDE
_ASIDE_ALONE = 3  # lines of each text beside the chart
_SHOWN_FOLLOW_UPS = 2
_QUIET = TEXT.in_ink("ink-2")


@dataclass(frozen=True)
class Aside:
    """A remark beside the chart: a label and its lines; `url` is where it leads."""

    label: str
    lines: list[tuple[str, Style]]
    url: str = ""

    @property
    def height(self) -> float:
        """How much room it takes, with what is left free below it."""
        return SMALL.leading + sum(style.leading for _, style in self.lines) + _BETWEEN


def draw_falls(flow: Flow, falls: Sequence[Fall]) -> None:
    """Each account as a block of its own that stays on one sheet."""
    for place, fall in enumerate(falls):
        chart, asides = read_chart(fall.chart) if fall.chart else None, _asides(fall)
        height = _height(fall, chart, asides)
        if place:
            flow.need(_ABOVE + height)
            flow.space(_ABOVE)
        else:
            draw_section(flow, _("Down the ladder"), height)
        _draw(flow, fall, chart, asides)


def _draw(flow: Flow, fall: Fall, chart: Drawing | None, asides: Sequence[Aside]) -> None:
    flow.bookmark(fall.title, level=1)
    flow.line(fall.reference.code, SMALL.in_ink("accent"), LEFT, flow.top - 2, ACROSS, "right")
    flow.link(fall.reference.url, LEFT + ACROSS - _CODES, flow.top, _CODES, BLOCK.leading)
    flow.line(_title(fall), BLOCK.in_ink("accent"), LEFT, flow.top)
    flow.link(fall.page, LEFT, flow.top, ACROSS - _CODES, BLOCK.leading)
    flow.top -= BLOCK.leading
    write_sentences(flow, _beside(fall), _QUIET, " · ", fall.reference.url)
    flow.top -= _BETWEEN
    full_ladder(flow, fall.steps, fall.links)
    flow.top -= _BETWEEN
    if chart is not None:
        draw_chart(flow.canvas, chart, flow.top)
    foot = flow.top - _height_below(chart, asides)
    for aside in asides:
        _draw_aside(flow, aside)
    flow.top = foot


def _height(fall: Fall, chart: Drawing | None, asides: Sequence[Aside]) -> float:
    beside = len(paragraph_lines(_beside(fall), _QUIET, " · ")) * _QUIET.leading
    above = BLOCK.leading + beside + 2 * _BETWEEN + ladder_height(fall.steps)
    return above + _height_below(chart, asides)


def _height_below(chart: Drawing | None, asides: Sequence[Aside]) -> float:
    return max(chart.height if chart else 0, sum(aside.height for aside in asides) - _BETWEEN)


def _title(fall: Fall) -> str:
    """The sentence about the account, with its name as far as the font can write it."""
    written = fall.title.replace(fall.name, legible(fall.name, fall.reference.code), 1)
    return cut(printable(written), BLOCK, ACROSS - _CODES)


def _beside(fall: Fall) -> list[Sentence]:
    return [*fall.beside, Sentence(fall.place)]


def _asides(fall: Fall) -> list[Aside]:
    told = [*fall.figures, *([(_("No longer bought"), fall.stopped)] if fall.stopped else [])]
    return [Aside(label, _lines(text, CELL)) for label, text in told] + [
        Aside(
            _("Follow-up"),
            [*_lines(one.step, CELL), *_lines(one.plan, SMALL.in_ink("ink-2"))],
            one.url,
        )
        for one in fall.follow_ups[:_SHOWN_FOLLOW_UPS]
    ]


def _lines(text: str, style: Style) -> list[tuple[str, Style]]:
    return [(line, style) for line in break_lines(printable(text), style, _ASIDE_WIDTH, _ASIDE_ALONE)]


def _draw_aside(flow: Flow, aside: Aside) -> None:
    flow.link(aside.url, _ASIDE, flow.top, _ASIDE_WIDTH, aside.height - _BETWEEN)
    flow.line(aside.label, SMALL, _ASIDE, flow.top)
    top = flow.top - SMALL.leading
    for text, style in aside.lines:
        flow.line(text, style, _ASIDE, top)
        top -= style.leading
    flow.top -= aside.height
