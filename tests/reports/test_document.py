"""The document itself: what is printed, that it is printed literally, and that nothing is opened for it."""

import re
import struct
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from portal.charts.specs import Annotation, normal_band
from portal.reports.flow import ACROSS, BOTTOM, LEFT, TOP
from portal.reports.fonts import MISSING, REGULAR, printable, width_of
from portal.reports.lettering import CELL, break_lines, cut
from portal.reports.meanings import Meaning
from portal.reports.quality import Fact, Quality
from portal.reports.review import AreaLine
from portal.telling.sentences import Sentence
from tests.reports.paper import (
    BARE,
    FACES,
    TOM,
    WRITTEN_AT,
    bookmarks_of,
    fall,
    late_line,
    links_of,
    pages_of,
    read,
    runs_of,
    text_of,
    unbroken,
    write,
)
from tests.ui.test_charts import falling, month

HOSTILE = (
    '<img src="/etc/hostname"/>',
    "<b>x</b> & <para/>",
    "&amp; &#60; &lt;",
    '<a href="javascript:x">',
    '=HYPERLINK("x")',
    "<font name=/etc/passwd>",
    r"(x) Tj \( \245 %PDF",
    "%(stake)s {stake}",
)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


# --- what the reader finds ---


def test_a_row_is_told_and_its_figures_lead_to_their_evidence() -> None:
    line = late_line(
        7, owner="Ana Ruiz", review="review 8\xa0Apr\xa02026", follow_up="http://localhost:8000/f/7/"
    )
    pdf = write(replace(BARE, title="One account should have ordered by now", late=[line]))
    text = text_of(pdf)
    for told in (
        line.name,
        line.place,
        "14 days",
        "19 days",
        "5 Mar 2026",
        "€12,400",
        "Ana Ruiz",
        "8 Apr 2026",
    ):
        assert told in text, told
    assert unbroken("Orders shrink; Fewer families Expected on 19 Mar 2026") in unbroken(text)
    assert line.reference.code in text
    assert {line.page, line.follow_up, line.reference.url, BARE.home} == set(links_of(pdf))


def test_every_row_is_printed_once_under_headings_on_every_page() -> None:
    pdf = write(replace(BARE, late=[late_line(number) for number in range(400)]))
    pages = pages_of(pdf)
    assert len(pages) > 10
    assert re.findall(r"Łódź Tools (\d{5})", " ".join(pages)) == [f"{number:05d}" for number in range(400)]
    assert all("Account Usual gap Late by Last order Profit at stake" in page for page in pages)
    assert [page for page in pages if "Why Reference" not in page] == []


def test_a_column_that_no_row_fills_is_not_there() -> None:
    assert "Follow-up" not in text_of(write(replace(BARE, late=[late_line(1)])))
    taken = [
        late_line(1),
        late_line(2, owner="Ana", review="review 8 Apr", follow_up="http://localhost:8000/f/"),
    ]
    assert "Follow-up" in text_of(write(replace(BARE, late=taken)))


def test_each_page_says_for_whom_it_is_and_which_of_how_many() -> None:
    pdf = write(replace(BARE, freshness="Data as of 31 Mar 2026", late=[late_line(one) for one in range(60)]))
    pages = pages_of(pdf)
    for number, page in enumerate(pages, start=1):
        assert "Throughline Account review Tannforst · Tom Brandt · 1 Apr 2026" in page
        assert f"Page {number} of {len(pages)} " in page
        assert f"Data as of 31 Mar 2026 · {TOM.report}" in page
        assert "Rendered as Tom Brandt: shows what Tom Brandt may see" in page


def test_the_file_says_what_it_is_and_equal_reviews_are_equal_files() -> None:
    review = replace(BARE, late=[late_line(1)], falls=[fall("Łódź Tools")])
    pdf = write(review)
    assert write(review) == pdf
    reader = read(pdf)
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == (BARE.title, "Throughline")
    assert reader.metadata.creation_date == WRITTEN_AT
    assert reader.root_object["/Lang"] == "en"
    with translation.override("de"):
        assert read(write(review)).root_object["/Lang"] == "de"


