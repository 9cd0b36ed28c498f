"""How an account is named, linked and placed: as far as the reader may know it."""

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from partners.access.doors import AccountCard
from partners.agreements.models import Partnership
from partners.tenancy.context import current_organisation_id


def account_name(card: AccountCard) -> str:
    """Its name, or a pseudonym where identity is withheld: 'Customer 7F3A-1C'."""
    return card.name or _("Customer %(pseudonym)s") % {"pseudonym": card.pseudonym}


def account_place(card: AccountCard) -> str:
    """City where identity is shared, else postcode area; with the type of customer."""
    area = " ".join(filter(None, (card.country, card.postcode_area)))
    return " · ".join(filter(None, (card.account_type, card.city or area)))


def area_name(country: str, postcode_area: str) -> str:
    """A postcode area: 'US 981'."""
    return " ".join(filter(None, (country, postcode_area))) or _("no postcode known")


def account_url(card: AccountCard, partnership: Partnership) -> str:
    """Its page; the distributor's own account names the partnership in which it is looked at."""
    url = reverse("account", args=[card.ref])
    if partnership.distributor_id != current_organisation_id():
        return url
    return f"{url}?{urlencode({'partnership': partnership.public_id})}"


def other_side(partnership: Partnership) -> str:
    """The organisation across the table; a maker's own sales by that name."""
    if partnership.is_direct:
        return _("Direct sales")
    is_own = partnership.distributor_id == current_organisation_id()
    return (partnership.manufacturer if is_own else partnership.distributor).name
