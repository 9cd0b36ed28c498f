"""The way of a file: received, checked, committed or refused, and undone. Pages, commands and tasks call these.

A check reads the whole file against the ledger and writes nothing to it; a person sees the totals; the commit sets
what was read against the ledger as it is then, and records it in one transaction, under the partnership's lock. Both
may run anywhere and any number of times.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import PurePath
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from integrations.ingestion.checked import forget_checked
from integrations.ingestion.copies import find_recorded, keep_as_copy, name_overlaps
from integrations.ingestion.files import keep_file, open_file
from integrations.ingestion.keeping import keep_faulty_rows
from integrations.ingestion.models import FeedMapping, Submission, SubmissionCheck
from integrations.ingestion.quality import TIMELY, Counted, score
from integrations.ingestion.questions import list_questions
from integrations.ingestion.reading import Examination, FileRefused, examine
from integrations.ingestion.reading.faults import Coded
from integrations.ingestion.reading.sniffing import LONGEST_SHEET
from integrations.ingestion.reasons import Stop, to_say
from integrations.ingestion.recording import RECORDERS
from integrations.ingestion.staging import (
    CONFLICTS,
    Staged,
    asked_for,
    stage_checked,
    stage_file,
    write_quarantine,
)
from partners.accounts.services import settle_accounts
from partners.agreements.locks import lock_partnership
from partners.agreements.models import Partnership
from partners.audit.services import record
from partners.jobs.services import announce, emit
from partners.ledger.staging import Comparison, MonthRestated, Restatement
from partners.organisations.models import Organisation
from partners.organisations.roles import Permission, require
from partners.tenancy.actors import Actor, worker
from partners.tenancy.context import acting_as, current_organisation_id

Done = Callable[[], None]
State = Submission.State
MOST_OVERLAPS = 5


class SubmissionError(ValueError):
    """A step that this submission cannot take; the message says why and what to do."""


def receive_file(
    partnership: Partnership,
    file_name: str,
    pieces: Iterable[bytes],
    *,
    source: Submission.Source,
    all_or_nothing: bool = False,
    trusted: bool = False,
    restates: bool = False,
    feed: str = "sell_through",
    sheet: str = "",
    corrects: Submission | None = None,
) -> Submission:
    """Keep a file for the acting distributor and ask for its check; a command checks and commits by itself.

    `trusted`: commit without a person if the check has nothing to ask. `restates`: it replaces what is recorded in the
    months that it spans. `sheet`: the one of a workbook that is to be read. `corrects`: it holds corrected rows of that
    one.
    """
    require(Permission.SUBMIT)
    if partnership.state not in (Partnership.State.ACTIVE, Partnership.State.SUSPENDED):
        raise SubmissionError(gettext("This partnership is not active, so it takes no files."))
    if partnership.distributor_id != current_organisation_id():
        raise SubmissionError(
            gettext("Only the distributor whose sales they are sends files of a partnership.")
        )
    submission = Submission.objects.create(
        partnership_id=partnership.pk,
        distributor_id=partnership.distributor_id,
        feed=feed,
        source=source,
        corrects_id=corrects.pk if corrects else None,
        file_name=PurePath(file_name.replace("\\", "/")).name[:255],
    )
    size, sha256 = keep_file(submission, pieces)
    SubmissionCheck.objects.create(
        submission=submission,
        distributor_id=partnership.distributor_id,
        all_or_nothing=all_or_nothing,
        trusted=trusted,
        restates=restates,
        sheet=sheet[:LONGEST_SHEET],
        size=size,
        sha256=sha256,
    )
    record("submission.received", submission.public_id)
    if source is not Submission.Source.COMMAND:
        emit("submission.received", submission_id=submission.pk)
    return submission


def check_submission(submission_id: int, organisation_id: int, done: Done = lambda: None) -> None:
    """Read the file whole, set it against the ledger, and keep what was found; nothing reaches the ledger.

    `done` is called in the transaction that ends the check.
    """
    actor = worker(organisation_id)
    with acting_as(actor):
        submission = Submission.objects.get(pk=submission_id)
        if submission.state not in (State.RECEIVED, State.CHECKING):
            done()
            return
        recorded = find_recorded(submission)
        if recorded is not None:
            _offer(submission, keep_as_copy(submission, recorded))
            done()
            return
        _set_state(submission, State.CHECKING)
        partnership, recorder = (
            Partnership.objects.get(pk=submission.partnership_id),
            RECORDERS[submission.feed],
        )
        file = open_file(submission)
    try:
        with file:
            examination = _examine(submission, file, actor)
            staged = stage_file(submission, partnership, file, examination, _progress(submission, actor))
    except FileRefused as refused:
        with acting_as(actor):
            if _still(submission, State.CHECKING):
                _refuse(submission, refused.code, refused.params)
            done()
        return
    with acting_as(actor):
        if _still(submission, State.CHECKING):
            comparison = recorder.compare(partnership, submission.pk, restates=_restates(submission))
            check = _keep_findings(submission, staged, comparison, examination)
            _end_check(submission, check, partnership, examination, staged)
        done()
    recorder.end()


def commit_submission(submission_id: int, organisation_id: int, done: Done = lambda: None) -> None:
    """Record the file, in one transaction with its counts, sight, audit and events.

    It is read again only where what its check rested on has moved. `done` is called in that transaction.
    """
    actor = worker(organisation_id)
    with acting_as(actor):
        submission = Submission.objects.get(pk=submission_id)
        if submission.state != State.COMMITTING:
            done()
            return
        partnership, recorder = (
            Partnership.objects.get(pk=submission.partnership_id),
            RECORDERS[submission.feed],
        )
        if _commit_as_copy(submission):
            done()
            return
        examination = Examination.from_json(SubmissionCheck.objects.get(submission=submission).examination)
    staged = stage_checked(submission, partnership, examination)
    if staged is None:
        with acting_as(actor):
            file = open_file(submission)
        with file:
            staged = stage_file(submission, partnership, file, examination, _progress(submission, actor))
    with acting_as(actor):
        partnership = lock_partnership(partnership.pk)
        if _still(submission, State.COMMITTING):
            comparison = recorder.compare(partnership, submission.pk, restates=_restates(submission))
            check = _keep_findings(submission, staged, comparison, examination)
            # What was committed once stays so when it is committed again: its lines live.
            if check.all_or_nothing and check.quarantined and submission.committed_at is None:
                _refuse_whole(submission, check)
            else:
                settle_accounts(partnership, [staged.accounts[code] for code in recorder.list_accounts()])
                recorder.record(partnership, submission.pk)
                _end_commit(submission, comparison.fresh, examination)
        done()
    recorder.end()


def confirm_submission(submission: Submission) -> None:
    """A person has seen the totals: commit. What a command sends it commits itself."""
    require(Permission.SUBMIT)
    _move(submission, {State.CHECKED}, State.COMMITTING)
    record("submission.confirmed", submission.public_id)
    if submission.source != Submission.Source.COMMAND:
        emit("submission.confirmed", submission_id=submission.pk)


def discard_submission(submission: Submission) -> None:
    """A person does not want it: nothing was recorded, and nothing will be."""
    require(Permission.SUBMIT)
    _move(submission, {State.RECEIVED, State.CHECKED}, State.REFUSED)
    forget_checked(submission)
    SubmissionCheck.objects.filter(submission=submission).update(refused=to_say(Stop.DISCARDED, {}))
    record("submission.discarded", submission.public_id)


def choose_sheet(submission: Submission, sheet: str) -> None:
    """Check again, reading this sheet of the workbook; it is taken again from the files that follow."""
    require(Permission.SUBMIT)
    _check_again(submission, sheet=sheet[:LONGEST_SHEET], examination={})


def remap_submission(submission: Submission, choices: dict[str, str | None]) -> None:
    """Check again with the fields that a person chose for the file's headings."""
    require(Permission.SUBMIT)
    check = SubmissionCheck.objects.get(submission=submission)
    if not check.examination:
        raise SubmissionError(
            gettext("No headings were found in this file, so there is nothing to assign. Send it anew.")
        )
    examination = Examination.from_json(check.examination)
    mapping = examination.mapping
    for column in examination.mapping.columns:
        if column.heading in choices and choices[column.heading] != column.field:
            mapping = mapping.assign(column.position, choices[column.heading])
    _check_again(submission, examination=replace(examination, mapping=mapping).to_json())


