"""Reports: the archive of one's own, one to be written now, and the schedules of the organisation."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from partners.access.doors import list_partnerships
from partners.organisations.roles import Permission, can
from portal.reports.mailing import mail_again
from portal.reports.schedules import (
    ReportError,
    ask_for_review,
    colleagues,
    end_schedule,
    schedule_review,
    take_over_schedule,
)
from portal.reports.selectors import (
    Withdrawn,
    get_archived,
    get_own,
    get_schedule,
    list_archive,
    list_schedules,
    next_of_mine,
    read_file,
)
from portal.reports.writing import note_download
from portal.ui.pages import page
from portal.ui.reports.forms import ReviewForm, ScheduleForm

BAD_REQUEST, GONE = 400, 410


@page(Permission.VIEW_ACCOUNTS)
def reports(request: HttpRequest) -> HttpResponse:
    """One's own reports, the newest first, and what comes when."""
    return _show(request)


@page(Permission.VIEW_ACCOUNTS)
def report_new(request: HttpRequest) -> HttpResponse:
    """POST: have one written now, for oneself."""
    if request.method != "POST":
        return redirect("reports")
    form = ReviewForm(list_partnerships(), request.POST)
    if not form.is_valid():
        return _show(request, review=form)
    report = ask_for_review(form.cleaned_data["language"], form.chosen)
    return redirect("report", report.public_id)


@page(Permission.SCHEDULE_REPORTS)
def schedule_new(request: HttpRequest) -> HttpResponse:
    """POST: have one written each week, for these people."""
    if request.method != "POST":
        return redirect("reports")
    form = ScheduleForm(colleagues(), list_partnerships(), request.POST, auto_id="schedule-%s")
    if not form.is_valid():
        return _show(request, schedule=form)
    try:
        given = form.cleaned_data
        schedule_review(form.timing, given["readers"], given["language"], form.chosen)
    except ReportError as error:
        form.add_error(None, str(error))
        return _show(request, schedule=form)
    messages.success(request, _("It comes each week from now on; each reader gets their own."))
    return redirect("reports")


@page(Permission.SCHEDULE_REPORTS)
def schedule_end(request: HttpRequest, public_id: str) -> HttpResponse:
    """POST: no report of it any more."""
    get_schedule(public_id)
    if request.method == "POST":
        end_schedule(public_id)
    return redirect("reports")


@page(Permission.SCHEDULE_REPORTS)
def schedule_take_over(request: HttpRequest, public_id: str) -> HttpResponse:
    """POST: one whose owner has left goes on in one's own name."""
    get_schedule(public_id)
    if request.method == "POST":
        try:
            take_over_schedule(public_id)
        except ReportError as error:
            messages.error(request, str(error))
    return redirect("reports")


@page(Permission.VIEW_ACCOUNTS)
def report(request: HttpRequest, public_id: str) -> HttpResponse:
    """One report: how far it is, what proves it, who downloaded it."""
    archived, history = get_archived(public_id)
    return render(request, "reports/report.html", {"archived": archived, "history": history})


@page(Permission.VIEW_ACCOUNTS)
def report_file(request: HttpRequest, public_id: str) -> HttpResponse:
    """The document; 410 where it may no longer be read."""
    try:
        found, content = read_file(public_id)
    except Withdrawn:
        return render(request, "410.html", status=GONE)
    note_download(found)
    response = HttpResponse(content, content_type="application/pdf")
    written_on = timezone.localdate(found.written_at)
    name = f"account-review-{written_on}.pdf"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@page(Permission.VIEW_ACCOUNTS)
def report_mail(request: HttpRequest, public_id: str) -> HttpResponse:
    """POST: tell me again that it is there."""
    get_own(public_id)
    if request.method == "POST":
        mail_again(public_id)
    return redirect("report", public_id)


def _show(
    request: HttpRequest, *, review: ReviewForm | None = None, schedule: ScheduleForm | None = None
) -> HttpResponse:
    partnerships, may_schedule = list_partnerships(), can(Permission.SCHEDULE_REPORTS)
    language = (get_language() or "en").split("-")[0]
    initial = {"language": language}
    context: dict[str, Any] = {
        "archive": list_archive(),
        "comes_at": next_of_mine(),
        "review": review or ReviewForm(partnerships, initial=initial),
        "may_schedule": may_schedule,
    }
    if may_schedule:
        context["schedules"] = list_schedules()
        context["schedule_form"] = schedule or ScheduleForm(
            colleagues(), partnerships, initial=initial, auto_id="schedule-%s"
        )
    status = BAD_REQUEST if review or schedule else None
    return render(request, "reports/reports.html", context, status=status)
