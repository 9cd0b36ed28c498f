"""Opening an invitation, before anybody is known: one page for all, and one answer for those that lead nowhere."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from partners.access.doors import NotFound
from partners.access.invitations import Invited, find_invited, found_and_take, take_seat
from partners.organisations.services import PeopleError
from portal.ui.arrival.forms import FoundingForm, SeatForm

BAD_REQUEST, NOT_FOUND = 400, 404


@sensitive_post_parameters("password", "again")
@never_cache
def invitation(request: HttpRequest, words: str) -> HttpResponse:
    """Take the seat that is offered; it leads to the login."""
    try:
        invited = find_invited(words)
        form = _form(request, invited)
        if form.is_bound and form.is_valid() and _take(words, form):
            messages.success(request, _("You are in: log in with this address and your password."))
            return redirect("login")
    except NotFound:  # also for who comes second with a link that works once
        return render(request, "arrival/nowhere.html", status=NOT_FOUND)
    status = BAD_REQUEST if form.is_bound else None
    return render(request, "arrival/arrival.html", {"invited": invited, "form": form}, status=status)


def _form(request: HttpRequest, invited: Invited) -> SeatForm:
    data = request.POST if request.method == "POST" else None
    if invited.founds is None:
        return SeatForm(data, initial={"person": invited.name})
    return FoundingForm(data, initial={"name": invited.name})


def _take(words: str, form: SeatForm) -> bool:
    try:
        if isinstance(form, FoundingForm):
            found_and_take(words, form.newcomer, form.particulars)
        else:
            take_seat(words, form.newcomer)
    except PeopleError as error:
        form.tell(error)
        return False
    return True
