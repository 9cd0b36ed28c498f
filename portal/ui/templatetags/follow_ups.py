"""Follow-ups and the findings behind them, in words and with their units."""

from collections.abc import Collection, Iterable
from itertools import islice
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.core.registry import SIGNALS
from partners.access.doors import AccountCard
from partners.agreements.models import Partnership
from partners.engagement.models import FollowUpComment
from partners.engagement.selectors import FollowUpRow, HistoryEntry
from partners.tenancy.context import current_organisation_id
from portal.telling.accounts import account_name, other_side
from portal.telling.wording import number, said, word

register = template.Library()

SHOWN_REVIEWS = 6


@register.filter
def spreads(deviation: float) -> str:
    """How far from usual: '2.6 spreads'."""
    figure = number(round(deviation, 1))
    text = ngettext(
        "%(number)s spread from usual", "%(number)s spreads from usual", 1 if figure == "1" else 2
    )
    return text % {"number": figure}


@register.filter
def finding_label(kind: str) -> str:
    """What was found, by its name in the registry."""
    return said(SIGNALS[kind].label) if kind in SIGNALS else kind


@register.filter
def follow_up_name(row: FollowUpRow) -> str:
    """The account, as far as the reader may know it."""
    if row.card is not None:
        return account_name(row.card)
    return other_side(row.partnership) if row.follow_up.account_id is None else withdrawn(row)


@register.filter
def withdrawn(row: FollowUpRow) -> str:
    """Why the account is not shown: a maker lost sight of it, one of the distributor's people their reach."""
    if sells_here(row.partnership):
        return _("No longer within your reach")
    return _("No longer shared with you")


@register.filter
def sells_here(partnership: Partnership) -> bool:
    """Whether the reader is the one who sells: then names are its own to share."""
    return partnership.distributor_id == current_organisation_id()


@register.filter
def side(comment: FollowUpComment, partnership: Partnership) -> str:
    """The organisation of whoever wrote it."""
    is_maker = comment.organisation_id == partnership.manufacturer_id
    return (partnership.manufacturer if is_maker else partnership.distributor).name


@register.filter
def to_review(rows: Iterable[FollowUpRow]) -> list[FollowUpRow]:
    """The first of those that wait: review day come, or step overdue."""
    return list(islice((row for row in rows if row.is_due or row.is_overdue), SHOWN_REVIEWS))


@register.filter
def deed(entry: HistoryEntry) -> str:
    """What somebody did, in words: 'changed the plan: owner, review date'."""
    details, done = entry.entry.details, word(entry.entry.action, "follow_up_actions")
    if "now" in details:
        states = tuple(word(details[key], "follow_up_states") for key in ("was", "now"))
        return _("%(done)s: %(now)s (before: %(was)s)") % {"done": done, "was": states[0], "now": states[1]}
    fields = ", ".join(word(field, "follow_up_fields") for field in details.get("fields", ()))
    return _("%(done)s: %(fields)s") % {"done": done, "fields": fields} if fields else done


@register.simple_tag
def follow_up_url(card: AccountCard, partnership: Partnership, kind: str) -> str:
    """Where this finding about this account is taken up."""
    asked = {"account": card.ref, "kind": kind, "partnership": partnership.public_id}
    return f"{reverse('follow_up_new')}?{urlencode(asked)}"


@register.filter
def categories_of(needs_price: bool) -> Collection[str]:
    """The categories that a finding rests on."""
    return ("volume", "price") if needs_price else ("volume",)
