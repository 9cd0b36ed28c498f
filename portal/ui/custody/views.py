"""Taking data out, and having it destroyed."""

from collections.abc import AsyncIterator
from typing import TypeVar

from asgiref.sync import sync_to_async
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header

from partners.access.doors import NotFound, list_cards_of
from partners.agreements.models import Partnership
from partners.organisations.login import list_seats
from partners.organisations.roles import Permission
from partners.tenancy.actors import Actor
from partners.tenancy.context import acting_as, current_actor, current_organisation_id
from portal.custody.archiving import (
    ask_for_archive,
    get_archive,
    get_own_partnership,
    list_archives,
    read_piece,
)
from portal.custody.erasing import (
    CustodyError,
    ask_to_delete,
    ask_to_erase,
    get_receipt,
    list_receipts,
)
from portal.custody.models import Archive, Receipt
from portal.custody.printing import print_receipt
from portal.ui.custody.forms import DeleteForm, EraseForm
from portal.ui.pages import page
from portal.ui.parameters import read_parameters
from portal.ui.session.seats import seat_of

BAD_REQUEST = 400
ResponseT = TypeVar("ResponseT", HttpResponse, StreamingHttpResponse)


@page(Permission.MANAGE_ACCOUNTS, step_up=True)
def account_erase(request: HttpRequest, ref: str) -> HttpResponse:
    """What erasing a customer destroys and what stays, and the button, once its number is typed."""
    partnership, card = list_cards_of(ref)[0]
    if partnership.distributor_id != current_organisation_id():
        raise NotFound(ref)
    form = EraseForm(card, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            return redirect("receipt", ask_to_erase(ref, form.reason).public_id)
        except CustodyError as error:
            form.add_error(None, str(error))
    context = {"form": form, "card": card, "partnership": partnership}
    return render(request, "custody/erase.html", context, status=BAD_REQUEST if form.is_bound else None)


@page(None)
def receipts(request: HttpRequest) -> HttpResponse:
    """What was destroyed, the newest first."""
    read_parameters(request, {})
    return render(request, "custody/receipts.html", {"receipts": list_receipts()})


@page(None)
def receipt(request: HttpRequest, public_id: str) -> HttpResponse:
    """One receipt: how far it is, or what was destroyed."""
    return render(request, "custody/receipt.html", {"receipt": get_receipt(public_id)})


@page(None)
def receipt_file(request: HttpRequest, public_id: str) -> HttpResponse:
    """The receipt as text, word for word what its digest is made of."""
    found = _finished(public_id)
    lines = [*found.lines, f"sha256: {found.digest}", ""]
    response = HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
    return _as_file(response, f"receipt-{public_id}.txt")


@page(None)
def receipt_print(request: HttpRequest, public_id: str) -> HttpResponse:
    """The receipt as a PDF of one page."""
    content = print_receipt(_finished(public_id), seat_of(request).organisation_name)
    return _as_file(HttpResponse(content, content_type="application/pdf"), f"receipt-{public_id}.pdf")


def _finished(public_id: str) -> Receipt:
    """A receipt of what is destroyed; until it is, there is nothing to hand out."""
    found = get_receipt(public_id)
    if not found.digest:
        raise NotFound(public_id)
    return found


@page(Permission.SHARE)
def partnership_archive(request: HttpRequest, public_id: str) -> HttpResponse:
    """POST: have the data put together. Otherwise: those that are being made or can be downloaded."""
    partnership = _own(public_id)
    if request.method == "POST":
        ask_for_archive(public_id)
        return redirect("partnership_archive", public_id)
    context = {"partnership": partnership, "archives": list_archives(partnership)}
    return render(request, "custody/archive.html", context)


@page(Permission.SHARE, step_up=True)
def archive_file(request: HttpRequest, public_id: str, archive: str) -> StreamingHttpResponse:
    """The file, a megabyte at a time, each read by the person in a transaction of its own."""
    found = get_archive(_own(public_id), archive)
    stream = _pieces(current_actor(), found)
    response = StreamingHttpResponse(stream, content_type="application/zip")
    response["Content-Length"] = str(found.size)
    return _as_file(response, f"{public_id}.zip")


@page(Permission.SHARE)
def partnership_delete(request: HttpRequest, public_id: str) -> HttpResponse:
    """What is destroyed of an ended partnership and what stays, and the button."""
    partnership = _own(public_id)
    if partnership.state != Partnership.State.ENDED:
        raise NotFound(public_id)
    form = DeleteForm(partnership, request.POST if request.method == "POST" else None)
    if form.is_valid():
        return redirect("receipt", ask_to_delete(public_id).public_id)
    context = {"form": form, "partnership": partnership}
    return render(request, "custody/delete.html", context, status=BAD_REQUEST if form.is_bound else None)


def _own(public_id: str) -> Partnership:
    """To the other side of a partnership these pages are not there: they would tell what the distributor asked for."""
    try:
        return get_own_partnership(public_id)
    except PermissionDenied as denied:
        raise NotFound(public_id) from denied


async def _pieces(actor: Actor, archive: Archive) -> AsyncIterator[bytes]:
    """It ends, short of what was promised, for who loses the seat meanwhile: a download may take an hour."""

    def read(number: int) -> bytes | None:
        if not _has_seat(actor):
            return None
        with acting_as(actor):
            return read_piece(archive, number)

    number = 0
    while (piece := await sync_to_async(read)(number)) is not None:
        yield piece
        number += 1


def _has_seat(actor: Actor) -> bool:
    """Whether the person still sits where they asked from, with the same role and reach."""
    place = (actor.organisation_id, actor.role, actor.reach)
    seats = [] if actor.user_id is None else list_seats(actor.user_id)
    return place in {(seat.organisation_id, seat.role, seat.reach) for seat in seats}


def _as_file(response: ResponseT, name: str) -> ResponseT:
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response
