"""What receipts say, in words."""

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.custody.models import Reason, Receipt
from portal.ui.custody.forms import REASONS

register = template.Library()


@register.filter
def about(receipt: Receipt) -> str:
    """Of what it is the receipt."""
    if receipt.partnership is not None:
        return _("The data of the partnership with %(name)s") % {
            "name": receipt.partnership.manufacturer.name
        }
    count = len(receipt.account_ids)
    return ngettext("A customer", "A customer under %(count)s numbers", count) % {"count": count}


@register.filter
def why(reason: str) -> str:
    """Why it was destroyed."""
    known = Reason(reason)
    return str(REASONS[known]) if known in REASONS else _("The partnership has ended")
