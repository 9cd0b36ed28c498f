"""The rail: the pages that the present seat may open."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django import template
from django.template.context import RequestContext
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partners.engagement.selectors import count_to_review
from partners.organisations.roles import Permission, can

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

register = template.Library()

# Name of the route, label, what it takes to see it.
ENTRIES = (
    ("home", _("Home"), Permission.VIEW_ACCOUNTS),
    ("accounts", _("Accounts"), Permission.VIEW_ACCOUNTS),
    ("follow_ups", _("Follow-ups"), Permission.VIEW_ACCOUNTS),
    ("partnerships", _("Partnerships"), Permission.VIEW_PARTNERSHIPS),
    ("submissions", _("Feeds and files"), Permission.VIEW_SUBMISSIONS),
    ("reports", _("Reports"), Permission.VIEW_ACCOUNTS),
    ("definitions", _("Definitions"), None),
    ("clients", _("Partner systems"), Permission.MANAGE_CLIENTS),
    ("people", _("People"), Permission.MANAGE_PEOPLE),
    ("organisation", _("Organisation"), Permission.MANAGE_PEOPLE),
    ("support", _("Support access"), Permission.OVERSEE_SUPPORT),
)
OF_ONES_OWN = {"reports"}  # not for a keeper of the installation, who is nobody in particular
PARENTS = {
    "account": "accounts",
    "evidence": "accounts",
    "account_lines": "accounts",
    "follow_up": "follow_ups",
    "follow_up_new": "follow_ups",
    "partnership": "partnerships",
    **dict.fromkeys(
        (
            "sharing",
            "sharing_readings",
            "sharing_change",
            "sharing_preview",
            "sharing_propose",
            "sharing_stop",
        ),
        "partnerships",
    ),
    "person": "people",
    "person_place": "people",
    "person_end": "people",
    "person_hand_over": "people",
    "invited": "people",
    "partner_new": "organisation",
    "submission_new": "submissions",
    "submission_quarantine": "submissions",
    "feeds": "submissions",
    "submission": "submissions",
    "report": "reports",
    "report_file": "reports",
}


@dataclass(frozen=True)
class Entry:
    """One link of the rail."""

    url: str
    label: "StrPromise"
    is_current: bool
    count: int = 0


@register.simple_tag(takes_context=True)
def navigation(context: RequestContext) -> list[Entry]:
    """The entries of the rail that the present seat may open."""
    request = context["request"]
    match = request.resolver_match
    here = PARENTS.get(match.url_name, match.url_name)
    return [
        Entry(reverse(name), label, name == here, count_to_review() if name == "follow_ups" else 0)
        for name, label, permission in ENTRIES
        if (permission is None or can(permission)) and not (request.visit and name in OF_ONES_OWN)
    ]


@register.simple_tag
def allowed(permission: str) -> bool:
    """Whether the present seat's role includes this permission."""
    return can(Permission(permission))
