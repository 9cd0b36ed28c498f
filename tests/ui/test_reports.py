"""The pages of reports: one's own archive, one now, one each week, the document and its end."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from partners.organisations.services import end_seat
from partners.tenancy.context import acting_as
from portal.reports.clock import take_due
from portal.reports.models import Report, Schedule
from portal.reports.writing import write_report
from tests.reports.conftest import shared, written
from tests.reports.test_writing import revoke
from tests.ui.conftest import Browse, canary
from tests.world import World

__all__ = ["shared"]


def page(client: Client, name: str, *args: str) -> str:
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return response.content.decode()


def test_one_now_is_written_and_downloaded(shared: World, browse: Browse) -> None:
    ana = browse("ana")
    answer = ana.post(reverse("report_new"), {"partnership": "", "language": "en"})
    with acting_as(shared.actor("ana")):
        report = Report.objects.get()
    assert answer.headers["Location"] == reverse("report", args=[report.public_id])
    assert "is being written" in page(ana, "report", report.public_id)
    write_report(report.pk, report.organisation_id)
    assert "written as Ana" in page(ana, "report", report.public_id)
    assert reverse("report_file", args=[report.public_id]) in page(ana, "reports")
    document = ana.get(reverse("report_file", args=[report.public_id]))
    assert document.headers["Content-Type"] == "application/pdf"
    assert document.headers["Content-Disposition"].startswith('attachment; filename="account-review-20')
    assert "no-store" in document.headers["Cache-Control"]
    assert document.content.startswith(b"%PDF-")
    assert "downloaded" in page(ana, "report", report.public_id)


def test_asking_again_while_it_is_written_asks_for_no_other(shared: World, browse: Browse) -> None:
    ana = browse("ana")
    asked = [
        ana.post(reverse("report_new"), {"partnership": "", "language": one}) for one in ("en", "en", "de")
    ]
    first, again, german = (answer.headers["Location"] for answer in asked)
    assert first == again != german
    with acting_as(shared.actor("ana")):
        assert Report.objects.count() == 2


def test_of_one_partnership(shared: World, browse: Browse) -> None:
    mia = browse("mia")
    wanted = shared.partnerships["adventure", "southwest"]
    mia.post(reverse("report_new"), {"partnership": wanted.public_id, "language": "de"})
    with acting_as(shared.actor("mia")):
        report = Report.objects.get()
    assert (report.partnership_id, report.language) == (wanted.pk, "de")


@pytest.mark.parametrize("given", [{"language": "xx"}, {"language": "en", "partnership": "ptn_0"}, {}])
def test_what_is_not_offered_is_refused(shared: World, browse: Browse, given: dict[str, str]) -> None:
    response = browse("sam").post(reverse("report_new"), given)
    assert response.status_code == 400
    assert "Nothing is written yet" in response.content.decode()
    with acting_as(shared.actor("sam")):
        assert not Report.objects.exists()


def test_a_foreign_partnership_is_not_offered(shared: World, browse: Browse) -> None:
    theirs = shared.partnerships["adventure", "northwest"].public_id
    response = browse("sam").post(reverse("report_new"), {"language": "en", "partnership": theirs})
    assert response.status_code == 400
    assert theirs not in response.content.decode()


def test_a_withdrawn_document_answers_410_calmly(shared: World, browse: Browse) -> None:
    from partners.agreements.models import Category

    report = written(shared, "mia")
    revoke(shared, Category.IDENTITY)
    mia = browse("mia")
    response = mia.get(reverse("report_file", args=[report.public_id]))
    assert response.status_code == 410
    assert "This report was withdrawn" in response.content.decode()
    assert "withdrawn" in page(mia, "report", report.public_id)
    assert reverse("report_file", args=[report.public_id]) not in page(mia, "reports")


def schedule(client: Client, world: World, *readers: str, **given: str) -> int:
    seats = [world.seats[one].public_id for one in readers]
    told = {"weekday": "0", "at": "07:00", "language": "en", "partnership": "", "readers": seats, **given}
    return client.post(reverse("schedule_new"), told).status_code


def test_one_each_week_for_colleagues_each_with_their_own(shared: World, browse: Browse) -> None:
    assert schedule(browse("ana"), shared, "ana", "rita") == 302
    listed = page(browse("ana"), "reports")
    assert "Monday, 07:00" in listed
    assert "Ana, Rita" in listed
    with acting_as(shared.actor("ana")):
        due = Schedule.objects.get().next_at
    assert take_due(due + timedelta(seconds=5)) == 2
    assert "scheduled" in page(browse("rita"), "reports")


def test_readers_come_from_one_s_own_organisation(shared: World, browse: Browse) -> None:
    assert schedule(browse("ana"), shared, "ana", "mia") == 400
    assert schedule(browse("ana"), shared) == 400
    assert schedule(browse("ana"), shared, "ana", at="25:99") == 400
    assert schedule(browse("ana"), shared, "ana", weekday="9") == 400
    with acting_as(shared.actor("ana")):
        assert not Schedule.objects.exists()


def test_a_representative_schedules_nothing(shared: World, browse: Browse) -> None:
    assert schedule(browse("rita"), shared, "rita") == 403
    assert "Another schedule" not in page(browse("rita"), "reports")


def test_ending_it(shared: World, browse: Browse) -> None:
    schedule(browse("ana"), shared, "ana")
    with acting_as(shared.actor("ana")):
        public_id = Schedule.objects.get().public_id
    assert browse("sam").post(reverse("schedule_end", args=[public_id])).status_code == 404
    assert browse("ana").get(reverse("schedule_end", args=[public_id])).status_code == 302
    with acting_as(shared.actor("ana")):
        assert Schedule.objects.get().state == Schedule.State.ACTIVE
    browse("ana").post(reverse("schedule_end", args=[public_id]))
    assert take_due(timezone.now() + timedelta(days=30)) == 0


def test_a_schedule_outlives_its_owner_once_somebody_takes_it_over(shared: World, browse: Browse) -> None:
    schedule(browse("ana"), shared, "rita")
    with acting_as(shared.actor("northwest-admin")):
        end_seat(shared.seats["ana"])
        due = Schedule.objects.get().next_at
    assert take_due(due) == 0
    admin = browse("northwest-admin")
    listed = page(admin, "reports")
    assert "its owner has left" in listed
    with acting_as(shared.actor("northwest-admin")):
        public_id = Schedule.objects.get().public_id
    admin.post(reverse("schedule_take_over", args=[public_id]))
    with acting_as(shared.actor("northwest-admin")):
        found = Schedule.objects.select_related("owner").get()
    assert (found.state, found.owner.user_id) == (
        Schedule.State.ACTIVE,
        shared.seats["northwest-admin"].user_id,
    )
    assert found.next_at > timezone.now()
    refused = admin.post(reverse("schedule_take_over", args=[public_id]), follow=True)
    assert "does not rest" in refused.content.decode()


def test_the_pages_show_nobody_else_s_reports(shared: World, browse: Browse) -> None:
    report = written(shared, "ana")
    for person in ("rita", "northwest-admin", "mia", "sam"):
        client = browse(person)
        assert report.public_id not in page(client, "reports")
        for name in ("report", "report_file", "report_mail"):
            assert client.get(reverse(name, args=[report.public_id])).status_code in (302, 404)
        assert client.get(reverse("report_file", args=[report.public_id])).status_code == 404
        assert client.post(reverse("report_mail", args=[report.public_id])).status_code == 404
    assert canary("northwest") not in page(browse("mia"), "reports")
