"""What receipts say, in words: on the page and in print."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.custody.models import Reason, Receipt

# What a person may choose; the other reasons come with what is asked for.
REASONS = {
    Reason.CUSTOMER_ASKED: gettext_lazy("The customer asked for it"),
    Reason.NO_LONGER_NEEDED: gettext_lazy("It is no longer needed"),
    Reason.RECORDED_WRONGLY: gettext_lazy("It was recorded wrongly"),
}


def about(receipt: Receipt) -> str:
    """Of what it is the receipt."""
    if receipt.partnership is not None:
        return _("The data of the partnership with %(name)s") % {
            "name": receipt.partnership.manufacturer.name
        }
    count = len(receipt.account_ids)
    return ngettext("A customer", "A customer under %(count)s numbers", count) % {"count": count}


def why(reason: str) -> str:
    """Why it was destroyed."""
    known = Reason(reason)
    return str(REASONS[known]) if known in REASONS else _("The partnership has ended")
