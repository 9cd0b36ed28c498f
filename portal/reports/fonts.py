"""The font of documents: Roboto, embedded letter by letter, and what becomes of letters that it does not have."""

import unicodedata
from functools import cache

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from svglib.fonts import register_font

from portal.charts.drawing import FONT, FONTS

REGULAR, MEDIUM = FONT, f"{FONT}-Medium"
MISSING = "\N{REPLACEMENT CHARACTER}"
_UNSEEN = ("Cf", "Mn", "Me", "Cn", "Cs", "Co")  # direction marks, joiners, lone accents, what is no letter
_BREAKS = ("Cc", "Zs", "Zl", "Zp")


@cache
def load_fonts() -> None:
    """Read the two weights in use; svglib, which draws charts, is told of the first and asks the system for none."""
    register_font(FONT, str(FONTS / "Roboto-Regular.ttf"))
    pdfmetrics.registerFont(TTFont(MEDIUM, FONTS / "Roboto-Medium.ttf"))


@cache
def _letters() -> frozenset[str]:
    load_fonts()
    glyphs: dict[int, int] = pdfmetrics.getFont(REGULAR).face.charToGlyph
    return frozenset(
        letter for letter in map(chr, glyphs) if unicodedata.category(letter) not in ("Cc", "Cf")
    )


def printable(text: str) -> str:
    """A text as the font can write it, on one line.

    Latin, Greek and Cyrillic are written as they are. Of other letters those that are a variant of one (a wide
    'Ａ', a ligature) are written as that; each that remains stands as MISSING, which is no letter of anybody's name.
    Line breaks and control characters are spaces; what cannot be seen (marks of direction, joiners) is left out.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    written = "".join(map(_written, unicodedata.normalize("NFC", text)))
    return " ".join(word for word in written.split(" ") if word)


def legible(name: str, reference: str) -> str:
    """A name as the font can write it; beside one that it cannot write at all, the reference of its bearer."""
    written = printable(name)
    return written if any(letter.isalnum() for letter in written) else f"{written} ({reference})".strip()


def width_of(text: str, face: str, size: float) -> float:
    """How wide a printable text stands, in points."""
    load_fonts()
    return float(pdfmetrics.stringWidth(text, face, size))


@cache
def _written(letter: str) -> str:
    if letter in _letters():
        return letter
    category = unicodedata.category(letter)
    if category in _BREAKS:
        return " "
    if category in _UNSEEN:
        return ""
    apart = unicodedata.normalize("NFKD", letter)
    return apart if apart != letter and set(apart) <= _letters() else MISSING
