"""Pages by cursor: where a list goes on, sealed so that it tells nothing and fits its own question alone."""

import base64
import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from partners.agreements.models import Partnership
from partners.tenancy.context import current_organisation_id
from portal.api.problems import BadParameter, Problem

HOUR = 60 * 60  # seconds
LIFE = 24  # hours
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
    asked = Asked(path, filters, limit, None, _sight(partnerships))
    if not cursor:
        return asked
    held = _opened(cursor)
    if held["question"] != _question(asked):
        raise BadParameter("cursor", "This cursor belongs to another list: ask for its first page again.")
    if _hour() - held["hour"] > LIFE:
        raise Problem(410, "cursor_gone", "This cursor is older than a day: ask for the first page again.")
    if held["sight"] != asked.sight:
        raise gone()
    return replace(asked, after=held["after"])


def gone() -> Problem:
    """410: what the cursor counted on is no longer so."""
    sentence = (
        "What this list holds, or what of it is shared with you, has changed: ask for its first page again."
    )
    return Problem(410, "cursor_gone", sentence)


def _seal(asked: Asked, position: Position) -> str:
    """The same words for the same page in the same hour: a page that has not changed keeps its ETag."""
    held = {"after": position, "question": _question(asked), "sight": asked.sight, "hour": _hour()}
    sealed = _box().encrypt(json.dumps(held, default=str).encode(), None)
    return base64.urlsafe_b64encode(sealed).decode()


def _opened(cursor: str) -> dict[str, Any]:
    try:
        sealed = base64.b64decode(cursor.encode(), altchars=b"-_", validate=True)
        held: dict[str, Any] = json.loads(_box().decrypt(sealed, None))
    except (InvalidTag, ValueError):
        raise BadParameter("cursor", "This is no cursor. Follow 'next' as it was given.") from None
    return held


def _hour() -> int:
    return int(time.time()) // HOUR


def _question(asked: Asked) -> str:
    question = json.dumps([current_organisation_id(), asked.path, sorted(asked.filters.items())])
    return hashlib.sha256(question.encode()).hexdigest()


def _sight(partnerships: Iterable[Partnership]) -> str:
    """What another may take away: the epochs of partnerships whose data is not one's own."""
    own = current_organisation_id()
    seen = sorted((one.pk, one.epoch, one.state) for one in partnerships if one.distributor_id != own)
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()


@cache
def _box() -> AESSIV:
    key = HKDF(algorithm=SHA256(), length=64, salt=None, info=b"throughline cursors")
    return AESSIV(key.derive(settings.SECRET_KEY.encode()))
