"""The other side: for a maker its distributors, for a distributor its makers."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from analytics.runs.selectors import AccountRow, PartnershipSummary, get_overview, list_movements
from integrations.ingestion.selectors import get_reporting
from partners.access.doors import (
    get_partnership,
    list_partnerships,
    list_shared_categories,
    shared_categories,
)
from partners.agreements.models import Category
from partners.audit.selectors import list_readings
from partners.catalogue.selectors import name_families
from partners.engagement.selectors import list_of_accounts
from partners.organisations.roles import Permission
from portal.telling.figures import Year, year_of
from portal.telling.levels import losses
from portal.telling.sharing import Agreement, in_order, list_agreements, month_began
from portal.ui.pages import page
from portal.ui.partnerships.movement import draw_course, tell
from portal.ui.session.seats import is_maker

SHOWN_ACCOUNTS = 12


@dataclass(frozen=True)
class Entry:
    """One partnership: its figures, the agreement (direct sales have none), what of it the reader sees."""

    summary: PartnershipSummary
    agreement: Agreement | None
    shared: list[Category]
    units: Year | None


@page(Permission.VIEW_PARTNERSHIPS, mirrored=True)
def partnerships(request: HttpRequest) -> HttpResponse:
    """Each partnership with its figures and what is shared in it."""
    found = list_partnerships()
    overview, shared = get_overview(found), list_shared_categories(found)
    readings = [] if is_maker(request) else list_readings(month_began())
    agreements = {
        agreement.partnership.pk: agreement
        for agreement in list_agreements(found, overview.accounts, readings)
    }
    entries = [
        Entry(
            summary,
            agreements.get(summary.partnership.pk),
            in_order(shared[summary.partnership.pk]),
            year_of({month.month: month.units for month in summary.months}, summary.run.as_of)
            if summary.run
            else None,
        )
        for summary in overview.summaries
    ]
    return render(
        request, "partnerships/partnerships.html", {"entries": entries, "is_maker": is_maker(request)}
    )


@page(Permission.VIEW_PARTNERSHIPS, mirrored=True)
def partnership(request: HttpRequest, public_id: str) -> HttpResponse:
    """One partnership: how it moved and why, how it reports, its accounts, and the work on them."""
    found = get_partnership(public_id)
    overview = get_overview([found])
    summary = overview.summaries[0]
    movements = list_movements(found)
    families = name_families({key for one in movements for key, *__ in one.losses})
    moved = [tell(one, families) for one in movements]
    readings = [] if is_maker(request) else list_readings(month_began())
    slipping = sorted(overview.accounts, key=_furthest_down)
    context = {
        "partnership": found,
        "summary": summary,
        "moved": moved,
        "course": draw_course(summary, is_net=summary.net is not None),
        "reporting": get_reporting(found, timezone.localdate()),
        "accounts": slipping[:SHOWN_ACCOUNTS],
        "areas": overview.areas,
        "losses": losses(summary.levels),
        "has_net": any(row.net for row in overview.accounts),
        "has_area_net": any(row.net for row in overview.areas),
        "follow_ups": list_of_accounts([found]),
        "agreement": next(iter(list_agreements([found], overview.accounts, readings)), None),
        "shared": in_order(shared_categories(found)),
        "is_maker": is_maker(request),
    }
    return render(request, "partnerships/partnership.html", context)


def _furthest_down(row: AccountRow) -> tuple[int, bool, float]:
    """Most steps first, then who is late, then the largest."""
    return -len(row.lit), row.judgement != "late", -float(row.net.amount if row.net else row.units)
