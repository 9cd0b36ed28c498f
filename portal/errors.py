"""What went wrong, as Django asks for it: a page for people, a problem document for partner systems."""

from django.http import HttpRequest, HttpResponse
from django.views.defaults import server_error as server_error_page

from portal.api.middleware import is_of_interface
from portal.api.problems import NOTHING_HERE, problem_response
from portal.ui import errors as pages


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: what could not even be read."""
    if is_of_interface(request):
        return problem_response(400, "unreadable", "The request could not be read.")
    return pages.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: an address that nobody has."""
    if is_of_interface(request):
        return problem_response(404, "not_found", NOTHING_HERE)
    return pages.not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: nothing of the fault is told; the logs know it."""
    if is_of_interface(request):
        sentence = "Something failed here. Nothing was changed; the request_id tells us what."
        return problem_response(500, "fault", sentence)
    return server_error_page(request)
