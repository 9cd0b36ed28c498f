"""A report on both sides: asked for, followed until it is there, downloaded, scheduled by keyboard, withdrawn."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from partners.agreements.models import Category
from partners.tenancy.context import acting_as
from portal.reports.models import Report
from portal.reports.writing import write_report
from tests.browser.conftest import Visit
from tests.browser.trade import FADING, Channel
from tests.reports.test_writing import revoke


def write_what_waits(channel: Channel, person: str) -> None:
    with acting_as(channel.world.actor(person)):
        (report,) = Report.objects.filter(state=Report.State.QUEUED)
    write_report(report.pk, report.organisation_id)


@pytest.mark.browser
def test_from_asking_to_reading(visit: Visit, channel: Channel, tmp_path: Path) -> None:
    ana = visit("ana@northwest.example")
    ana.go("/reports/")
    ana.page.get_by_role("button", name="Write it for me").click()
    expect(ana.heading("Your account review is being written")).to_be_visible()
    write_what_waits(channel, "ana")
    expect(ana.heading(re.compile("^Account review of"))).to_be_visible()  # the page looked again by itself
    with ana.page.expect_download() as download:
        ana.page.get_by_role("link", name="Download").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    document = PdfReader(path)
    assert FADING.name in "".join(page.extract_text() for page in document.pages)
    links = [
        note["/A"]["/URI"]
        for page in document.pages
        for note in page.get("/Annots", [])
        if "/URI" in note["/A"]
    ]
    finding = next(link for link in links if "/findings/" in link)
    ana.go(finding[finding.index("/findings/") :])
    expect(ana.page).to_have_url(re.compile("/accounts/acc_"))
    ana.snap("from-a-figure-to-its-evidence")


@pytest.mark.browser
def test_scheduled_by_keyboard_alone(visit: Visit, channel: Channel) -> None:
    ana = visit("ana@northwest.example")
    ana.go("/reports/")
    ana.page.get_by_text("Another schedule").focus()
    ana.page.keyboard.press("Enter")
    ana.page.get_by_role("checkbox", name="Ana").focus()
    ana.page.keyboard.press("Space")
    ana.page.get_by_role("button", name="Schedule it").focus()
    ana.page.keyboard.press("Enter")
    expect(ana.heading(re.compile("^Your next account review comes on"))).to_be_visible()
    expect(ana.page.get_by_role("status").filter(has_text="It comes each week")).to_be_visible()


@pytest.mark.browser
def test_withdrawn_while_its_page_is_open(visit: Visit, channel: Channel) -> None:
    mia = visit("mia@adventure.example")
    mia.go("/reports/")
    mia.page.get_by_role("button", name="Write it for me").click()
    write_what_waits(channel, "mia")
    expect(mia.heading(re.compile("^Account review of"))).to_be_visible()
    revoke(channel.world, Category.VOLUME)
    mia.page.get_by_role("link", name="Download").click()
    expect(mia.heading("This report was withdrawn")).to_be_visible()
    mia.notices("410")
    mia.snap("withdrawn")
