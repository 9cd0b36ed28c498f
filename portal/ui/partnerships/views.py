"""The other side: for a maker its distributors, for a distributor its makers."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.runs.selectors import AccountRow, PartnershipSummary, get_overview, list_movements
from integrations.ingestion.selectors import get_reporting
from partners.access.doors import (
    get_partnership,
    list_partnerships,
    list_shared_categories,
    shared_categories,
)
from partners.agreements.models import Category
from partners.agreements.services import AgreementError, answer_invitation, offer_partnership
from partners.audit.selectors import list_readings
from partners.catalogue.selectors import name_families
from partners.engagement.selectors import list_of_accounts
from partners.ledger.records import latest_months
from partners.organisations.roles import Permission, can
from portal.telling.figures import Year, year_of
from portal.telling.levels import losses
from portal.telling.quality import what_is_off
from portal.telling.sharing import Agreement, in_order, list_agreements, month_began
from portal.ui.pages import page
from portal.ui.partnerships.movement import draw_course, tell
from portal.ui.session.seats import is_maker

SHOWN_ACCOUNTS = 12
ACCEPT = "accept"
ANSWERS = {
    ACCEPT: gettext_lazy("Accepted. Nothing is shared by that: the distributor decides what is."),
    "decline": gettext_lazy("Declined: nothing came of it."),
}


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
        request,
        "partnerships/partnerships.html",
        {
            "entries": entries,
            "is_maker": is_maker(request),
            "may_join": can(Permission.MANAGE_PARTNERSHIPS),
        },
    )


@page(Permission.MANAGE_PARTNERSHIPS)
def partnership_offer(request: HttpRequest) -> HttpResponse:
    """POST: offer a partnership to an organisation that is here, by its short name."""
    if request.method == "POST":
        try:
            offered = offer_partnership(request.POST.get("short_name", "").strip())
        except AgreementError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Offered: they find it under their partnerships."))
            return redirect("partnership", offered.public_id)
    return redirect("partnerships")


@page(Permission.MANAGE_PARTNERSHIPS)
def partnership_answer(request: HttpRequest, public_id: str) -> HttpResponse:
    """POST: accept what the other side offered, decline it, or take one's own offer back."""
    found = get_partnership(public_id)
    answer = request.POST.get("answer", "")
    if request.method == "POST" and answer in ANSWERS:
        try:
            answer_invitation(found.pk, accept=answer == ACCEPT)
            messages.success(request, ANSWERS[answer])
        except AgreementError as error:
            messages.error(request, str(error))
    return redirect("partnerships")


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
        "off": what_is_off(latest_months(found.pk), summary.run.as_of if summary.run else None),
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
