"""What the figures of a review mean: each metric and signal that it uses, as the registry declares them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analytics.core.registry import METRICS, SIGNALS
from analytics.runs.pictures import AccountPicture
from analytics.runs.reading import LAPSED, LATE
from analytics.runs.selectors import Overview
from portal.telling.wording import said


@dataclass(frozen=True)
class Meaning:
    """A word of the document: what it means, and how it is computed ('' where the definition says so)."""

    label: str
    definition: str
    formula: str


def list_meanings(overview: Overview, pictures: Sequence[AccountPicture]) -> list[Meaning]:
    """In the order of the registry; nothing where nothing was judged, and nothing that rests on what is not shared."""
    if not overview.accounts and not overview.areas:
        return []
    signals, metrics = set(_signals(overview, pictures)), set(_metrics(overview, pictures))
    return [
        *(
            Meaning(said(one.label), said(one.definition), "")
            for key, one in SIGNALS.items()
            if key in signals
        ),
        *(
            Meaning(said(one.label), said(one.definition), one.formula)
            for key, one in METRICS.items()
            if key in metrics
        ),
    ]


def _signals(overview: Overview, pictures: Sequence[AccountPicture]) -> Iterator[str]:
    if any(row.is_judged for row in overview.accounts):
        yield LATE
    for picture in pictures:
        yield from (measure for measure in picture.rungs if measure in SIGNALS)
    for area in overview.areas:
        yield from (lit.kind for lit in area.lit)
    for row in overview.accounts:
        yield from (lit.kind for lit in row.lit)
        if row.judgement == "lapsed":
            yield LAPSED


def _metrics(overview: Overview, pictures: Sequence[AccountPicture]) -> Iterator[str]:
    """Behind the usual gap, the days late, the chart, the steps, and what is at stake."""
    if any(row.is_judged for row in overview.accounts):
        yield from ("order_interval", "days_since_order")
    if overview.areas:
        yield "units"
    if pictures:
        yield from ("orders", "units", "order_quantity", "family_breadth")
    bases = {row.stake.basis for row in overview.late if row.stake}
    if bases or any("revenue_drops" in picture.rungs for picture in pictures):
        yield "net_revenue"
    if "gross_profit" in bases:
        yield "gross_margin"