def test_bookmarks_lead_to_sections_and_accounts() -> None:
    falls = [fall("Łódź Tools"), fall("東京")]
    partner = Quality("Adventure", "", [Fact("Data until", ["31 Mar 2026"])])
    meaning = Meaning("Units", "Base units.", "sum(quantity)")
    pdf = write(replace(BARE, falls=falls, quality=[partner], meanings=[meaning]))
    assert bookmarks_of(pdf) == [
        (0, BARE.title),
        (0, "Should have ordered"),
        (0, "Down the ladder"),
        (1, "Łódź Tools is one step down"),
        (1, "東京 is one step down"),
        (0, "Data quality"),
        (0, "Definitions"),
    ]


def test_an_account_in_full_tells_its_six_steps_and_stays_on_one_page() -> None:
    spec = normal_band(
        falling(), description="", unit="units", annotation=Annotation(month(10), "first seen")
    )
    names = [f"Shop {number}" for number in range(5)]
    pdf = write(replace(BARE, falls=[fall(name, chart=spec) for name in names]))
    for name in names:
        (page,) = [text for text in pages_of(pdf) if f"{name} is one step down" in text]
        block = page.partition(f"{name} is one step down")[2].partition("Shop 9")[0]
        for told in ("Orders shrink", "2.5 units an order", "since 31 Oct 2026", "within its band, 24 to 53",
                     "not measured yet", "first seen", "Ring them", "Ana · review 8 Apr 2026"):  # fmt: skip
            assert told in block, (name, told)
    assert len(read(pdf).pages) == 2


def test_a_figure_that_counts_stands_out_and_leads_home() -> None:
    sentence = Sentence("$41,300 of gross profit is waiting.", "$41,300")
    pdf = write(replace(BARE, sentences=[sentence]))
    faces = {run.text: run for run in runs_of(pdf)[0]}
    assert "$41,300" in faces
    assert links_of(pdf).count(BARE.home) == 2  # the title, and the figure


def test_an_empty_review_is_one_calm_page_that_says_what_comes_next() -> None:
    pdf = write(BARE)
    (page,) = pages_of(pdf)
    for told in (BARE.title, BARE.sentences[0].text, *BARE.hint):
        assert told in page
    assert "Down the ladder" not in page
    assert "Data quality" not in page


def test_words_follow_the_language() -> None:
    with translation.override("de"):
        text = text_of(write(replace(BARE, late=[late_line(1)])))
    for told in (
        "Kundenbericht",
        "Bestellung überfällig",
        "Seite 1 von 1",
        "Erstellt als Tom Brandt",
        "Beleg",
    ):
        assert told in text


# --- names are printed, never read ---


def test_markup_in_names_is_printed_literally() -> None:
    late = [late_line(place, name) for place, name in enumerate(HOSTILE)]
    falls = [fall(name, place=name, stopped=name) for name in HOSTILE]
    partner = Quality(HOSTILE[0], "", [Fact(HOSTILE[1], [HOSTILE[0]], is_warning=True)])
    reader = replace(TOM, name=HOSTILE[3], organisation=HOSTILE[1])
    pdf = write(replace(BARE, reader=reader, late=late, falls=falls, quality=[partner], notes=[HOSTILE[2]]))
    text = unbroken(text_of(pdf))
    for name in HOSTILE:
        assert text.count(unbroken(name)) >= 4, name
    assert all(link.startswith(settings.PUBLIC_URL) for link in links_of(pdf))
    for word in (b"/JavaScript", b"/Subtype /Image", b"/Launch", b"/EmbeddedFile"):
        assert word not in pdf


