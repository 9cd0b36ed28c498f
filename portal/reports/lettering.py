"""Styles, and how a text is broken into lines. Every text is drawn as it is: nothing in it is read as markup."""

from dataclasses import dataclass, replace
from functools import cache

from reportlab.lib.colors import HexColor

from portal.charts.style import light_steps, light_tokens
from portal.reports.fonts import MEDIUM, REGULAR, width_of

ELLIPSIS = "…"


@dataclass(frozen=True)
class Style:
    """A face at a size, with the distance of its lines, in points, and a token of the style sheet."""

    face: str
    size: float
    leading: float
    ink: str = "ink"

    def in_ink(self, ink: str) -> "Style":
        """The same in another colour."""
        return replace(self, ink=ink)


TITLE = Style(MEDIUM, 21, 26)
SUB = Style(REGULAR, 11, 16, "ink-2")
FRESH = Style(REGULAR, 8.5, 12, "ink-3")
SECTION = Style(MEDIUM, 14, 18)
BLOCK = Style(MEDIUM, 10.5, 14)
TEXT = Style(REGULAR, 8.5, 12)
LABEL = Style(REGULAR, 8.5, 12, "ink-3")
CELL = Style(REGULAR, 7.8, 10)
STRONG = Style(MEDIUM, 7.8, 10)
SMALL = Style(REGULAR, 6.8, 9, "ink-3")
FURNITURE = Style(REGULAR, 7, 9, "ink-3")


def strong(style: Style) -> Style:
    """The same in the heavier face."""
    return replace(style, face=MEDIUM)


@cache
def colour(token: str) -> HexColor:
    """A token of the style sheet as it is on paper."""
    return HexColor(light_tokens()[token])


@cache
def step_colour(step: int) -> HexColor:
    """A step of the ladder where it is lit."""
    return HexColor(light_steps()[step])


def break_lines(text: str, style: Style, width: float, most: int = 1_000) -> list[str]:
    """A printable text in lines no wider than `width`; what does not fit into `most` lines ends in an ellipsis.

    What belongs together (a figure and its unit) is parted where a line is too narrow for it, a word within at last.
    """
    lines: list[str] = []
    rest = text.replace(" · ", "\N{NO-BREAK SPACE}· ")  # the dot stays with what it ends
    while rest:
        if len(lines) == most - 1:
            return [*lines, cut(rest, style, width)]
        line, rest = _first_line(rest, style, width)
        lines.append(line)
    return lines or [""]


def cut(text: str, style: Style, width: float) -> str:
    """A printable text on one line, its end an ellipsis where it is too long."""
    if width_of(text, style.face, style.size) <= width:
        return text
    kept = _fitting(text, style, width - width_of(ELLIPSIS, style.face, style.size))
    return text[:kept].rstrip() + ELLIPSIS


def _first_line(text: str, style: Style, width: float) -> tuple[str, str]:
    if width_of(text, style.face, style.size) <= width:
        return text, ""
    kept = max(_fitting(text, style, width), 1)
    spaces = (text.rfind(space, 0, kept + 1) for space in (" ", "\N{NO-BREAK SPACE}"))
    end = next((place for place in spaces if place > 0), kept)
    return text[:end].rstrip(), text[end:].lstrip()


def _fitting(text: str, style: Style, width: float) -> int:
    """How many letters fit."""
    least, most = 0, min(len(text), int(4 * width / style.size) + 1)
    while least < most:
        middle = (least + most + 1) // 2
        if width_of(text[:middle], style.face, style.size) <= width:
            least = middle
        else:
            most = middle - 1
    return least
