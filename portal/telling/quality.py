"""How good the data of a partnership is, and what it costs the analyses."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy

from integrations.ingestion.quality import overall
from portal.telling.wording import month

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

TOO_OLD = timedelta(days=62)  # behind the newest sales: two whole months without a word

# By feed: what is off without it, and what there is none of.
OFF: Mapping[str, "tuple[StrPromise, StrPromise]"] = {
    "payments": (
        gettext_lazy("Payment signals are off: no payments in sight."),
        gettext_lazy("Payment signals are off: no payments since %(month)s."),
    ),
    "stock": (
        gettext_lazy("Weeks of supply are off: no stock in sight."),
        gettext_lazy("Weeks of supply are off: no stock since %(month)s."),
    ),
    "orders": (
        gettext_lazy("Fill rate is off: no orders in sight."),
        gettext_lazy("Fill rate is off: no orders since %(month)s."),
    ),
    "cases": (
        gettext_lazy("Satisfaction is off: no service cases in sight."),
        gettext_lazy("Satisfaction is off: no service cases since %(month)s."),
    ),
}


@dataclass(frozen=True)
class FileQuality:
    """A file's score in per cent, and its parts by name, each in per cent."""

    overall: int
    parts: list[tuple[str, int]]


def quality_of(totals: Mapping[str, Any]) -> FileQuality | None:
    """The quality of a checked file; None where nothing can be said."""
    parts = totals.get("quality") or {}
    score = overall(parts)
    return (
        None
        if score is None
        else FileQuality(score, [(name, round(100 * share)) for name, share in parts.items()])
    )


def what_is_off(latest: Mapping[str, date | None], until: date | None) -> list[str]:
    """What analyses go without, feed by feed: nothing of it is in sight, or nothing new beside the newest sales."""
    found = []
    for feed, (never, since) in OFF.items():
        newest = latest.get(feed)
        if newest is None:
            found.append(str(never))
        elif until is not None and until - newest > TOO_OLD:
            found.append(str(since) % {"month": month(newest)})
    return found
