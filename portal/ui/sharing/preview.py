"""What the maker would see: the change is written, looked at through the maker's eyes, and taken back."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from partners.access.doors import (
    AccountCard,
    find_cards,
    handles_in_reach,
    list_shared_categories,
)
from partners.accounts.models import AccountIdentity
from partners.agreements.models import Category, Grant, Partnership
from partners.agreements.services import change_sharing
from partners.agreements.terms import Offer
from partners.ledger.selectors import (
    Extent,
    ReadLine,
    ReadSum,
    list_account_sums,
    list_area_sums,
    measure_extent,
    page_lines,
)
from partners.tenancy.actors import Purpose, mirror
from partners.tenancy.context import acting_as
from portal.telling.sharing import in_order

SHOWN = 6


@dataclass(frozen=True)
class Sight:
    """What a maker sees of one partnership, with some of its rows as they would stand there: lines or, where there are
    none, months of customers or, where there are none of those either, of postcode areas."""

    shared: frozenset[Category]
    extent: Extent
    accounts: int
    named: int
    lines: list[tuple[ReadLine, AccountCard | None]]
    sums: list[tuple[ReadSum, AccountCard | None]]

    @property
    def shared_in_order(self) -> list[Category]:
        """The categories of which a part is seen."""
        return in_order(self.shared)

    @property
    def shows_money(self) -> bool:
        """Whether a price stands on one of the rows."""
        return any(line.net is not None for line, _ in self.lines) or any(
            row.net is not None for row, _ in self.sums
        )

    @property
    def is_by_area(self) -> bool:
        """Whether no row is of a single customer."""
        return bool(self.sums) and self.sums[0][0].account_id is None

    @property
    def shows_numbers(self) -> bool:
        """Whether an invoice number does."""
        return any(line.number is not None for line, _ in self.lines)


@dataclass(frozen=True)
class Preview:
    """Sight now and after the change, as the maker reads for `purpose`."""

    purpose: Purpose
    now: Sight
    then: Sight

    @property
    def is_wider(self) -> bool:
        """Whether anything would be seen that is not seen now."""
        now, then = self.now, self.then
        return bool(then.shared - now.shared) or (
            (then.extent.lines, then.accounts, then.named, then.extent.areas)
            > (now.extent.lines, now.accounts, now.named, now.extent.areas)
        )


def preview_change(
    partnership: Partnership, *, ends: Collection[Grant] = (), gives: Offer | None = None
) -> Preview:
    """Look at a change of sharing before it is made. By the product's own walls and doors, so it cannot differ."""
    purpose = _purpose(ends, gives)
    now = _look(partnership, purpose)
    with transaction.atomic():
        change_sharing(partnership, ends=ends, gives=gives)
        then = _look(partnership, purpose)
        transaction.set_rollback(True)
    return Preview(purpose, now, then)


def _look(partnership: Partnership, purpose: Purpose) -> Sight:
    eyes = mirror(partnership.manufacturer_id, partnership.distributor_id).for_purpose(purpose)
    with acting_as(eyes):
        handles = handles_in_reach([partnership]).filter(account__merged_into=None)
        identities = AccountIdentity.objects.filter(account__in=handles.values("account"))
        lines = page_lines(
            partnership, account_ids=None, from_month=None, to_month=None, after=None, limit=SHOWN
        )
        accounts = handles.count()
        sums = list_account_sums(partnership, SHOWN) if accounts and not lines else []
        sums = sums if sums or lines else list_area_sums(partnership, SHOWN)
        met = {line.account_id for line in lines} | {row.account_id or 0 for row in sums}
        known = {account: card for (_, account), card in find_cards([partnership], met).items()}
        return Sight(
            list_shared_categories([partnership])[partnership.pk],
            measure_extent(partnership.pk),
            accounts,
            identities.count(),
            [(line, known.get(line.account_id)) for line in lines],
            [(row, known.get(row.account_id or 0)) for row in sums],
        )


def _purpose(ends: Collection[Grant], gives: Offer | None) -> Purpose:
    """The first purpose that the change is about."""
    named = gives.purposes.value if gives else next(iter(ends)).purposes
    return next(one for one in Purpose if one.value & named)
