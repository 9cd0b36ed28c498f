"""The doors that everything above goes through to find a partnership or an account.

What crosses between organisations is decided by the walls; what a person reaches inside their own by
`partners.access.reach`. Another organisation's object does not exist: `NotFound`, 404.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from partners.access.reach import accounts_in_reach, partnerships_in_reach
from partners.accounts.models import Account, AccountHandle, AccountIdentity
from partners.agreements.models import Category, Grant, GrantedCell, KeptCell, Partnership
from partners.agreements.terms import Terms, terms_of, widest
from partners.audit.services import note_read
from partners.catalogue.models import ProductFamily
from partners.tenancy.context import current_actor, current_organisation_id


class NotFound(ObjectDoesNotExist):
    """No such thing within sight and reach. Foreign and invented ids are told apart nowhere."""


@dataclass(frozen=True)
class AccountCard:
    """An account as the active actor may know it. `name` is None where identity is withheld.

    `ref` is how the reader calls it, `token` how the maker does.
    """

    partnership_id: int
    account_id: int
    ref: str
    token: str
    name: str | None
    pseudonym: str
    city: str | None
    account_type: str
    industry: str
    country: str
    postcode_area: str


def get_partnership(public_id: str) -> Partnership:
    """One of them by its public id; raises `NotFound`."""
    found = [partnership for partnership in list_partnerships() if partnership.public_id == public_id]
    if not found:
        raise NotFound(public_id)
    return found[0]


def list_partnerships() -> list[Partnership]:
    """The partnerships in sight and reach, with both organisations, direct sales last."""
    organisation_id = current_organisation_id()
    mine = Q(manufacturer_id=organisation_id) | Q(distributor_id=organisation_id)
    offered = partnerships_in_reach().filter(mine).exclude(state=Partnership.State.DECLINED)
    found = offered.select_related("manufacturer", "distributor")
    return sorted(found, key=lambda p: (p.is_direct, p.distributor.name, p.manufacturer.name))


def shared_categories(partnership: Partnership) -> frozenset[Category]:
    """The categories of which the active actor sees at least a part: all for the distributor itself."""
    return list_shared_categories([partnership])[partnership.pk]


def list_shared_categories(partnerships: Iterable[Partnership]) -> dict[int, frozenset[Category]]:
    """`shared_categories` of several partnerships, by their ids; one query."""
    organisation_id = current_organisation_id()
    theirs = {partnership.pk: partnership.distributor_id for partnership in partnerships}
    seen: dict[int, set[Category]] = {key: set() for key in theirs}
    live, kept = (
        cells_opened(cells, theirs).values_list("partnership_id", "category").distinct()
        for cells in (GrantedCell, KeptCell)
    )
    for key, value in live.union(kept):
        seen[key].add(Category(value))
    return {
        key: frozenset(Category if owner_id == organisation_id else seen[key])
        for key, owner_id in theirs.items()
    }


def cells_opened(
    cells: type[GrantedCell] | type[KeptCell], partnership_ids: Collection[int]
) -> QuerySet[Any]:
    """The cells of these partnerships that the acting maker sees, for its purpose."""
    found = cells.objects.filter(
        partnership_id__in=partnership_ids, manufacturer_id=current_organisation_id()
    )
    return found.annotate(served=F("purposes").bitand(current_actor().purpose.value)).filter(served__gt=0)


@dataclass(frozen=True)
class Term:
    """What a distributor grants of one category, or left of it: `family` None is every one.

    `ended_at` is set where only what was recorded by then is still seen, until `kept_until`.
    """

    public_id: str
    terms: Terms
    family: str | None
    granted_at: datetime
    ended_at: datetime | None
    kept_until: date | None

    @property
    def category(self) -> Category:
        """Of what."""
        return self.terms.category


def list_terms(partnerships: Iterable[Partnership]) -> dict[int, list[Term]]:
    """What is granted or left, by partnership id, in the order of the categories; both sides read it.

    A grant that another one covers says nothing of its own.
    """
    terms: dict[int, list[Term]] = {partnership.pk: [] for partnership in partnerships}
    left = Q(revoked_at=None) | Q(keep_history_until__gt=timezone.now().date())
    grants = list(Grant.objects.filter(left, partnership_id__in=terms))
    wanted = {grant.family_id for grant in grants if grant.family_id is not None}
    families = dict(ProductFamily.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}
    live = [grant for grant in grants if grant.revoked_at is None]
    shown = [one for key in terms for one in widest(grant for grant in live if grant.partnership_id == key)]
    shown += [grant for grant in grants if grant.revoked_at is not None]
    order = list(Category)
    for grant in sorted(shown, key=lambda one: (order.index(Category(one.category)), one.pk)):
        family = None if grant.family_id is None else families.get(grant.family_id, "")
        terms[grant.partnership_id].append(
            Term(
                str(grant.public_id),
                terms_of(grant),
                family,
                grant.granted_at,
                grant.revoked_at,
                grant.keep_history_until,
            )
        )
    return terms


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
    """The accounts of these partnerships by (partnership id, account id); three queries, and noted as read.

    What was merged into another is that other.
    """
    known = list(partnerships)
    return cards_of(known, handles_in_reach(known).filter(account__merged_into=None))


def cards_of(
    partnerships: Iterable[Partnership], found: QuerySet[AccountHandle]
) -> dict[tuple[int, int], AccountCard]:
    """The cards of these handles in their order, by (partnership id, account id); noted as read."""
    handles = list(found.select_related("account"))
    _note({partnership.pk: partnership for partnership in partnerships}, handles, what="accounts")
    return _cards(handles)


def find_cards(
    partnerships: Iterable[Partnership], account_ids: Collection[int]
) -> dict[tuple[int, int], AccountCard]:
    """The cards of some accounts by (partnership id, account id); one that was merged away has that of the other."""
    by_id = {partnership.pk: partnership for partnership in partnerships}
    became = {
        account.pk: account.merged_into_id or account.pk
        for account in Account.objects.filter(pk__in=account_ids)
    }
    found = handles_in_reach(by_id.values()).filter(account__in=set(became.values()))
    cards = cards_of(by_id.values(), found)
    return {
        (key, account_id): cards[key, kept]
        for key in by_id
        for account_id, kept in became.items()
        if (key, kept) in cards
    }


def list_cards_of(ref: str) -> list[tuple[Partnership, AccountCard]]:
    """The account behind a reference, once for each partnership in which it is met; raises `NotFound`.

    The reference is the distributor's own `acc_…`, or the `cus_…` by which both sides know it in one partnership.
    That of an account which was merged away leads to the one that it became.
    """
    partnerships = {partnership.pk: partnership for partnership in list_partnerships()}
    handles = handles_in_reach(partnerships.values()).select_related("account")
    organisation_id = current_organisation_id()
    if ref.startswith("acc_"):
        meant = Q(distributor_id=organisation_id, account__identity__public_id=ref)
    else:
        meant = Q(Q(manufacturer_id=organisation_id) | Q(distributor_id=organisation_id), token=ref)
    found = list(handles.filter(meant).order_by("partnership_id"))
    if found and found[0].account.merged_into_id is not None:
        met = [handle.partnership_id for handle in found]
        kept = handles.filter(account=found[0].account.merged_into_id, partnership__in=met)
        found = list(kept.order_by("partnership_id"))
    if not found:
        raise NotFound(ref)
    _note(partnerships, found, what="account", subject=ref)
    cards = _cards(found)
    return [
        (partnerships[handle.partnership_id], cards[handle.partnership_id, handle.account_id])
        for handle in found
    ]


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
        ref=identity.public_id if is_own and identity else handle.token,
        token=handle.token,
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
    for partnership_id, rows in Counter(handle.partnership_id for handle in handles).items():
        note_read(
            actor,
            owner_id=partnerships[partnership_id].distributor_id,
            partnership_id=partnership_id,
            what=what,
            rows=rows,
            subject=subject,
        )
