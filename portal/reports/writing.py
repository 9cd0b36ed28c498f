"""Writing a report with its reader's own rights, and taking back what may no longer be read."""

from collections import Counter
from collections.abc import Callable, Collection
from datetime import datetime
from hashlib import sha256
from io import BytesIO

from django.utils import timezone, translation

from partners.access.doors import list_partnerships, list_shared_categories
from partners.access.reach import digest_of_rights
from partners.agreements.models import Grant, Partnership
from partners.audit.services import note_read, record
from partners.jobs.services import announce, emit
from partners.organisations.login import Seat, list_seats
from partners.organisations.roles import Permission, can
from partners.tenancy.actors import Via, worker
from partners.tenancy.context import acting_as, current_actor, current_organisation_id
from portal.reports.document import write_review
from portal.reports.models import Basis, Report, ReportFile
from portal.reports.review import Reader, gather_review

Done = Callable[[], None]
MOST_DRAFTS = 3
State = Report.State


Sight = list[tuple[int, int, str, list[int]]]


class SightChanged(Exception):  # noqa: N818  (a state of affairs, not an error)
    """What the draft rests on is no longer as it was: it is thrown away."""


class SightWithdrawn(SightChanged):
    """Somebody took back what it rests on."""


def write_report(report_id: int, organisation_id: int, done: Done = lambda: None) -> None:
    """Write a queued report as its reader, with the rights that the reader has now.

    Nothing is written for who has left or may not see accounts. A draft under which sight changed is thrown away: it is
    written anew, or withdrawn where a distributor took back what it rests on. `done` is called in the transaction that
    ends it.
    """
    with acting_as(worker(organisation_id)):
        report = Report.objects.get(pk=report_id)
    if report.state != State.QUEUED:
        _finish(organisation_id, done)
        return
    for _ in range(MOST_DRAFTS):
        seat = live_seat(report)
        if seat is None:
            _close(report, State.WITHHELD, done)
            return
        try:
            with timezone.override(seat.time_zone), translation.override(report.language):
                _write(report, seat, done)
        except SightWithdrawn:
            _close(report, State.WITHDRAWN, done)
        except SightChanged:
            continue
        return
    _close(report, State.WITHHELD, done)


def withdraw_reports(organisation_id: int, done: Done = lambda: None) -> None:
    """Erase the files of reports that rest on sight which was taken away. Their readers are told 'withdrawn'."""
    with acting_as(worker(organisation_id)):
        # A worker sees a file only once its reader no longer does; of several at once, one takes each report.
        stale = Report.objects.filter(pk__in=ReportFile.objects.values("report_id"), state=State.READY)
        taken = list(stale.order_by("pk").select_for_update(of=("self",)))
        ReportFile.objects.filter(report__in=taken).delete()
        Report.objects.filter(pk__in=[one.pk for one in taken]).update(state=State.WITHDRAWN)
        for report in taken:
            record("report.withdrawn", report.public_id)
        if taken:
            announce("report", organisation_id)
        done()


def erase_own_reports(organisation_id: int) -> Counter[str]:
    """Destroy the acting eraser's organisation's own documents: any of them may tell of what is being destroyed."""
    files = ReportFile.objects.filter(organisation_id=organisation_id)
    written = list(files.values_list("report_id", flat=True))
    gone = Counter({"reports_reportfile": files.filter(report_id__in=written).delete()[0]})
    Report.objects.filter(pk__in=written).update(state=State.WITHDRAWN)
    for public_id in Report.objects.filter(pk__in=written).values_list("public_id", flat=True):
        record("report.withdrawn", public_id)
    return gone


def give_up_report(report_id: int) -> None:
    """Writing failed each time: its reader is told so."""
    Report.objects.filter(pk=report_id, state=State.QUEUED).update(state=State.FAILED, mail=Report.Mail.NONE)
    announce("report", current_organisation_id())


def note_download(report: Report) -> None:
    """In the organisation's record, and in the access log of each organisation whose data is in it."""
    record("report.downloaded", report.public_id)
    tell_owners(report, "report_file")


def tell_owners(report: Report, what: str) -> None:
    """Note in the access log of each organisation whose data is in the report that it was read or mailed."""
    for basis in Basis.objects.filter(report=report):
        note_read(
            current_actor().by_way_of(Via.REPORT),
            owner_id=basis.distributor_id,
            partnership_id=basis.partnership_id,
            what=what,
            rows=1,
            subject=report.public_id,
        )


