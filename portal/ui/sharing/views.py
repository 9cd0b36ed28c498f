"""The agreement of one partnership: what is shared, what would be, who read it, what came back, how it came to be."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from analytics.runs.selectors import get_overview
from partners.access.doors import get_partnership, list_terms
from partners.accounts.services import renew_pseudonyms
from partners.agreements.models import Category, Grant, Partnership, Proposal
from partners.agreements.selectors import (
    find_grant,
    find_proposal,
    list_events,
    list_live_grants,
    list_open_proposals,
)
from partners.agreements.services import (
    AgreementError,
    answer_proposal,
    change_sharing,
    end_partnership,
    offer_of,
    propose,
    resume_partnership,
    suspend_partnership,
    withdraw_history,
    withdraw_proposal,
)
from partners.agreements.terms import Offer, covered_by, terms_of
from partners.audit.selectors import list_days_of_reading
from partners.catalogue.models import ProductFamily
from partners.catalogue.selectors import list_families
from partners.engagement.selectors import list_of_accounts
from partners.organisations.models import User
from partners.organisations.roles import Permission, can
from portal.telling.agreement import name_families, say, say_terms
from portal.telling.exchange import tell_exchange
from portal.telling.sharing import month_began
from portal.ui.pages import page
from portal.ui.parameters import read_parameters
from portal.ui.session.seats import is_maker
from portal.ui.sharing.coverage import draw_coverage
from portal.ui.sharing.forms import KEEP, OfferForm, ProposalForm, StopForm, initial_of
from portal.ui.sharing.preview import preview_change

BAD_REQUEST = 400
SHOWN_DAYS, ALL_DAYS = 8, 500
CHOSEN, GIVEN = ("categories", "families", "purposes"), ("granularity", "first_month", "last_month")
STEPS: dict[str, Callable[[Partnership], object]] = {
    "suspend": suspend_partnership,
    "resume": resume_partnership,
    "renew": renew_pseudonyms,
    "end": end_partnership,
}
DONE = {
    "suspend": gettext_lazy("Suspended: they see nothing from now on, and files go on coming in."),
    "resume": gettext_lazy("Resumed: what you grant is seen again."),
    "renew": gettext_lazy("Drawn anew: what they keep of the old pseudonyms leads nowhere."),
    "end": gettext_lazy("Ended: they see nothing any more, and nothing can revive it."),
}


@dataclass(frozen=True)
class Asked:
    """An open proposal in sentences."""

    proposal: Proposal
    sentences: list[str]
    is_ours: bool


@page(Permission.VIEW_PARTNERSHIPS, mirrored=True)
def sharing(request: HttpRequest, public_id: str) -> HttpResponse:
    """The agreement as it stands, for both sides; each sees its own part."""
    partnership = _between_two(public_id)
    names = _names(_families(partnership))
    maker = is_maker(request)
    terms = list_terms([partnership])[partnership.pk]
    context = {
        "partnership": partnership,
        "is_maker": maker,
        "terms": say_terms(terms, partnership.manufacturer.name, is_maker=maker),
        "strips": draw_coverage(partnership),
        "asked": [
            Asked(
                one, _say_offer(offer_of(one), partnership, names), one.by_id == _own_id(partnership, maker)
            )
            for one in list_open_proposals(partnership)
        ],
        "history": _history(partnership, names),
        "may_change": can(Permission.SHARE) and not maker and partnership.state in Partnership.LIVE,
        "may_share": can(Permission.SHARE) and not maker,
        "may_ask": can(Permission.PROPOSE_SHARING) and partnership.state in Partnership.LIVE,
    }
    if not maker:
        days = list_days_of_reading(partnership.pk, month_began(), ALL_DAYS)
        overview, follow_ups = get_overview([partnership]), list_of_accounts([partnership])
        context |= {"days": days[:SHOWN_DAYS], "exchange": tell_exchange(days, overview, follow_ups)}
    return render(request, "sharing/sharing.html", context)


@page(Permission.VIEW_PARTNERSHIPS)
def sharing_readings(request: HttpRequest, public_id: str) -> HttpResponse:
    """The owner's access log of this month, whole."""
    partnership = _own(request, public_id)
    days = list_days_of_reading(partnership.pk, month_began(), ALL_DAYS)
    return render(
        request, "sharing/readings.html", {"partnership": partnership, "days": days, "most": ALL_DAYS}
    )


@page(Permission.SHARE)
def sharing_change(request: HttpRequest, public_id: str) -> HttpResponse:
    """The form: for something new, for a grant that is to be narrowed or widened, or for what was asked."""
    partnership = _own(request, public_id)
    given = read_parameters(request, {"grant": None, "proposal": None})
    families = _families(partnership)
    form = OfferForm(families, initial=_initial(partnership, given, families))
    return render(request, "sharing/change.html", {"partnership": partnership, "form": form, "given": given})


