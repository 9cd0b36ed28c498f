"""What a grant says, as values: to ask for it, to give it, and to see which of two says more."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from partners.agreements.models import NEEDS, Category, Grant, Granularity
from partners.tenancy.actors import ALL_PURPOSES, Purpose


@dataclass(frozen=True)
class Terms:
    """How far one category is opened. `family_id` None: every family; months are half-open, None: without bound."""

    category: Category
    family_id: int | None = None
    from_month: date | None = None
    to_month: date | None = None
    granularity: Granularity = Granularity.LINE
    purposes: Purpose = ALL_PURPOSES

    def covers(self, other: "Terms") -> bool:
        """Whether whatever `other` opens is open by this already."""
        return (
            self.category is other.category
            and self.family_id in (None, other.family_id)
            and (self.from_month or date.min) <= (other.from_month or date.min)
            and (self.to_month or date.max) >= (other.to_month or date.max)
            and self.granularity >= other.granularity
            and other.purposes in self.purposes
        )


@dataclass(frozen=True)
class Offer:
    """The same terms for several categories and families; no family: every one."""

    categories: tuple[Category, ...]
    family_ids: tuple[int, ...] = ()
    from_month: date | None = None
    to_month: date | None = None
    granularity: Granularity = Granularity.LINE
    purposes: Purpose = ALL_PURPOSES

    def each(self) -> list[Terms]:
        """One for each category and family."""
        return [
            Terms(category, family_id, self.from_month, self.to_month, self.granularity, self.purposes)
            for category in self.categories
            for family_id in self.family_ids or (None,)
        ]


def terms_of(grant: Grant) -> Terms:
    """What a grant says."""
    return Terms(
        Category(grant.category),
        grant.family_id,
        grant.from_month,
        grant.to_month,
        Granularity(grant.granularity),
        Purpose(grant.purposes),
    )


def missing_for(category: Category, given: Collection[Category]) -> list[Category]:
    """What a category rests on and is not among the given ones: it opens nothing without."""
    return [need for need in Category if need in NEEDS[category] and need not in given]


def covered_by(grant: Grant, grants: Iterable[Grant]) -> list[Grant]:
    """Those of the grants that say no more than this one, itself among them: they end with it."""
    terms = terms_of(grant)
    return [other for other in grants if terms.covers(terms_of(other))]


def widest(grants: Iterable[Grant]) -> list[Grant]:
    """Those of the grants that no other one covers; of two that say the same, the older."""
    kept: list[Grant] = []
    for grant in sorted(grants, key=lambda grant: (grant.granted_at, grant.pk)):
        terms = terms_of(grant)
        if not any(terms_of(other).covers(terms) for other in kept):
            kept = [other for other in kept if not terms.covers(terms_of(other))] + [grant]
    return kept
