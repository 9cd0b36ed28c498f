"""Files: sending one, watching it, saying which column is what, and deciding."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from integrations.ingestion.models import Submission
from integrations.ingestion.selectors import (
    SubmissionPicture,
    get_progress,
    get_submission,
    list_submissions,
)
from integrations.ingestion.services import (
    SubmissionError,
    choose_sheet,
    confirm_submission,
    discard_submission,
    receive_file,
    remap_submission,
    undo_submission,
)
from partners.access.doors import list_partnerships
from partners.agreements.models import Partnership
from partners.organisations.roles import Permission
from partners.tenancy.context import current_organisation_id
from portal.telling.quality import quality_of
from portal.ui.pages import page
from portal.ui.submissions.forms import MappingForm, UploadForm
from portal.ui.submissions.found import MOVING, fault_groups, mapped_columns, read_examination, totals

PIECE = 1 << 20
BAD_REQUEST = 400


@page(Permission.VIEW_SUBMISSIONS, mirrored=True)
def submissions(request: HttpRequest) -> HttpResponse:
    """The newest files: one's own with all that was found, a partner's as far as it shares that they came."""
    partnerships = list_partnerships()
    context = {
        "submissions": list_submissions(partnerships),
        "has_partnership": len(partnerships) > 1,
        "may_send": bool(_own(partnerships)),
    }
    return render(request, "submissions/submissions.html", context)


@page(Permission.SUBMIT)
def submission_new(request: HttpRequest) -> HttpResponse:
    """Send a file: it is kept as it streams in, whatever its size."""
    partnerships = _own(list_partnerships())
    form = UploadForm(partnerships, request.POST or None, request.FILES or None)
    if form.is_valid() and (received := _receive(form, partnerships)):
        return redirect("submission", received.public_id)
    status = BAD_REQUEST if form.is_bound else None
    return render(
        request, "submissions/new.html", {"form": form, "partnerships": partnerships}, status=status
    )


def _receive(form: UploadForm, partnerships: list[Partnership]) -> Submission | None:
    """The file as it was kept; None, and an error in the form, where the partnership takes none."""
    file = form.cleaned_data["file"]
    chosen = {partnership.public_id: partnership for partnership in partnerships}
    try:
        return receive_file(
            chosen[form.cleaned_data["partnership"]],
            file.name,
            file.chunks(PIECE),
            source=Submission.Source.UPLOAD,
            all_or_nothing=form.all_or_nothing,
            restates=form.cleaned_data["restates"],
            feed=form.cleaned_data["feed"],
        )
    except SubmissionError as error:
        form.add_error("partnership", str(error))
        return None


@page(Permission.VIEW_SUBMISSIONS)
def submission(request: HttpRequest, public_id: str) -> HttpResponse:
    """One file: how far it is, what was found in it, and what may be done with it now."""
    return _show(request, get_submission(public_id))


def _show(request: HttpRequest, picture: SubmissionPicture, form: MappingForm | None = None) -> HttpResponse:
    examination = read_examination(picture.detail.examination)
    mapping = form or (MappingForm(examination) if examination else None)
    context: dict[str, Any] = {
        "picture": picture,
        "submission": picture.submission,
        "detail": picture.detail,
        "is_moving": picture.submission.state in MOVING,
        "totals": totals(picture.detail.totals),
        "quality": quality_of(picture.detail.totals),
        "examination": examination,
        "form": mapping,
        "columns": mapped_columns(examination, mapping) if examination and mapping else [],
        "faults": fault_groups(picture),
    }
    status = BAD_REQUEST if form else None
    return render(request, "submissions/submission.html", context, status=status)


@page(Permission.VIEW_SUBMISSIONS)
def submission_progress(request: HttpRequest, public_id: str) -> HttpResponse:
    """The moving part of the page, asked every second; when nothing moves any more the page loads anew."""
    detail = get_progress(public_id)
    context = {"detail": detail, "submission": detail.submission}
    response = render(request, "submissions/_progress.html", context)
    if detail.submission.state not in MOVING:
        response["HX-Refresh"] = "true"
    return response


@page(Permission.SUBMIT)
def submission_mapping(request: HttpRequest, public_id: str) -> HttpResponse:
    """POST: check the file again with these fields, or with another sheet."""
    picture = get_submission(public_id)
    examination = read_examination(picture.detail.examination)
    if request.method != "POST" or examination is None:
        return redirect("submission", public_id)
    form = MappingForm(examination, request.POST)
    if form.is_valid() and form.other_sheet:
        return _act(request, picture, lambda found: choose_sheet(found, form.other_sheet))
    if not form.is_valid():
        return _show(request, picture, form)
    return _act(request, picture, lambda found: remap_submission(found, form.choices))


@page(Permission.SUBMIT)
def submission_commit(request: HttpRequest, public_id: str) -> HttpResponse:
    """POST: record what was checked, once each question is answered."""
    picture = get_submission(public_id)
    answered = {str(number) for number in range(len(picture.detail.asked))}
    if request.method == "POST" and answered - set(request.POST.getlist("confirmed")):
        messages.error(request, _("Confirm each question first, or correct the columns."))
        return redirect("submission", public_id)
    return _act(request, picture, confirm_submission)


@page(Permission.SUBMIT)
def submission_discard(request: HttpRequest, public_id: str) -> HttpResponse:
    """POST: do not record it."""
    return _act(request, get_submission(public_id), discard_submission)


@page(Permission.SUBMIT)
def submission_undo(request: HttpRequest, public_id: str) -> HttpResponse:
    """POST: take what it recorded out of the present."""
    return _act(request, get_submission(public_id), undo_submission)


def _act(
    request: HttpRequest, picture: SubmissionPicture, service: Callable[[Submission], object]
) -> HttpResponse:
    """Run a service on POST; either way back to the page, which tells how it went."""
    if request.method == "POST":
        try:
            service(picture.submission)
        except SubmissionError as error:
            messages.error(request, str(error))
    return redirect("submission", picture.submission.public_id)


def _own(partnerships: list[Partnership]) -> list[Partnership]:
    """The partnerships whose sales the acting organisation reports."""
    return [one for one in partnerships if one.distributor_id == current_organisation_id()]
