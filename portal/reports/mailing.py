"""The letter that says a report is there. It holds a link and nothing of the report: a mail cannot be called back."""

from collections.abc import Callable

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from partners.audit.services import record
from partners.jobs.services import announce, emit
from partners.organisations.models import User
from partners.tenancy.actors import worker
from partners.tenancy.context import acting_as, current_organisation_id
from portal.mail import deliver, letter
from portal.reports.models import Report
from portal.reports.selectors import archived, get_own
from portal.reports.writing import live_seat, tell_owners

Mail = Report.Mail


def letter_for(report_id: int, organisation_id: int) -> EmailMessage | None:
    """The letter as it may go out at this moment; None where its reader could not open the report any more."""
    with acting_as(worker(organisation_id)):
        report = Report.objects.get(pk=report_id)
    seat = live_seat(report)
    if report.mail != Mail.WAITING or report.state != Report.State.READY or seat is None:
        return None
    with acting_as(seat.actor(report.reader_user_id)), translation.override(report.language):
        if not archived([report])[0].is_readable:
            return None
        return _letter(report, User.objects.get(pk=report.reader_user_id).email)


def send(message: EmailMessage) -> Mail:
    """Hand a letter to the mail server: SENT, or REFUSED where it will never take it.

    Raises
    ------
    OSError, smtplib.SMTPException
        Where it may take it later.
    """
    return Mail.SENT if deliver(message) else Mail.REFUSED


def note_mail(report_id: int, organisation_id: int, outcome: Mail, done: Callable[[], None]) -> None:
    """Remember how the letter went."""
    with acting_as(worker(organisation_id)):
        report = Report.objects.get(pk=report_id)
        sent_at = timezone.now() if outcome == Mail.SENT else None
        waited = Report.objects.filter(pk=report_id, mail=Mail.WAITING)
        if waited.update(mail=outcome, mailed_at=sent_at):
            record(f"report.mail_{outcome.value}", report.public_id)
            if outcome == Mail.SENT:
                tell_owners(report, "report_mail")
            announce("report", organisation_id)
        done()


def give_up_mail(report_id: int) -> None:
    """The mail server could not be had each time: the report waits in the portal, which says so."""
    Report.objects.filter(pk=report_id, mail=Mail.WAITING).update(mail=Mail.FAILED)
    announce("report", current_organisation_id())


def mail_again(public_id: str) -> None:
    """The reader wants the letter of a report that is there."""
    report = get_own(public_id)
    idle = Report.objects.filter(pk=report.pk, state=Report.State.READY).exclude(mail=Mail.WAITING)
    if idle.update(mail=Mail.WAITING):  # of two clicks at once the first
        emit("report.mail_wanted", report_id=report.pk)
        record("report.mail_asked", public_id)


def _letter(report: Report, address: str) -> EmailMessage:
    link = settings.PUBLIC_URL + reverse("report", args=[report.public_id])
    body = gettext(
        "Your account review is ready. It was written with your own rights, and is read in the portal:\n\n"
        "%(link)s\n\nThis message holds nothing of it, so that nothing has to be called back."
    ) % {"link": link}
    return letter(address, gettext("Your account review is ready"), body, number=report.public_id)
