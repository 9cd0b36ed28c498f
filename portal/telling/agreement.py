"""What is granted, as sentences: 'Adventure Works sees units by month and customer for Road Bikes since January'."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from partners.access.doors import Term
from partners.agreements.models import Category, Granularity
from partners.agreements.terms import Terms, missing_for
from partners.tenancy.actors import ALL_PURPOSES, Purpose
from portal.telling.wording import day, month, word

TOLD_APART = Granularity.MONTH  # from here on a row is a customer's


@dataclass(frozen=True)
class Said:
    """A term with its sentence; `needs` is what it rests on and is not granted: it opens nothing without."""

    term: Term
    sentence: str
    needs: list[Category]

    @property
    def dated(self) -> str:
        """The sentence, and since when it is so."""
        return f"{self.sentence}; {_('granted on %(day)s') % {'day': day(self.term.granted_at)}}"


def say_terms(terms: Sequence[Term], maker: str, *, is_maker: bool) -> list[Said]:
    """Each term of one partnership in a sentence, and what is missing for it."""
    given = {term.category for term in terms}
    names = Category.IDENTITY in given
    return [
        Said(
            term,
            say(term.terms, _families(term.family), maker, names=names, is_maker=is_maker) + _history(term),
            missing_for(term.category, given),
        )
        for term in terms
    ]


def say(terms: Terms, families: str, maker: str, *, names: bool, is_maker: bool = False) -> str:
    """One grant in a plain sentence; `families` names them, `names`: whether customers' names are shared beside."""
    parts = {
        "maker": maker,
        "what": word(terms.category.value, "seen"),
        "how": word(terms.granularity.value, "granularities"),
        "families": families,
    }
    sentence = (
        _("You see %(what)s %(how)s for %(families)s")
        if is_maker
        else _("%(maker)s sees %(what)s %(how)s for %(families)s")
    ) % parts
    return f"{sentence}{_months(terms)}{_purposes(terms.purposes)}{_identity(terms, names=names)}"


def name_families(names: Iterable[str]) -> str:
    """Several families in a sentence; none of them: all."""
    return ", ".join(names) or _("all families")


def say_purposes(purposes: Purpose) -> str:
    """What the data may be used for."""
    return ", ".join(word(one.value, "purposes") for one in Purpose if one in purposes)


def _families(family: str | None) -> str:
    return name_families([] if family is None else [family])


def _months(terms: Terms) -> str:
    parts = {
        "first": month(terms.from_month) if terms.from_month else "",
        "last": month(_month_before(terms.to_month)) if terms.to_month else "",
    }
    if terms.from_month and terms.to_month:
        return " " + _("from %(first)s to %(last)s") % parts
    if terms.from_month:
        return " " + _("since %(first)s") % parts
    return " " + _("up to %(last)s") % parts if terms.to_month else ""


def _purposes(purposes: Purpose) -> str:
    return "" if purposes == ALL_PURPOSES else ", " + _("only %(why)s") % {"why": say_purposes(purposes)}


def _identity(terms: Terms, *, names: bool) -> str:
    if terms.category is not Category.VOLUME:
        return ""
    if terms.granularity < TOLD_APART:
        return ", " + _("with no customer told apart")
    return "" if names else ", " + _("without customer names")


def _history(term: Term) -> str:
    if term.ended_at is None:
        return ""
    return ", " + _("as it was recorded by %(ended)s, until %(until)s") % {
        "ended": day(term.ended_at),
        "until": day(term.kept_until),
    }


def _month_before(first: date) -> date:
    return (first - timedelta(days=1)).replace(day=1)
