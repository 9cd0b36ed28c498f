"""A sharing agreement in plain words: what is granted, what is kept, and who read what."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.utils import timezone
from django.utils.translation import gettext as _

from analytics.runs.selectors import AccountRow
from partners.access.doors import Term, list_terms
from partners.agreements.models import Category, Partnership
from partners.agreements.terms import missing_for
from partners.audit.selectors import Reading
from portal.telling.wording import day, month, word


@dataclass(frozen=True)
class Granted:
    """One category with its live terms. `missing`: what it rests on and is not granted: it opens nothing."""

    category: Category
    terms: list[Term]
    missing: list[Category]


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


def tell_term(term: Term) -> str:
    """One grant in words: which families, how finely, for which months, since when."""
    family = _("All families") if term.family is None else term.family
    parts = [f"{family}, {word(term.terms.granularity.value, 'granularities')}"]
    if term.terms.from_month:
        parts.append(_("from %(month)s") % {"month": month(term.terms.from_month)})
    if term.terms.to_month:
        parts.append(_("before %(month)s") % {"month": month(term.terms.to_month)})
    if term.ended_at:
        since = _("ended on %(day)s, what was recorded by then is seen until %(until)s") % {
            "day": day(term.ended_at),
            "until": day(term.kept_until),
        }
    else:
        since = _("granted on %(day)s") % {"day": day(term.granted_at)}
    return f"{', '.join(parts)}; {since}"


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
    granted = [
        Granted(category, list(of_it), missing_for(category, given))
        for category, of_it in groupby(terms, key=lambda term: term.category)
    ]
    told = (
        given | {Category.IDENTITY} if Category.VOLUME in given else given
    )  # names have a line of their own
    kept = [category for category in Category if category not in told]
    return Agreement(partnership, granted, kept, pseudonym, readings)
