"""Looking for words and numbers of somebody else in whatever comes out, however it is written there.

Words of the proof, ids and keys have a shape by which they are found without knowing which ones they are; amounts are
compared by their digits. So one pass over an output tells everything that it gives away.
"""

import base64
import binascii
import gzip
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from io import BytesIO
from urllib.parse import unquote

from pypdf import PdfReader

WORD = re.compile(r"Zq[b-df-hj-np-tv-xz]{10}")
ID = re.compile(r"(?<![a-z])[a-z]{3}_[0-9a-hjkmnp-tv-z]{8,}")
NUMBER = re.compile(r"\d(?:[\d.,' \u00a0\u202f]*\d)?")
ENCODED = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
ESCAPED = re.compile(r"\\(?:u|x)(00[0-9a-fA-F]{2}|(?<=x)[0-9a-fA-F]{2})")
STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
DEEP = 3  # how often something may lie inside something else
WHOLE_CENTS = 3  # digits at least, behind which cents follow


def tokens(content: bytes | str) -> set[str]:
    """Every word, id and amount in an output that the proof could know, in one spelling."""
    found: set[str] = set()
    for text in views(content):
        found |= set(WORD.findall(text)) | set(ID.findall(text))
        found |= {number for match in NUMBER.finditer(text) if _stands(match) for number in spelled(match[0])}
    return found


def _stands(match: re.Match[str]) -> bool:
    """Whether it is a number: digits alone in the midst of letters belong to a random id, of which there are many."""
    before, after = (
        match.string[max(match.start() - 1, 0) : match.start()],
        match.string[match.end() : match.end() + 1],
    )
    return not match[0].isdecimal() or not (before.isalpha() or after.isalpha())


def spelled(number: str) -> Iterator[str]:
    """The digits of an amount: to the cent, and to the ten-thousandth where all beyond the cent are zero.

    A comma sets thousands apart, or a row's values: both readings count.
    """
    for read in {number, *number.split(",")}:
        digits = re.sub(r"\D", "", read).lstrip("0")
        yield digits
        if digits.endswith("00"):
            yield digits[:-2]


def token_of(text: str) -> str:
    """A secret as `tokens` gives it back."""
    word = WORD.search(text) or ID.search(text)
    if word is None and not NUMBER.fullmatch(text):
        raise ValueError(f"'{text}' has no shape by which it would be found: see WORD, ID and NUMBER.")
    return word[0] if word else next(spelled(text))


def views(content: bytes | str, deep: int = DEEP) -> Iterator[str]:
    """An output as it is, and everything that lies in it: escaped, percent-encoded, packed, in base64, in a PDF."""
    raw = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
    text = raw.decode("utf-8", "replace")
    yield from {text, unescape(text), unquote(text), unquote(unescape(text))}
    if ESCAPED.search(text):
        yield ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    if deep:
        for inner in {*_unpacked(raw), *_decoded(text)}:
            yield from views(inner, deep - 1)


def _unpacked(raw: bytes) -> Iterator[bytes]:
    """What a document or a packed body says."""
    if raw.startswith(b"%PDF"):
        pages = PdfReader(BytesIO(raw))
        yield "\n".join(page.extract_text() for page in pages.pages).encode()
        yield json.dumps(dict(pages.metadata or {}), default=str).encode()
        for stream in STREAM.findall(raw):
            yield from _inflated(stream)
    if raw.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(BytesIO(raw)) as packed:
            yield "\n".join(packed.namelist()).encode()
            yield from (packed.read(name) for name in packed.namelist())
    if raw.startswith(b"\x1f\x8b"):
        yield gzip.decompress(raw)
    elif raw[:1] == b"\x78":
        yield from _inflated(raw)


def _inflated(raw: bytes) -> Iterator[bytes]:
    try:
        yield zlib.decompress(raw)
    except zlib.error:
        return


def _decoded(text: str) -> Iterator[bytes]:
    """Runs of letters that are base64, whatever of it they begin with."""
    for run in set(ENCODED.findall(text)):
        if WORD.search(run) or ID.search(run):
            continue
        letters = run.rstrip("=").replace("-", "+").replace("_", "/")
        for start in range(4):
            piece = letters[start:]
            piece = piece[:-1] if len(piece) % 4 == 1 else piece
            try:
                inner = base64.b64decode(piece + "=" * (-len(piece) % 4))
            except (binascii.Error, ValueError):
                continue
            if WORD.search(inner.decode("latin-1")) or ID.search(inner.decode("latin-1")):
                yield inner


def hits(contents: Iterable[bytes | str], forbidden: Mapping[str, str]) -> list[str]:
    """What of `forbidden` (words and what they are) stands in these."""
    return sorted({forbidden[one] for content in contents for one in tokens(content) if one in forbidden})