def test_control_characters_and_marks_of_direction_are_not_printed() -> None:
    name = "A\u202eB\u200f\x00\x07\tC\nD\u200d\u00adE"
    assert printable(name) == printable(f"{name}\ufe0f") == "AB C DE"
    pdf = write(replace(BARE, late=[late_line(1, name)], falls=[fall(name)]))
    assert "AB C DE" in text_of(pdf)
    assert (1, "AB C DE is one step down") in bookmarks_of(pdf)


def test_a_word_without_spaces_is_cut_and_touches_no_other() -> None:
    word, sentence = "W" * 255, "Wide words in a very long name of a company " * 6
    late = [late_line(1, word), late_line(2, sentence, owner=word, review="review 8 Apr", place=word)]
    falls = [fall(word, place=word, stopped=word), fall(sentence, stopped=sentence)]
    reader = replace(TOM, name=word, organisation=word)
    pdf = write(replace(BARE, title=word, reader=reader, late=late, falls=falls))
    assert "…" in text_of(pdf)
    for page in runs_of(pdf):
        assert_nothing_overlaps(page)


def assert_nothing_overlaps(page: list[Any]) -> None:
    lines: dict[int, list[Any]] = {}
    for run in page:
        lines.setdefault(round(run.base * 2), []).append(run)
    for runs in lines.values():
        runs.sort(key=lambda run: run.left)
        assert runs[0].left >= LEFT - 0.5
        assert runs[-1].right <= LEFT + ACROSS + 0.5, runs[-1]
        for before, after in pairwise(runs):
            assert before.right <= after.left + 0.5, (before, after)


def test_rows_stay_between_head_and_foot() -> None:
    pdf = write(
        replace(BARE, late=[late_line(number, "Long name " * (number % 9)) for number in range(1, 90)])
    )
    for page in runs_of(pdf):
        assert_nothing_overlaps(page)
        within = [run.base for run in page if run.size > 7.5 or run.text.startswith("fnd_")]
        assert min(within) >= BOTTOM
        assert max(within) <= TOP


OPENS = (
    "open",
    "os.open",
    "subprocess.Popen",
    "os.system",
    "socket.connect",
    "urllib.Request",
    "ctypes.dlopen",
)
_opened: list[str] | None = None


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if _opened is not None and event in OPENS:
        _opened.append(f"{event}: {arguments[0]!r}")


@pytest.fixture
def opened() -> Iterator[list[str]]:
    """What this process opens from here on. A hook stays as long as the process: afterwards it listens to nothing."""
    global _opened
    if not getattr(sys, "throughline_watches", False):
        sys.addaudithook(_watch)
        sys.throughline_watches = True  # type: ignore[attr-defined]
    _opened = []
    yield _opened
    _opened = None


def test_nothing_is_opened_but_the_fonts(opened: list[str]) -> None:
    spec = normal_band(falling(), description="", unit="units")
    falls = [fall(name, place=name, chart=spec) for name in HOSTILE]
    areas = [AreaLine(name, [name]) for name in HOSTILE]
    late = [late_line(place, name) for place, name in enumerate(HOSTILE)]
    review = replace(BARE, late=late, falls=falls, areas=areas)
    write(review)  # fonts, catalogues and modules are read once
    with open(__file__):  # the hook does hear
        assert opened
    opened.clear()
    write(review)
    assert opened == []


# --- letters ---


def test_polish_greek_and_cyrillic_are_written_in_fonts_that_the_file_carries() -> None:
    names = ("Łódź Żółć Sp. z o.o.", "Αθήνα Ελλάς", "Жуковка Инструмент")
    late = [late_line(place, name) for place, name in enumerate(names)]
    chart = normal_band(falling(), description="", unit="Łódź")
    pdf = write(replace(BARE, late=late, falls=[fall(names[0], chart=chart)]))
    text = text_of(pdf)
    for name in names:
        assert name in text
    fonts = [font.get_object() for page in read(pdf).pages for font in page["/Resources"]["/Font"].values()]
    assert {str(font["/BaseFont"]).partition("+")[2] for font in fonts} == set(FACES)
    carried: dict[str, int] = {}
    for font in fonts:
        carried |= outlines_of(font)
    assert all(carried[letter] for letter in set("".join(names)) - {" "})


