"""What opens pages keep open: a stream of words, after each of which they look again, with the reader's own rights."""

import asyncio
from collections.abc import AsyncIterator
from time import monotonic

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from partners.tenancy.context import current_organisation_id, current_user_id
from portal.ui.live.hub import ANY, HUB
from portal.ui.pages import page

# A stream ends before a minute is over and the browser opens the next one: whoever lost the seat hears no more.
LIFE_SECONDS = 50.0
PULSE_SECONDS = 15.0
BUSY = 503


@page(None)
def live(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """Server-sent events: `look`, with what changed, each with a mark from which a later stream goes on."""
    user_id = current_user_id()
    if HUB.is_full(user_id):
        return HttpResponse(status=BUSY, headers={"Retry-After": "60"})
    seen = request.headers.get("Last-Event-ID") or request.GET.get("since", "")
    stream = _words(current_organisation_id(), user_id, seen)
    response = StreamingHttpResponse(stream, content_type="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"
    return response


async def _words(organisation_id: int, user_id: int, seen: str) -> AsyncIterator[str]:
    # The request's connection would stay open as long as the page does.
    await sync_to_async(connections.close_all)()
    with HUB.listening(organisation_id, user_id) as ear:
        end = monotonic() + LIFE_SECONDS
        yield "retry: 1000\n\n"
        if seen != HUB.mark(organisation_id):
            yield _look(ANY, organisation_id)
        while (left := end - monotonic()) > 0:
            try:
                topic = await asyncio.wait_for(ear.queue.get(), min(left, PULSE_SECONDS))
            except TimeoutError:
                yield ": \n\n"
            else:
                yield _look(topic, organisation_id)


def _look(topic: str, organisation_id: int) -> str:
    return f"event: look\nid: {HUB.mark(organisation_id)}\ndata: {topic}\n\n"
