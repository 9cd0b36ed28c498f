"""Destroying who an account is, and the pseudonyms by which it was met. Its lines stay, under an id drawn at random."""

from collections import Counter
from collections.abc import Collection

from django.db.models import F, Q

from partners.accounts.models import Account, AccountHandle, AccountIdentity
from partners.accounts.services import give_random_handles
from partners.agreements.locks import lock_partnership
from partners.agreements.models import Partnership
from partners.jobs.services import emit
from partners.tenancy.context import current_organisation_id


def with_all_merged(account_id: int) -> list[int]:
    """The account's id, and those of the accounts that were merged into it or that it was merged into."""
    kept = (
        Account.objects.filter(pk=account_id).values_list("merged_into_id", flat=True).first() or account_id
    )
    found = Account.objects.filter(
        Q(pk=kept) | Q(merged_into=kept), organisation_id=current_organisation_id()
    )
    return list(found.order_by("pk").values_list("pk", flat=True))


def list_names(account_ids: Collection[int]) -> list[str]:
    """By what files call these accounts: numbers and names."""
    known = AccountIdentity.objects.filter(account_id__in=account_ids).values_list("code", "name", "street")
    return sorted({word for words in known for word in words if word})


def lock_own_partnerships() -> list[Partnership]:
    """All partnerships of the acting distributor, each locked, in the order in which everybody locks them."""
    own = Partnership.objects.filter(distributor_id=current_organisation_id()).order_by("pk")
    return [lock_partnership(partnership_id) for partnership_id in own.values_list("pk", flat=True)]


def erase_identities(account_ids: Collection[int], locked: Collection[Partnership]) -> Counter[str]:
    """Destroy identities, and replace each handle by a random one; stored artefacts of their partnerships go."""
    gone: Counter[str] = Counter()
    for partnership in locked:
        handles = AccountHandle.objects.filter(partnership=partnership, account_id__in=account_ids)
        met = set(handles.values_list("account_id", flat=True))
        if not met:
            continue
        gone["accounts_accounthandle"] += handles.delete()[0]
        give_random_handles(partnership, met)
        Partnership.objects.filter(pk=partnership.pk).update(epoch=F("epoch") + 1)
        emit("sharing.changed", partnership_id=partnership.pk, manufacturer_id=partnership.manufacturer_id)
    identities = AccountIdentity.objects.filter(account_id__in=account_ids)
    gone["accounts_accountidentity"] += identities.delete()[0]
    return gone
