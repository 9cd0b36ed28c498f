"""The pages for what went wrong: one calm sentence and the next step, and nothing of what was asked for."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from portal.ui.parameters import UnknownParameter

BAD_REQUEST, FORBIDDEN, NOT_FOUND = 400, 403, 404


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, with the sentence where the page itself refused a parameter."""
    known = isinstance(exception, UnknownParameter)
    sentence = str(exception) if known else _("The request could not be read.")
    return render(request, "400.html", {"sentence": sentence}, status=BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: one's own organisation, but not one's role."""
    return render(request, "403.html", status=FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: the same bytes for what is another's and for what never was."""
    return render(request, "404.html", status=NOT_FOUND)
