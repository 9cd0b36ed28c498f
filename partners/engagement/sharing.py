"""What may cross to the other side with a follow-up, and under which label."""

from collections.abc import Iterable

from django.utils.translation import gettext

from partners.accounts.models import AccountIdentity
from partners.agreements.models import Category, Grant, GrantedAccount, GrantedCell, Granularity, Partnership
from partners.engagement.models import FollowUp
from partners.tenancy.context import current_actor, current_organisation_id

SHORTEST_CODE = 4  # a code of fewer characters turns up in any sentence


class FollowUpError(ValueError):
    """A step that this follow-up cannot take; the message says why. `field` names the field of a form, or ''."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


def label_of(follow_up: FollowUp) -> dict[str, bool]:
    """The categories that the maker sees of the account now: a text written now may tell of them."""
    return {
        "needs_price": _sees_some(follow_up, Category.PRICE),
        "needs_identity": _knows(follow_up, Category.IDENTITY),
    }


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
    if follow_up.needs_price and not _wholly(follow_up, Category.PRICE):
        raise FollowUpError(
            gettext("This finding rests on prices, which you do not share in full with %(maker)s.")
            % {"maker": partnership.manufacturer.name}
        )


def require_without_names(text: str, follow_up: FollowUp) -> None:
    """Refuse a text for both sides that names a customer whom the maker does not know by name."""
    if follow_up.distributor_id != current_organisation_id() or _knows(follow_up, Category.IDENTITY):
        return
    identity = (
        AccountIdentity.objects.filter(account=follow_up.account).first() if follow_up.account else None
    )
    if identity is None:
        return
    said = text.casefold()
    codes = [code for code in (identity.code, identity.public_id) if len(code) >= SHORTEST_CODE]
    for name in (identity.name, identity.street, *codes):
        if name and name.casefold() in said:
            raise FollowUpError(
                gettext(
                    "The text says '%(name)s', and customer names are not shared with %(maker)s. Leave it out."
                )
                % {"name": name, "maker": follow_up.partnership.manufacturer.name},
                "text",
            )


def _knows(follow_up: FollowUp, category: Category) -> bool:
    """Whether the maker knows of the account (or, of a whole partnership, of anything) to this depth."""
    if follow_up.account_id is None:
        return _sees_some(follow_up, category)
    granted = GrantedAccount.objects.filter(
        partnership_id=follow_up.partnership_id, category=category, account_id=follow_up.account_id
    )
    return _serves(granted.values_list("purposes", flat=True))


def _sees_some(follow_up: FollowUp, category: Category) -> bool:
    cells = GrantedCell.objects.filter(partnership_id=follow_up.partnership_id, category=category)
    return _serves(cells.values_list("purposes", flat=True).distinct())


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
