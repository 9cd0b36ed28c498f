"""A report is written with its reader's own rights of the moment, and read no longer than they hold."""

from collections.abc import Callable
from datetime import date
from hashlib import sha256
from typing import Any

import pytest
from django.db import ProgrammingError

from partners.access.doors import NotFound
from partners.access.reach import give_reach, take_reach
from partners.agreements.models import Category, Grant, Partnership
from partners.agreements.services import grant_category, revoke_grant, suspend_partnership
from partners.audit.models import AccessEntry
from partners.audit.selectors import list_entries
from partners.engagement.services import share
from partners.organisations.models import Membership
from partners.organisations.services import end_seat
from partners.tenancy.actors import Reach, Role
from partners.tenancy.context import acting_as
from partners.tenancy.models import new_public_id
from portal.reports import writing
from portal.reports.models import Basis, Report, ReportFile
from portal.reports.selectors import Withdrawn, get_archived, list_archive, read_file
from portal.reports.writing import give_up_report, note_download, withdraw_reports, write_report
from tests.reports.conftest import asked, fresh, take_care, text_of, written
from tests.ui.conftest import canary
from tests.world import World

PAIR = ("adventure", "northwest")
State = Report.State


def revoke(world: World, category: Category) -> None:
    with acting_as(world.actor("northwest-admin")):
        for grant in Grant.objects.filter(
            partnership=world.partnerships[PAIR], category=category, revoked_at=None
        ):
            revoke_grant(grant)


def test_each_reader_gets_what_they_may_see(shared: World) -> None:
    ana, mia, sam = (text_of(shared, one, written(shared, one)) for one in ("ana", "mia", "sam"))
    assert canary("northwest") in ana
    assert canary("northwest") in mia
    assert canary("southwest") in sam
    for text, others in ((ana, ("southwest", "outpost")), (mia, ("southwest",)), (sam, ("northwest",))):
        assert not [other for other in others if canary(other) in text]


def test_a_representative_s_report_holds_her_own_accounts_alone(shared: World) -> None:
    with acting_as(shared.actor("northwest-admin")):
        from partners.accounts.models import AccountIdentity

        own = AccountIdentity.objects.get(code=f"{canary('northwest')}1").account
        give_reach(shared.seats["rita"].user, own)
    text = text_of(shared, "rita", written(shared, "rita"))
    assert f"{canary('northwest')}1" in text
    assert f"{canary('northwest')}2" not in text


def test_what_is_kept_proves_what_was_written(shared: World) -> None:
    report = written(shared, "ana")
    with acting_as(shared.actor("ana")):
        _, content = read_file(report.public_id)
    assert (report.state, report.size, report.sha256) == (
        State.READY,
        len(content),
        sha256(content).hexdigest(),
    )
    assert content.startswith(b"%PDF-")
    assert (report.pages or 0) >= 1


def test_nobody_else_has_it(shared: World) -> None:
    report = written(shared, "ana")
    for person in ("northwest-admin", "rita", "mia", "sam"):
        with acting_as(shared.actor(person)):
            for read in (read_file, get_archived):
                with pytest.raises(NotFound):
                    read(report.public_id)  # type: ignore[operator]
            assert not ReportFile.objects.exists()
            assert report.public_id not in [one.report.public_id for one in list_archive()]
    with acting_as(shared.worker("northwest")):
        assert not ReportFile.objects.exists()


def test_who_has_left_gets_none(shared: World) -> None:
    report = asked(shared, "ana")
    with acting_as(shared.actor("northwest-admin")):
        end_seat(shared.seats["ana"])
    write_report(report.pk, report.organisation_id)
    report = fresh(shared, "northwest-admin", report)
    assert report.state == State.WITHHELD
    with acting_as(shared.actor("ana")):
        assert not ReportFile.objects.exists()


