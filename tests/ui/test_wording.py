"""Numbers, money and dates as people write them, in both languages."""

import gettext
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.utils import translation

import portal
from analytics.core.findings import LAPSED, LATE, NEEDS_LINES, ON_TIME, TOO_FEW_ORDERS, TOO_SHORT_A_HISTORY
from analytics.runs.reading import Money
from integrations.ingestion.models import Submission
from integrations.ingestion.reading import FEEDS, Reason
from integrations.ingestion.reasons import LedgerReason
from partners.agreements.models import Category, Granularity, Partnership
from partners.tenancy.actors import Role, Scope
from portal.telling import wording, words


def plain(text: str) -> str:
    return text.replace("\xa0", " ")


@pytest.mark.parametrize(
    ("amount", "currency", "whole", "exact"),
    [
        ("12400", "USD", "$12,400", "$12,400.00"),
        ("12400.505", "USD", "$12,401", "$12,400.51"),
        ("-0.5", "GBP", "−£1", "−£0.50"),
        ("-0.004", "GBP", "£0", "£0.00"),
        ("1234567", "EUR", "€1,234,567", "€1,234,567.00"),
        ("12400", "SEK", "SEK 12,400", "SEK 12,400.00"),
        ("0", "XXX", "XXX 0", "XXX 0.00"),
    ],
)
def test_money_in_english(amount: str, currency: str, whole: str, exact: str) -> None:
    value = Money(Decimal(amount), currency)
    with translation.override("en"):
        assert (plain(wording.money(value)), plain(wording.exact_money(value))) == (whole, exact)


def test_money_that_is_not_known_is_nothing() -> None:
    assert wording.money(None) == wording.exact_money(None) == wording.short_money(None) == ""
    assert wording.in_currency(None, "USD") is None
    assert wording.in_currency(Decimal(1), None) is None


def test_large_amounts_are_short_on_cards() -> None:
    with translation.override("en"):
        assert plain(wording.short_money(Money(Decimal("9801424.75"), "USD"))) == "$9.80 M"
        assert plain(wording.short_money(Money(Decimal("999999"), "USD"))) == "$999,999"


@pytest.mark.parametrize(
    ("value", "text"),
    [("12.0000", "12"), ("12.5000", "12.5"), ("1234.125", "1,234.13"), ("-3", "−3"), ("0", "0")],
)
def test_quantities_lose_decimals_that_say_nothing(value: str, text: str) -> None:
    with translation.override("en"):
        assert wording.number(Decimal(value)) == text


def test_days_shares_and_changes() -> None:
    with translation.override("en"):
        assert [plain(wording.days(value)) for value in (1, 14.0, 14.5, 1200, -3)] == [
            "1 day", "14 days", "15 days", "1,200 days", "−3 days",
        ]  # fmt: skip
        assert [plain(wording.change(value)) for value in (0.062, -0.0649, 0.0, 12.0)] == [
            "+6.2 %", "−6.5 %", "0.0 %", "+1,200.0 %",
        ]  # fmt: skip
        assert plain(wording.percent(0.934)) == "93 %"


def test_confidence_is_a_word_and_never_certain() -> None:
    with translation.override("en"):
        assert [plain(wording.confidence(value)) for value in (1.0, 0.8, 0.79, 0.5, 0.1)] == [
            "good, 99 %", "good, 80 %", "fair, 79 %", "fair, 50 %", "low, 10 %",
        ]  # fmt: skip


def test_small_counts_are_spelled_where_a_sentence_begins() -> None:
    with translation.override("en"):
        assert [wording.spelled(count) for count in (1, 7, 12, 13, 1300)] == [
            "One",
            "Seven",
            "Twelve",
            "13",
            "1,300",
        ]


def test_dates_and_months() -> None:
    with translation.override("en"):
        assert plain(wording.day(date(2025, 11, 8))) == "8 Nov 2025"
        assert wording.month(date(2025, 11, 1)) == "Nov 2025"


@pytest.mark.parametrize(
    ("name", "letters"), [("Ana Ruiz", "AR"), ("ana", "A"), ("Jo van den Berg", "JB"), ("", "")]
)
def test_initials(name: str, letters: str) -> None:
    assert wording.initials(name) == letters


def test_every_code_has_its_words() -> None:
    assert set(words.ROLES) == {role.value for role in Role}
    assert set(words.CATEGORIES) == set(words.CATEGORY_CONTENTS) == {category.value for category in Category}
    assert set(words.GRANULARITIES) == {granularity.value for granularity in Granularity}
    assert set(words.PARTNERSHIP_STATES) == {state.value for state in Partnership.State}
    assert set(words.SUBMISSION_STATES) == {state.value for state in Submission.State}
    assert set(words.JUDGEMENTS) == {ON_TIME, LATE, LAPSED, TOO_FEW_ORDERS, TOO_SHORT_A_HISTORY, NEEDS_LINES}
    assert set(words.REASONS) == {str(reason) for coded in (Reason, LedgerReason) for reason in coded}
    assert set(words.SCOPES) == {scope.value for scope in Scope}
    assert set(words.FEEDS) == set(FEEDS)
    for feed in FEEDS.values():
        assert {field.key for field in feed.fields} <= set(words.FIELDS)


CATALOGUE = Path(portal.__file__).parent / "locale" / "de" / "LC_MESSAGES"
PLACEHOLDER = re.compile(r"%\(\w+\)s")


def test_the_german_catalogue_is_whole_and_keeps_every_parameter() -> None:
    with (CATALOGUE / "django.mo").open("rb") as file:
        german = gettext.GNUTranslations(file)._catalog
    entries = (CATALOGUE / "django.po").read_text().split("\n\n")[1:]
    sources = [line for entry in entries for line in entry.splitlines() if line.startswith("msgid ")]
    assert "#, fuzzy" not in "".join(entries)
    untranslated = re.compile(
        r'^msgstr(?:\[\d\])? ""$(?!\n")', re.MULTILINE
    )  # a text of several lines begins so
    assert not [entry for entry in entries if untranslated.search(entry)]
    assert len({key if isinstance(key, str) else key[0] for key in german if key}) == len(sources)
    for key, text in german.items():
        asked = key[0] if isinstance(key, tuple) else key
        if asked and not isinstance(key, tuple):
            assert set(PLACEHOLDER.findall(text)) == set(PLACEHOLDER.findall(asked.rpartition("\x04")[2])), (
                asked
            )


def test_german_sentences_numbers_and_dates() -> None:
    with translation.override("de"):
        assert plain(wording.money(Money(Decimal("-12400.4"), "USD"))) == "−12.400 $"
        assert plain(wording.exact_money(Money(Decimal("12400.4"), "SEK"))) == "12.400,40 SEK"
        assert plain(wording.short_money(Money(Decimal("9801424.75"), "EUR"))) == "9,80 Mio. €"
        assert [plain(wording.days(value)) for value in (1, 1200)] == ["1 Tag", "1.200 Tage"]
        assert plain(wording.day(date(2025, 11, 8))) == "8. Nov. 2025"
        assert plain(wording.day(date(2026, 5, 8))) == "8. Mai 2026"  # no word of ours takes a month's place
        assert wording.spelled(7) == "Sieben"
        assert plain(wording.change(0.062)) == "+6,2 %"
