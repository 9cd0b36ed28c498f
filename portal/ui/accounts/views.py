"""The accounts: the list, one of them, and what stands behind each of its numbers."""

import re
from datetime import date
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from analytics.core.quarters import MEASURES
from analytics.core.registry import METRICS, SIGNALS
from analytics.runs.paging import find_signal
from analytics.runs.pictures import AccountPicture, get_account_picture, get_evidence
from analytics.runs.reading import latest_run, latest_runs
from analytics.runs.selectors import list_accounts
from integrations.ingestion.models import Submission
from integrations.ingestion.selectors import name_submissions
from partners.access.doors import AccountCard, list_cards_of, list_partnerships, shared_categories
from partners.agreements.models import Partnership
from partners.catalogue.selectors import find_family
from partners.engagement.selectors import list_of_accounts
from partners.ledger.selectors import Slice, list_lines
from partners.organisations.roles import Permission, can
from partners.tenancy.context import current_organisation_id
from portal.charts.drawing import chart_response
from portal.telling.accounts import account_name, account_url
from portal.telling.drawings import MEASURED_UNITS, draw_evidence, draw_units
from portal.telling.figures import net_of_year, strip, units_of_year
from portal.telling.ladder import ladder, worst
from portal.telling.levels import levels_of, losses
from portal.telling.standing import beside, stands
from portal.telling.words import JUDGEMENTS
from portal.ui.accounts.listing import PAGE_SIZE, columns_of, headings, in_order, matching, offered, slug
from portal.ui.pages import page
from portal.ui.parameters import UnknownParameter, read_page_number, read_parameters

CODE = re.compile("fnd_[0-9a-z]+")  # of a finding, whole or as a report prints it
HOW_FOUND = ("order_interval", "order_quantity")
LINES_SHOWN = 100
MOST_PAGES = 100_000


@page(Permission.VIEW_ACCOUNTS, mirrored=True)
def accounts(request: HttpRequest) -> HttpResponse:
    """Every account in sight and reach, filtered and sorted by what is visible of it."""
    code = request.GET.get("text", "").strip()
    if CODE.fullmatch(code) and request.mirrored is None:  # type: ignore[attr-defined]
        return redirect("finding", code)
    partnerships = list_partnerships()
    rows = list_accounts(partnerships)
    runs = latest_runs({one.pk: one for one in partnerships})
    columns = columns_of(rows)
    given = read_parameters(request, offered(partnerships, columns))
    found = in_order(matching(rows, given), columns, given.get("sort", ""))
    pages = Paginator(found, PAGE_SIZE)
    context = {
        "page": pages.page(read_page_number(given, pages.num_pages)),
        "total": len(rows),
        "headings": headings(columns, given.get("sort", "")),
        "has_net": len(columns) > len(columns_of([])),
        "has_partnership": len(partnerships) > 1,
        "partnerships": partnerships,
        "standings": [(slug(judgement), label) for judgement, label in JUDGEMENTS.items()],
        "given": given,
        "losses": losses(sorted({level for run in runs.values() for level in run.levels})),
        "filters": {name: value for name, value in given.items() if name not in ("sort", "page")},
    }
    return render(request, "accounts/accounts.html", context)


@page(Permission.VIEW_ACCOUNTS, mirrored=True)
def account(request: HttpRequest, ref: str) -> HttpResponse:
    """One account: the ladder, its own normal, its families, its rhythm and the orders behind them."""
    met = _met(ref)
    partnership, card, __ = _chosen(request, met)
    picture = get_account_picture(partnership, card)
    first = worst(picture)
    reviews = list_of_accounts([partnership], [card.account_id])
    context = {
        **_place(partnership, card),
        "partnerships": [one for one, __ in met.values()],
        "picture": picture,
        "stands": stands(picture, account_name(card)),
        "beside": beside(picture),
        "may_erase": card.name is not None and can(Permission.MANAGE_ACCOUNTS),
        "steps": ladder(picture, shared_categories(partnership)),
        "worst": first,
        "reviews": reviews,
        "taken": next((row for row in reviews if first and row.takes(first.kind)), None),
        "drawing": draw_units(picture, first),
        "sources": _sources(partnership, {order.submission_id for order in picture.orders}),
        "signal": SIGNALS[picture.finding.kind if picture.finding else "should_have_ordered"],
        "metrics": [METRICS[key] for key in HOW_FOUND],
        "losses": losses(levels_of(picture)),
        **_figures(picture),
        **_columns(picture),
    }
    return render(request, "accounts/account.html", context)


