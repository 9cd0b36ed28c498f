"""Numbers, money, dates and counts as the reader's language writes them."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from analytics.runs.reading import Money
from portal.telling import words

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}  # any other currency goes by its code
MINUS = "\N{MINUS SIGN}"
MILLION = 1_000_000
GOOD_CONFIDENCE = 0.8
FAIR_CONFIDENCE = 0.5
MOST_CONFIDENT = 0.99
# Small counts are spelled out where a sentence begins with them.
SPELLED = (
    pgettext_lazy("a count that begins a sentence", "No"),
    pgettext_lazy("a count that begins a sentence", "One"),
    pgettext_lazy("a count that begins a sentence", "Two"),
    pgettext_lazy("a count that begins a sentence", "Three"),
    pgettext_lazy("a count that begins a sentence", "Four"),
    pgettext_lazy("a count that begins a sentence", "Five"),
    pgettext_lazy("a count that begins a sentence", "Six"),
    pgettext_lazy("a count that begins a sentence", "Seven"),
    pgettext_lazy("a count that begins a sentence", "Eight"),
    pgettext_lazy("a count that begins a sentence", "Nine"),
    pgettext_lazy("a count that begins a sentence", "Ten"),
    pgettext_lazy("a count that begins a sentence", "Eleven"),
    pgettext_lazy("a count that begins a sentence", "Twelve"),
)
WITHIN = (
    pgettext_lazy("a count within a sentence", "no"),
    pgettext_lazy("a count within a sentence", "one"),
    pgettext_lazy("a count within a sentence", "two"),
    pgettext_lazy("a count within a sentence", "three"),
    pgettext_lazy("a count within a sentence", "four"),
    pgettext_lazy("a count within a sentence", "five"),
    pgettext_lazy("a count within a sentence", "six"),
)
BASES = {
    "gross_profit": gettext_lazy("gross profit"),
    "net_revenue": gettext_lazy("net revenue: the margin is not known"),
}


def money(value: Money | None) -> str:
    """An amount in whole units of its currency: '$12,400', 'SEK 12,400'."""
    return "" if value is None else _money(value.amount, value.currency, decimals=0)


def exact_money(value: Money | None) -> str:
    """The amount to the cent."""
    return "" if value is None else _money(value.amount, value.currency, decimals=2)


def short_money(value: Money | None) -> str:
    """Whole units; from a million on in millions with two decimals: '$9.80 M'."""
    if value is None or abs(value.amount) < MILLION:
        return money(value)
    return _money(value.amount / MILLION, value.currency, decimals=2, in_millions=True)


def in_currency(amount: Decimal | None, currency: str | None) -> Money | None:
    """An amount and its currency as one value, for the filters above."""
    return None if amount is None or not currency else Money(amount, currency)


def number(value: Decimal | float | None) -> str:
    """A quantity: grouped, with at most two decimals and none that say nothing."""
    if value is None:
        return ""
    rounded = _rounded(Decimal(str(value)), 2)
    decimals = max(0, -int(rounded.normalize().as_tuple().exponent))
    return _signed(rounded, decimals)


def decimals(value: float | None, places: int) -> str:
    """A figure with just so many decimals, for who recomputes it."""
    return "" if value is None else _signed(_rounded(Decimal(str(value)), places), places)


def short_number(value: Decimal | float | None) -> str:
    """A quantity in whole units."""
    return "" if value is None else _signed(_rounded(Decimal(str(value)), 0), 0)


def days(value: float | None) -> str:
    """A number of days: '14 days'."""
    if value is None:
        return ""
    whole = int(_rounded(Decimal(str(value)), 0))
    text = ngettext("%(number)s day", "%(number)s days", abs(whole))
    return _together(text % {"number": _signed(Decimal(whole), 0)})


def percent(share: float | None) -> str:
    """A share as per cent: '93 %'."""
    if share is None:
        return ""
    whole = _signed(_rounded(Decimal(str(share)) * 100, 0), 0)
    return _together(pgettext("a share", "%(number)s %%") % {"number": whole})


def change(share: float | None) -> str:
    """A change as per cent, with its sign: '+6.2 %'."""
    if share is None:
        return ""
    points = _rounded(Decimal(str(share)) * 100, 1)
    sign = "+" if points > 0 else ""
    return _together(pgettext("a share", "%(number)s %%") % {"number": sign + _signed(points, 1)})


def day(value: date | datetime | None) -> str:
    """A date: '18 Nov 2025'; of a moment, the day on which it is in the time zone of the page."""
    if value is None:
        return ""
    local = timezone.localtime(value) if isinstance(value, datetime) else value
    return _together(formats.date_format(local, pgettext("format of a date", "j M Y")))


def moment(value: datetime | None) -> str:
    """A date with its time, in the time zone of the page."""
    if value is None:
        return ""
    return formats.date_format(timezone.localtime(value), pgettext("format of a moment", "j M Y, H:i T"))


def month(value: date | None) -> str:
    """A month: 'Nov 2025'."""
    return "" if value is None else formats.date_format(value, pgettext("format of a month", "M Y"))


def freshness(newest: date | None, oldest: date | None = None) -> str:
    """How old the data is: its newest day over what is shown, and the oldest where partnerships differ."""
    if newest is None:
        return ""
    if oldest and oldest != newest:
        days = {"oldest": day(oldest), "newest": day(newest)}
        return _("Data as of %(oldest)s to %(newest)s, by partnership") % days
    return _("Data as of %(newest)s") % {"newest": day(newest)}


def spelled(count: int) -> str:
    """A count that begins a sentence: spelled out up to twelve."""
    return str(SPELLED[count]) if 0 <= count < len(SPELLED) else short_number(count)


def spelled_within(count: int) -> str:
    """A small count within a sentence: spelled out up to six."""
    return str(WITHIN[count]) if 0 < count < len(WITHIN) else short_number(count)


def confidence(value: float | None) -> str:
    """How sure a finding is, as a word and a share."""
    if value is None:
        return ""
    levels = ((GOOD_CONFIDENCE, _("good")), (FAIR_CONFIDENCE, _("fair")), (0.0, _("low")))
    level = next(level for least, level in levels if value >= least)
    share = percent(min(value, MOST_CONFIDENT))  # nothing is certain
    return pgettext("confidence", "%(level)s, %(share)s") % {"level": level, "share": share}


def basis(value: str) -> str:
    """What an amount at stake is an amount of."""
    return str(BASES.get(value, value))


def word(code: str | int, kind: str) -> str:
    """The label of a code; `kind` names a table of `portal.telling.words`. One without a label stands for itself."""
    return str(getattr(words, kind.upper()).get(code, code))


def initials(name: str) -> str:
    """The first letters of the first and last word of a name."""
    parts = name.split() or [""]
    return "".join(part[:1] for part in dict.fromkeys((parts[0], parts[-1]))).upper()


def said(sentence: str) -> str:
    """A label or definition of the registry in the reader's language."""
    return _(sentence) if sentence else ""


def _money(amount: Decimal, currency: str, *, decimals: int, in_millions: bool = False) -> str:
    rounded = _rounded(amount, decimals)
    figure = formats.number_format(abs(rounded), decimals, use_l10n=True, force_grouping=True)
    if in_millions:
        figure = pgettext("a figure in millions", "%(figure)s M") % {"figure": figure}
    pattern = (
        pgettext("an amount, as in $12,400", "%(currency)s%(amount)s")
        if currency in SYMBOLS
        else pgettext("an amount, as in SEK 12,400", "%(currency)s %(amount)s")
    )
    text = pattern % {"currency": SYMBOLS.get(currency, currency), "amount": figure}
    return _together(MINUS + text if rounded < 0 else text)


def _signed(value: Decimal, decimals: int) -> str:
    figure = formats.number_format(abs(value), decimals, use_l10n=True, force_grouping=True)
    return MINUS + figure if value < 0 else str(figure)


def _together(text: str) -> str:
    """A figure and its unit stay on one line."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def _rounded(value: Decimal, decimals: int) -> Decimal:
    # The standard library's formatting cuts decimals off; people round.
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
