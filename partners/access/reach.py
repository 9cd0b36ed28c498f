"""How far a person reaches inside their own organisation. guardian is asked here and nowhere else.

Object permissions only: no superuser, no permission held for all objects at once.
"""

import hashlib
from collections.abc import Collection
from typing import TypeVar

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.translation import gettext
from guardian.shortcuts import assign_perm, get_objects_for_user, remove_perm

from partners.access.models import AccountUserObjectPermission, PartnershipUserObjectPermission
from partners.accounts.models import Account
from partners.agreements.models import Partnership
from partners.audit.services import record
from partners.organisations.models import Membership, User
from partners.organisations.roles import Permission, require
from partners.organisations.selectors import present_seats
from partners.organisations.services import PeopleError
from partners.tenancy.actors import ActorKind, Reach
from partners.tenancy.context import current_actor, current_organisation_id

HeldT = TypeVar("HeldT", bound=Model)
WORKS: dict[type[Model], str] = {Partnership: "agreements.work_partnership", Account: "accounts.work_account"}
_TABLES = (PartnershipUserObjectPermission, AccountUserObjectPermission)


def partnerships_in_reach() -> QuerySet[Partnership]:
    """The partnerships that the active actor works: all of the organisation's, or the assigned ones."""
    actor = current_actor()
    if actor.kind is not ActorKind.PERSON or actor.reach in (Reach.WHOLE, Reach.ACCOUNTS):
        return Partnership.objects.all()
    return _held(Partnership)


def accounts_in_reach() -> QuerySet[Account] | None:
    """The accounts that the active actor holds by exception, or None where reach does not stop at accounts.

    Who holds one that was merged away holds what it became.
    """
    actor = current_actor()
    if actor.kind is not ActorKind.PERSON or actor.reach is not Reach.ACCOUNTS:
        return None
    held = _held(Account).values("pk")
    return Account.objects.filter(Q(pk__in=held) | Q(merged__in=held)).distinct()


def digest_of_rights() -> str:
    """What the acting person may do, and on what, as a digest: it changes when either does."""
    actor = current_actor()
    models: dict[Reach, type[Partnership] | type[Account]] = {
        Reach.PARTNERSHIPS: Partnership, Reach.ACCOUNTS: Account,
    }  # fmt: skip
    held = sorted(_held(models[actor.reach]).values_list("pk", flat=True)) if actor.reach in models else []
    told = f"{actor.organisation_id} {actor.user_id} {actor.role} {actor.reach} {held}"
    return hashlib.sha256(told.encode()).hexdigest()


def give_reach(user: User, held: Partnership | Account) -> None:
    """Let a person of the acting organisation work one partnership or account."""
    seat = _seat_of(user)
    assign_perm(WORKS[type(held)], user, held)
    record("reach.given", seat.public_id, held=_known_as(held))


def take_reach(user: User, held: Partnership | Account) -> None:
    """End that."""
    seat = _seat_of(user)
    remove_perm(WORKS[type(held)], user, held)
    record("reach.taken", seat.public_id, held=_known_as(held))


def begin_reach(user: User, reach: Reach, held: Collection[int]) -> None:
    """What comes with a seat that begins, and nothing of an earlier one. The wall asks whether it was offered."""
    organisation_id = current_organisation_id()
    for table in _TABLES:
        table.objects.filter(organisation_id=organisation_id, user=user).delete()
    if reach is not Reach.WHOLE:
        for one in find_held(reach, held):
            assign_perm(WORKS[type(one)], user, one)


def _seat_of(user: User) -> Membership:
    require(Permission.MANAGE_PEOPLE)
    seat = present_seats().filter(user=user).first()
    if seat is None:
        raise PeopleError(gettext("Whoever has no seat here holds nothing: invite them first."))
    return seat


def _known_as(held: Partnership | Account) -> str:
    return str(held.public_id if isinstance(held, Partnership) else held.identity.public_id)


def hand_over_reach(user_id: int, successor_id: int) -> int:
    """What one holds in the acting organisation becomes another's; returns how much that was."""
    require(Permission.MANAGE_PEOPLE)
    moved = 0
    for table in _TABLES:
        gone = table.objects.filter(organisation_id=current_organisation_id(), user_id=user_id)
        came = [
            table(user_id=successor_id, permission_id=permission_id, content_object_id=held)
            for permission_id, held in gone.values_list("permission_id", "content_object_id")
        ]
        table.objects.bulk_create(came, ignore_conflicts=True)
        moved += gone.delete()[0]
    return moved


def find_held(reach: Reach, ids: Collection[int]) -> list[Partnership | Account]:
    """Those of these that the acting organisation's people can hold at this reach."""
    organisation_id = current_organisation_id()
    if reach is Reach.PARTNERSHIPS:
        sides = Q(manufacturer_id=organisation_id) | Q(distributor_id=organisation_id)
        return list(Partnership.objects.filter(sides, pk__in=ids))
    return list(Account.objects.filter(organisation_id=organisation_id, merged_into=None, pk__in=ids))


def held_by_people() -> dict[Reach, dict[int, set[int]]]:
    """What each of the acting organisation's people holds: user id to ids, by the reach that it serves."""
    found: dict[Reach, dict[int, set[int]]] = {Reach.PARTNERSHIPS: {}, Reach.ACCOUNTS: {}}
    for reach, table in zip(found, _TABLES, strict=True):
        for user_id, held in table.objects.values_list("user_id", "content_object_id"):
            found[reach].setdefault(user_id, set()).add(held)
    return found


def who_holds(partnership_id: int, account_id: int | None) -> dict[Reach, set[int]]:
    """The users of the acting organisation who hold this partnership, and those who hold this account."""
    of_partnership = PartnershipUserObjectPermission.objects.filter(content_object_id=partnership_id)
    of_account = AccountUserObjectPermission.objects.filter(
        Q(content_object_id=account_id) | Q(content_object__merged_into=account_id)
    )
    return {
        Reach.PARTNERSHIPS: set(of_partnership.values_list("user_id", flat=True)),
        Reach.ACCOUNTS: set(of_account.values_list("user_id", flat=True)),
    }


def is_held_by_owner(reach: Reach) -> Exists:
    """Of rows with an owner, a partnership and an account: whether the owner holds what this reach asks for."""
    owner, account = OuterRef("owner_id"), OuterRef("account_id")
    if reach is Reach.PARTNERSHIPS:
        held = PartnershipUserObjectPermission.objects.filter(content_object_id=OuterRef("partnership_id"))
        return Exists(held.filter(user_id=owner))
    of_account = Q(content_object_id=account) | Q(content_object__merged_into=account)
    return Exists(AccountUserObjectPermission.objects.filter(of_account, user_id=owner))


def _held(model: type[HeldT]) -> QuerySet[HeldT]:
    user_id = current_actor().user_id
    assert user_id is not None, "only people have a reach that is held"
    user = User.objects.get(pk=user_id)
    held: QuerySet[HeldT] = get_objects_for_user(
        user,
        WORKS[model],
        klass=model._default_manager.all(),
        use_groups=False,
        with_superuser=False,
        accept_global_perms=False,
    )
    return held
