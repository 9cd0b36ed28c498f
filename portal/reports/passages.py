"""Headings, sentences and pairs of a label and what it labels: the passages of which a review consists."""

from collections.abc import Sequence

from portal.reports.flow import ACROSS, LEFT, Flow
from portal.reports.fonts import printable, width_of
from portal.reports.lettering import LABEL, SECTION, Style, break_lines, strong
from portal.telling.sentences import Sentence

_LABELS, _BETWEEN = 92.0, 6.0  # width of the labels, and of it what is left free
_SECTION_ABOVE, _SECTION_BELOW = 20.0, 6.0


def draw_section(flow: Flow, title: str, following: float = 40) -> None:
    """A heading that stays with what follows, as high as that is."""
    flow.need(_SECTION_ABOVE + SECTION.leading + _SECTION_BELOW + following)
    flow.space(_SECTION_ABOVE)
    flow.bookmark(title)
    flow.write(title, SECTION)
    flow.space(_SECTION_BELOW)


def write_pair(flow: Flow, label: str, texts: Sequence[tuple[str, Style]], named: Style = LABEL) -> None:
    """A label, and beside it its texts, each from a line of its own on; on one sheet where it fits on one."""
    flow.need(pair_height(label, texts))
    lines = break_lines(label, named, _LABELS - _BETWEEN)
    for place, line in enumerate(lines):
        flow.line(line, named, LEFT, flow.top - place * named.leading)
    foot = flow.top - len(lines) * named.leading
    for text, style in texts:
        flow.write(printable(text), style, indent=_LABELS)
    flow.top = min(flow.top, foot)


def pair_height(label: str, texts: Sequence[tuple[str, Style]]) -> float:
    """How much room such a pair takes."""
    labels = len(break_lines(label, LABEL, _LABELS - _BETWEEN)) * LABEL.leading
    return max(
        labels,
        sum(
            style.leading * len(break_lines(printable(text), style, ACROSS - _LABELS))
            for text, style in texts
        ),
    )


def paragraph_lines(sentences: Sequence[Sentence], style: Style, between: str) -> list[str]:
    """Sentences as one paragraph, in lines that have room for figures that stand out."""
    paragraph = between.join(printable(sentence.text) for sentence in sentences)
    return break_lines(paragraph, strong(style), ACROSS)


def write_sentences(flow: Flow, sentences: Sequence[Sentence], style: Style, between: str, url: str) -> None:
    """Sentences as one paragraph; a figure that counts stands out and leads to its evidence."""
    figures = [printable(sentence.figure) for sentence in sentences if sentence.figure]
    for line in paragraph_lines(sentences, style, between):
        flow.need(style.leading)
        _write_line(flow, line, figures, style, url)
        flow.top -= style.leading


def _write_line(flow: Flow, line: str, figures: Sequence[str], style: Style, url: str) -> None:
    left, rest, standing_out = LEFT, line, strong(style).in_ink("ink")
    for figure in figures:
        before, found, after = rest.partition(figure)
        if not found:
            continue
        flow.line(before, style, left, flow.top)
        left += width_of(before, style.face, style.size)
        flow.line(figure, standing_out, left, flow.top)
        wide = width_of(figure, standing_out.face, style.size)
        flow.link(url, left, flow.top, wide, style.leading)
        left, rest = left + wide, after
    flow.line(rest, style, left, flow.top)