@page(Permission.VIEW_ACCOUNTS, mirrored=True)
def account_picture(request: HttpRequest, ref: str) -> HttpResponse:
    """The chart of its units for print."""
    partnership, card, __ = _chosen(request, _met(ref))
    picture = get_account_picture(partnership, card)
    drawing = draw_units(picture, worst(picture))
    if drawing is None:
        raise Http404
    return chart_response(drawing.spec, f"{card.ref}.svg")


@page(Permission.VIEW_ACCOUNTS, mirrored=True)
def evidence(request: HttpRequest, ref: str, kind: str) -> HttpResponse:
    """Everything that a person needs to recompute one step of the ladder."""
    if kind not in MEASURES or MEASURES[kind].step is None:
        raise Http404
    partnership, card, __ = _chosen(request, _met(ref))
    found = get_evidence(partnership, card, kind)
    context = {
        **_place(partnership, card),
        "kind": kind,
        "measure": MEASURES[kind],
        "signal": SIGNALS[kind],
        "evidence": found,
        "drawing": draw_evidence(found, kind, str(MEASURED_UNITS[kind])),
    }
    return render(request, "accounts/evidence.html", context)


@page(Permission.VIEW_ACCOUNTS)
def finding(request: HttpRequest, code: str) -> HttpResponse:
    """From the code of a finding, as a report prints it, to what stands behind it."""
    signal = find_signal(list_partnerships(), code)
    kind, card = signal.finding.kind, signal.card
    place = account_url(card, signal.partnership)
    if SIGNALS[kind].step is None:
        return redirect(f"{place}#orders")
    query = urlencode({"partnership": signal.partnership.public_id})
    return redirect(f"{reverse('evidence', args=[card.ref, kind])}?{query}")


@page(Permission.VIEW_ACCOUNTS, mirrored=True)
def account_lines(request: HttpRequest, ref: str) -> HttpResponse:
    """The ledger's lines behind a number, each with its file and row."""
    partnership, card, given = _chosen(request, _met(ref), month=None, family=None, page=None)
    run = latest_run(partnership)
    if run is None:
        raise Http404
    cut = Slice(run.as_of, run.known_at, _month(given.get("month")), given.get("family"))
    offset = (read_page_number(given, MOST_PAGES) - 1) * LINES_SHOWN
    lines, total = list_lines(partnership, card.account_id, cut, limit=LINES_SHOWN, offset=offset)
    pages = Paginator(range(total), LINES_SHOWN)
    shown = pages.page(read_page_number(given, pages.num_pages))
    family = find_family(partnership.manufacturer_id, cut.family) if cut.family else None
    context = {
        **_place(partnership, card),
        "run": run,
        "page": shown,
        "lines": lines,
        "total": total,
        "month": cut.month,
        "family": family,
        "has_number": any(line.number for line in lines),
        "has_net": any(line.net is not None for line in lines),
        "sources": _sources(partnership, {line.submission_id for line in lines}),
    }
    return render(request, "accounts/lines.html", context)


Met = dict[str, tuple[Partnership, AccountCard]]


def _met(ref: str) -> Met:
    """The account, by the partnerships in which it is met."""
    return {partnership.public_id: (partnership, card) for partnership, card in list_cards_of(ref)}


def _chosen(
    request: HttpRequest, met: Met, **offered: list[str] | None
) -> tuple[Partnership, AccountCard, dict[str, str]]:
    given = read_parameters(request, {"partnership": list(met), **offered})
    return (*met[given.get("partnership", next(iter(met)))], given)


def _place(partnership: Partnership, card: AccountCard) -> dict[str, object]:
    is_own = partnership.distributor_id == current_organisation_id()
    return {"partnership": partnership, "card": card, "is_own": is_own}


def _sources(partnership: Partnership, ids: set[int]) -> dict[int, Submission]:
    """The files behind lines, which are their sender's own affair."""
    return name_submissions(ids) if partnership.distributor_id == current_organisation_id() else {}


def _month(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        found = parse_date(f"{text}-01")
    except ValueError:
        found = None
    if found is None:
        raise UnknownParameter(_("A month is written as 2026-03."))
    return found


def _figures(picture: AccountPicture) -> dict[str, object]:
    if picture.run is None:
        return {}
    return {
        "strip": strip(picture.orders, picture.standing, picture.run.as_of),
        "units": units_of_year(picture),
        "net": net_of_year(picture),
    }


def _columns(picture: AccountPicture) -> dict[str, bool]:
    """The columns of the orders that at least one of them may fill."""
    return {
        "has_number": any(order.number for order in picture.orders),
        "has_net": any(order.net is not None for order in picture.orders),
        "has_salesperson": any(order.salesperson for order in picture.orders),
    }
