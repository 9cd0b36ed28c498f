"""Looking for a word in every column of every table, as the owner reads them: packed files are unpacked."""

import zipfile
import zlib
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from django.db import connections
from pypdf import PdfReader

COLUMNS = """
SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') GROUP BY c.relname
"""


def tables_that_say(words: Iterable[str]) -> dict[str, set[str]]:
    """By table the words that are found in it, however they are spelled."""
    wanted = [word.casefold() for word in words]
    found: dict[str, set[str]] = {}
    with connections["owner"].cursor() as cursor:
        cursor.execute(COLUMNS)
        for table, columns in cursor.fetchall():
            quoted = ", ".join('"' + column + '"' for column in columns)
            cursor.execute(f"SELECT {quoted} FROM {table}")
            for row in cursor.fetchall():
                said = " ".join(_text(value) for value in row).casefold()
                found.setdefault(table, set()).update(word for word in wanted if word in said)
    return {table: said for table, said in found.items() if said}


def _text(value: Any) -> str:
    if not isinstance(value, bytes | memoryview):
        return str(value)
    content = _unpacked(bytes(value))
    if content.startswith(b"%PDF"):
        return " ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    if zipfile.is_zipfile(BytesIO(content)):
        with zipfile.ZipFile(BytesIO(content)) as packed:
            return " ".join(packed.read(name).decode("latin-1") for name in packed.namelist())
    return content.decode("latin-1") + content.decode("utf-16-le", "ignore")


def _unpacked(content: bytes) -> bytes:
    """A piece of a file as it came."""
    try:
        return zlib.decompress(content)
    except zlib.error:
        return content
