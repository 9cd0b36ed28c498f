"""What leaves the portal, by every way: as the bytes that somebody gets, or that lie where somebody may look."""

import base64
import json
from collections.abc import Iterable, Iterator

from asgiref.sync import async_to_sync
from django.core.mail import EmailMessage
from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from partners.jobs.models import OutboxEvent
from portal.dispatch import DISPATCH


def of_response(response: HttpResponseBase) -> Iterator[bytes]:
    """Body, headers and cookies; the body of a stream where its end is known."""
    if isinstance(response, HttpResponse):
        yield response.content
    elif isinstance(response, StreamingHttpResponse) and response.has_header("Content-Length"):
        yield async_to_sync(_whole)(response)
    yield "\n".join(f"{name}: {value}" for name, value in response.headers.items()).encode()
    yield response.cookies.output().encode()


async def _whole(response: StreamingHttpResponse) -> bytes:
    return b"".join([piece async for piece in response])


def letters(outbox: Iterable[EmailMessage]) -> Iterator[bytes]:
    """Letters as they are sent, with what is attached to them."""
    for letter in outbox:
        yield letter.message().as_bytes()
        for attached in letter.attachments:
            content = attached[1]
            yield content if isinstance(content, bytes) else str(content).encode()


def outbox(events: Iterable[OutboxEvent]) -> Iterator[str]:
    """What is noted for the workers, and what each task is given of it."""
    for event in events:
        yield json.dumps([event.kind, event.payload])
        for target in DISPATCH[event.kind](event):
            given = {"organisation_id": target.organisation_id, "event_id": event.pk, **event.payload}
            yield json.dumps([target.task, given])


def cached() -> Iterator[bytes]:
    """Keys and values of the cache, which lies in the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM portal_cache")
        for key, value in cursor.fetchall():
            yield key.encode()
            yield base64.b64decode(value)