@page(Permission.SHARE)
def sharing_preview(request: HttpRequest, public_id: str) -> HttpResponse:
    """What they would see, before it is granted; nothing is changed by looking."""
    partnership = _own(request, public_id)
    read_parameters(request, dict.fromkeys((*GIVEN, "grant", "proposal")), many=CHOSEN)
    families = _families(partnership)
    form = OfferForm(families, request.GET)
    given = {name: request.GET.get(name, "") for name in ("grant", "proposal")}
    context = {"partnership": partnership, "form": form, "given": given}
    if not form.is_valid():
        return render(request, "sharing/change.html", context, status=BAD_REQUEST)
    try:
        ends = _ends(partnership, given["grant"], form.offer)
        preview = preview_change(partnership, ends=ends, gives=form.offer)
    except AgreementError as error:
        form.add_error(None, str(error))
        return render(request, "sharing/change.html", context, status=BAD_REQUEST)
    names = _names(families)
    context |= {
        "preview": preview,
        "sentences": _say_offer(
            form.offer, partnership, names, named=Category.IDENTITY in preview.then.shared
        ),
        "replaced": [_say_grant(grant, partnership, names) for grant in ends],
        "hidden": [
            (name, value) for name in (*CHOSEN, *GIVEN, *given) for value in request.GET.getlist(name)
        ],
    }
    return render(request, "sharing/preview.html", context)


@page(Permission.SHARE)
def sharing_grant(request: HttpRequest, public_id: str) -> HttpResponse:
    """POST: what was previewed is granted."""
    partnership = _own(request, public_id)
    if request.method != "POST":
        return redirect("sharing", public_id)
    form = OfferForm(_families(partnership), request.POST)
    given = {name: request.POST.get(name, "") for name in ("grant", "proposal")}
    if not form.is_valid():
        context = {"partnership": partnership, "form": form, "given": given}
        return render(request, "sharing/change.html", context, status=BAD_REQUEST)
    try:
        change_sharing(partnership, ends=_ends(partnership, given["grant"], form.offer), gives=form.offer)
    except AgreementError as error:
        messages.error(request, str(error))
        return redirect("sharing", public_id)
    proposal = find_proposal(partnership, given["proposal"]) if given["proposal"] else None
    if proposal is not None:
        answer_proposal(proposal, granted=True)
    messages.success(request, _("Granted: their next look shows it."))
    return redirect("sharing", public_id)


@page(Permission.SHARE)
def sharing_stop(request: HttpRequest, public_id: str, grant_id: str) -> HttpResponse:
    """End a grant: what goes with it, and what becomes of its history. POST does it."""
    partnership = _own(request, public_id)
    grant = find_grant(partnership, grant_id)
    if grant is None:
        raise Http404
    if grant.revoked_at is not None:
        if request.method == "POST":
            withdraw_history(grant)
            messages.success(request, _("Withdrawn: nothing of it is seen any more."))
        return redirect("sharing", public_id)
    ends = covered_by(grant, list_live_grants(partnership))
    form = StopForm(request.POST or None)
    if form.is_bound and form.is_valid():
        change_sharing(partnership, ends=ends, keep_history_until=form.keep_until)
        messages.success(
            request,
            _("Stopped: nothing that comes from now on is seen.")
            if form.cleaned_data["history"] == KEEP
            else _("Revoked: their next look shows nothing of it."),
        )
        return redirect("sharing", public_id)
    context = {
        "partnership": partnership,
        "grant": grant,
        "form": form,
        "sentence": _say_grant(grant, partnership, _names(_families(partnership))),
        "preview": preview_change(partnership, ends=ends),
    }
    return render(request, "sharing/stop.html", context, status=BAD_REQUEST if form.is_bound else None)


@page(Permission.SHARE)
def sharing_state(request: HttpRequest, public_id: str) -> HttpResponse:
    """POST: suspend the partnership, resume it, draw its pseudonyms anew, or end it for good."""
    partnership = _own(request, public_id)
    step = request.POST.get("step", "")
    if request.method == "POST" and step in STEPS:
        try:
            STEPS[step](partnership)
            messages.success(request, DONE[step])
        except AgreementError as error:
            messages.error(request, str(error))
    return redirect("sharing", public_id)