def test_a_seat_that_begins_again_has_nothing_of_the_one_that_ended(shared: World) -> None:
    before, report = written(shared, "ana"), asked(shared, "ana")
    with acting_as(shared.actor("northwest-admin")):
        end_seat(shared.seats["ana"])
        again = Membership.objects.get(pk=shared.seats["ana"].pk)
        again.pk, again.public_id, again.ended_at = None, new_public_id("mem"), None
        again.save(force_insert=True)
    write_report(report.pk, report.organisation_id)
    assert fresh(shared, "northwest-admin", report).state == State.WITHHELD
    with acting_as(shared.actor("ana")):
        assert list_archive() == []
        with pytest.raises(NotFound):
            read_file(before.public_id)


def test_who_may_no_longer_see_accounts_gets_none(shared: World) -> None:
    report = asked(shared, "ana")
    with acting_as(shared.actor("northwest-admin")):
        Membership.objects.filter(pk=shared.seats["ana"].pk).update(role=Role.UPLOADER.value)
    write_report(report.pk, report.organisation_id)
    assert fresh(shared, "northwest-admin", report).state == State.WITHHELD


def test_rights_are_those_of_the_moment_of_writing(shared: World) -> None:
    report = asked(shared, "mia")
    revoke(shared, Category.IDENTITY)
    write_report(report.pk, report.organisation_id)
    text = text_of(shared, "mia", fresh(shared, "mia", report))
    assert canary("northwest") not in text


def during_drafts(monkeypatch: pytest.MonkeyPatch, *happenings: Callable[[], None]) -> list[int]:
    """Have something happen while a draft is drawn, once for each draft; returns the drafts, one by one."""
    drafts: list[int] = []
    draw = writing.write_review

    def drawn(*args: Any) -> int:
        pages = draw(*args)
        if len(drafts) < len(happenings):
            happenings[len(drafts)]()
        drafts.append(pages)
        return pages

    monkeypatch.setattr(writing, "write_review", drawn)
    return drafts


