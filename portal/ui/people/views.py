"""The people of an organisation: who is here, who is invited, what each does and holds, and who leaves."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from partners.access.doors import NotFound
from partners.access.invitations import (
    get_invitation,
    invite_person,
    offer,
    open_invitations,
    take_back,
    want_letter,
    withhold,
)
from partners.access.models import Invitation
from partners.access.reach import give_reach, held_by_people, take_reach
from partners.engagement.selectors import list_history
from partners.organisations.models import Membership
from partners.organisations.roles import Permission
from partners.organisations.selectors import NOBODYS_ADDRESS, present_seats
from partners.organisations.services import PeopleError
from partners.tenancy.actors import Reach
from portal.people.holdings import find_thing, held_ids, holding_of
from portal.people.leaving import (
    Belongings,
    belongings_of,
    change_place,
    get_seat,
    hand_over,
    leave,
    list_left,
    list_successors,
)
from portal.ui.pages import page
from portal.ui.parameters import read_parameters
from portal.ui.people.forms import InvitationForm, PlaceForm, SuccessorForm
from portal.ui.session.seats import seat_of
from portal.ui.templatetags.people import told

BAD_REQUEST = 400


@page(Permission.MANAGE_PEOPLE)
def people(request: HttpRequest) -> HttpResponse:
    """Who is here, who is invited, what waits for another owner; and the form that invites."""
    form = InvitationForm(seat_of(request).kind, request.POST or None)
    if form.is_bound and form.is_valid():
        invitation = _invite(form)
        if invitation is not None:
            return _arrange(request, invitation)
    held = held_by_people()
    context = {
        "form": form,
        "seats": [
            (seat, len(held.get(Reach(seat.reach), {}).get(seat.user_id, ()))) for seat in present_seats()
        ],
        "invitations": open_invitations().filter(founds=""),
        "left": list_left(),
        "nobodys": NOBODYS_ADDRESS,
    }
    return render(request, "people/people.html", context, status=BAD_REQUEST if form.is_bound else None)


@page(Permission.MANAGE_PEOPLE)
def person(request: HttpRequest, public_id: str) -> HttpResponse:
    """One of them: role and reach, what they hold, what waits, and the end of the seat."""
    return _show(request, get_seat(public_id))


@page(Permission.MANAGE_PEOPLE)
def person_place(request: HttpRequest, public_id: str) -> HttpResponse:
    """POST: another role or reach."""
    seat = get_seat(public_id)
    if request.method != "POST":
        return redirect("person", public_id)
    form = PlaceForm(seat_of(request).kind, request.POST)
    heir = SuccessorForm(list_successors(seat), request.POST, auto_id="heir-%s")
    if not (form.is_valid() and heir.is_valid()):
        return _show(request, seat, place=form, heir=heir)
    try:
        moved = change_place(public_id, *form.place, heir.cleaned_data["successor"])
    except PeopleError as error:
        form.tell(error)
        return _show(request, seat, place=form, heir=heir)
    messages.success(request, _("Saved: it counts from their next click on.") + _moved(moved))
    return redirect("person", public_id)


@page(Permission.MANAGE_PEOPLE)
def person_held(request: HttpRequest, public_id: str) -> HttpResponse:
    """POST: give or take one partnership or account."""
    seat = get_seat(public_id)
    if request.method == "POST":
        try:
            _give_or_take(
                request,
                Reach(seat.reach),
                give=lambda thing: give_reach(seat.user, thing),
                take=lambda thing: take_reach(seat.user, thing),
            )
        except PeopleError as error:
            messages.error(request, str(error))
    return redirect("person", public_id)


@page(Permission.MANAGE_PEOPLE)
def person_end(request: HttpRequest, public_id: str) -> HttpResponse:
    """POST: the seat ends, at once; what was theirs goes to a successor, or waits."""
    seat = get_seat(public_id)
    if request.method != "POST":
        return redirect("person", public_id)
    heir = SuccessorForm(list_successors(seat), request.POST, auto_id="end-%s")
    if not heir.is_valid():
        return _show(request, seat, end=heir)
    try:
        moved = leave(public_id, heir.cleaned_data["successor"])
    except PeopleError as error:
        heir.tell(error)
        return _show(request, seat, end=heir)
    messages.success(
        request, _("%(name)s has no seat here any more.") % {"name": seat.user.name} + _moved(moved)
    )
    return redirect("people")


@page(Permission.MANAGE_PEOPLE)
def person_hand_over(request: HttpRequest, public_id: str) -> HttpResponse:
    """POST: what waits for another owner finds one."""
    seat = get_seat(public_id)
    if request.method != "POST":
        return redirect("person", public_id)
    heir = SuccessorForm(list_successors(seat), request.POST, required=True, auto_id="hand-over-%s")
    if not heir.is_valid():
        return _show(request, seat, hand_over=heir)
    moved = hand_over(public_id, heir.cleaned_data["successor"])
    if moved:
        messages.success(request, _moved(moved).strip())
    else:
        messages.error(request, _("Nothing of it can be theirs: their role or reach does not cover it."))
    return redirect("person", public_id)


@page(Permission.MANAGE_PEOPLE)
def invited(request: HttpRequest, public_id: str) -> HttpResponse:
    """An invitation that is open: what comes with the seat, and its letter."""
    invitation = get_invitation(public_id)
    text = read_parameters(request, {"text": None}).get("text", "").strip()
    reach = Reach(invitation.reach)
    context = {
        "invitation": invitation,
        "holding": None if reach is Reach.WHOLE else holding_of(reach, invitation.held, text),
    }
    return render(request, "people/invited.html", context)


@page(Permission.MANAGE_PEOPLE)
def invited_held(request: HttpRequest, public_id: str) -> HttpResponse:
    """POST: let one partnership or account come with the seat, or not after all."""
    invitation = get_invitation(public_id)
    if request.method == "POST":
        _give_or_take(
            request,
            Reach(invitation.reach),
            give=lambda thing: offer(invitation, thing),
            take=lambda thing: withhold(invitation, thing),
        )
    return redirect("invited", public_id)


@page(Permission.MANAGE_PEOPLE)
def invited_send(request: HttpRequest, public_id: str) -> HttpResponse:
    """POST: the letter once more, with a new link."""
    invitation = get_invitation(public_id)
    if request.method == "POST":
        want_letter(invitation)
        messages.success(request, _("The letter is on its way; its link is good for a week from now."))
    return redirect(_list_of(invitation))


@page(Permission.MANAGE_PEOPLE)
def invited_take_back(request: HttpRequest, public_id: str) -> HttpResponse:
    """POST: its link leads nowhere any more."""
    invitation = get_invitation(public_id)
    if request.method == "POST":
        take_back(invitation)
        messages.success(request, _("Taken back: its link leads nowhere any more."))
    return redirect(_list_of(invitation))


def _invite(form: InvitationForm) -> Invitation | None:
    try:
        return invite_person(form.cleaned_data["email"], form.cleaned_data["name"], *form.place)
    except PeopleError as error:
        form.tell(error)
        return None


def _arrange(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    want_letter(invitation)
    messages.success(request, _("The letter is on its way; its link is good for a week."))
    return (
        redirect("people")
        if invitation.reach == Reach.WHOLE.value
        else redirect("invited", invitation.public_id)
    )


def _list_of(invitation: Invitation) -> str:
    return "partner_new" if invitation.founds else "people"


def _give_or_take(
    request: HttpRequest, reach: Reach, *, give: Callable[[Any], None], take: Callable[[Any], None]
) -> None:
    for name, step in (("give", give), ("take", take)):
        if name in request.POST:
            step(find_thing(reach, request.POST[name]))
            return
    raise NotFound("nothing named")


def _show(request: HttpRequest, seat: Membership, **bound: PlaceForm | SuccessorForm) -> HttpResponse:
    text = read_parameters(request, {"text": None}).get("text", "").strip()
    reach, others = Reach(seat.reach), list_successors(seat)
    is_live = seat.ended_at is None
    left = next((one for one in list_left() if one.seat.user_id == seat.user_id), None)
    context = {
        "seat": seat,
        "place": bound.get("place")
        or PlaceForm(seat_of(request).kind, initial={"role": seat.role, "reach": seat.reach}),
        "heir": bound.get("heir") or SuccessorForm(others, auto_id="heir-%s"),
        "end": bound.get("end") or SuccessorForm(others, auto_id="end-%s"),
        "hand_over": bound.get("hand_over") or SuccessorForm(others, required=True, auto_id="hand-over-%s"),
        "holding": holding_of(reach, held_ids(seat), text) if is_live and reach is not Reach.WHOLE else None,
        "left": left,
        "theirs": belongings_of(seat),
        "history": list_history(seat.public_id),
    }
    return render(request, "people/person.html", context, status=BAD_REQUEST if bound else None)


def _moved(moved: Belongings) -> str:
    return f" {_('Handed over: %(what)s.') % {'what': told(moved)}}" if moved else ""
