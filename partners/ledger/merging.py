"""Two numbers of one customer become one account. No line is touched: they are read as the kept one's."""

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext

from partners.accounts.models import Account, AccountHandle
from partners.accounts.services import give_handles
from partners.agreements.locks import lock_partnership
from partners.agreements.models import GrantedAccount, Partnership
from partners.audit.services import record
from partners.ledger.models import Line
from partners.ledger.records import hold_records
from partners.ledger.services import tell_change
from partners.organisations.roles import Permission, can, require
from partners.tenancy.context import current_organisation_id


class MergeError(ValueError):
    """Two accounts that cannot be merged; the message says why."""


@transaction.atomic
def merge_accounts(gone: Account, kept: Account) -> None:
    """Read the lines of `gone` as those of `kept` from now on, in every partnership in which it is met.

    What was known before stays reproducible: as known at an earlier moment the two are apart.

    Raises
    ------
    MergeError
        When they are the same, when one was merged away before, when one is another organisation's, or when a maker
        would see more by it and the actor may not share.
    """
    require(Permission.MANAGE_ACCOUNTS)
    own = Partnership.objects.filter(distributor_id=current_organisation_id()).order_by("pk")
    locked = [lock_partnership(partnership.pk) for partnership in own]  # before any row, as everybody does
    as_they_are = Account.objects.select_for_update().order_by("pk").in_bulk([gone.pk, kept.pk])
    gone, kept = as_they_are.get(gone.pk, gone), as_they_are.get(kept.pk, kept)
    _require_two_own_live(gone, kept)
    sight = _sight(kept)
    # Whatever was merged into it before goes along: nothing is ever two steps away from what it is.
    Account.objects.filter(merged_into=gone).update(merged_into=kept)
    Account.objects.filter(pk=gone.pk).update(merged_into=kept, merged_at=Now())
    met = set(AccountHandle.objects.filter(account=gone).values_list("partnership_id", flat=True))
    for partnership in locked:
        if partnership.pk in met:
            _tell(partnership, gone, kept)
    if _sight(kept) - sight and not can(Permission.SHARE):
        raise MergeError(
            gettext(
                "A maker would see more of the kept account by this. Somebody who may share has to do it."
            )
        )
    record("account.merged", kept.identity.public_id, gone=gone.identity.public_id)


def _tell(partnership: Partnership, gone: Account, kept: Account) -> None:
    give_handles(partnership, [kept.identity])
    lines = Line.objects.filter(partnership_id=partnership.pk, superseded_at=None)
    of_it = lines.filter(account_id__in=Account.objects.filter(merged_into=kept).values("pk"))
    months = list(of_it.values_list("month", flat=True).distinct())
    hold_records(partnership)
    tell_change(partnership, [gone.pk, kept.pk], months)


def _sight(kept: Account) -> set[tuple[int, str]]:
    """What makers may know of the kept account: by partnership and category."""
    found = GrantedAccount.objects.filter(account_id=kept.pk)
    return set(found.values_list("partnership_id", "category"))


def _require_two_own_live(gone: Account, kept: Account) -> None:
    if gone.pk == kept.pk:
        raise MergeError(gettext("An account cannot be merged into itself. Choose another one."))
    if {gone.organisation_id, kept.organisation_id} != {current_organisation_id()}:
        raise MergeError(gettext("Only accounts of one's own can be merged."))
    if gone.merged_into_id or kept.merged_into_id:
        raise MergeError(gettext("One of the two was merged away before. Choose the account that it became."))
