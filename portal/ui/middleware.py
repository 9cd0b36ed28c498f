"""Each request acts as one person in one organisation, in one transaction, in that organisation's time zone."""

import re
from collections.abc import Callable
from typing import cast

from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import get_script_prefix, set_script_prefix
from django.utils import timezone

from partners.audit.services import record
from partners.organisations.login import Seat, list_seats
from partners.organisations.support import READ, Visit, find_visit
from partners.tenancy.actors import visitor
from partners.tenancy.context import acting_as
from portal.operations.requests import note_organisation
from portal.ui.session.limits import is_over, note_use
from portal.ui.session.pending import pending_user_id

API = "/api/"
SEAT = "seat"  # the session's choice among the user's memberships
VISIT = "visit"  # the digest of the link by which one of the installation's keepers came
SEEN, LONGEST_PATH = 200, 200
SERVER_ERROR = 500
DENIED = (403, 404)
MIRRORED_PATH = re.compile(r"/as/(?P<partnership>ptn_[0-9a-z]{1,40})(?P<path>/.*)", re.DOTALL)


class ActorMiddleware:
    """Open the request's transaction and act in the user's seat for its whole length.

    The organisation comes from the membership alone, looked up anew at each request: a seat that ended is
    gone with the next click. Whoever is not known, or has no seat, acts as nobody and sees no row.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(API):
            return self.get_response(request)  # acts for a client, whatever cookie comes along
        if request.user.is_authenticated and is_over(request.session):
            logout(request)
        seats = list_seats(request.user.pk) if request.user.is_authenticated else []
        seat, visit = _chosen(request, seats), None
        if not request.user.is_authenticated:
            visit = _visit(request)
            seat = visit.seat if visit else None
        request.seats, request.seat, request.visit = seats, seat, visit  # type: ignore[attr-defined]
        if seat is None:
            return self._let_in(request)
        note_organisation(seat.organisation_public_id)
        actor = visit.actor if visit else seat.actor(cast(int, request.user.pk))
        with acting_as(actor), timezone.override(seat.time_zone):
            if visit is None:
                note_use(request)
            response = self.get_response(request)
            if visit and response.status_code == SEEN:
                record(READ, visit.public_id, page=request.path_info[:LONGEST_PATH])
            if response.status_code >= SERVER_ERROR:
                transaction.set_rollback(True)
            elif response.status_code in DENIED:
                record(
                    "access.denied", request.resolver_match.view_name[:80] if request.resolver_match else ""
                )
        return response

    def _let_in(self, request: HttpRequest) -> HttpResponse:
        """Nobody in a seat; whoever gave a password and owes the second factor acts as that person, and no more."""
        coming = None if request.user.is_authenticated else pending_user_id(request.session)
        if coming is None:
            return self.get_response(request)
        with acting_as(visitor(coming)):
            return self.get_response(request)


def _visit(request: HttpRequest) -> Visit | None:
    """The keeper's access in this browser, if it is live; one that is over leaves nothing behind."""
    digest = request.session.get(VISIT)
    visit = find_visit(digest) if digest else None
    if digest and visit is None:
        request.session.flush()
    return visit


def _chosen(request: HttpRequest, seats: list[Seat]) -> Seat | None:
    """The session's seat, at first the oldest. One that ended logs its holder out: nobody slides into another."""
    if not seats:
        return None
    wanted = request.session.setdefault(SEAT, seats[0].membership_id)
    seat = next((seat for seat in seats if seat.membership_id == wanted), None)
    if seat is None:
        logout(request)
    return seat


class MirrorMiddleware:
    """`/as/<partnership>/…` is any page, seen as the manufacturer of that partnership sees it.

    The prefix becomes the script's name, so that every link of the page stays in the mirror. What may be looked at is
    decided where the actor of the page is made (`portal.ui.pages`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        found = MIRRORED_PATH.fullmatch(request.path_info)
        request.mirrored = found["partnership"] if found else None  # type: ignore[attr-defined]
        if found is None:
            return self.get_response(request)
        outside = get_script_prefix()
        request.path_info = found["path"]
        set_script_prefix(f"{outside}as/{found['partnership']}/")
        try:
            return self.get_response(request)
        finally:
            set_script_prefix(outside)
