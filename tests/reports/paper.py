"""Reading a PDF back: its words, where they stand, where they lead, and a review to write."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from pypdf import PdfReader

from portal.reports.document import write_review
from portal.reports.fonts import MEDIUM, REGULAR, width_of
from portal.reports.references import refer
from portal.reports.review import Fall, FollowUpLine, LateLine, Reader, Review
from portal.telling.ladder import CALM, LIT, STEPS, UNKNOWN, Step
from portal.telling.sentences import Sentence

FACES = {"Roboto-Regular": REGULAR, "Roboto-Medium": MEDIUM}
WRITTEN_AT = datetime(2026, 4, 1, 6, 0, tzinfo=UTC)
TOM = Reader("Tom Brandt", "Tannforst", "rpt_7f3k9m2qxw4t8n5v1c6b")
BARE = Review(
    reader=TOM,
    written_at=WRITTEN_AT,
    home="http://localhost:8000/",
    title="Nothing to judge yet",
    sentences=[Sentence("As soon as sell-through is in, this says which accounts should have ordered.")],
    freshness="",
    sources=[],
    hint=("No sell-through yet", "Nothing of any partnership is in sight."),
    stake_label="Profit at stake",
    late=[],
    falls=[],
    areas=[],
    quality=[],
    notes=[],
    meanings=[],
)


@dataclass(frozen=True)
class Run:
    """Words on a page in one style: from `left` to `right` on the line at `base`."""

    text: str
    left: float
    right: float
    base: float
    size: float


def late_line(number: int, name: str = "", **changes: Any) -> LateLine:
    line = LateLine(
        name=name or f"Łódź Tools {number:05d}",
        place="Shop · Seattle",
        page=f"http://localhost:8000/accounts/acc_{number:020d}/",
        usual_gap="14\xa0days",
        late="19\xa0days",
        is_urgent=number % 2 == 0,
        last_order="5\xa0Mar\xa02026",
        expected="Expected on 19\xa0Mar\xa02026",
        stake="€12,400",
        basis="",
        lit=frozenset({1, 3}),
        why="Orders shrink; Fewer families",
        owner="",
        review="",
        follow_up="",
        reference=refer(f"fnd_{number:020d}"),
    )
    return replace(line, **changes)


def fall(name: str, **changes: Any) -> Fall:
    """An account two steps down: the first lit, the second within its band, the others unknown."""
    steps = [
        Step(number, kind, label, {1: LIT, 2: CALM}.get(number, UNKNOWN), None, None, *_words(number))
        for number, (kind, label) in STEPS.items()
    ]
    account = Fall(
        name=name,
        title=f"{name} is one step down",
        beside=[Sentence("21 orders since Dec 2024")],
        place="Shop · Seattle",
        page="http://localhost:8000/accounts/acc_1/",
        reference=refer("fnd_7f3k9m2qxw4t8n5v1c6b"),
        steps=steps,
        links=["http://localhost:8000/findings/fnd_1/"] * 6,
        chart=None,
        figures=[("Units, 12 months", "1,234")],
        stopped="",
        follow_ups=[FollowUpLine("Ring them", "Ana · review 8 Apr 2026", "http://localhost:8000/f/1/")],
    )
    return replace(account, **changes)


def _words(number: int) -> tuple[str, str, str, tuple[str, ...]]:
    if number == 1:
        return "2.5 units an order", "usual 26 units an order", "since 31 Oct 2026", ()
    if number == 2:
        return "56 days", "usual 36 days", "", ("within its band, 24 to 53",)
    return "", "", "", ("not measured yet",)


def write(review: Review) -> bytes:
    stream = BytesIO()
    pages = write_review(review, stream)
    assert pages == len(PdfReader(stream).pages)
    return stream.getvalue()


def read(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf))


def plain(text: str) -> str:
    """Words with one space between them, wherever lines break."""
    return " ".join(text.replace("\xa0", " ").split())


def pages_of(pdf: bytes) -> list[str]:
    return [plain(page.extract_text()) for page in read(pdf).pages]


def text_of(pdf: bytes) -> str:
    return " ".join(pages_of(pdf))


def unbroken(text: str) -> str:
    """Without any space: what a narrow column broke stands whole again."""
    return re.sub(r"\s", "", text)


def links_of(pdf: bytes) -> list[str]:
    """Every address that a click opens; there is no other kind of annotation."""
    found = []
    for page in read(pdf).pages:
        for annotation in page.get("/Annots") or []:
            action = annotation.get_object()["/A"]
            assert action["/S"] == "/URI"
            found.append(str(action["/URI"]))
    return found


def bookmarks_of(pdf: bytes) -> list[tuple[int, str]]:
    """The outline, each title with its level."""
    found: list[tuple[int, str]] = []

    def walk(entries: list[Any], level: int) -> None:
        for entry in entries:
            if isinstance(entry, list):
                walk(entry, level + 1)
            else:
                found.append((level, entry.title))

    walk(read(pdf).outline, 0)
    return found


def runs_of(pdf: bytes) -> list[list[Run]]:
    """The words of each page and where they stand."""
    return [_runs_on(page) for page in read(pdf).pages]


def _runs_on(page: Any) -> list[Run]:
    found = []

    def visit(text: str, frame: list[float], place: list[float], font: Any, size: float) -> None:
        written = text.strip("\n")
        if (
            written.strip() and font is not None and place[4] > 0
        ):  # how many pages there are is a drawing of its own
            scale, left = frame[0], frame[4] + place[4] * frame[0]
            face = FACES[str(font["/BaseFont"]).partition("+")[2]]
            right = left + width_of(written, face, size) * scale
            found.append(Run(written, left, right, frame[5] + place[5] * frame[3], size * scale))

    page.extract_text(visitor_text=visit)
    return found
