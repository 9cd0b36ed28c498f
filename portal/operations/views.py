"""What machines ask: does the process answer, can it serve, and how much of what happened."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from portal.operations.metrics import REGISTRY
from portal.operations.readiness import BEHIND, OK, READINESS

UNAUTHORISED, NOT_FOUND, UNAVAILABLE = 401, 404, 503


@require_safe
@cache_control(no_store=True)
def live(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers at all; asks nobody else. Who fails here is to be started again."""
    return JsonResponse({"live": True})


@require_safe
@cache_control(no_store=True)
def ready(request: HttpRequest) -> HttpResponse:
    """200 if this process can serve, else 503, with a word for each check. Who fails here gets no requests."""
    checks = READINESS.checks()
    is_ready = all(word in (OK, BEHIND) for word in checks.values())
    answer = {"ready": is_ready, "checks": dict(checks)}
    return JsonResponse(answer, status=200 if is_ready else UNAVAILABLE)


@require_safe
@cache_control(no_store=True)
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures in Prometheus' text format, for whoever sends the token; not there where none is set."""
    if not settings.METRICS_TOKEN:
        return HttpResponse(status=NOT_FOUND)
    if not constant_time_compare(
        request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"
    ):
        return HttpResponse(status=UNAUTHORISED, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)
