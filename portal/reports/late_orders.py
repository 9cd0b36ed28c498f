"""The table of late orders: every row on its sheet, the headings again on each."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from django.utils.translation import gettext as _

from portal.reports.flow import ACROSS, LEFT, Align, Flow
from portal.reports.fonts import legible, printable
from portal.reports.lettering import CELL, SMALL, STRONG, Style, break_lines
from portal.reports.pictures import small_ladder
from portal.reports.review import LateLine

_GUTTER, _ABOVE, _BELOW = 7.0, 4.0, 3.0

Written = list[tuple[str, Style]]


@dataclass(frozen=True)
class Column:
    """A column: its heading, its width with the gutter to its right, what its cells say and where they lead.

    `most` lines of each text are shown; `pictured`: the ladder is drawn in it.
    """

    label: str
    width: float
    tell: Callable[[LateLine], Iterable[tuple[str, Style]]]
    link: Callable[[LateLine], str]
    align: Align = "left"
    most: int = 3
    pictured: bool = False


def draw_late_orders(flow: Flow, rows: Sequence[LateLine], stake_label: str) -> None:
    """All rows. The table is as long as it is: nothing of it is held but the sheet at hand."""
    columns = _columns(rows, stake_label)
    again = partial(_draw_headings, flow, columns)
    flow.need(80)
    again()
    for row in rows:
        cells = [_cell(column, row) for column in columns]
        height = _ABOVE + _BELOW + max(_height(cell) for cell in cells)
        flow.need(height, again)
        _draw_row(flow, columns, cells, row, height)


def _columns(rows: Sequence[LateLine], stake_label: str) -> list[Column]:
    """The columns that at least one row fills; what is left over goes to the account and to why."""
    has_follow_up = any(row.owner for row in rows)
    columns = [
        Column(_("Usual gap"), 40, lambda row: [(row.usual_gap, CELL)], _finding, "right"),
        Column(_("Late by"), 40, lambda row: [(row.late, _lateness(row))], _finding, "right"),
        Column(_("Last order"), 61, lambda row: [(row.last_order, CELL)], _finding, "right"),
        Column(stake_label, 54, lambda row: [(row.stake, STRONG), (row.basis, SMALL)], _finding, "right"),
        Column(_("Ladder"), 41, lambda row: (), _finding, pictured=True),
    ]
    after = [Column(_("Reference"), 57, lambda row: [(row.reference.code, _REFERENCE)], _finding)]
    if has_follow_up:
        after.insert(0, Column(_("Follow-up"), 55, _follow_up, lambda row: row.follow_up))
    left = ACROSS - sum(column.width for column in (*columns, *after))
    account = Column(_("Account"), left * 0.56, _account, lambda row: row.page)
    why = Column(
        _("Why"), left * 0.44, lambda row: [(row.why, CELL), (row.expected, SMALL)], _finding, most=12
    )
    return [account, *columns, why, *after]


_REFERENCE = SMALL.in_ink("accent")


def _finding(row: LateLine) -> str:
    return row.reference.url


def _lateness(row: LateLine) -> Style:
    return STRONG.in_ink("bad" if row.is_urgent else "warn")


def _account(row: LateLine) -> list[tuple[str, Style]]:
    return [(legible(row.name, row.reference.code), STRONG.in_ink("accent")), (row.place, SMALL)]


def _follow_up(row: LateLine) -> list[tuple[str, Style]]:
    return [(row.owner, CELL), (row.review, SMALL)]


def _cell(column: Column, row: LateLine) -> Written:
    width = column.width - _GUTTER
    return [
        (line, style)
        for text, style in column.tell(row)
        for line in break_lines(printable(text), style, width, column.most)
        if text
    ]


def _height(cell: Written) -> float:
    return sum(style.leading for _, style in cell)


def _draw_headings(flow: Flow, columns: Sequence[Column]) -> None:
    headings = [break_lines(column.label, SMALL, column.width - _GUTTER) for column in columns]
    deepest = max(map(len, headings))
    left = LEFT
    for column, lines in zip(columns, headings, strict=True):
        top = flow.top - (deepest - len(lines)) * SMALL.leading
        for line in lines:
            flow.line(line, SMALL, left, top, column.width - _GUTTER, column.align)
            top -= SMALL.leading
        left += column.width
    flow.top -= deepest * SMALL.leading + 3
    flow.rule()


def _draw_row(
    flow: Flow, columns: Sequence[Column], cells: Sequence[Written], row: LateLine, height: float
) -> None:
    left, linked_from = LEFT, LEFT
    for place, (column, cell) in enumerate(zip(columns, cells, strict=True)):
        top = flow.top - _ABOVE
        for text, style in cell:
            flow.line(text, style, left, top, column.width - _GUTTER, column.align)
            top -= style.leading
        if column.pictured:
            small_ladder(flow.canvas, row.lit, left, flow.top - _ABOVE - 0.5)
        left += column.width
        following = columns[place + 1].link(row) if place + 1 < len(columns) else None
        if following != column.link(row):  # cells side by side that lead to the same are one link
            flow.link(column.link(row), linked_from, flow.top, left - _GUTTER - linked_from, height)
            linked_from = left
    flow.top -= height
    flow.rule("line-2")