def _write(report: Report, seat: Seat, done: Done) -> None:
    reader = seat.actor(report.reader_user_id).by_way_of(Via.REPORT)
    with acting_as(reader):
        partnerships = _partnerships(report)
        before, rights = _sight(partnerships), digest_of_rights()
        written_at = timezone.now()
        who = Reader(report.reader_name, seat.organisation_name, report.public_id)
        review = gather_review(who, partnerships, written_at)
    draft = BytesIO()
    pages = write_review(review, draft)
    if live_seat(report) != seat:
        raise SightChanged
    with acting_as(reader):
        # Asked before the comparison: what is taken away after it is in the bases, and closes the document.
        bases = _bases(report, partnerships)
        now = _sight(_partnerships(report))
        if now != before or digest_of_rights() != rights:
            raise SightWithdrawn if _has_lost(before, now) else SightChanged
        _store(report, bases, draft.getvalue(), pages, rights, written_at)
        done()


def _store(
    report: Report,
    bases: Collection[Basis],
    content: bytes,
    pages: int,
    rights: str,
    written_at: datetime,
) -> None:
    kept = Report.objects.filter(pk=report.pk, state=State.QUEUED).update(
        state=State.READY,
        written_at=written_at,
        pages=pages,
        size=len(content),
        sha256=sha256(content).hexdigest(),
        rights=rights,
    )
    if not kept:
        return
    Basis.objects.bulk_create(bases)
    # Should sight have gone since the comparison, the file's wall refuses it, and the task's next try writes it anew.
    ReportFile.objects.create(report=report, reader_user_id=report.reader_user_id, content=content)
    emit("report.ready", report_id=report.pk)
    if report.mail == Report.Mail.WAITING:
        emit("report.mail_wanted", report_id=report.pk)
    announce("report", current_organisation_id())


def _bases(report: Report, partnerships: Collection[Partnership]) -> list[Basis]:
    """What of others the reader sees a part of, with the epoch that was read and the grants of this moment."""
    own, shared, grants = (
        current_organisation_id(),
        list_shared_categories(partnerships),
        _grants(partnerships),
    )
    return [
        Basis(
            report=report,
            partnership_id=one.pk,
            distributor_id=one.distributor_id,
            epoch=one.epoch,
            grants=grants[one.pk],
        )
        for one in partnerships
        if one.distributor_id != own and shared[one.pk]
    ]


def _partnerships(report: Report) -> list[Partnership]:
    found = list_partnerships()
    if report.partnership_id is None:
        return found
    return [one for one in found if one.pk == report.partnership_id]


def _has_lost(before: Sight, now: Sight) -> bool:
    """Whether a grant ended since, or a partnership stopped counting."""
    left = {key: (state, set(grants)) for key, _, state, grants in now}
    return any(
        key not in left or left[key][0] != state or not left[key][1].issuperset(grants)
        for key, _, state, grants in before
    )


def _sight(partnerships: Collection[Partnership]) -> Sight:
    grants = _grants(partnerships)
    return sorted((one.pk, one.epoch, one.state, grants[one.pk]) for one in partnerships)


def _grants(partnerships: Collection[Partnership]) -> dict[int, list[int]]:
    """The grants in force, by partnership."""
    found: dict[int, list[int]] = {one.pk: [] for one in partnerships}
    live = Grant.objects.filter(partnership__in=found, revoked_at=None).order_by("pk")
    for partnership_id, grant_id in live.values_list("partnership_id", "pk"):
        found[partnership_id].append(grant_id)
    return found


def live_seat(report: Report) -> Seat | None:
    """The reader's seat as it is now; None for who has left it, or may not see accounts any more."""
    seats = list_seats(report.reader_user_id)
    meant = (report.reader_id, report.organisation_id)
    seat = next((one for one in seats if (one.membership_id, one.organisation_id) == meant), None)
    if seat is None:
        return None
    with acting_as(seat.actor(report.reader_user_id)):
        return seat if can(Permission.VIEW_ACCOUNTS) else None


def _close(report: Report, state: Report.State, done: Done) -> None:
    """It ends without a document: withheld, or withdrawn."""
    with acting_as(worker(report.organisation_id)):
        queued = Report.objects.filter(pk=report.pk, state=State.QUEUED)
        if queued.update(state=state, mail=Report.Mail.NONE):
            record(f"report.{state.value}", report.public_id)
            announce("report", report.organisation_id)
        done()


def _finish(organisation_id: int, done: Done) -> None:
    with acting_as(worker(organisation_id)):
        done()
