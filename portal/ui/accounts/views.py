"""End customers: the list, and the page with the orders behind every judgement."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from analytics.core.registry import METRICS, SIGNALS
from analytics.runs.selectors import AccountPicture, Money, get_account_picture, list_accounts
from integrations.ingestion.selectors import name_submissions
from partners.access.doors import list_cards_of, list_partnerships
from partners.organisations.roles import Permission
from partners.tenancy.context import current_organisation_id
from portal.ui.accounts.listing import PAGE_SIZE, columns_of, headings, in_order, matching, offered, slug
from portal.ui.figures import chart, strip, year_of
from portal.ui.pages import page
from portal.ui.parameters import read_page_number, read_parameters
from portal.ui.words import JUDGEMENTS

HOW_FOUND = ("order_interval", "order_quantity")


@page(Permission.VIEW_ACCOUNTS)
def accounts(request: HttpRequest) -> HttpResponse:
    """Every account in sight and reach, filtered and sorted by what is visible of it."""
    partnerships = list_partnerships()
    rows = list_accounts(partnerships)
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
        "filters": {name: value for name, value in given.items() if name not in ("sort", "page")},
    }
    return render(request, "accounts/accounts.html", context)


@page(Permission.VIEW_ACCOUNTS)
def account(request: HttpRequest, ref: str) -> HttpResponse:
    """One account: how it stands, its rhythm, its months and the orders behind them."""
    met = {partnership.public_id: (partnership, card) for partnership, card in list_cards_of(ref)}
    given = read_parameters(request, {"partnership": list(met)})
    partnership, card = met[given.get("partnership", next(iter(met)))]
    picture = get_account_picture(partnership, card)
    is_own = partnership.distributor_id == current_organisation_id()
    context = {
        "partnership": partnership,
        "partnerships": [partnership for partnership, _ in met.values()],
        "card": card,
        "picture": picture,
        "is_own": is_own,
        "sources": name_submissions({order.submission_id for order in picture.orders}) if is_own else {},
        "signal": SIGNALS[picture.finding.kind if picture.finding else "should_have_ordered"],
        "metrics": [METRICS[key] for key in HOW_FOUND],
        **_figures(picture),
        **_columns(picture),
    }
    return render(request, "accounts/account.html", context)


def _figures(picture: AccountPicture) -> dict[str, object]:
    if picture.run is None:
        return {}
    as_of = picture.run.as_of
    net = {month.month: month.net for month in picture.months if month.net is not None}
    money = year_of(net, as_of) if picture.currency else None
    return {
        "chart": chart(picture.months, as_of),
        "strip": strip(picture.orders, picture.standing, as_of),
        "units": year_of({month.month: month.units for month in picture.months}, as_of),
        "net": Money(money.total, picture.currency) if money and picture.currency else None,
    }


def _columns(picture: AccountPicture) -> dict[str, bool]:
    """The columns of the orders that at least one of them may fill."""
    return {
        "has_number": any(order.number for order in picture.orders),
        "has_net": any(order.net is not None for order in picture.orders),
        "has_salesperson": any(order.salesperson for order in picture.orders),
        "has_month_net": picture.currency is not None
        and any(month.net is not None for month in picture.months),
    }
