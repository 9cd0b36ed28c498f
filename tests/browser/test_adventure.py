"""Mia of Adventure sees Northwest's trade without one name; and pages of both sides follow by themselves."""

import re
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.trade import (
    CUSTOMERS,
    FADING,
    LATE_ONE,
    SECRETS,
    STEADY,
    Channel,
    open_shared,
    order,
    write,
)
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.browser
STEP = "Offer the spring helmets"
PATIENCE = 60_000  # for what goes through relay, broker and worker


def keeps_names(visitor: Visitor) -> None:
    """No word of this page is one that only Northwest knows."""
    content = visitor.page.content()
    assert "Customer " in content
    assert [word for word in SECRETS if word in content] == [], visitor.page.url


def test_mia_looks_at_northwest(visit: Visit, channel: Channel) -> None:
    called = {code: f"Customer {pseudonym}" for code, pseudonym in channel.pseudonyms.items()}
    open_shared(channel, STEP)
    mia = visit("mia@adventure.example")
    page = mia.page

    expect(mia.heading("One account should have ordered by now")).to_be_visible()
    expect(mia.card("Should have ordered")).to_contain_text(called[LATE_ONE.code])
    keeps_names(mia)
    mia.snap("home")

    mia.card("Partnerships").get_by_role("link", name="Northwest").click()
    expect(mia.heading(re.compile(r"Northwest, −\d"))).to_be_visible()
    expect(mia.card("What moved units")).to_contain_text("Three whole months up to Mar 2026")
    mia.sees_charts()
    expect(mia.card("Reporting")).to_contain_text("Data until")
    accounts = page.get_by_role("table", name="Accounts of this partnership").get_by_role("row")
    expect(accounts).to_have_count(1 + len(CUSTOMERS))
    expect(accounts.nth(1)).to_contain_text(called[FADING.code])
    keeps_names(mia)
    mia.snap("partnership")

    accounts.nth(1).get_by_role("link", name=called[FADING.code]).click()
    expect(mia.heading(f"{called[FADING.code]} is three steps down")).to_be_visible()
    expect(mia.card("Disengagement ladder")).to_contain_text("prices are not shared")
    mia.sees_charts()
    keeps_names(mia)
    mia.snap("account")
    page.get_by_role("link", name="Every line").click()
    keeps_names(mia)

    page.get_by_role("navigation", name="Main").get_by_role("link", name="Follow-ups").click()
    page.get_by_role("navigation", name="Whose follow-ups").get_by_role("link", name="Shared with us").click()
    expect(mia.heading("One follow-up is shared with you")).to_be_visible()
    keeps_names(mia)
    page.get_by_role("link", name=STEP).click()
    expect(mia.heading(f"{called[FADING.code]}: {STEP}")).to_be_visible()
    expect(page.get_by_role("button", name="Save the plan")).to_have_count(0)
    keeps_names(mia)
    mia.snap("follow-up")

    ana = visit("ana@northwest.example")
    ana.go(f"/follow-ups/{mia.path.split('/')[2]}/")
    expect(ana.card("What was said")).to_contain_text("Nobody has written anything yet.")
    page.get_by_label("Write").fill("We can send ten at half the price.")
    page.get_by_role("button", name="Write").click()
    expect(mia.card("What was said")).to_contain_text("We can send ten at half the price.")
    said = ana.card("What was said").get_by_role("listitem")
    expect(said).to_contain_text("We can send ten at half the price.")
    expect(said).to_contain_text("Mia · Adventure")
    ana.snap("ana-reads-without-reloading")
    keeps_names(mia)


def test_a_file_reaches_pages_that_are_open(
    visit: Visit, channel: Channel, relay: None, celery_worker: object, tmp_path: Path
) -> None:
    called = {code: f"Customer {pseudonym}" for code, pseudonym in channel.pseudonyms.items()}
    silent, *others = STEADY
    file = tmp_path / "april.csv"
    bought = [order(customer, date(2026, 4, 24), customer.skus) for customer in (*others, FADING, LATE_ONE)]
    file.write_bytes(write(row for rows in bought for row in rows))
    ana, boss, mia = (
        visit(f"{name}.example") for name in ("ana@northwest", "northwest-admin@northwest", "mia@adventure")
    )
    for waiting, name in ((boss, LATE_ONE.name), (mia, called[LATE_ONE.code])):
        expect(waiting.card("Should have ordered")).to_contain_text(name)
    boss.snap("before")
    files = visit("northwest-admin@northwest.example")
    files.go("/submissions/")

    page = ana.page
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Feeds and files").click()
    page.get_by_role("main").get_by_role("link", name="Send a file").click()
    page.get_by_label("Whose products are in it?").select_option("Adventure")
    page.get_by_label("File", exact=True).set_input_files(file)
    ana.snap("send")
    page.get_by_role("button", name="Send and check").click()
    expect(ana.heading("15 of 15 rows would be recorded")).to_be_visible(timeout=PATIENCE)
    ana.snap("checked")
    page.get_by_role("button", name="Record 15 rows").click()
    expect(ana.heading("15 rows of this file are recorded")).to_be_visible(timeout=PATIENCE)
    ana.snap("recorded")

    for waiting, was, now in (
        (boss, LATE_ONE.name, silent.name),
        (mia, called[LATE_ONE.code], called[silent.code]),
    ):
        late = waiting.card("Should have ordered")
        expect(late).to_contain_text(now, timeout=PATIENCE)
        expect(late).not_to_contain_text(was)
        expect(waiting.page.locator("#home-headline")).to_contain_text("24 Apr 2026")
        assert waiting.path == "/"
    expect(boss.card("Latest files")).to_contain_text("april.csv")
    expect(files.page.get_by_role("main")).to_contain_text("april.csv", timeout=PATIENCE)
    boss.snap("after-without-reloading")
    mia.snap("mia-after-without-reloading")
    keeps_names(mia)
