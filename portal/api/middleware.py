"""Each call acts for one client's owner, in one organisation and one transaction; a cookie opens nothing here."""

from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from partners.audit.services import record
from partners.organisations.clients import Identified, identify
from partners.organisations.models import ApiCredential
from partners.tenancy.context import acting_as
from portal.api.budget import Budget, charge, charge_rows
from portal.api.problems import NOTHING_HERE, problem_response

API = "/api/"
FOR_EVERYBODY = {"/api/v1/oauth/token", "/api/v1/openapi.json", "/api/v1/reference"}
SERVER_ERROR = 500
DENIED = (403, 404)
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="throughline"'}


def is_of_interface(request: HttpRequest) -> bool:
    """Whether partner systems alone are answered here."""
    return request.path_info.startswith(API)


class ClientMiddleware:
    """Find out who calls by the bearer's words alone, count the call, and act in the owner's name for its length.

    Rights are looked up anew at each call: a key that ended, or an owner who left, opens nothing from then on.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_of_interface(request):
            return self.get_response(request)
        with translation.override("en"):
            response = self._answer(request)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        response.headers["Vary"] = "Authorization, Accept"
        response.headers["Content-Language"] = "en"
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        if request.mirrored is not None:  # type: ignore[attr-defined]
            return problem_response(404, "not_found", NOTHING_HERE)
        if request.path_info in FOR_EVERYBODY:
            return self.get_response(request)
        identified = _identified(request)
        if identified is None:
            sentence = "Give a live key or token: 'Authorization: Bearer tlk_…'."
            return problem_response(401, "not_known", sentence, CHALLENGE)
        with acting_as(identified.actor):
            budget = charge(identified, timezone.now())
        if budget.wait is not None:
            response: HttpResponse = _too_much(budget)
        else:
            response = self._act(request, identified)
        for name, value in budget.headers.items():
            response.headers[name] = value
        return response

    def _act(self, request: HttpRequest, identified: Identified) -> HttpResponse:
        request.identified = identified  # type: ignore[attr-defined]
        with acting_as(identified.actor), timezone.override(identified.time_zone):
            response = self.get_response(request)
            if response.status_code >= SERVER_ERROR:
                transaction.set_rollback(True)
                return response
            if response.status_code in DENIED:
                match = request.resolver_match
                record("access.denied", match.view_name[:80] if match else "")
            if rows := getattr(response, "rows", 0):
                charge_rows(identified.client_id, rows)
        return response


def _identified(request: HttpRequest) -> Identified | None:
    scheme, _, words = request.headers.get("Authorization", "").partition(" ")
    if scheme.casefold() != "bearer" or not words:
        return None
    return identify(words.strip(), ApiCredential.Kind.KEY, ApiCredential.Kind.TOKEN)


def _too_much(budget: Budget) -> HttpResponse:
    what = "rows of today are given" if budget.rows_left < 0 else "requests of this minute are made"
    return problem_response(429, "too_much", f"The {what}. Go on in {budget.wait} seconds.")
