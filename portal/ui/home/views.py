"""Where do I stand, what pays, what do I do today: the first page of both sides."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from analytics.runs.selectors import Overview, get_overview
from integrations.ingestion.selectors import list_submissions
from partners.access.doors import list_partnerships, list_shared_categories
from partners.agreements.models import Partnership
from partners.audit.selectors import list_readings
from partners.engagement.selectors import list_of_accounts
from partners.organisations.roles import Permission, can
from partners.tenancy.context import current_organisation_id
from portal.telling.headline import headline
from portal.telling.sharing import in_order, list_agreements, month_began
from portal.ui.home.overview import cards, late_table, slipping, standings
from portal.ui.pages import page
from portal.ui.session.seats import is_maker

LATEST_SUBMISSIONS = 5


@page(None, mirrored=True)
def home(request: HttpRequest) -> HttpResponse:
    """The finding first; who may not see accounts starts with the files."""
    if not can(Permission.VIEW_ACCOUNTS):
        return redirect("submissions")
    partnerships = list_partnerships()
    overview, taken = get_overview(partnerships), list_of_accounts(partnerships)
    may_follow = can(Permission.FOLLOW_UP)
    context = {
        "headline": headline(overview),
        "cards": cards(overview.summaries),
        "standings": standings(overview.accounts),
        "late": late_table(overview.late, len(partnerships), taken, may_follow=may_follow),
        "slipping": slipping(overview.accounts, taken, may_follow=may_follow),
        "may_send": any(
            partnership.distributor_id == current_organisation_id() for partnership in partnerships
        ),
        **(_maker(overview) if is_maker(request) else _distributor(partnerships, overview)),
    }
    if can(Permission.VIEW_SUBMISSIONS):
        context["submissions"] = list_submissions(partnerships, LATEST_SUBMISSIONS)
    if may_follow:
        context["reviews"] = [row for row in taken if row.is_mine]
    return render(request, "home/home.html", context)


def _maker(overview: Overview) -> dict[str, Any]:
    shared = list_shared_categories([summary.partnership for summary in overview.summaries])
    return {
        "summaries": [(summary, in_order(shared[summary.partnership.pk])) for summary in overview.summaries],
        "has_stake": any(summary.at_stake for summary in overview.summaries),
    }


def _distributor(partnerships: list[Partnership], overview: Overview) -> dict[str, Any]:
    if not can(Permission.VIEW_PARTNERSHIPS):
        return {}
    return {"agreements": list_agreements(partnerships, overview.accounts, list_readings(month_began()))}
