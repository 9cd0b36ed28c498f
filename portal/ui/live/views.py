"""What opens pages keep open: a stream of words, after each of which they look again, with the reader's own rights."""

import asyncio
from collections.abc import AsyncIterator
from time import monotonic

from django.http import HttpRequest, StreamingHttpResponse

from partners.tenancy.context import current_organisation_id
from portal.ui.live.hub import ANY, HUB
from portal.ui.pages import page

# A stream ends before a minute is over and the browser opens the next one: whoever lost the seat hears no more.
LIFE_SECONDS = 50.0
PULSE_SECONDS = 15.0


@page(None)
def live(request: HttpRequest) -> StreamingHttpResponse:
    """Server-sent events: `look`, with what changed, each with a mark from which a later stream goes on."""
    seen = request.headers.get("Last-Event-ID") or request.GET.get("since", "")
    stream = _words(current_organisation_id(), seen)
    response = StreamingHttpResponse(stream, content_type="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"
    return response


async def _words(organisation_id: int, seen: str) -> AsyncIterator[str]:
    with HUB.listening(organisation_id) as ear:
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
