"""Filtering and sorting the accounts that were read through the doors: what is hidden cannot be asked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from analytics.runs.selectors import AccountRow
from partners.agreements.models import Partnership
from portal.telling.accounts import account_name
from portal.telling.words import JUDGEMENTS

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

PAGE_SIZE = 50
LATE = ("late", "lapsed")
Key = Callable[[AccountRow], Any]


@dataclass(frozen=True)
class Column:
    """A column to sort by. `key` gives None where a row has no value: such rows come last."""

    name: str
    label: "StrPromise"
    key: Key
    is_number: bool = True
    first_descends: bool = True


COLUMNS = (
    Column(
        "account", _("Account"), lambda row: account_name(row.card).casefold(), False, first_descends=False
    ),
    Column("ladder", _("Ladder"), lambda row: (len(row.lit), max((one.step for one in row.lit), default=0))),
    Column("gap", _("Usual gap"), lambda row: row.usual_gap, first_descends=False),
    Column("late", _("Late by"), lambda row: row.days_late if row.judgement in LATE else None),
    Column("last", _("Last order"), lambda row: row.last_order_on or row.last_month),
    Column("orders", _("Orders"), lambda row: row.orders),
    Column("units", _("Units, 12 months"), lambda row: row.units),
)
NET = Column("net", _("Net, 12 months"), lambda row: row.net.amount if row.net else None)


@dataclass(frozen=True)
class Heading:
    """A heading as a link: the order that it asks for, and the one in force ('', ascending, descending)."""

    column: Column
    sort: str
    order: str


def columns_of(rows: Sequence[AccountRow]) -> tuple[Column, ...]:
    """The columns that at least one row may fill."""
    return (*COLUMNS, NET) if any(row.net for row in rows) else COLUMNS


def offered(partnerships: Sequence[Partnership], columns: Sequence[Column]) -> dict[str, list[str] | None]:
    """What the list's address may ask for, and with which values."""
    names = [column.name for column in columns]
    return {
        "text": None,
        "partnership": [partnership.public_id for partnership in partnerships],
        "standing": [slug(judgement) for judgement in JUDGEMENTS],
        "sort": [*names, *(f"-{name}" for name in names)],
        "page": None,
    }


def matching(rows: Sequence[AccountRow], given: Mapping[str, str]) -> list[AccountRow]:
    """The rows that the filters leave."""
    text = given.get("text", "").casefold().strip()
    return [
        row
        for row in rows
        if given.get("partnership") in (None, row.partnership.public_id)
        and given.get("standing") in (None, slug(row.judgement))
        and text in _visible_text(row)
    ]


def in_order(rows: Sequence[AccountRow], columns: Sequence[Column], sort: str) -> list[AccountRow]:
    """The rows by one column; as they came where none is asked for. Rows without a value come last."""
    key = next((column.key for column in columns if column.name == sort.removeprefix("-")), None)
    if key is None:
        return list(rows)
    known = [row for row in rows if key(row) is not None]
    unknown = [row for row in rows if key(row) is None]
    return [*sorted(known, key=key, reverse=sort.startswith("-")), *unknown]


def headings(columns: Sequence[Column], sort: str) -> list[Heading]:
    """Each column's heading: a second click turns the order round."""
    return [_heading(column, sort) for column in columns]


def _heading(column: Column, sort: str) -> Heading:
    up, down = column.name, f"-{column.name}"
    first, second = (down, up) if column.first_descends else (up, down)
    order = {up: "ascending", down: "descending"}.get(sort, "")
    return Heading(column, second if sort == first else first, order)


def slug(judgement: str) -> str:
    """A judgement as it stands in an address."""
    return judgement.replace(" ", "-")


def _visible_text(row: AccountRow) -> str:
    card = row.card
    texts = account_name(card), card.city or "", card.account_type, card.industry, card.postcode_area
    return " ".join(texts).casefold()
