"""Postcode areas, where no account is told apart: their units by family, their money, and their steps of the ladder."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Q, Sum

from analytics.core.ladder import RAISED
from analytics.core.quarters import last_whole_month
from analytics.core.registry import SIGNALS
from analytics.runs.models import AnalysisRun, AreaFact, AreaMoneyFact, AreaRung
from analytics.runs.reading import Lit, Money, Month
from partners.access.reach import accounts_in_reach
from partners.agreements.models import Granularity, Partnership
from partners.audit.services import note_read
from partners.catalogue.selectors import name_families
from partners.tenancy.context import current_actor

Place = tuple[int, str, str]  # partnership, country, postcode area
_PLACE = ("partnership_id", "country", "postcode_area")


@dataclass(frozen=True)
class Sold:
    """Units of the last twelve whole months, and of the twelve before."""

    units: Decimal
    before: Decimal

    @property
    def change(self) -> float | None:
        """On the year before; None where nothing was sold in it."""
        return float(self.units / self.before - 1) if self.before > 0 else None


@dataclass(frozen=True)
class AreaFamily:
    """One family in an area."""

    name: str
    sold: Sold


@dataclass(frozen=True)
class AreaRow:
    """A postcode area of a partnership over the last twelve whole months. `net` is None where no money is in sight."""

    partnership: Partnership
    country: str
    postcode_area: str
    sold: Sold
    net: Money | None
    families: list[AreaFamily]
    lit: tuple[Lit, ...]

    @property
    def place(self) -> Place:
        """Its place in the order of pages."""
        return self.partnership.pk, self.country, self.postcode_area


def with_areas(runs: Mapping[int, AnalysisRun]) -> list[int]:
    """The partnerships of which something is seen by postcode area; none for who reaches only some accounts."""
    found = [key for key, run in runs.items() if Granularity.AREA in run.levels]
    return found if found and accounts_in_reach() is None else []


def list_areas(partnerships: Sequence[Partnership], runs: Mapping[int, AnalysisRun]) -> list[AreaRow]:
    """Every area in sight and reach, most steps down first, then most units."""
    keys = with_areas(runs)
    found = {one.pk: one for one in partnerships if one.pk in keys}
    if not found:
        return []
    years = {key: _year(runs[key]) for key in found}
    now = _sums(_during(years, 0), "units", "family_id")
    before = _sums(_during(years, 1), "units", "family_id")
    net, lit = _net(years), _lit(found)
    names = name_families({key[-1] for key in (*now, *before)})
    families: defaultdict[Place, list[AreaFamily]] = defaultdict(list)
    for key in sorted({*now, *before}, key=lambda key: (-now.get(key, 0), -before.get(key, 0))):
        sold = Sold(now.get(key, Decimal(0)), before.get(key, Decimal(0)))
        families[key[:3]].append(AreaFamily(names.get(key[3], ""), sold))
    rows = [
        _row(found[place[0]], place, sold, net.get(place), lit[place]) for place, sold in families.items()
    ]
    _note(found, rows)
    return sorted(rows, key=lambda row: (-len(row.lit), -row.sold.units, row.place))


def add_area_months(months: defaultdict[int, list[Month]], partnership_ids: Sequence[int]) -> None:
    """Put the months of areas into those of their partnerships. How many orders are in them nobody knows."""
    of_these = {"partnership_id__in": partnership_ids}
    net = _by_month(
        AreaMoneyFact.objects.filter(**of_these).values_list("partnership_id", "month", "net_revenue")
    )
    units = _by_month(AreaFact.objects.filter(**of_these).values_list("partnership_id", "month", "units"))
    for key in partnership_ids:
        known = {month.month: month for month in months[key]}
        for (owner, month), sold in units.items():
            if owner == key:
                money = net.get((owner, month))
                known[month] = _added(known.get(month), Month(month, None, sold, money))
        months[key] = [known[month] for month in sorted(known)]


def _added(accounts: Month | None, areas: Month) -> Month:
    if accounts is None:
        return areas
    amounts = [net for net in (accounts.net, areas.net) if net is not None]
    net = sum(amounts, Decimal(0)) if amounts else None
    return Month(areas.month, accounts.orders, accounts.units + areas.units, net)


def _by_month(rows: Iterable[tuple[int, date, Decimal]]) -> dict[tuple[int, date], Decimal]:
    sums: defaultdict[tuple[int, date], Decimal] = defaultdict(Decimal)
    for key, month, amount in rows:
        sums[key, month] += amount
    return dict(sums)


def _row(
    partnership: Partnership, place: Place, families: list[AreaFamily], net: Money | None, lit: list[Lit]
) -> AreaRow:
    return AreaRow(
        partnership=partnership,
        country=place[1],
        postcode_area=place[2],
        sold=Sold(
            sum((one.sold.units for one in families), Decimal(0)),
            sum((one.sold.before for one in families), Decimal(0)),
        ),
        net=net,
        families=families,
        lit=tuple(sorted(lit, key=lambda one: one.step)),
    )


def _year(run: AnalysisRun) -> date:
    """The day after the last whole month of a run."""
    return last_whole_month(run.as_of) + timedelta(days=1)


def _during(years: Mapping[int, date], back: int) -> Q:
    found = Q()
    for key, end in years.items():
        until = end.replace(year=end.year - back)
        found |= Q(partnership_id=key, month__gte=until.replace(year=until.year - 1), month__lt=until)
    return found


def _sums(during: Q, column: str, *by: str) -> dict[tuple[int, str, str, int], Decimal]:
    rows = AreaFact.objects.filter(during).values_list(*_PLACE, *by).annotate(total=Sum(column))
    return {row[:-1]: row[-1] for row in rows}


def _net(years: Mapping[int, date]) -> dict[Place, Money]:
    """Of areas whose money is of one currency."""
    rows = AreaMoneyFact.objects.filter(_during(years, 0)).values_list(*_PLACE, "currency")
    found: dict[Place, list[Money]] = defaultdict(list)
    for *place, currency, total in rows.annotate(total=Sum("net_revenue")):
        found[tuple(place)].append(Money(total, currency))
    return {place: amounts[0] for place, amounts in found.items() if len(amounts) == 1}


def _lit(found: Iterable[int]) -> defaultdict[Place, list[Lit]]:
    lit: defaultdict[Place, list[Lit]] = defaultdict(list)
    raised = AreaRung.objects.filter(partnership_id__in=list(found), state=RAISED)
    for *place, measure, first in raised.values_list(*_PLACE, "measure", "first_seen_on"):
        step = SIGNALS[measure].step
        if step is not None and first is not None:
            lit[tuple(place)].append(Lit(step, measure, first))
    return lit


def _note(found: Mapping[int, Partnership], rows: Sequence[AreaRow]) -> None:
    for partnership in found.values():
        note_read(
            current_actor(),
            owner_id=partnership.distributor_id,
            partnership_id=partnership.pk,
            what="areas",
            rows=sum(row.partnership == partnership for row in rows),
        )
