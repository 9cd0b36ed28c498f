"""The switch in the distributor's hand: previewed, granted, looked at through the maker's eyes, read, taken back."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connections
from playwright.sync_api import expect

from analytics.runs.services import analyse_partnership
from partners.agreements.models import Category, Grant
from partners.agreements.services import change_sharing
from partners.tenancy.context import acting_as
from portal.reports import writing
from portal.reports.models import Report
from tests.browser.conftest import Visit
from tests.browser.trade import AS_OF, FADING, PAIR, Channel
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser


def share_nothing(channel: Channel) -> str:
    """As on the first day; returns the address of the sharing page."""
    partnership = channel.world.partnerships[PAIR]
    with acting_as(channel.world.actor("northwest-admin")):
        live = Grant.objects.filter(partnership=partnership, revoked_at=None)
        change_sharing(partnership, ends=list(live))
    return f"/partnerships/{partnership.public_id}/sharing/"


def analyse_for_maker(channel: Channel) -> None:
    with acting_as(channel.world.worker("adventure")):
        analyse_partnership(channel.world.partnerships[PAIR].pk, as_of=AS_OF)


def test_granted_looked_at_and_taken_back(
    visit: Visit, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = share_nothing(channel)
    admin, mia = visit("northwest-admin@northwest.example"), visit("mia@adventure.example")
    admin.set_up_second_factor()

    preview_volumes_and_names(admin, root)
    meets_the_fading_account(mia, is_there=False)

    grant_what_was_previewed(admin)
    analyse_for_maker(channel)
    look_through_their_eyes(admin)
    meets_the_fading_account(mia, is_there=True)
    see_who_looked(admin, root)

    with a_report_that_is_being_drawn(mia, channel, monkeypatch):
        take_volumes_back(admin, root)
    expect(mia.heading("This report was withdrawn")).to_be_visible()
    mia.snap("withdrawn-while-it-was-written")
    meets_the_fading_account(mia, is_there=False)
    assert Category.VOLUME.value not in live_categories(channel), "the switch was the distributor's"


# --- the steps ---


def preview_volumes_and_names(admin: Visitor, root: str) -> None:
    admin.go(root)
    expect(admin.heading("Adventure sees nothing of yours")).to_be_visible()
    admin.page.get_by_role("link", name="Share something").click()
    admin.page.get_by_label("Volumes").check()
    admin.page.get_by_label("Customer names").check()
    admin.page.get_by_label("line by line").check()
    admin.page.get_by_role("button", name="See what they would see").click()
    expect(admin.heading("This is what Adventure would see")).to_be_visible()
    expect(admin.page.get_by_role("row", name=re.compile("Of them by name"))).to_contain_text("6")
    admin.snap("preview")


def grant_what_was_previewed(admin: Visitor) -> None:
    admin.page.get_by_role("button", name="Grant it").click()
    expect(admin.page.get_by_role("status").filter(has_text="Granted")).to_be_visible()


def look_through_their_eyes(admin: Visitor) -> None:
    admin.page.get_by_role("button", name="See as they do").click()
    admin.page.get_by_role("link", name="As Adventure does").click()
    expect(admin.page.get_by_text("You see what Adventure sees of you.")).to_be_visible()
    admin.page.get_by_role("link", name="Accounts", exact=True).click()
    expect(admin.page.get_by_text(FADING.name).first).to_be_visible()
    admin.snap("through-their-eyes")
    admin.page.get_by_role("link", name="Back to your own view").click()


def meets_the_fading_account(mia: Visitor, *, is_there: bool) -> None:
    """In the maker's own list of accounts."""
    mia.go("/accounts/")
    named = mia.page.get_by_text(FADING.name)
    if is_there:
        expect(named.first).to_be_visible()
    else:
        expect(named).to_have_count(0)


def see_who_looked(admin: Visitor, root: str) -> None:
    admin.go(f"{root}readings/")
    expect(admin.page.get_by_role("row", name=re.compile("Mia.*the list of accounts")).first).to_be_visible()
    admin.snap("who-looked")


def take_volumes_back(admin: Visitor, root: str) -> None:
    admin.go(root)
    admin.page.get_by_role("link", name=re.compile(r"^Stop\s*: Adventure sees units")).click()
    expect(admin.heading("Take this back from Adventure?")).to_be_visible()
    admin.snap("before-it-is-taken-back")
    admin.page.get_by_role("button", name="Stop it").click()
    expect(admin.page.get_by_role("status").filter(has_text="Revoked")).to_be_visible()


@contextmanager
def a_report_that_is_being_drawn(
    mia: Visitor, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """She asks for one; what is done inside happens in the moment in which a worker draws it."""
    mia.go("/reports/")
    mia.page.get_by_role("button", name="Write it for me").click()
    expect(mia.heading("Your account review is being written")).to_be_visible()
    with acting_as(channel.world.actor("mia")):
        (report,) = Report.objects.filter(state=Report.State.QUEUED)
    drawing, is_done = threading.Event(), threading.Event()
    draw = writing.write_review

    def drawn_slowly(*args: object) -> int:
        drawing.set()
        assert is_done.wait(60)
        return draw(*args)  # type: ignore[arg-type]

    def write() -> None:
        writing.write_report(report.pk, report.organisation_id)
        connections.close_all()  # this thread's own

    monkeypatch.setattr(writing, "write_review", drawn_slowly)
    work = threading.Thread(target=write)
    work.start()
    assert drawing.wait(60)
    try:
        yield
    finally:
        is_done.set()
        work.join(60)


def live_categories(channel: Channel) -> list[str]:
    with acting_as(channel.world.actor("ana")):
        live = Grant.objects.filter(partnership=channel.world.partnerships[PAIR], revoked_at=None)
        return [grant.category for grant in live]
