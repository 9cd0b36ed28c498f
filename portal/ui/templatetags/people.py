"""People and organisations in words."""

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from partners.access.models import Invitation
from partners.engagement.selectors import HistoryEntry
from partners.tenancy.actors import Reach
from portal.people.leaving import Belongings
from portal.telling.wording import word

register = template.Library()


@register.filter
def told(belongings: Belongings) -> str:
    """What somebody left: '2 follow-ups, 1 schedule'."""
    counted = (
        (belongings.follow_ups, ngettext("%(n)s follow-up", "%(n)s follow-ups", belongings.follow_ups)),
        (
            belongings.schedules,
            ngettext("%(n)s schedule of reports", "%(n)s schedules of reports", belongings.schedules),
        ),
        (belongings.clients, ngettext("%(n)s partner system", "%(n)s partner systems", belongings.clients)),
        (
            belongings.held,
            ngettext(
                "%(n)s held partnership or account", "%(n)s held partnerships or accounts", belongings.held
            ),
        ),
    )
    return ", ".join(text % {"n": n} for n, text in counted if n)


@register.simple_tag
def reach_told(reach: str, count: int) -> str:
    """How far somebody reaches: 'the whole organisation', '3 accounts'."""
    if reach == Reach.WHOLE.value:
        return word(reach, "reaches")
    if reach == Reach.PARTNERSHIPS.value:
        return ngettext("%(n)s partnership", "%(n)s partnerships", count) % {"n": count}
    return ngettext("%(n)s account", "%(n)s accounts", count) % {"n": count}


@register.filter
def is_over(invitation: Invitation) -> bool:
    """Whether its last letter's link is too old."""
    return invitation.expires_at is not None and invitation.expires_at <= timezone.now()


@register.filter
def seat_deed(entry: HistoryEntry) -> str:
    """What was done to a seat: 'changed role or reach: manager, the whole organisation (before: viewer, …)'."""
    details, done = entry.entry.details, word(entry.entry.action, "people_actions")
    if entry.entry.action != "membership.changed":
        return done
    was, now = (
        ", ".join((word(details[key][0], "roles"), word(details[key][1], "reaches")))
        for key in ("was", "now")
    )
    return _("%(done)s: %(now)s (before: %(was)s)") % {"done": done, "now": now, "was": was}


@register.filter
def organisation_deed(entry: HistoryEntry) -> str:
    """What the organisation said of itself from then on: 'changed time zone: Europe/Berlin (before: UTC)'."""
    details, done = entry.entry.details, word(entry.entry.action, "people_actions")
    changes = [
        _("%(field)s: %(now)s (before: %(was)s)")
        % {"field": word(name, "particulars"), "now": now, "was": details["was"][name] or _("none")}
        for name, now in details.get("now", {}).items()
    ]
    return f"{done} {'; '.join(changes)}" if changes else done
