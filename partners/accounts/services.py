"""Accounts come to be known by the distributor's own code, from the rows of its files; makers meet them by handles."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from django.db.models import F

from partners.accounts.models import Account, AccountHandle, AccountIdentity, PseudonymSalt
from partners.accounts.postcodes import postcode_area
from partners.accounts.pseudonyms import pseudonym_key, random_token, token_for
from partners.agreements.models import Partnership
from partners.agreements.services import lock_own, note_change, tell_sharing
from partners.audit.journal import note_taken_away
from partners.audit.models import TakenAway

BATCH = 2_000
RENEWED = "renewed"
SALT_BYTES = 32
_IDENTITY_FIELDS = ("name", "street", "city", "region", "postcode")
_VOLUME_FIELDS = ("account_type", "industry", "country", "postcode_area")


@dataclass(frozen=True)
class AccountSeen:
    """An account as a file describes it; an empty text means that the file did not say."""

    code: str
    name: str = ""
    street: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    account_type: str = ""
    industry: str = ""
    country: str = ""

    def over(self, before: "AccountSeen") -> "AccountSeen":
        """What this says, and what `before` said where this is silent."""
        return AccountSeen(
            **{field.name: getattr(self, field.name) or getattr(before, field.name) for field in fields(self)}
        )

    @property
    def postcode_area(self) -> str:
        """What may be told of the postcode with volumes."""
        return postcode_area(self.country, self.postcode)


def settle_accounts(partnership: Partnership, seen: Iterable[AccountSeen]) -> None:
    """Make accounts that are new, bring the others up to date, and give each a handle in this partnership.

    The caller holds the partnership's lock and acts for the distributor.
    """
    by_code = {account.code: account for account in seen}
    known = {
        identity.code: identity
        for identity in AccountIdentity.objects.filter(
            organisation_id=partnership.distributor_id, code__in=by_code
        ).select_related("account")
    }
    _refresh(known, by_code)
    made = _make([account for code, account in by_code.items() if code not in known])
    became = AccountIdentity.objects.filter(account__merged__identity__in=list(known.values())).distinct()
    give_handles(partnership, [*known.values(), *made, *became])


def _make(seen: list[AccountSeen]) -> list[AccountIdentity]:
    accounts = Account.objects.bulk_create(
        [Account(**{field: getattr(one, field) for field in _VOLUME_FIELDS}) for one in seen],
        batch_size=BATCH,
    )
    return AccountIdentity.objects.bulk_create(
        [
            AccountIdentity(
                account=account, code=one.code, **{field: getattr(one, field) for field in _IDENTITY_FIELDS}
            )
            for account, one in zip(accounts, seen, strict=True)
        ],
        batch_size=BATCH,
    )


def _refresh(known: Mapping[str, AccountIdentity], seen: Mapping[str, AccountSeen]) -> None:
    """What the newest file says holds; what it leaves out stays."""
    identities, accounts = [], []
    for code, identity in known.items():
        if _take_over(identity, seen[code], _IDENTITY_FIELDS):
            identities.append(identity)
        if _take_over(identity.account, seen[code], _VOLUME_FIELDS):
            accounts.append(identity.account)
    AccountIdentity.objects.bulk_update(identities, _IDENTITY_FIELDS, batch_size=BATCH)
    Account.objects.bulk_update(accounts, _VOLUME_FIELDS, batch_size=BATCH)


def _take_over(row: AccountIdentity | Account, seen: AccountSeen, fields: tuple[str, ...]) -> bool:
    changed = False
    for field in fields:
        value = getattr(seen, field)
        if value and value != getattr(row, field):
            setattr(row, field, value)
            changed = True
    return changed


def give_handles(partnership: Partnership, identities: list[AccountIdentity]) -> None:
    """Have these accounts met in the partnership; those that have a handle of this epoch keep it."""
    key = pseudonym_key(partnership.public_id, partnership.pseudonym_epoch, _salt(partnership))
    AccountHandle.objects.bulk_create(
        [
            _handle(partnership, identity.account_id, token_for(key, identity.public_id))
            for identity in identities
        ],
        batch_size=BATCH,
        ignore_conflicts=True,
    )


def _salt(partnership: Partnership) -> bytes:
    """The salt of the present epoch, drawn when it is first asked for, under the partnership's lock."""
    drawn, _ = PseudonymSalt.objects.get_or_create(
        partnership=partnership,
        epoch=partnership.pseudonym_epoch,
        defaults={"distributor_id": partnership.distributor_id, "salt": secrets.token_bytes(SALT_BYTES)},
    )
    return bytes(drawn.salt)


def renew_pseudonyms(partnership: Partnership) -> int:
    """Have the maker meet every account under a new pseudonym, and return how many. The old ones are destroyed with
    their key: what the maker keeps of them leads nowhere, and nobody can compute them again.
    """
    partnership = lock_own(partnership.pk)
    old = AccountHandle.objects.filter(partnership=partnership)
    met = list(old.values_list("account_id", flat=True))
    erased = set(met) - set(
        AccountIdentity.objects.filter(account_id__in=met).values_list("account_id", flat=True)
    )
    old.delete()
    PseudonymSalt.objects.filter(partnership=partnership).delete()
    Partnership.objects.filter(pk=partnership.pk).update(
        pseudonym_epoch=F("pseudonym_epoch") + 1, epoch=F("epoch") + 1
    )
    partnership.refresh_from_db()
    give_handles(partnership, list(AccountIdentity.objects.filter(account_id__in=met)))
    give_random_handles(partnership, erased)
    note_change(partnership, RENEWED, accounts=len(met))
    note_taken_away(TakenAway.Deed.PSEUDONYMS_RENEWED, partnership.public_id)
    tell_sharing(partnership)
    return len(met)


def give_random_handles(partnership: Partnership, account_ids: Iterable[int]) -> None:
    """Have accounts without an identity met in the partnership, under pseudonyms that are computed from nothing."""
    AccountHandle.objects.bulk_create(
        [_handle(partnership, account_id, random_token()) for account_id in account_ids],
        batch_size=BATCH,
    )


def _handle(partnership: Partnership, account_id: int, token: str) -> AccountHandle:
    return AccountHandle(
        partnership=partnership,
        manufacturer_id=partnership.manufacturer_id,
        distributor_id=partnership.distributor_id,
        account_id=account_id,
        epoch=partnership.pseudonym_epoch,
        token=token,
    )
