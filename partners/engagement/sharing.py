"""What may cross to the other side with a follow-up."""

import re
import unicodedata
from collections.abc import Iterable
from html import unescape

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from partners.accounts.models import AccountIdentity
from partners.agreements.models import Category, Grant, GrantedAccount, Granularity, Partnership
from partners.engagement.models import FollowUp
from partners.tenancy.context import current_actor, current_organisation_id

SHORTEST_NAME = 6  # letters of another customer's name that are looked for anywhere in a text
SHORTEST_WORD = 3  # of the customer's own place and numbers, which are looked for as words


class FollowUpError(ValueError):
    """A step that this follow-up cannot take; the message says why. `field` names the field of a form, or ''."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


def require_shareable(follow_up: FollowUp) -> None:
    """Refuse to share what the other side may not know of."""
    partnership = follow_up.partnership
    if partnership.is_direct:
        raise FollowUpError(gettext("These are your own sales: there is no other side to share it with."))
    if partnership.state != Partnership.State.ACTIVE:
        raise FollowUpError(gettext("The partnership is not active, so nothing crosses."))
    if follow_up.distributor_id != current_organisation_id():
        return  # the data is the other side's own
    if not _knows(follow_up, Category.VOLUME):
        raise FollowUpError(
            gettext("%(maker)s may not know of this account: you do not share its volumes.")
            % {"maker": partnership.manufacturer.name}
        )
    for category, said in (
        (Category.VOLUME, gettext("volumes")),
        (Category.PRICE, gettext("prices")),
    ):
        if _rests_on(follow_up, category) and not _wholly(follow_up, category):
            raise FollowUpError(
                gettext(
                    "This finding rests on all your %(what)s, which you share only in part with %(maker)s."
                )
                % {"what": said, "maker": partnership.manufacturer.name}
            )


def is_seen_by_maker(follow_up: FollowUp) -> bool:
    """Whether the maker sees a shared follow-up now; asked by either side, answered as its wall does."""
    if follow_up.partnership.state != Partnership.State.ACTIVE or not _knows(follow_up, Category.VOLUME):
        return False
    if follow_up.organisation_id == follow_up.manufacturer_id:
        return True
    return all(
        _wholly(follow_up, category)
        for category in (Category.VOLUME, Category.PRICE)
        if _rests_on(follow_up, category)
    )


def knows_names(follow_up: FollowUp) -> bool:
    """Whether the maker knows the customer by name."""
    return _knows(follow_up, Category.IDENTITY)


def require_without_names(text: str, follow_up: FollowUp) -> None:
    """Refuse a text for both sides that names a customer whom the maker does not know by name.

    However it is spelled: letters and digits alone are compared.
    """
    if follow_up.distributor_id != current_organisation_id() or follow_up.account_id is None:
        return
    known = GrantedAccount.objects.filter(
        partnership_id=follow_up.partnership_id, category=Category.IDENTITY
    ).values_list("account_id", "purposes")
    named = {account_id for account_id, purposes in known if _serves([purposes])}
    identities = AccountIdentity.objects.filter(organisation_id=follow_up.distributor_id)
    for name in _names(follow_up, identities.exclude(account__in=named)):
        if _says(text, *name):
            raise FollowUpError(
                gettext(
                    "The text says '%(name)s', and customer names are not shared with %(maker)s. Leave it out."
                )
                % {"name": name[0], "maker": follow_up.partnership.manufacturer.name},
                "text",
            )


def _names(follow_up: FollowUp, unknown: QuerySet[AccountIdentity]) -> Iterable[tuple[str, bool]]:
    """What must not be said, and whether only as a word of its own: of this customer all, of the others the name."""
    account = follow_up.account
    assert account is not None, "asked only of a follow-up of an account"
    kept = account.merged_into_id or account.pk
    for one in unknown.filter(Q(account=kept) | Q(account__merged_into=kept)):
        for name in (one.name, one.street):
            yield name, len(_folded(name)) < SHORTEST_NAME
        for word in (one.city, one.postcode, one.code, one.public_id):
            yield word, True
    for name in unknown.values_list("name", flat=True):
        if len(_folded(name)) >= SHORTEST_NAME:
            yield name, False


def _says(text: str, name: str, is_word: bool) -> bool:
    folded = _folded(name)
    if len(folded) < SHORTEST_WORD:
        return False
    if not is_word:
        return folded in _folded(text)
    words = [_folded(word) for word in re.split(r"\s+", _plain(text))]
    length = len(name.split())
    return any(folded == "".join(words[at : at + length]) for at in range(len(words)))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", unescape(text)).casefold()


def _folded(text: str) -> str:
    """Letters and digits alone."""
    return re.sub(r"[\W_]", "", _plain(text))


def _rests_on(follow_up: FollowUp, category: Category) -> bool:
    return follow_up.needs_price if category is Category.PRICE else category is Category.VOLUME


def _knows(follow_up: FollowUp, category: Category) -> bool:
    """Whether the maker knows of the account (or, of a whole partnership, of any) to this depth."""
    granted = GrantedAccount.objects.filter(partnership_id=follow_up.partnership_id, category=category)
    if follow_up.account_id is not None:
        granted = granted.filter(account_id=follow_up.account_id)
    return _serves(granted.values_list("purposes", flat=True).distinct())


def _wholly(follow_up: FollowUp, category: Category) -> bool:
    grants = Grant.objects.filter(
        partnership_id=follow_up.partnership_id,
        category=category,
        revoked_at=None,
        family_id=None,
        from_month=None,
        to_month=None,
        granularity=Granularity.LINE,
    )
    return _serves(grants.values_list("purposes", flat=True))


def _serves(purposes: Iterable[int]) -> bool:
    wanted = current_actor().purpose.value
    return any(granted & wanted for granted in purposes)
