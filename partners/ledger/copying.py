"""Columns as COPY reads them, written a block at a time: a call for each row costs more than all else of it."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

_SPECIAL = re.compile(r"[\\\t\n\r]")
_NULL = r"\N"
_ESCAPED = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def written(columns: Iterable[Sequence[Any]]) -> bytes:
    """Columns of equal length as a block of COPY's text format. None is NULL; texts hold no NUL."""
    texts = [_texts(column) for column in columns]
    return "".join([f"{line}\n" for line in map("\t".join, zip(*texts, strict=True))]).encode()


def copy_in(table: str, columns: Sequence[str], block: bytes) -> None:
    """Have PostgreSQL take a block into a table of this session."""
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        copy.write(block)


def _texts(column: Sequence[Any]) -> Sequence[str]:
    nulls = column.count(None)
    if nulls == len(column):
        return [_NULL] * nulls
    told = list(map(str, column))
    if _SPECIAL.search("".join(told)):
        told = [_SPECIAL.sub(lambda found: _ESCAPED[found[0]], text) for text in told]
    return (
        told
        if not nulls
        else [_NULL if value is None else text for value, text in zip(column, told, strict=True)]
    )
