"""The font of documents: Roboto, embedded letter by letter, and what becomes of letters that it does not have."""

from functools import cache
from unicodedata import category, normalize

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from svglib.fonts import register_font

from portal.charts.drawing import FONT, FONTS

REGULAR, MEDIUM = FONT, f"{FONT}-Medium"
MISSING = "\N{REPLACEMENT CHARACTER}"
_BREAKS = ("Cc", "Zl", "Zp")
_UNSEEN = ("Cf", "Cn", "Cs", "Co")  # marks of direction, joiners, what is no letter at all
_ACCENTS = ("Mn", "Me")


@cache
def load_fonts() -> None:
    """Read the two weights in use; svglib, which draws charts, is told of the first and asks the system for none."""
    register_font(FONT, str(FONTS / "Roboto-Regular.ttf"))
    pdfmetrics.registerFont(TTFont(MEDIUM, FONTS / "Roboto-Medium.ttf"))


@cache
def _letters() -> frozenset[str]:
    load_fonts()
    glyphs: dict[int, int] = pdfmetrics.getFont(REGULAR).face.charToGlyph
    return frozenset(letter for letter in map(chr, glyphs) if category(letter) not in (*_BREAKS, *_UNSEEN))


def on_one_line(text: str) -> str:
    """A text without what cannot be seen in it: marks of direction and joiners; line and control breaks are spaces."""
    if text.isascii() and text.isprintable():
        return text.strip()
    seen = (
        " " if category(letter) in _BREAKS else letter for letter in text if category(letter) not in _UNSEEN
    )
    return " ".join(word for word in "".join(seen).split(" ") if word).strip()


def printable(text: str) -> str:
    """A text as the font can write it, on one line.

    Latin, Greek and Cyrillic are written as they are. Of other letters those that are a variant of one (a wide
    'Ａ', '①') are written as that; each that remains stands as MISSING, which is no letter of anybody's name.
    """
    if text.isascii():
        return on_one_line(text)
    return on_one_line("".join(map(_written, normalize("NFC", on_one_line(text)))))


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
    if category(letter) in _ACCENTS:
        return ""
    apart = normalize("NFKD", letter)
    return apart if apart != letter and set(apart) <= _letters() else MISSING
