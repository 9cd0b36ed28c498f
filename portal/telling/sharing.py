"""A sharing agreement in plain words: what is granted, what is kept, and who read what."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.utils import timezone

from analytics.runs.selectors import AccountRow
from partners.access.doors import Term, list_terms
from partners.agreements.models import Category, Partnership
from partners.audit.selectors import Reading
from partners.tenancy.context import current_organisation_id
from portal.telling.agreement import Said, say_terms


@dataclass(frozen=True)
class Granted:
    """One category with its live terms in sentences."""

    category: Category
    terms: list[Said]

    @property
    def missing(self) -> list[Category]:
        """What it rests on and is not granted: it opens nothing."""
        return self.terms[0].needs


@dataclass(frozen=True)
class Agreement:
    """What a maker sees of a distributor, category by category; `kept`: what it does not, besides names.

    `pseudonym` is one that it reads in place of a name.
    """

    partnership: Partnership
    granted: list[Granted]
    kept: list[Category]
    pseudonym: str
    readings: list[Reading]

    @property
    def keeps_names(self) -> bool:
        """Whether the maker sees rows of accounts but not whose they are."""
        given = {granted.category for granted in self.granted}
        return Category.VOLUME in given and Category.IDENTITY not in given


def month_began() -> datetime:
    """The first moment of this month: who read what is told by the month."""
    return timezone.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def in_order(shared: Collection[Category]) -> list[Category]:
    """Categories in their own order."""
    return [category for category in Category if category in shared]


def list_agreements(
    partnerships: Sequence[Partnership], accounts: Iterable[AccountRow], readings: Sequence[Reading] = ()
) -> list[Agreement]:
    """The agreement of each partnership between two organisations, in the order given."""
    between = [partnership for partnership in partnerships if not partnership.is_direct]
    terms = list_terms(between)
    pseudonyms = {row.partnership.pk: row.card.pseudonym for row in accounts}
    return [
        _agreement(
            partnership,
            terms[partnership.pk],
            pseudonyms.get(partnership.pk, ""),
            [reading for reading in readings if reading.partnership_id == partnership.pk],
        )
        for partnership in between
    ]


def _agreement(
    partnership: Partnership, terms: list[Term], pseudonym: str, readings: list[Reading]
) -> Agreement:
    given = {term.category for term in terms}
    is_maker = partnership.manufacturer_id == current_organisation_id()
    said = say_terms(terms, partnership.manufacturer.name, is_maker=is_maker)
    granted = [
        Granted(category, list(of_it)) for category, of_it in groupby(said, key=lambda one: one.term.category)
    ]
    told = (
        given | {Category.IDENTITY} if Category.VOLUME in given else given
    )  # names have a line of their own
    kept = [category for category in Category if category not in told]
    return Agreement(partnership, granted, kept, pseudonym, readings)
