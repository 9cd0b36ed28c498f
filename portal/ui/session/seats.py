"""The seat in which a request works, as the middleware put it there."""

from django.http import HttpRequest

from partners.organisations.login import Seat
from partners.organisations.models import OrganisationKind


def seat_of(request: HttpRequest) -> Seat:
    """The present seat; only on pages, which nobody reaches without one."""
    seat: Seat = request.seat  # type: ignore[attr-defined]
    return seat


def is_maker(request: HttpRequest) -> bool:
    """Whether the page is a manufacturer's: that of the present seat, or the one that a mirror shows."""
    return hasattr(request, "mirror") or seat_of(request).kind is OrganisationKind.MANUFACTURER


def find_seat(request: HttpRequest, organisation_public_id: str) -> Seat | None:
    """One of the user's own seats, by its organisation."""
    seats: list[Seat] = request.seats  # type: ignore[attr-defined]
    return next((seat for seat in seats if seat.organisation_public_id == organisation_public_id), None)
