"""How far a person reaches inside their own organisation. guardian is asked here and nowhere else.

Object permissions only: no superuser, no permission held for all objects at once.
"""

import hashlib
from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from guardian.shortcuts import assign_perm, get_objects_for_user, remove_perm

from partners.access.models import AccountUserObjectPermission, PartnershipUserObjectPermission
from partners.accounts.models import Account
from partners.agreements.models import Partnership
from partners.organisations.models import User
from partners.organisations.roles import Permission, require
from partners.tenancy.actors import ActorKind, Reach
from partners.tenancy.context import current_actor

HeldT = TypeVar("HeldT", bound=Model)
WORKS: dict[type[Model], str] = {Partnership: "agreements.work_partnership", Account: "accounts.work_account"}


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
    require(Permission.MANAGE_PEOPLE)
    assign_perm(WORKS[type(held)], user, held)


def take_reach(user: User, held: Partnership | Account) -> None:
    """End that."""
    require(Permission.MANAGE_PEOPLE)
    remove_perm(WORKS[type(held)], user, held)


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