@page(Permission.PROPOSE_SHARING)
def sharing_propose(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask for more, with a reason: the maker's people, or the distributor's own."""
    partnership = _between_two(public_id)
    form = ProposalForm(_families(partnership), request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            propose(partnership, form.offer, form.cleaned_data["reason"])
            messages.success(request, _("Asked: who may share at the distributor finds it on this page."))
            return redirect("sharing", public_id)
        except AgreementError as error:
            form.add_error(None, str(error))
    context = {"partnership": partnership, "form": form, "is_maker": is_maker(request)}
    return render(request, "sharing/propose.html", context, status=BAD_REQUEST if form.is_bound else None)


@page(Permission.PROPOSE_SHARING)
def sharing_answer(request: HttpRequest, public_id: str, proposal_id: str) -> HttpResponse:
    """POST: decline what is asked, or take one's own question back."""
    partnership = _between_two(public_id)
    proposal = find_proposal(partnership, proposal_id)
    if proposal is None:
        raise Http404
    if request.method == "POST":
        if request.POST.get("step") == "withdraw":
            withdraw_proposal(proposal)
            messages.success(request, _("Taken back."))
        else:
            answer_proposal(proposal, granted=False, note=request.POST.get("note", ""))
            messages.success(request, _("Declined: they see your answer."))
    return redirect("sharing", public_id)


def _between_two(public_id: str) -> Partnership:
    """A partnership of two organisations: direct sales are shared with nobody."""
    partnership = get_partnership(public_id)
    if partnership.is_direct:
        raise Http404
    return partnership


def _own(request: HttpRequest, public_id: str) -> Partnership:
    """One whose data is one's own: for a maker it is not there."""
    partnership = _between_two(public_id)
    if is_maker(request):
        raise Http404
    return partnership


def _own_id(partnership: Partnership, maker: bool) -> int:
    return partnership.manufacturer_id if maker else partnership.distributor_id


def _families(partnership: Partnership) -> list[ProductFamily]:
    return list_families(partnership.manufacturer_id)


def _names(families: Sequence[ProductFamily]) -> dict[int, str]:
    return {family.pk: family.name for family in families}


def _initial(
    partnership: Partnership, given: dict[str, str], families: Sequence[ProductFamily]
) -> dict[str, object]:
    if "proposal" in given:
        proposal = find_proposal(partnership, given["proposal"])
        if proposal is None:
            raise Http404
        return initial_of(offer_of(proposal), families)
    if "grant" in given:
        grant = find_grant(partnership, given["grant"])
        if grant is None:
            raise Http404
        return initial_of(_offer_in(grant), families)
    return {}


def _offer_in(grant: Grant) -> Offer:
    terms = terms_of(grant)
    families = () if terms.family_id is None else (terms.family_id,)
    return Offer(
        (terms.category,), families, terms.from_month, terms.to_month, terms.granularity, terms.purposes
    )


def _ends(partnership: Partnership, grant_id: str, offer: Offer) -> list[Grant]:
    """What the new terms replace: the grant that is changed, unless they say all that it says.

    One that somebody took back meanwhile is not given again by changing it: `AgreementError`.
    """
    grant = find_grant(partnership, grant_id) if grant_id else None
    if grant is None:
        return []
    if grant.revoked_at is not None:
        raise AgreementError(_("What you change was stopped meanwhile. Nothing is granted: share it anew."))
    ends = covered_by(grant, list_live_grants(partnership))
    return [one for one in ends if not any(terms.covers(terms_of(one)) for terms in offer.each())]


def _say_offer(
    offer: Offer, partnership: Partnership, names: dict[int, str], *, named: bool = False
) -> list[str]:
    """One sentence a category; `named`: customers' names are shared beside it, if not by the offer itself."""
    families = name_families(names.get(key, "") for key in offer.family_ids)
    named = named or Category.IDENTITY in offer.categories
    by_category = {terms.category: terms for terms in offer.each()}
    return [
        say(by_category[category], families, partnership.manufacturer.name, names=named)
        for category in offer.categories
    ]


def _say_grant(grant: Grant, partnership: Partnership, names: dict[int, str]) -> str:
    return _say_offer(_offer_in(grant), partnership, names)[0]


def _history(partnership: Partnership, names: dict[int, str]) -> list[dict[str, object]]:
    """The events in words; a person is named to their own side alone."""
    events = list_events(partnership)
    people = dict(
        User.objects.filter(pk__in={event.by_user_id for event in events if event.by_user_id}).values_list(
            "pk", "name"
        )
    )
    sides = {
        partnership.manufacturer_id: partnership.manufacturer.name,
        partnership.distributor_id: partnership.distributor.name,
    }
    return [
        {
            "event": event,
            "who": people.get(event.by_user_id or 0) or sides.get(event.by_id, ""),
            "sentences": _say_offer(_offer_in(event.grant), partnership, names)
            if event.grant
            else _say_offer(offer_of(event.proposal), partnership, names)
            if event.proposal
            else [],
        }
        for event in events
    ]
