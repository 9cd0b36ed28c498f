"""How a partnership moved in a year and why: in a sentence, in a picture whose bars add up, and in a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.runs.models import Movement
from analytics.runs.reading import Money
from analytics.runs.selectors import PartnershipSummary
from portal.charts.drawing import Drawing, Table
from portal.charts.specs import CoursePoint, Part, bridge, course
from portal.telling.figures import YEAR, whole_months
from portal.telling.wording import money, month, short_number

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

CAUSES: Mapping[str, "StrPromise"] = {
    "steady": gettext_lazy("steady"),
    "mixed": gettext_lazy("several things at once"),
    "customers_gained": gettext_lazy("more customers"),
    "customers_lost": gettext_lazy("fewer customers"),
    "more_families": gettext_lazy("same customers, more families"),
    "fewer_families": gettext_lazy("same customers, fewer families"),
    "more_orders": gettext_lazy("mostly more orders"),
    "fewer_orders": gettext_lazy("mostly fewer orders"),
    "larger_orders": gettext_lazy("mostly larger orders"),
    "smaller_orders": gettext_lazy("mostly smaller orders"),
}
# Where postcode areas stand in for customers.
CAUSES_BY_AREA: Mapping[str, "StrPromise"] = {
    **CAUSES,
    "customers_gained": gettext_lazy("more postcode areas"),
    "customers_lost": gettext_lazy("fewer postcode areas"),
    "more_families": gettext_lazy("same postcode areas, more families"),
    "fewer_families": gettext_lazy("same postcode areas, fewer families"),
    "more_orders": gettext_lazy("mostly more months with orders"),
    "fewer_orders": gettext_lazy("mostly fewer months with orders"),
    "larger_orders": gettext_lazy("mostly more in a month"),
    "smaller_orders": gettext_lazy("mostly less in a month"),
}
NET = "net_amount"


@dataclass(frozen=True)
class Moved:
    """A movement as its page tells it. `families`: name, change and how many customers no longer buy it."""

    movement: Movement
    cause: "StrPromise"
    share: float
    before: str
    now: str
    drawing: Drawing | None
    families: list[tuple[str, str, int]]


def tell(movement: Movement, families: Mapping[int, str]) -> Moved:
    """A movement in words and bars; `families` names those that lost."""
    return Moved(
        movement=movement,
        cause=(CAUSES_BY_AREA if movement.by_area else CAUSES)[movement.cause],
        share=float(movement.change / movement.before),
        before=_figure(movement, movement.before),
        now=_figure(movement, movement.now),
        drawing=_draw(movement),
        families=[
            (families[key], _signed(movement, Decimal(str(lost))), dropped)
            for key, lost, dropped in movement.losses
            if key in families
        ],
    )


def draw_course(summary: PartnershipSummary, *, is_net: bool) -> Drawing | None:
    """Twelve whole months beside the twelve before."""
    if summary.run is None:
        return None
    values = {row.month: _value(row.net if is_net else row.units) for row in summary.months}
    months = whole_months(summary.run.as_of, YEAR)
    points = [CoursePoint(one, values.get(one), values.get(_year_before(one))) for one in months]
    if all(point.value is None for point in points):
        return None
    currency = summary.net.currency if is_net and summary.net else ""
    label = _("Net a month") if is_net else _("Units a month")
    names = (_("last 12 months"), _("the year before"))
    spec = course(points, description=label, unit=currency, names=names)
    if spec is None:
        return None
    rows = [
        [month(point.month), *(short_number(value) for value in (point.value, point.before))]
        for point in reversed(points)
    ]
    return Drawing(spec, label, Table(label, [_("Month"), *names], rows))


def _draw(movement: Movement) -> Drawing | None:
    parts = [
        (_("Postcode areas gained") if movement.by_area else _("Customers gained"), movement.gained),
        (_("Postcode areas lost") if movement.by_area else _("Customers lost"), movement.lost),
        (_("Families added"), movement.families_added),
        (_("Families dropped"), movement.families_dropped),
        (_("Within the families kept"), movement.within),
        (_("Returns and corrections alone"), movement.other),
    ]
    shown = [Part(label, float(value), _signed(movement, value)) for label, value in parts if value]
    label = _("What moved it; the bars add up to the change")
    spec = bridge(shown, description=label)
    if spec is None:
        return None
    rows = [
        [_("The year before"), _figure(movement, movement.before)],
        *([part.label, part.text] for part in shown),
        [_("Now"), _figure(movement, movement.now)],
    ]
    return Drawing(spec, label, Table(label, [_("Part"), _("Change")], rows))


def _figure(movement: Movement, value: Decimal) -> str:
    if movement.value == NET:
        return money(Money(value, movement.currency))
    return _("%(number)s units") % {"number": short_number(value)}


def _signed(movement: Movement, value: Decimal) -> str:
    sign = "+" if value > 0 else ""
    figure = money(Money(value, movement.currency)) if movement.value == NET else short_number(value)
    return f"{sign}{figure}"


def _value(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1)
