"""The ladder in words and in small, and the figures of its measures in their units."""

from collections.abc import Sequence
from decimal import Decimal

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from analytics.runs.reading import Lit, Money
from portal.ui.accounts.ladder import STEPS
from portal.ui.templatetags.wording import days, money, number, short_number

register = template.Library()
DAYS = ("interval_lengthens", "should_have_ordered", "lapsed")
WHOLE_FROM = 100  # from here on decimals say nothing
BARS = [(step, 17 * (step - 1), 26 - 4 * step, 4 * step - 2) for step in STEPS]  # step, left, top, height


@register.filter
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


@register.filter
def in_money(amount: float | None, currency: str | None) -> str:
    """A monthly amount in its currency; the bare figure where that is not known."""
    if amount is None or not currency:
        return measured(amount, "revenue_drops")
    return _("%(amount)s a month") % {"amount": money(Money(Decimal(str(amount)), currency))}


@register.filter
def step_label(lit: Lit) -> str:
    """The words of a step."""
    return str(STEPS[lit.step][1])


@register.inclusion_tag("components/ladder_small.html")
def small_ladder(lit: Sequence[Lit]) -> dict[str, object]:
    """The six steps as a picture in a cell, with its words for who does not see it."""
    return {
        "bars": [(step in {one.step for one in lit}, step, *bar) for step, *bar in BARS],
        "lit": [STEPS[one.step][1] for one in lit],
    }
