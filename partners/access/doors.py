"""The doors that everything above goes through to find a partnership or an account.

What crosses between organisations is decided by the walls; what a person reaches inside their own by
`partners.access.reach`. Another organisation's object does not exist: `NotFound`, 404.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Q, QuerySet

from partners.access.reach import accounts_in_reach, partnerships_in_reach
from partners.accounts.models import AccountHandle, AccountIdentity
from partners.agreements.models import Category, GrantedCell, Partnership
from partners.audit.services import note_read
from partners.tenancy.context import current_actor, current_organisation_id


class NotFound(ObjectDoesNotExist):
    """No such thing within sight and reach. Foreign and invented ids are told apart nowhere."""


@dataclass(frozen=True)
class AccountCard:
    """An account as the active actor may know it. `name` is None where identity is withheld."""

    partnership_id: int
    account_id: int
    ref: str
    name: str | None
    pseudonym: str
    city: str | None
    account_type: str
    industry: str
    country: str
    postcode_area: str


def list_partnerships() -> list[Partnership]:
    """The partnerships in sight and reach, with both organisations, direct sales last."""
    organisation_id = current_organisation_id()
    mine = Q(manufacturer_id=organisation_id) | Q(distributor_id=organisation_id)
    found = partnerships_in_reach().filter(mine).select_related("manufacturer", "distributor")
    return sorted(found, key=lambda p: (p.is_direct, p.distributor.name, p.manufacturer.name))


def get_partnership(public_id: str) -> Partnership:
    """One of `list_partnerships`, by its public id; raises `NotFound`."""
    for partnership in list_partnerships():
        if partnership.public_id == public_id:
            return partnership
    raise NotFound(public_id)


def shared_categories(partnership: Partnership) -> frozenset[Category]:
    """The categories of which the active actor sees at least a part: all for the distributor itself."""
    actor = current_actor()
    if partnership.distributor_id == actor.organisation_id:
        return frozenset(Category)
    cells = GrantedCell.objects.filter(partnership_id=partnership.pk, manufacturer_id=actor.organisation_id)
    given = cells.extra(where=["purposes & %s <> 0"], params=[actor.purpose.value])
    return frozenset(Category(value) for value in given.values_list("category", flat=True).distinct())


def handles_in_reach(partnerships: Iterable[Partnership]) -> QuerySet[AccountHandle]:
    """The accounts, as met in these partnerships, that the active actor may know of and reaches."""
    organisation_id = current_organisation_id()
    handles = AccountHandle.objects.filter(
        Q(manufacturer_id=organisation_id) | Q(distributor_id=organisation_id),
        partnership__in=[partnership.pk for partnership in partnerships],
    )
    held = accounts_in_reach()
    return handles if held is None else handles.filter(account__in=held)


def list_cards(partnerships: Iterable[Partnership]) -> dict[tuple[int, int], AccountCard]:
    """The accounts of these partnerships by (partnership id, account id); three queries, and noted as read."""
    by_id = {partnership.pk: partnership for partnership in partnerships}
    handles = list(handles_in_reach(by_id.values()).select_related("account"))
    _note(by_id, handles, what="accounts")
    return _cards(handles)


def get_card(ref: str) -> tuple[Partnership, AccountCard]:
    """The account behind a reference: the distributor's own `acc_…` or a maker's `cus_…`; raises `NotFound`."""
    partnerships = {partnership.pk: partnership for partnership in list_partnerships()}
    handles = handles_in_reach(partnerships.values()).select_related("account")
    organisation_id = current_organisation_id()
    if ref.startswith("acc_"):
        handles = handles.filter(distributor_id=organisation_id, account__public_id=ref)
    else:
        handles = handles.filter(manufacturer_id=organisation_id, token=ref)
    handle = handles.order_by("partnership_id").first()
    if handle is None:
        raise NotFound(ref)
    _note(partnerships, [handle], what="account", subject=ref)
    card = _cards([handle])[handle.partnership_id, handle.account_id]
    return partnerships[handle.partnership_id], card


def _cards(handles: list[AccountHandle]) -> dict[tuple[int, int], AccountCard]:
    ids = [handle.account_id for handle in handles]
    identities = {
        identity.account_id: identity for identity in AccountIdentity.objects.filter(account_id__in=ids)
    }
    return {
        (handle.partnership_id, handle.account_id): _card(handle, identities.get(handle.account_id))
        for handle in handles
    }


def _card(handle: AccountHandle, identity: AccountIdentity | None) -> AccountCard:
    is_own = handle.distributor_id == current_organisation_id()
    return AccountCard(
        partnership_id=handle.partnership_id,
        account_id=handle.account_id,
        ref=handle.account.public_id if is_own else handle.token,
        name=None if identity is None else identity.name or identity.code,
        pseudonym=handle.pseudonym,
        city=None if identity is None else identity.city,
        account_type=handle.account.account_type,
        industry=handle.account.industry,
        country=handle.account.country,
        postcode_area=handle.account.postcode_area,
    )


def _note(
    partnerships: dict[int, Partnership], handles: list[AccountHandle], *, what: str, subject: str = ""
) -> None:
    actor = current_actor()
    for partnership in partnerships.values():
        rows = sum(handle.partnership_id == partnership.pk for handle in handles)
        note_read(
            actor,
            owner_id=partnership.distributor_id,
            partnership_id=partnership.pk,
            what=what,
            rows=rows,
            subject=subject,
        )
