"""The weekly account review as a PDF: what comes first, the accounts behind it, its data, what its words mean."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import BinaryIO

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.reports.falls import draw_falls
from portal.reports.flow import ACROSS, LEFT, Flow, Letterhead
from portal.reports.fonts import MISSING, printable, width_of
from portal.reports.late_orders import draw_late_orders
from portal.reports.lettering import (
    BLOCK,
    CELL,
    FRESH,
    SMALL,
    SUB,
    TEXT,
    TITLE,
    Style,
    strong,
)
from portal.reports.meanings import Meaning
from portal.reports.passages import draw_section, pair_height, write_pair, write_sentences
from portal.reports.quality import Fact, Quality
from portal.reports.review import AreaLine, Fall, LateLine, Review
from portal.telling.wording import day

_LABELS = 92.0  # width of the labels of facts
_SECTION_ABOVE, _BLOCK_ABOVE = 20.0, 16.0


def write_review(review: Review, stream: BinaryIO) -> int:
    """Draw the document into `stream`; returns the number of its pages.

    Every name in it is drawn letter by letter, never read as markup; the one thing that is opened are the fonts.
    Equal reviews are equal files.
    """
    flow = Flow(stream, _letterhead(review))
    _draw_summary(flow, review)
    _draw_late(flow, review)
    draw_falls(flow, review.falls)
    _draw_areas(flow, review.areas)
    _draw_quality(flow, review)
    _draw_meanings(flow, review.meanings)
    return flow.close()


def _letterhead(review: Review) -> Letterhead:
    reader = review.reader
    seen_by = {"reader": printable(reader.name)}
    return Letterhead(
        kind=_("Account review"),
        title=review.title,
        author="Throughline",
        language=get_language() or "en",
        written_at=review.written_at,
        head=printable(" · ".join((reader.organisation, reader.name, day(review.written_at)))),
        foot=_("Rendered as %(reader)s: shows what %(reader)s may see") % seen_by,
        reference=printable(" · ".join(filter(None, (review.freshness, reader.report)))),
    )


def _draw_summary(flow: Flow, review: Review) -> None:
    flow.bookmark(review.title)
    began = flow.top
    flow.write(printable(review.title), TITLE)
    flow.link(review.home, LEFT, began, ACROSS, began - flow.top)
    flow.space(4)
    write_sentences(flow, review.sentences, SUB, " ", review.home)
    flow.space(3)
    flow.write(printable(" · ".join(filter(None, (review.freshness, *review.sources)))), FRESH)


def _draw_late(flow: Flow, review: Review) -> None:
    draw_section(flow, _("Should have ordered"))
    if review.late:
        draw_late_orders(flow, review.late, review.stake_label)
        return
    title, text = review.hint
    flow.write(printable(title), strong(TEXT))
    flow.write(printable(text), TEXT.in_ink("ink-2"))


def _draw_areas(flow: Flow, areas: Sequence[AreaLine]) -> None:
    if not areas:
        return
    draw_section(flow, _("Postcode areas, over twelve months"), 60)
    for area in areas:
        fact = (printable(area.name), [(line, TEXT.in_ink("ink-2")) for line in area.told])
        flow.need(pair_height(*fact))
        write_pair(flow, *fact)


def _draw_quality(flow: Flow, review: Review) -> None:
    if not review.quality:
        return
    draw_section(flow, _("Data quality"), 60)
    for note in (*review.notes, *_missing_letters(review)):
        flow.write(printable(note), TEXT)
        flow.space(4)
    for partnership in review.quality:
        _draw_partnership(flow, partnership)


def _draw_partnership(flow: Flow, partnership: Quality) -> None:
    facts = [(fact.label, [(line, _ink(fact)) for line in fact.lines]) for fact in partnership.facts]
    flow.need(6 + BLOCK.leading + sum(pair_height(*fact) for fact in facts))
    flow.space(6)
    name, began = printable(partnership.name), flow.top
    flow.write(name, BLOCK.in_ink("accent" if partnership.page else "ink"), most=1)
    flow.link(partnership.page, LEFT, began, width_of(name, BLOCK.face, BLOCK.size), BLOCK.leading)
    for fact in facts:
        write_pair(flow, *fact)


def _ink(fact: Fact) -> Style:
    return TEXT.in_ink("warn" if fact.is_warning else "ink-2")


def _draw_meanings(flow: Flow, meanings: Sequence[Meaning]) -> None:
    if not meanings:
        return
    draw_section(flow, _("Definitions"), 60)
    for meaning in meanings:
        told = [(meaning.definition, SMALL.in_ink("ink-2"))]
        if meaning.formula:
            told.append((meaning.formula, SMALL))
        write_pair(flow, meaning.label, told, strong(CELL))
        flow.space(5)


def _missing_letters(review: Review) -> list[str]:
    """Said where a name holds letters that the font does not have."""
    rows: Iterable[LateLine | Fall] = chain(review.late, review.falls)
    if not any(MISSING in printable(text) for row in rows for text in (row.name, row.place)):
        return []
    text = _(
        "%(mark)s stands for a letter that this print cannot show: it has Latin, Greek and Cyrillic. "
        "The portal and the bookmarks of this file have such names in full."
    )
    return [text % {"mark": MISSING}]