def outlines_of(font: Any) -> dict[str, int]:
    """The letters of a font that a file carries, each with the length of its outline in bytes."""
    data = font["/FontDescriptor"]["/FontFile2"].get_data()
    records = [12 + 16 * number for number in range(struct.unpack_from(">H", data, 4)[0])]
    tables = {data[at : at + 4]: struct.unpack_from(">L", data, at + 8)[0] for at in records}
    is_long = struct.unpack_from(">h", data, tables[b"head"] + 50)[0]
    glyphs = struct.unpack_from(">H", data, tables[b"maxp"] + 4)[0]
    places = struct.unpack_from(f">{glyphs + 1}{'L' if is_long else 'H'}", data, tables[b"loca"])
    cmap = tables[b"cmap"] + struct.unpack_from(">L", data, tables[b"cmap"] + 8)[0]
    form, _, _, first, count = struct.unpack_from(">5H", data, cmap)
    assert form == 6
    glyph_of = struct.unpack_from(f">{count}H", data, cmap + 10)
    letters = re.findall(r"<([0-9A-F]{2})> <([0-9A-F]{4})>\n", font["/ToUnicode"].get_data().decode())
    return {
        chr(int(letter, 16)): places[glyph_of[int(code, 16) - first] + 1]
        - places[glyph_of[int(code, 16) - first]]
        for code, letter in letters
        if int(code, 16) - first < count
    }


def test_letters_that_the_font_lacks_are_said_to_be_missing_and_stand_in_full_in_the_bookmarks() -> None:
    late = [late_line(1, "東京 Tools"), late_line(2, "東京工業"), late_line(3, "ＡＢＣ ﬁne ①")]
    pdf = write(replace(BARE, late=late, falls=[fall("محمد 🚲")], quality=[Quality("Adventure", "", [])]))
    text = text_of(pdf)
    assert f"{MISSING * 2} Tools" in text
    assert f"{MISSING * 4} (fnd_00000000)" in text  # nothing legible: its reference stands with it
    assert "ABC ﬁne 1" in text
    assert f"{MISSING} stands for a letter that this print cannot show" in text
    assert (1, "محمد 🚲 is one step down") in bookmarks_of(pdf)
    plain_names = write(replace(BARE, late=[late_line(1)], quality=[Quality("Adventure", "", [])]))
    assert MISSING not in text_of(plain_names)


@given(st.text(max_size=80))
def test_what_is_printed_is_in_the_font_and_on_one_line(text: str) -> None:
    written = printable(text)
    assert printable(written) == written
    assert not [letter for letter in written if letter != "\xa0" and not letter.isprintable()]
    assert "\n" not in written


@given(st.text(st.sampled_from("aW il·\xa0…"), max_size=120), st.integers(20, 120), st.integers(1, 5))
def test_lines_keep_to_their_width_and_lose_nothing_but_spaces(text: str, width: int, most: int) -> None:
    written = printable(text)
    lines = break_lines(written, CELL, width)
    assert all(width_of(line, REGULAR, CELL.size) <= width for line in lines)
    assert unbroken("".join(lines)) == unbroken(written)
    few = break_lines(written, CELL, width, most)
    assert len(few) <= most
    assert few == lines if len(lines) <= most else few[:-1] == lines[: most - 1]
    assert width_of(cut(written, CELL, width), REGULAR, CELL.size) <= width


def test_long_lists_stay_small_and_quick() -> None:
    late = [late_line(number) for number in range(1_500)]
    pdf = write(replace(BARE, late=late))
    assert len(pdf) < 1_200 * len(late)
    assert len(links_of(pdf)) == 2 * len(late) + 1