def _check_again(submission: Submission, **chosen: Any) -> None:
    _move(submission, {State.CHECKED, State.REFUSED}, State.RECEIVED)
    SubmissionCheck.objects.filter(submission=submission).update(
        **chosen, refused=None, trusted=False, rows_done=0
    )
    record("submission.remapped", submission.public_id)
    emit("submission.received", submission_id=submission.pk)


def undo_submission(submission: Submission) -> int:
    """Take a committed submission's lines out of the present, and return how many. History keeps them.

    Files that repeated lines are committed again, so that what they hold too is theirs from now on.
    """
    require(Permission.SUBMIT)
    partnership = lock_partnership(submission.partnership_id)
    _move(submission, {State.COMMITTED}, State.UNDONE)
    others = Submission.objects.filter(partnership_id=partnership.pk, feed=submission.feed).exclude(
        pk=submission.pk
    )
    undone = others.filter(state=State.UNDONE).values_list("pk", flat=True)
    lines = RECORDERS[submission.feed].supersede(
        partnership, submission.pk, list(undone), _restatements(others)
    )
    record("submission.undone", submission.public_id, lines=lines)
    for other in list_repeaters(submission):
        _set_state(other, State.COMMITTING)
        emit("submission.confirmed", submission_id=other.pk)
    return lines


