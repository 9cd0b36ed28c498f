"""Where the live stream of a page goes on from."""

from django import template

from partners.tenancy.context import current_organisation_id
from portal.ui.live.hub import HUB

register = template.Library()


@register.simple_tag
def live_mark() -> str:
    """What this process has heard so far for the acting organisation."""
    return HUB.mark(current_organisation_id())
