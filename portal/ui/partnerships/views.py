"""The other side: for a maker its distributors, for a distributor its makers."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from analytics.runs.selectors import PartnershipSummary, get_overview
from partners.access.doors import list_partnerships, list_shared_categories
from partners.agreements.models import Category
from partners.audit.selectors import list_readings
from partners.organisations.roles import Permission
from portal.ui.figures import Year, year_of
from portal.ui.pages import page
from portal.ui.partnerships.sharing import Agreement, in_order, list_agreements, month_began
from portal.ui.session.seats import is_maker


@dataclass(frozen=True)
class Entry:
    """One partnership: its figures, the agreement (direct sales have none), what of it the reader sees."""

    summary: PartnershipSummary
    agreement: Agreement | None
    shared: list[Category]
    units: Year | None


@page(Permission.VIEW_PARTNERSHIPS)
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
