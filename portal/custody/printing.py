"""A receipt on paper: for whoever has to show that something was destroyed, and when."""

from io import BytesIO

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.custody.models import Receipt
from portal.custody.wording import about, why
from portal.reports.flow import LEFT, Flow, Letterhead
from portal.reports.fonts import printable
from portal.reports.lettering import CELL, STRONG, SUB, TEXT, TITLE
from portal.reports.passages import draw_section, write_pair
from portal.telling.wording import day, moment, number

_COUNTS = 320.0  # width of the table of counts: a count stands near its name


def print_receipt(receipt: Receipt, organisation: str) -> bytes:
    """A finished receipt as a PDF, in the language and time zone that are active. Equal receipts are equal files."""
    assert receipt.finished_at is not None, "what is not done yet has nothing to show"
    stream = BytesIO()
    title = _("It is destroyed")
    letterhead = Letterhead(
        kind=_("Receipt"),
        title=f"{title} · {receipt.public_id}",
        author="Throughline",
        language=get_language() or "en",
        written_at=receipt.finished_at,
        head=printable(f"{organisation} · {day(receipt.finished_at)}"),
        foot=_("Counts and ids alone"),
        reference=receipt.public_id,
    )
    flow = Flow(stream, letterhead)
    flow.bookmark(title)
    flow.write(title, TITLE)
    flow.space(4)
    flow.write(printable(f"{about(receipt)} · {why(receipt.reason)}"), SUB)
    flow.space(10)
    _write_facts(flow, receipt)
    _draw_counts(flow, receipt.destroyed)
    _write_proof(flow, receipt)
    flow.close()
    return stream.getvalue()


def _write_facts(flow: Flow, receipt: Receipt) -> None:
    facts = {
        _("Receipt"): receipt.public_id,
        _("Asked by"): receipt.asked_by_name,
        _("Asked"): moment(receipt.asked_at),
        _("Finished"): moment(receipt.finished_at),
    }
    for label, fact in facts.items():
        write_pair(flow, label, [(fact, TEXT)])
        flow.space(2)


def _draw_counts(flow: Flow, destroyed: dict[str, int]) -> None:
    draw_section(flow, _("What was destroyed"))
    _draw_row(flow, _("Table"), _("Rows"), is_head=True)
    for table, rows in sorted(destroyed.items()):
        _draw_row(flow, table, number(rows))


def _draw_row(flow: Flow, table: str, rows: str, *, is_head: bool = False) -> None:
    style = STRONG if is_head else CELL
    flow.need(style.leading + 4)
    flow.line(table, style, LEFT, flow.top)
    flow.line(rows, style, LEFT, flow.top, _COUNTS, "right")
    flow.top -= style.leading + 2
    flow.rule("edge" if is_head else "line", width=_COUNTS)
    flow.top -= 2


def _write_proof(flow: Flow, receipt: Receipt) -> None:
    draw_section(flow, "SHA-256")
    flow.write(receipt.digest, TEXT)
    flow.space(4)
    explained = _("Computed over the lines of this receipt's text, each ended by a line feed.")
    flow.write(explained, TEXT.in_ink("ink-2"))
    if receipt.kind == Receipt.Kind.ACCOUNT:
        flow.space(4)
        note = _("A later file that names the same number makes a new customer.")
        flow.write(note, TEXT.in_ink("ink-2"))