def test_a_draft_from_under_which_sight_was_taken_back_is_withdrawn(
    shared: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = asked(shared, "mia")
    drafts = during_drafts(monkeypatch, lambda: revoke(shared, Category.IDENTITY))
    write_report(report.pk, report.organisation_id)
    assert len(drafts) == 1
    assert fresh(shared, "mia", report).state == State.WITHDRAWN
    with acting_as(shared.worker("adventure")):
        assert not ReportFile.objects.exists()


def test_a_draft_under_which_more_was_granted_is_written_anew(
    shared: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = asked(shared, "mia")
    drafts = during_drafts(monkeypatch, lambda: shared.share(*PAIR, Category.CONTACTS) and None)
    write_report(report.pk, report.organisation_id)
    assert len(drafts) == 2
    assert canary("northwest") in text_of(shared, "mia", fresh(shared, "mia", report))


def test_who_leaves_while_it_is_drawn_gets_none(shared: World, monkeypatch: pytest.MonkeyPatch) -> None:
    report = asked(shared, "ana")

    def leave() -> None:
        with acting_as(shared.actor("northwest-admin")):
            end_seat(shared.seats["ana"])

    during_drafts(monkeypatch, leave)
    write_report(report.pk, report.organisation_id)
    assert fresh(shared, "northwest-admin", report).state == State.WITHHELD
    with acting_as(shared.actor("ana")):
        assert not ReportFile.objects.exists()


def test_where_sight_never_rests_nothing_is_written(shared: World, monkeypatch: pytest.MonkeyPatch) -> None:
    report = asked(shared, "mia")

    def move() -> None:
        partnership = shared.partnerships[PAIR]
        with acting_as(shared.actor("northwest-admin")):
            given = Grant.objects.filter(partnership=partnership, category=Category.CONTACTS).count()
            grant_category(partnership, Category.CONTACTS, from_month=date(2026, 1 + given, 1))

    during_drafts(monkeypatch, move, move, move)
    write_report(report.pk, report.organisation_id)
    assert fresh(shared, "mia", report).state == State.WITHHELD


def test_sight_taken_away_between_comparing_and_keeping_is_noticed_by_the_wall(
    shared: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    report, keep = asked(shared, "mia"), writing._store

    def keep_late(*args: Any) -> None:
        for category in (Category.IDENTITY, Category.PRICE, Category.VOLUME):
            revoke(shared, category)
        keep(*args)

    with monkeypatch.context() as late:
        late.setattr(writing, "_store", keep_late)
        with pytest.raises(ProgrammingError, match="row-level security"):
            write_report(report.pk, report.organisation_id)
    assert fresh(shared, "mia", report).state == State.QUEUED  # and the task's next try writes it
    for category in (Category.IDENTITY, Category.PRICE, Category.VOLUME):
        revoke(shared, category)  # the fault took these back as well
    write_report(report.pk, report.organisation_id)
    assert canary("northwest") not in text_of(shared, "mia", fresh(shared, "mia", report))


def test_a_grant_that_ends_takes_texts_along_even_where_others_open_the_same_rows(shared: World) -> None:
    partnership = shared.partnerships[PAIR]
    take_care(shared, "mia", PAIR, "Ring them about frames")
    report = written(shared, "mia")
    assert "Ring them about frames" in text_of(shared, "mia", report)
    shared.share(*PAIR, Category.VOLUME, from_month=date(2020, 1, 1))
    with acting_as(shared.actor("northwest-admin")):
        before = Partnership.objects.get(pk=partnership.pk).epoch
        revoke_grant(Grant.objects.get(partnership=partnership, category=Category.VOLUME, from_month=None))
        assert Partnership.objects.get(pk=partnership.pk).epoch == before  # no row was lost
    assert "Ring them about frames" not in text_of(shared, "mia", written(shared, "mia"))
    with acting_as(shared.actor("mia")), pytest.raises(Withdrawn):
        read_file(report.public_id)
    withdraw_reports(report.organisation_id)
    assert fresh(shared, "mia", report).state == State.WITHDRAWN


def test_what_the_other_side_may_keep_to_itself_again_is_on_no_paper(shared: World) -> None:
    opened = take_care(shared, "ana", PAIR, "Ring them about frames")
    with acting_as(shared.actor("ana")):
        share(opened.public_id, opened.version)
    assert "Ring them about frames" in text_of(shared, "ana", written(shared, "ana"))
    text = text_of(shared, "mia", written(shared, "mia"))
    assert canary("northwest") in text
    assert "Ring them about frames" not in text


@pytest.mark.parametrize("category", [Category.VOLUME, Category.PRICE, Category.IDENTITY])
def test_what_is_revoked_is_read_no_more_at_once_and_erased(shared: World, category: Category) -> None:
    theirs, own = written(shared, "mia"), written(shared, "ana")
    revoke(shared, category)
    with acting_as(shared.actor("mia")):
        with pytest.raises(Withdrawn):
            read_file(theirs.public_id)
        assert [one.state for one in list_archive()] == [State.WITHDRAWN]
        assert not ReportFile.objects.exists()
    withdraw_reports(theirs.organisation_id)
    assert fresh(shared, "mia", theirs).state == State.WITHDRAWN
    with acting_as(shared.worker("adventure")):
        assert not ReportFile.objects.exists()
    assert canary("northwest") in text_of(shared, "ana", own)  # the owner's own stays


def test_a_partnership_that_is_suspended_takes_its_reports_along(shared: World) -> None:
    report = written(shared, "mia")
    with acting_as(shared.actor("northwest-admin")):
        suspend_partnership(shared.partnerships[PAIR])
    with acting_as(shared.actor("mia")), pytest.raises(Withdrawn):
        read_file(report.public_id)


def test_more_sight_withdraws_nothing(shared: World) -> None:
    report = written(shared, "mia")
    shared.share(*PAIR, Category.CONTACTS)
    withdraw_reports(report.organisation_id)
    assert canary("northwest") in text_of(shared, "mia", report)


@pytest.mark.parametrize("change", [{"role": Role.VIEWER.value}, {"reach": Reach.ACCOUNTS.value}])
def test_with_other_rights_it_is_read_no_more(shared: World, change: dict[str, str]) -> None:
    report = written(shared, "ana")
    with acting_as(shared.actor("northwest-admin")):
        Membership.objects.filter(pk=shared.seats["ana"].pk).update(**change)
        shared.seats["ana"].refresh_from_db()
    with acting_as(shared.actor("ana")), pytest.raises(Withdrawn):
        read_file(report.public_id)


def test_an_account_taken_from_a_representative_takes_her_report_along(shared: World) -> None:
    from partners.accounts.models import AccountIdentity

    with acting_as(shared.actor("northwest-admin")):
        own = AccountIdentity.objects.get(code=f"{canary('northwest')}1").account
        give_reach(shared.seats["rita"].user, own)
    report = written(shared, "rita")
    with acting_as(shared.actor("northwest-admin")):
        take_reach(shared.seats["rita"].user, own)
    with acting_as(shared.actor("rita")), pytest.raises(Withdrawn):
        read_file(report.public_id)


def test_the_owner_of_the_data_reads_who_had_it(shared: World) -> None:
    report = written(shared, "mia")
    with acting_as(shared.actor("mia")):
        note_download(read_file(report.public_id)[0])
        assert [entry.action for entry in list_entries(report.public_id)] == [
            "report.downloaded",
            "report.asked",
        ]
    with acting_as(shared.actor("ana")):
        entry = AccessEntry.objects.get(what="report_file", owner_id=shared.orgs["northwest"].pk)
        assert (entry.reader_user_id, entry.subject) == (shared.seats["mia"].user_id, report.public_id)
        read = AccessEntry.objects.filter(
            owner_id=shared.orgs["northwest"].pk, reader_user_id=entry.reader_user_id
        )
        assert {"accounts", "account"} & set(read.values_list("what", flat=True))
    with acting_as(shared.actor("sam")):
        assert not AccessEntry.objects.filter(what="report_file", subject=report.public_id).exists()


def test_it_rests_on_what_its_reader_saw_of_others(shared: World) -> None:
    report = written(shared, "mia")
    with acting_as(shared.actor("mia")):
        bases = set(Basis.objects.filter(report=report).values_list("partnership_id", flat=True))
    assert bases == {shared.partnerships[PAIR].pk}  # Southwest shares nothing
    with acting_as(shared.actor("ana")):
        assert not Basis.objects.filter(report=written(shared, "ana")).exists()


def test_writing_it_twice_writes_it_once(shared: World) -> None:
    report = written(shared, "ana")
    write_report(report.pk, report.organisation_id)
    assert fresh(shared, "ana", report).written_at == report.written_at


def test_one_that_cannot_be_written_is_told_so(shared: World, monkeypatch: pytest.MonkeyPatch) -> None:
    report = asked(shared, "ana")

    def fail(*_: Any) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(writing, "write_review", fail)
    with pytest.raises(ZeroDivisionError):
        write_report(report.pk, report.organisation_id)
    assert fresh(shared, "ana", report).state == State.QUEUED
    with acting_as(shared.worker("northwest")):
        Report.objects.filter(pk=report.pk).update(mail=Report.Mail.WAITING)  # as that of a schedule
        give_up_report(report.pk)
    report = fresh(shared, "ana", report)
    assert (report.state, report.mail) == (State.FAILED, Report.Mail.NONE)
    with acting_as(shared.actor("ana")), pytest.raises(NotFound):
        read_file(report.public_id)


def test_sight_taken_away_in_the_moment_of_keeping_leaves_nothing(
    shared: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    report, keep = asked(shared, "mia"), writing._store

    def keep_late(*args: Any) -> None:
        keep(*args)
        revoke(shared, Category.VOLUME)

    monkeypatch.setattr(writing, "_store", keep_late)
    write_report(report.pk, report.organisation_id)
    with acting_as(shared.actor("mia")):
        assert not ReportFile.objects.exists()
    withdraw_reports(report.organisation_id)
    assert fresh(shared, "mia", report).state == State.WITHDRAWN
