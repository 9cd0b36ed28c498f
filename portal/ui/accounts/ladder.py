"""The disengagement ladder of one account: six steps in the order in which accounts fall, each with its state."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from analytics.core.ladder import NO_BASELINE, NO_ORDER, RAISED
from analytics.core.quarters import MEASURES
from analytics.runs.models import Finding, Rung
from analytics.runs.pictures import AccountPicture
from partners.agreements.models import Category

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

LIT, CALM, UNKNOWN, SILENT = "lit", "calm", "unknown", "silent"
STATES = {RAISED: LIT, NO_BASELINE: UNKNOWN, NO_ORDER: SILENT}
STEPS: Mapping[int, tuple[str, "StrPromise"]] = {
    1: ("quantity_shrinks", _("Orders shrink")),
    2: ("interval_lengthens", _("Intervals lengthen")),
    3: ("breadth_narrows", _("Fewer families")),
    4: ("", _("Returns rise")),
    5: ("", _("Payment slows")),
    6: ("revenue_drops", _("Revenue drops")),
}


@dataclass(frozen=True)
class Step:
    """One step. `rung` is None where its measure is not there: not measured yet, or not shared (`withheld`)."""

    number: int
    kind: str
    label: "StrPromise"
    state: str
    rung: Rung | None
    finding: Finding | None
    withheld: bool


def ladder(picture: AccountPicture, shared: frozenset[Category]) -> list[Step]:
    """The six steps of an account, whether or not they are in sight."""
    return [_step(number, kind, label, picture, shared) for number, (kind, label) in STEPS.items()]


def worst(picture: AccountPicture) -> Finding | None:
    """The finding to take care of first: that an order is missing, else the lowest step that is lit."""
    lit = [picture.findings[kind] for kind, _ in STEPS.values() if kind in picture.findings]
    return picture.finding or next(iter(lit), None)


def _step(
    number: int, kind: str, label: "StrPromise", picture: AccountPicture, shared: frozenset[Category]
) -> Step:
    rung = picture.rungs.get(kind)
    needs_price = kind in MEASURES and MEASURES[kind].needs_price
    return Step(
        number=number,
        kind=kind,
        label=label,
        state=UNKNOWN if rung is None else STATES.get(rung.state, CALM),
        rung=rung,
        finding=picture.findings.get(kind),
        withheld=needs_price and Category.PRICE not in shared,
    )
