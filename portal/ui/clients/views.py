"""Partner systems: which there are, a new one with its words shown this once, and their end."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from partners.organisations.clients import (
    ClientError,
    end_client,
    list_clients,
    list_possible_owners,
    make_client,
    renew_client,
)
from partners.organisations.models import ApiClient, ApiCredential, Membership
from partners.organisations.roles import Permission
from portal.ui.clients.forms import ClientForm
from portal.ui.pages import page

BAD_REQUEST = 400
RENEWED_FOR = 90  # days


@page(Permission.MANAGE_CLIENTS)
def clients(request: HttpRequest) -> HttpResponse:
    """The clients of the organisation, and the form for another."""
    seats = list_possible_owners()
    form = ClientForm(seats, request.POST or None)
    made = _make(form, seats) if form.is_bound and form.is_valid() else None
    return _show(request, form, seats, made)


@page(Permission.MANAGE_CLIENTS)
def client_renew(request: HttpRequest, public_id: str) -> HttpResponse:
    """POST: new words, shown this once; those before open nothing any more."""
    if public_id not in {client.public_id for client in list_clients()}:
        raise Http404
    if request.method != "POST":
        return redirect("clients")
    try:
        made = renew_client(public_id, RENEWED_FOR)
    except ClientError as error:
        messages.error(request, str(error))
        return redirect("clients")
    seats = list_possible_owners()
    return _show(request, ClientForm(seats), seats, made)


def _show(
    request: HttpRequest, form: ClientForm, seats: list[Membership], made: tuple[ApiClient, str] | None
) -> HttpResponse:
    names = {seat.user_id: seat.user.name for seat in seats}
    context = {
        "form": ClientForm(seats) if made else form,
        "made": made,
        "clients": [
            (client, names.get(client.owner_id), names.get(client.made_by_id or 0))
            for client in list_clients()
        ],
    }
    status = BAD_REQUEST if form.is_bound and made is None else None
    return render(request, "clients/clients.html", context, status=status)


@page(Permission.MANAGE_CLIENTS)
def client_end(request: HttpRequest, public_id: str) -> HttpResponse:
    """POST: nothing opens for it any more."""
    if public_id not in {client.public_id for client in list_clients()}:
        raise Http404
    if request.method == "POST":
        end_client(public_id)
        messages.success(request, _("It is ended: nothing opens for it from its next call on."))
    return redirect("clients")


def _make(form: ClientForm, seats: list[Membership]) -> tuple[ApiClient, str] | None:
    given = form.cleaned_data
    owner = next(seat.user for seat in seats if seat.public_id == given["owner"])
    try:
        return make_client(
            given["name"], owner, form.chosen_scopes, ApiCredential.Kind(given["kind"]), given["days"]
        )
    except ClientError as error:
        form.add_error(None, str(error))
        return None