def _restatements(submissions: QuerySet[Submission]) -> list[Restatement]:
    """The recorded ones that restated their months."""
    standing = submissions.filter(state=State.COMMITTED, check_result__restates=True)
    found = standing.values_list(
        "pk", "check_result__restates_from", "check_result__restates_to", "committed_at"
    )
    return [Restatement(pk, first, last, at) for pk, first, last, at in found if first and last and at]


def _restates(submission: Submission) -> bool:
    return SubmissionCheck.objects.get(submission=submission).restates


def list_repeaters(submission: Submission) -> list[Submission]:
    """Committed files that repeated recorded lines, some perhaps this submission's; copies of its very file are not."""
    sha256 = SubmissionCheck.objects.get(submission=submission).sha256
    overlapping = Submission.objects.filter(
        partnership_id=submission.partnership_id,
        feed=submission.feed,
        state=State.COMMITTED,
        check_result__duplicates__gt=0,
    )
    return list(overlapping.exclude(check_result__sha256=sha256).order_by("id"))


def set_aside_submission(submission_id: int, reason: str) -> None:
    """The file ended its reader each time it was tried: refuse it, so that others are not kept waiting."""
    submission = Submission.objects.select_for_update().get(pk=submission_id)
    if submission.state == State.COMMITTING and submission.committed_at is not None:
        forget_checked(submission)
        _set_state(submission, State.COMMITTED)
    elif submission.state in (State.RECEIVED, State.CHECKING, State.COMMITTING):
        _refuse(submission, Stop.READER_STOPPED, {"reason": reason})


def _examine(submission: Submission, file: BinaryIO, actor: Actor) -> Examination:
    """Look at the file, starting from what a person chose for it, else from what was last accepted."""
    with acting_as(actor):
        organisation = Organisation.objects.get(pk=submission.distributor_id)
        check = SubmissionCheck.objects.get(submission=submission)
        accepted = FeedMapping.objects.filter(
            partnership_id=submission.partnership_id, feed=submission.feed
        ).first()
    before = check.examination or (accepted.examination if accepted else None)
    examination = examine(
        file,
        submission.file_name,
        submission.feed,
        today=timezone.localdate(timezone=ZoneInfo(organisation.time_zone)),
        remembered=Examination.from_json(before) if before else None,
        country=organisation.country or None,
        sheet=check.sheet,
    )
    with acting_as(actor):
        SubmissionCheck.objects.filter(submission=submission).update(
            examination=examination.to_json(), rows_total=examination.rows_seen
        )
    return examination


def _keep_findings(
    submission: Submission, staged: Staged, found: Comparison, examination: Examination
) -> SubmissionCheck:
    """Counts that add up to the rows of the file, exact totals, and the conflicts with the ledger."""
    recorder = RECORDERS[submission.feed]
    conflicts = [
        {
            "source_row": row,
            "column": examination.mapping.heading(recorder.known_by),
            "reason": reason.value,
            "found": number[:120],
        }
        for row, status, number in recorder.list_conflicts()
        for reason in (CONFLICTS[status],)
    ]
    write_quarantine(submission, conflicts)
    unmatched = keep_faulty_rows(submission, examination)
    check = SubmissionCheck.objects.get(submission=submission)
    check.rows_total = check.rows_done = staged.rows
    check.quarantined = staged.quarantined + found.conflicts
    check.duplicates, check.set_aside = found.duplicates, staged.set_aside
    check.noted = [*staged.notes, *name_overlaps(recorder.list_overlaps(MOST_OVERLAPS))]
    check.restates_from, check.restates_to = found.span or (None, None)
    check.totals = {
        "rows": staged.rows,
        "accepted": found.fresh,
        "quarantined": check.quarantined,
        "duplicates": found.duplicates,
        "changed": found.changed,
        "replaced": found.replaced,
        "restated": [_plain(month) for month in found.restated],
        "set_aside": staged.set_aside,
        "accounts": found.accounts,
        "documents": found.documents,
        "first_on": found.first_on and found.first_on.isoformat(),
        "last_on": found.last_on and found.last_on.isoformat(),
        "net": {currency: str(round(total, 2)) for currency, total in found.net.items()},
        "priced": found.priced,
    }
    check.totals["quality"] = score(
        Counted(
            rows=staged.rows,
            quarantined=check.quarantined,
            duplicates=found.duplicates,
            unmatched=unmatched,
            filled=staged.filled,
            asked=staged.read * len(asked_for(submission.feed)),
        ),
        received_on=timezone.localdate(submission.received_at),
        last_on=found.last_on if submission.feed in TIMELY else None,
        restates=check.restates,
    )
    check.save()
    return check


