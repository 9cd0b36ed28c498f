"""What somebody holds, or will: partnerships by choice, accounts by search, as the reach says."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from partners.access.doors import NotFound, get_partnership, list_partnerships
from partners.access.reach import held_by_people
from partners.accounts.models import Account, AccountIdentity
from partners.agreements.models import Partnership
from partners.organisations.models import Membership
from partners.tenancy.actors import Reach
from partners.tenancy.context import current_organisation_id
from portal.telling.accounts import other_side

MOST_FOUND = 20
MOST_SHOWN = 200


@dataclass(frozen=True)
class Thing:
    """A partnership or an account, by the id and the name under which one's own side knows it."""

    ref: str
    name: str
    note: str = ""


@dataclass(frozen=True)
class Holding:
    """What is held, and what can be given besides; `text` is what was looked for."""

    reach: Reach
    held: list[Thing]
    others: list[Thing]
    text: str
    is_cut: bool


def find_thing(reach: Reach, ref: str) -> Partnership | Account:
    """What a seat of this reach can hold; raises `NotFound`, for another's as for what never was."""
    if reach is Reach.PARTNERSHIPS:
        return get_partnership(ref)
    if reach is Reach.WHOLE or not ref.isidentifier():  # no NUL reaches the database
        raise NotFound(ref)
    found = _own_accounts().filter(public_id=ref).select_related("account").first()
    if found is None:
        raise NotFound(ref)
    return found.account


def holding_of(reach: Reach, ids: Collection[int], text: str) -> Holding:
    """What is held of these ids, and what else there is: every partnership, or the accounts that are looked for."""
    if reach is Reach.PARTNERSHIPS:
        things = {one.pk: Thing(one.public_id, other_side(one)) for one in list_partnerships()}
        return Holding(
            reach,
            held=[thing for pk, thing in things.items() if pk in ids],
            others=[thing for pk, thing in things.items() if pk not in ids],
            text="",
            is_cut=False,
        )
    held = _own_accounts().filter(account__in=ids).order_by("name", "pk")[:MOST_SHOWN]
    found = list(_looked_for(text).exclude(account__in=ids)[: MOST_FOUND + 1]) if text else []
    return Holding(
        reach,
        held=[_thing(one) for one in held],
        others=[_thing(one) for one in found[:MOST_FOUND]],
        text=text,
        is_cut=len(found) > MOST_FOUND,
    )


def held_ids(seat: Membership) -> set[int]:
    """What the seat's holder has at the reach of the seat."""
    return held_by_people().get(Reach(seat.reach), {}).get(seat.user_id, set())


def _own_accounts() -> QuerySet[AccountIdentity]:
    own = AccountIdentity.objects.filter(organisation_id=current_organisation_id())
    return own.filter(account__merged_into=None)


def _looked_for(text: str) -> QuerySet[AccountIdentity]:
    words = Q(name__icontains=text) | Q(code__icontains=text) | Q(city__icontains=text)
    return _own_accounts().filter(words).order_by("name", "pk")


def _thing(identity: AccountIdentity) -> Thing:
    note = ", ".join(filter(None, (identity.code if identity.name else "", identity.city)))
    return Thing(identity.public_id, identity.name or identity.code, note)
