"""What happens to every request before anything else: a number, a line, a figure; and machines' questions."""

import logging
from collections.abc import Callable
from time import perf_counter

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from portal.operations.metrics import REQUEST_SECONDS
from portal.operations.requests import at_hand, new_request

PROBED = ("/health/", "/metrics")
STATIC, UNKNOWN, OTHER = "static", "unknown", "other"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
BAD = 400
logger = logging.getLogger(__name__)

Answer = Callable[[HttpRequest], HttpResponse]


class RequestMiddleware:
    """Number each request, tell the number in the answer, and write one line and one figure about it.

    Both name the route and never the path, the query or who asked. Files and probes that were answered well make no
    line where the level is INFO.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with at_hand(new_request()) as work:
            begun = perf_counter()
            response = self.get_response(request)
            seconds = perf_counter() - begun
            response.headers["X-Request-Id"] = work.request_id
            method = request.method if request.method in METHODS else OTHER
            route, status = _route(request), response.status_code
            REQUEST_SECONDS.labels(route, method, status).observe(seconds)
            logger.log(
                logging.DEBUG if _is_dull(request, route) and status < BAD else logging.INFO,
                "%(method)s %(route)s %(status)s in %(milliseconds)s ms",
                {"method": method, "route": route, "status": status, "milliseconds": round(seconds * 1000)},
            )
        return response


class ProbeMiddleware:
    """Answer `/health/…` and `/metrics` without a session, a language or a look at the name of the host.

    A container's health check and a collector of figures ask by whatever address they know the process.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PROBED):
            return self.get_response(request)
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return self.get_response(request)
        request.resolver_match = match
        found: HttpResponse = match.func(request, *match.args, **match.kwargs)
        return found


def _route(request: HttpRequest) -> str:
    if request.resolver_match:
        return request.resolver_match.view_name
    return STATIC if request.path_info.startswith(str(settings.STATIC_URL)) else UNKNOWN


def _is_dull(request: HttpRequest, route: str) -> bool:
    return route == STATIC or request.path_info.startswith(PROBED)