def _plain(month: MonthRestated) -> dict[str, Any]:
    return {
        **asdict(month),
        "month": month.month.isoformat(),
        "net_before": str(round(month.net_before, 2)),
        "net_after": str(round(month.net_after, 2)),
    }


def _end_check(
    submission: Submission,
    check: SubmissionCheck,
    partnership: Partnership,
    examination: Examination,
    staged: Staged,
) -> None:
    if check.all_or_nothing and check.quarantined:
        _refuse_whole(submission, check)
        return
    check.asked = list_questions(partnership, examination, RECORDERS[submission.feed], staged.accounts)
    check.save(update_fields=["asked"])
    _offer(submission, check)


def _offer(submission: Submission, check: SubmissionCheck) -> None:
    _set_state(submission, State.CHECKED)
    if check.trusted and not check.asked:
        confirm_submission(submission)


def _commit_as_copy(submission: Submission) -> bool:
    """Whether the very file stands recorded: then this one is too, with nothing new."""
    if find_recorded(submission) is None:
        return False
    lock_partnership(submission.partnership_id)
    recorded = find_recorded(submission)
    if recorded is None or not _still(submission, State.COMMITTING):
        return False
    check = keep_as_copy(submission, recorded)
    _end_commit(submission, 0, Examination.from_json(check.examination))
    return True


def _end_commit(submission: Submission, accepted: int, examination: Examination) -> None:
    forget_checked(submission)
    Submission.objects.filter(pk=submission.pk).update(
        state=State.COMMITTED, accepted=accepted, committed_at=timezone.now()
    )
    FeedMapping.objects.update_or_create(
        partnership_id=submission.partnership_id,
        feed=submission.feed,
        defaults={
            "examination": replace(examination, sample=()).to_json(),
            "distributor_id": submission.distributor_id,
        },
    )
    record("submission.committed", submission.public_id, accepted=accepted)
    announce("submission", submission.distributor_id)


def _refuse_whole(submission: Submission, check: SubmissionCheck) -> None:
    _refuse(submission, Stop.WHOLE, {"bad": check.quarantined, "rows": check.rows_total})


def _refuse(submission: Submission, code: Coded, params: Mapping[str, Any]) -> None:
    forget_checked(submission)
    _set_state(submission, State.REFUSED)
    SubmissionCheck.objects.filter(submission=submission).update(refused=to_say(code, params))
    record("submission.refused", submission.public_id)


def _progress(submission: Submission, actor: Actor) -> Callable[[int], None]:
    """Written in a transaction of its own, so that it is seen while the work goes on."""

    def write(rows: int) -> None:
        with acting_as(actor):
            SubmissionCheck.objects.filter(submission=submission).update(rows_done=rows)

    return write


def _still(submission: Submission, state: Submission.State) -> bool:
    """Whether nobody moved it meanwhile; the row is held to the end of the transaction."""
    return Submission.objects.select_for_update().get(pk=submission.pk).state == state


def _set_state(submission: Submission, state: Submission.State) -> None:
    submission.state = state
    submission.save(update_fields=["state"])
    announce("submission", submission.distributor_id)


def _move(submission: Submission, allowed: set[Submission.State], to: Submission.State) -> None:
    """Change state if it is still one of `allowed`: of two people, or a person and a worker, one wins."""
    moved = Submission.objects.filter(pk=submission.pk, state__in=allowed).update(state=to)
    if not moved:
        now = Submission.objects.get(pk=submission.pk).get_state_display()
        raise SubmissionError(
            gettext("This file is %(now)s; only one that is %(allowed)s can go on to that.")
            % {"now": now.lower(), "allowed": _listed(allowed)}
        )
    submission.state = to


def _listed(states: set[Submission.State]) -> str:
    return gettext(" or ").join(sorted(state.label.lower() for state in states))
