"""What a feed is declared with: its fields, what guards them, and the headings they go by."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Kind = Literal["text", "date", "decimal", "integer"]
Requirement = Literal["required", "by_agreement", "optional"]
Category = Literal["volume", "price", "identity", "contacts", "inventory", "payments", "service"]
Basis = Literal["unit", "line"]

# Letters that Unicode does not decompose into a base letter and an accent.
_PLAIN_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "%": "pct"})
_NOT_ALPHANUMERIC = re.compile(r"[\W_]+")


def normalised_heading(text: str) -> str:
    """Reduce a heading to what is compared: no case, accents, spaces or punctuation; "%" stays as "pct"."""
    plain = text.casefold().translate(_PLAIN_LETTERS)
    decomposed = unicodedata.normalize("NFKD", plain)
    without_accents = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _NOT_ALPHANUMERIC.sub("", without_accents)


@dataclass(frozen=True)
class Field:
    """One column of a feed.

    ``category`` is the sharing category that guards the column, ``aliases`` are headings as people write
    them. ``basis`` says whether an amount is per unit or per line, ``identifies`` that digits lost to Excel
    make the value worthless, ``may_lie_ahead`` that a date may be in the future, ``never_zero`` that zero is
    a fault, ``within`` are the lowest and the highest of a score.
    """

    key: str
    kind: Kind
    requirement: Requirement
    category: Category
    aliases: tuple[str, ...] = ()
    basis: Basis | None = None
    identifies: bool = False
    may_lie_ahead: bool = False
    never_zero: bool = False
    within: tuple[int, int] | None = None


@dataclass(frozen=True)
class Feed:
    """A kind of file: its fields in the order in which they are proposed and shown.

    A row that has none of ``always`` and says 'total' in one of its first cells sums up others: in ``summed``.
    ``keeps_others``: columns that hold no field are kept by their headings.
    """

    key: str
    fields: tuple[Field, ...]
    always: tuple[str, ...] = ()
    summed: tuple[str, ...] = ()
    keeps_others: bool = False

    @cached_property
    def by_key(self) -> dict[str, Field]:
        """The fields by their key."""
        return {field.key: field for field in self.fields}

    @cached_property
    def keys_by_heading(self) -> dict[str, tuple[str, ...]]:
        """Field keys by normalised plain key and alias; more than one key where an alias is shared."""
        found: dict[str, tuple[str, ...]] = {}
        for field in self.fields:
            for name in dict.fromkeys(normalised_heading(text) for text in (field.key, *field.aliases)):
                found[name] = (*found.get(name, ()), field.key)
        return found

    @property
    def required(self) -> tuple[str, ...]:
        """Keys of the fields without which a file of this feed cannot be read."""
        return tuple(field.key for field in self.fields if field.requirement == "required")


def names(*lines: str) -> tuple[str, ...]:
    """Aliases from lines in which they stand between bars."""
    return tuple(name.strip() for line in lines for name in line.split("|"))
