"""The letter brings a link and nothing else, goes out with the rights of that moment, and outlives a bad server."""

from collections.abc import Iterator
from datetime import time
from smtplib import SMTPException

import pytest
from django.utils import timezone
from pytest_django import Settings

from partners.agreements.models import Category
from partners.jobs.models import OutboxEvent
from partners.organisations.models import Membership
from partners.organisations.services import end_seat
from partners.tenancy.actors import Role
from partners.tenancy.context import acting_as
from portal.reports.clock import order_report
from portal.reports.mailing import give_up_mail, letter_for, mail_again, note_mail, send
from portal.reports.models import Occurrence, Report, Schedule
from portal.reports.writing import write_report
from tests.reports.conftest import fresh, written
from tests.reports.mailserver import MailServer, mail_server
from tests.reports.test_writing import revoke
from tests.ui.conftest import canary
from tests.world import World

Mail = Report.Mail


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    with mail_server() as found:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", found.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        yield found


def waiting(world: World, person: str) -> Report:
    """A written report whose letter is on its way."""
    report = written(world, person)
    with acting_as(world.actor(person)):
        mail_again(report.public_id)
    return fresh(world, person, report)


def post(report: Report) -> Mail:
    """What the task does."""
    letter = letter_for(report.pk, report.organisation_id)
    outcome = Mail.NONE if letter is None else send(letter)
    note_mail(report.pk, report.organisation_id, outcome, lambda: None)
    return outcome


def test_it_brings_the_link_and_nothing_of_the_report(shared: World, server: MailServer) -> None:
    report = waiting(shared, "mia")
    assert post(report) == Mail.SENT
    (letter,) = server.letters
    assert f"/reports/{report.public_id}/" in letter
    assert f"Message-ID: <{report.public_id}@localhost>" in letter
    assert "To: mia@adventure.example" in letter
    for word in (canary("northwest"), "Northwest", "Adventure", "PDF"):
        assert word not in letter
    report = fresh(shared, "mia", report)
    assert (report.mail, report.mailed_at is not None) == (Mail.SENT, True)


def test_a_lasting_refusal_is_said_and_not_tried_again(shared: World, server: MailServer) -> None:
    server.answers = ["550 no such mailbox"]
    report = waiting(shared, "mia")
    assert post(report) == Mail.REFUSED
    assert fresh(shared, "mia", report).mail == Mail.REFUSED
    assert server.letters == []


def test_a_passing_refusal_is_tried_again(shared: World, server: MailServer) -> None:
    server.answers = ["451 try later"]
    report = waiting(shared, "mia")
    with pytest.raises(SMTPException):
        post(report)
    assert fresh(shared, "mia", report).mail == Mail.WAITING
    assert post(report) == Mail.SENT
    assert len(server.letters) == 1


def test_a_server_that_is_not_there_costs_the_letter_and_not_the_report(
    shared: World, settings: Settings, server: MailServer
) -> None:
    report = waiting(shared, "mia")
    settings.EMAIL_PORT = 1
    for _ in range(3):
        with pytest.raises(OSError, match="refused"):
            post(report)
    with acting_as(shared.worker("adventure")):
        give_up_mail(report.pk)
    report = fresh(shared, "mia", report)
    assert (report.state, report.mail) == (Report.State.READY, Mail.FAILED)
    settings.EMAIL_PORT = server.port
    with acting_as(shared.actor("mia")):
        mail_again(report.public_id)
    assert post(fresh(shared, "mia", report)) == Mail.SENT


def test_what_was_withdrawn_meanwhile_is_not_mailed(shared: World, server: MailServer) -> None:
    report = waiting(shared, "mia")
    revoke(shared, Category.VOLUME)
    assert post(report) == Mail.NONE
    assert server.letters == []


def test_who_left_meanwhile_gets_no_letter(shared: World, server: MailServer) -> None:
    report = waiting(shared, "ana")
    with acting_as(shared.actor("northwest-admin")):
        end_seat(shared.seats["ana"])
    assert post(report) == Mail.NONE
    assert server.letters == []


def test_a_second_task_sends_no_second_letter(shared: World, server: MailServer) -> None:
    report = waiting(shared, "mia")
    assert [post(report), post(report)] == [Mail.SENT, Mail.NONE]
    assert len(server.letters) == 1


def test_asking_twice_asks_once(shared: World) -> None:
    report = waiting(shared, "mia")
    with acting_as(shared.actor("mia")):
        events = OutboxEvent.objects.filter(kind="report.mail_wanted", payload__report_id=report.pk)
        assert events.count() == 1  # none when it was written: it was asked for, and read on the page
        mail_again(report.public_id)
        assert events.count() == 1


def test_a_scheduled_one_wants_its_letter_as_soon_as_it_is_written(shared: World) -> None:
    with acting_as(shared.actor("ana")):
        schedule = Schedule.objects.create(
            owner=shared.seats["ana"], weekday=0, at=time(7), language="en", next_at=timezone.now()
        )
        occurrence = Occurrence.objects.create(schedule=schedule, due_at=schedule.next_at)
        report = order_report(shared.seats["ana"], "en", None, occurrence)
        wanted = OutboxEvent.objects.filter(kind="report.mail_wanted", payload__report_id=report.pk)
        assert not wanted.exists()
    write_report(report.pk, report.organisation_id)
    with acting_as(shared.actor("ana")):
        assert wanted.count() == 1


def test_with_other_rights_there_is_nothing_to_read_and_no_letter(shared: World, server: MailServer) -> None:
    report = waiting(shared, "ana")
    with acting_as(shared.actor("northwest-admin")):
        Membership.objects.filter(pk=shared.seats["ana"].pk).update(role=Role.VIEWER.value)
    assert post(report) == Mail.NONE
    assert server.letters == []
