"""The dictionary: what each number and signal means, from the one registry."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from analytics.core.registry import METRICS, SIGNALS
from portal.ui.pages import page


@page(None, mirrored=True)
def definitions(request: HttpRequest) -> HttpResponse:
    """Every metric and signal kind."""
    context = {"metrics": METRICS.values(), "signals": SIGNALS.values()}
    return render(request, "definitions/definitions.html", context)
