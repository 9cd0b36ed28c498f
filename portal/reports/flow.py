"""Sheets of A4 that fill from the top down, each under the same letterhead."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO, Literal

from django.utils.translation import gettext as _
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from portal.reports.fonts import REGULAR, load_fonts, on_one_line, width_of
from portal.reports.lettering import FURNITURE, Style, break_lines, colour, cut, strong

WIDTH, HEIGHT = A4
LEFT = 40.0
ACROSS = WIDTH - 2 * LEFT
TOP, BOTTOM = HEIGHT - 62, 54.0
HEAD, FOOT = HEIGHT - 40, 36.0
_PAGES = "pages"  # the form that says how many there are; drawn on each page, written at the end
_GAP = 8

Align = Literal["left", "right"]


@dataclass(frozen=True)
class Letterhead:
    """What stands above and below on every page, and what the file says of itself."""

    kind: str
    title: str
    author: str
    language: str
    written_at: datetime
    head: str
    foot: str
    reference: str


class Flow:
    """A document that is written once from beginning to end. `top` is how far down the present sheet it is.

    A page that is full goes out compressed and is kept no longer; only its links are remembered.
    """

    def __init__(self, stream: BinaryIO, letterhead: Letterhead) -> None:
        load_fonts()
        self.letterhead = letterhead
        self.canvas = Canvas(
            stream,
            pagesize=A4,
            pageCompression=1,
            invariant=1,  # no clock and no chance in it: equal reviews are equal files
            initialFontName=REGULAR,
            lang=letterhead.language,
        )
        self.canvas.setTitle(on_one_line(letterhead.title))
        self.canvas.setAuthor(letterhead.author)
        self.canvas.setCreator(letterhead.author)
        self.canvas.setSubject(f"{letterhead.kind} · {letterhead.head}")
        written = letterhead.written_at.astimezone(UTC)
        self.canvas.setDateFormatter(lambda *_: written.strftime("D:%Y%m%d%H%M%S+00'00'"))
        self.canvas.setViewerPreference("DisplayDocTitle", "true")
        self.pages = 0
        self.top = TOP
        self._bookmarks = 0
        self._begin()

    def need(self, height: float, again: Callable[[], None] | None = None) -> None:
        """Go on to a new sheet unless so much room is left here; `again` draws what is repeated on it."""
        if self.top - height < BOTTOM and self.top < TOP:
            self.canvas.showPage()
            self._begin()
            if again is not None:
                again()

    def space(self, height: float) -> None:
        """Leave room, except at the head of a sheet."""
        if self.top < TOP:
            self.top -= height

    def write(self, text: str, style: Style, *, most: int = 1_000, indent: float = 0) -> None:
        """A printable text from here down, over the whole width."""
        for line in break_lines(text, style, ACROSS - indent, most):
            self.need(style.leading)
            self.line(line, style, LEFT + indent, self.top)
            self.top -= style.leading

    def line(
        self, text: str, style: Style, left: float, top: float, width: float = 0, align: Align = "left"
    ) -> None:
        """One printable line, in a line of the style's height that begins at `top`."""
        self.canvas.setFont(style.face, style.size)
        self.canvas.setFillColor(colour(style.ink))
        base = top - (style.leading + style.size * 0.7) / 2
        if align == "right":
            self.canvas.drawRightString(left + width, base, text)
        else:
            self.canvas.drawString(left, base, text)

    def link(self, url: str, left: float, top: float, width: float, height: float) -> None:
        """Make a rectangle of this sheet lead to an address; '' leads nowhere."""
        if url:
            self.canvas.linkURL(url, (left, top - height, left + width, top), relative=0, thickness=0)

    def rule(self, ink: str = "line", left: float = LEFT, width: float = ACROSS) -> None:
        """A thin line across, here."""
        self._rule(self.top, ink, left, width)

    def bookmark(self, title: str, level: int = 0) -> None:
        """An entry of the outline that leads here. Readers show it in fonts of their own: every letter stands."""
        self._bookmarks += 1
        key = f"b{self._bookmarks}"
        self.canvas.bookmarkHorizontal(key, 0, self.top + _GAP)
        self.canvas.addOutlineEntry(on_one_line(title), key, level, closed=False)

    def close(self) -> int:
        """End the document; returns the number of its pages."""
        self.canvas.showPage()
        self.canvas.beginForm(_PAGES)
        self.line(_page_words(0)[1].replace("\0", str(self.pages)), FURNITURE, 0, FURNITURE.leading)
        self.canvas.endForm()
        self.canvas.showOutline()
        self.canvas.save()
        return self.pages

    def _begin(self) -> None:
        self.pages += 1
        self.top = TOP
        self._draw_head()
        self._draw_foot()

    def _draw_head(self) -> None:
        canvas = self.canvas
        canvas.saveState()
        canvas.translate(LEFT, HEAD + 8)
        canvas.scale(0.62, -0.62)  # the mark is drawn in the coordinates of its SVG
        canvas.setStrokeColor(colour("accent"))
        canvas.setFillColor(colour("accent"))
        canvas.setLineWidth(2.6)
        canvas.setLineCap(1)
        mark = canvas.beginPath()
        mark.moveTo(2, 3)
        mark.curveTo(2, 9, 6, 13, 12, 13)
        mark.lineTo(26, 13)
        canvas.drawPath(mark, stroke=1, fill=0)
        canvas.circle(26, 13, 2, stroke=0, fill=1)
        canvas.restoreState()
        name, kind = strong(FURNITURE).in_ink("ink"), self.letterhead.kind
        self.line("Throughline", name, LEFT + 22, HEAD + FURNITURE.leading)
        after = LEFT + 22 + width_of("Throughline", name.face, name.size) + _GAP
        self.line(kind, FURNITURE, after, HEAD + FURNITURE.leading)
        left = after + width_of(kind, FURNITURE.face, FURNITURE.size) + 2 * _GAP
        self._right(self.letterhead.head, left, HEAD + FURNITURE.leading)
        self._rule(HEAD - 6)

    def _draw_foot(self) -> None:
        before, after = _page_words(self.pages)
        self._rule(FOOT + 8)
        self.line(before, FURNITURE, LEFT, FOOT + 3)
        left = LEFT + width_of(before, FURNITURE.face, FURNITURE.size)
        self.canvas.saveState()
        self.canvas.translate(left, FOOT + 3 - FURNITURE.leading)
        self.canvas.doForm(_PAGES)
        self.canvas.restoreState()
        left += width_of(after, FURNITURE.face, FURNITURE.size) + 5 * _GAP
        reference = self.letterhead.reference
        wide = width_of(reference, FURNITURE.face, FURNITURE.size)
        self._right(reference, left, FOOT + 3)
        foot = cut(self.letterhead.foot, FURNITURE, LEFT + ACROSS - wide - 2 * _GAP - left)
        self.line(foot, FURNITURE, left, FOOT + 3)

    def _right(self, text: str, left: float, top: float) -> None:
        room = LEFT + ACROSS - left
        self.line(cut(text, FURNITURE, room), FURNITURE, left, top, room, "right")

    def _rule(self, height: float, ink: str = "line", left: float = LEFT, width: float = ACROSS) -> None:
        self.canvas.setStrokeColor(colour(ink))
        self.canvas.setLineWidth(0.6)
        self.canvas.line(left, height, left + width, height)


def _page_words(number: int) -> tuple[str, str]:
    """'Page 3 of ' and what follows it, in which the total stands as NUL: it is not known yet."""
    text = _("Page %(number)s of %(total)s") % {"number": number, "total": "\0"}
    before, total, after = text.partition("\0")
    return before, total + after
