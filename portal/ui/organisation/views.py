"""The organisation itself, and partners that it asks to come in."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from partners.access.invitations import invite_partner, open_invitations, want_letter
from partners.engagement.selectors import list_history
from partners.ledger.selectors import holds_amounts
from partners.organisations.models import Organisation
from partners.organisations.roles import Permission
from partners.organisations.services import PeopleError, change_organisation
from partners.tenancy.context import current_organisation_id
from portal.ui.organisation.forms import OrganisationForm
from portal.ui.pages import page
from portal.ui.people.forms import PartnerForm

BAD_REQUEST = 400


@page(Permission.MANAGE_PEOPLE)
def organisation(request: HttpRequest) -> HttpResponse:
    """What it says of itself, and how that changed."""
    own = Organisation.objects.get(pk=current_organisation_id())
    may_change_currency = not holds_amounts()
    form = OrganisationForm(own, may_change_currency=may_change_currency, data=request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            change_organisation(form.particulars, may_change_currency=may_change_currency)
        except PeopleError as error:
            form.tell(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("organisation")
    context = {
        "organisation": Organisation.objects.get(pk=own.pk) if form.is_bound else own,
        "form": form,
        "history": list_history(own.public_id),
    }
    status = BAD_REQUEST if form.is_bound else None
    return render(request, "organisation/organisation.html", context, status=status)


@page(Permission.MANAGE_PARTNERSHIPS)
def partner_new(request: HttpRequest) -> HttpResponse:
    """Ask somebody to found the partner's organisation that is not here yet; who is asked already."""
    form = PartnerForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            want_letter(invite_partner(form.cleaned_data["email"], form.cleaned_data["name"]))
        except PeopleError as error:
            form.tell(error)
        else:
            messages.success(request, _("The letter is on its way; its link is good for a week."))
            return redirect("partner_new")
    context = {"form": form, "invitations": open_invitations().exclude(founds="")}
    status = BAD_REQUEST if form.is_bound else None
    return render(request, "organisation/partner_new.html", context, status=status)
