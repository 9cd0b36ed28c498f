"""The disengagement ladder: six steps in the order in which accounts fall, each with its state, words and figures."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from analytics.core.ladder import NO_BASELINE, NO_ORDER, RAISED, SEGMENT
from analytics.core.quarters import MEASURES
from analytics.runs.models import Finding, Rung
from analytics.runs.pictures import AccountPicture
from analytics.runs.reading import Lit, Money
from partners.agreements.models import Category
from portal.telling.levels import is_by_month
from portal.telling.wording import confidence, day, days, money, number, short_number

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

DAYS = ("interval_lengthens", "should_have_ordered", "lapsed")
WHOLE_FROM = 100  # from here on decimals say nothing
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


# The picture in small, in a box of 100 by 24: step, left, top, height; each 14 wide.
BARS = [(step, 17 * (step - 1), 26 - 4 * step, 4 * step - 2) for step in STEPS]
BAR_WIDTH = 14


@dataclass(frozen=True)
class Step:
    """One step, in words. `rung` is None where its measure is not there: not measured yet, or not shared.

    `value` and `usual` are '' where there is none, `since` where the step is not lit.
    """

    number: int
    kind: str
    label: "StrPromise"
    state: str
    rung: Rung | None
    finding: Finding | None
    value: str
    usual: str
    since: str
    remarks: tuple[str, ...]


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
    rung, finding = picture.rungs.get(kind), picture.findings.get(kind)
    withheld = kind in MEASURES and MEASURES[kind].needs_price and Category.PRICE not in shared
    absent = _absent(withheld=withheld, is_dayless=kind in DAYS and is_by_month(picture))
    state = UNKNOWN if rung is None else STATES.get(rung.state, CALM)
    value, usual = ("", "") if rung is None or state == SILENT else _figures(rung, picture.currency)
    return Step(
        number=number,
        kind=kind,
        label=label,
        state=state,
        rung=rung,
        finding=finding,
        value=value,
        usual=usual,
        since=_since(rung) if rung and finding else "",
        remarks=(absent,) if rung is None else tuple(_remarks(rung, state, finding)),
    )


def _figures(rung: Rung, currency: str | None) -> tuple[str, str]:
    """What was measured, and what is usual; the one says nothing without the other."""
    if rung.value is None:
        return "", ""
    if rung.measure == "revenue_drops":
        value, usual = in_money(rung.value, currency), in_money(rung.usual, currency)
    else:
        value, usual = measured(rung.value, rung.measure), measured(rung.usual, rung.measure)
    return value, gettext("usual %(usual)s") % {"usual": usual} if usual else ""


def _since(rung: Rung) -> str:
    since = gettext("since %(since)s") % {"since": day(rung.first_seen_on)}
    sure = gettext("confidence %(confidence)s") % {"confidence": confidence(rung.confidence)}
    return f"{since} · {sure}"


def _absent(*, withheld: bool, is_dayless: bool) -> str:
    if is_dayless:
        return gettext("seen by month: no days to measure")
    return gettext("prices are not shared") if withheld else gettext("not measured yet")


def _remarks(rung: Rung, state: str, finding: Finding | None) -> Iterator[str]:
    if state == SILENT:
        yield gettext("no order in the quarter")
    if state == CALM and finding is None:
        band = {"low": short_number(rung.low), "high": short_number(rung.high)}
        yield gettext("within its band, %(low)s to %(high)s") % band
    if state == UNKNOWN:
        yield gettext("too short a history to compare")
    elif rung.basis == SEGMENT:
        yield gettext("against its segment: under 12 months of its own")


def measured(value: float | None, kind: str) -> str:
    """A figure of a finding in the unit of its measure: '31 days', '11 families', '27.6 units an order'."""
    if value is None:
        return ""
    if kind in DAYS:
        return days(value)
    figure = short_number(value) if abs(value) >= WHOLE_FROM else number(round(value, 1))
    count = 1 if figure == "1" else 2
    patterns = {
        "quantity_shrinks": ngettext("%(number)s unit an order", "%(number)s units an order", count),
        "breadth_narrows": ngettext("%(number)s family", "%(number)s families", count),
        "revenue_drops": pgettext("an amount without its currency", "%(number)s a month"),
    }
    return (patterns.get(kind, "%(number)s") % {"number": figure}).replace(" ", "\N{NO-BREAK SPACE}")


def in_money(amount: float | None, currency: str | None) -> str:
    """A monthly amount in its currency; the bare figure where that is not known."""
    if amount is None or not currency:
        return measured(amount, "revenue_drops")
    return gettext("%(amount)s a month") % {"amount": money(Money(Decimal(str(amount)), currency))}


def step_label(lit: Lit) -> str:
    """The words of a step."""
    return str(STEPS[lit.step][1])
