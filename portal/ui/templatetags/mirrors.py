"""The ways into a mirror and out of it."""

from dataclasses import dataclass

from django import template
from django.template.context import RequestContext
from django.urls import reverse

from partners.access.doors import AccountCard, shared_categories
from partners.access.mirrors import list_mirrors
from partners.agreements.models import Category, Partnership
from partners.engagement.models import FollowUp

register = template.Library()
NEAREST = {
    "reports": "home",
    "report": "home",
    "submission_new": "submissions",
    "submission_quarantine": "submissions",
    "feeds": "submissions",
    "submission": "submissions",
    "follow_up_new": "follow_ups",
}


@dataclass(frozen=True)
class Eyes:
    """A maker through whose eyes this page can be looked at."""

    maker: str
    url: str


@dataclass(frozen=True)
class Mirror:
    """Through whose eyes one looks, what they may see, and the way back."""

    maker: str
    shared: list[Category]
    back: str


@register.simple_tag(takes_context=True)
def see_as(context: RequestContext) -> list[Eyes]:
    """The makers that see something of the acting distributor, for who may look through their eyes."""
    if context["request"].resolver_match is None:  # an address that does not exist
        return []
    return [
        Eyes(partnership.manufacturer.name, f"/as/{partnership.public_id}{_path(context, partnership)}")
        for partnership in list_mirrors()
    ]


@register.simple_tag(takes_context=True)
def mirror(context: RequestContext) -> Mirror:
    """The mirror that the page stands in."""
    request = context["request"]
    partnership: Partnership = request.mirror
    shared = shared_categories(partnership)
    return Mirror(
        partnership.manufacturer.name, [one for one in Category if one in shared], request.path_info
    )


def _path(context: RequestContext, partnership: Partnership) -> str:
    """The same page as this maker would open it; an account by the maker's own reference, else the nearest list."""
    match = context["request"].resolver_match
    page = match.view_name if match.func.page_mirrored else NEAREST.get(match.view_name, "home")
    follow_up: FollowUp | None = context.get("follow_up")
    if follow_up is not None and follow_up.shared_at is None:
        page = "follow_ups"  # one that they do not see
    if page != match.view_name or "ref" not in match.kwargs:
        return reverse(page, kwargs=match.kwargs if page == match.view_name else {})
    card: AccountCard | None = context.get("card")
    if card is None or card.partnership_id != partnership.pk:
        return reverse("accounts")
    return reverse(page, kwargs={**match.kwargs, "ref": card.token})
