"""Pages by cursor: where a list goes on, sealed so that it tells nothing and fits its own question alone."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from partners.agreements.models import Partnership
from partners.tenancy.context import current_organisation_id
from portal.api.problems import BadParameter, Problem

LIFE = 24 * 60 * 60  # seconds
DEFAULT_LIMIT, MOST = 50, 200
RowT = TypeVar("RowT")
Position = list[Any]


@dataclass(frozen=True)
class Page(Generic[RowT]):
    """Some rows, and the address of those that follow; None where these are the last."""

    rows: Sequence[RowT]
    next: str | None


@dataclass(frozen=True)
class Asked:
    """A question for a page: its path, its filters, how many rows, and after which position."""

    path: str
    filters: Mapping[str, str]
    limit: int
    after: Position | None
    sight: str

    def page(self, rows: Iterable[RowT], position: Callable[[RowT], Position]) -> Page[RowT]:
        """One page of rows that were read up to one beyond the limit."""
        read = list(rows)
        if len(read) <= self.limit:
            return Page(read, None)
        shown = read[: self.limit]
        cursor = _seal(self, position(shown[-1]))
        query = urlencode({**self.filters, "limit": self.limit, "cursor": cursor})
        return Page(shown, f"{settings.PUBLIC_URL}{self.path}?{query}")

    def after_in(self, rows: Sequence[RowT], position: Callable[[RowT], Position]) -> Sequence[RowT]:
        """What follows the cursor's row in a list that is read whole; 410 where that row is there no longer."""
        if self.after is None:
            return rows
        for place, row in enumerate(rows):
            if position(row) == self.after:
                return rows[place + 1 :]
        raise gone()


def read_asked(
    path: str, filters: Mapping[str, str], limit: int, cursor: str, partnerships: Iterable[Partnership]
) -> Asked:
    """The question with its cursor opened.

    Raises
    ------
    Problem
        410 for a cursor that is too old, or from before sight was taken away; 400 for one that is no cursor of this
        very question.
    """
    sight = _sight(partnerships)
    asked = Asked(path, filters, limit, None, sight)
    if not cursor:
        return asked
    try:
        words = _box().decrypt(cursor.encode(), ttl=LIFE)
    except (InvalidToken, UnicodeError):
        raise _unusable(cursor) from None
    held = json.loads(words)
    if held["question"] != _question(asked):
        raise BadParameter("cursor", "This cursor belongs to another list: ask for its first page again.")
    if held["sight"] != sight:
        raise gone()
    return Asked(path, filters, limit, held["after"], sight)


def gone() -> Problem:
    """410: what the cursor counted on is no longer so."""
    return Problem(410, "cursor_gone", "What is shared with you has changed: ask for the first page again.")


def _unusable(cursor: str) -> Problem:
    try:
        _box().decrypt(cursor.encode())
    except (InvalidToken, UnicodeError):
        return BadParameter("cursor", "This is no cursor. Follow 'next' as it was given.")
    return Problem(410, "cursor_gone", "This cursor is older than a day: ask for the first page again.")


def _seal(asked: Asked, position: Position) -> str:
    held = {"after": position, "question": _question(asked), "sight": asked.sight}
    return _box().encrypt(json.dumps(held, default=str).encode()).decode()


def _question(asked: Asked) -> str:
    question = json.dumps([current_organisation_id(), asked.path, sorted(asked.filters.items())])
    return hashlib.sha256(question.encode()).hexdigest()


def _sight(partnerships: Iterable[Partnership]) -> str:
    """What another may take away: the epochs of partnerships whose data is not one's own."""
    own = current_organisation_id()
    seen = sorted((one.pk, one.epoch, one.state) for one in partnerships if one.distributor_id != own)
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()


@cache
def _box() -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"throughline cursors").derive(
        settings.SECRET_KEY.encode()
    )
    return Fernet(base64.urlsafe_b64encode(key))
