"""Ana of Northwest on Monday morning: from the headline to the follow-up, and what of it Adventure gets to see."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.trade import FADING, FILE, LATE_ONE, SECRETS, Channel
from tests.engagement.conftest import today

pytestmark = pytest.mark.browser
STEP = "Ring Kasia about the mountain bikes"


def test_ana_on_monday(visit: Visit, channel: Channel) -> None:
    ana = visit("ana@northwest.example")
    page, pseudonym = ana.page, f"Customer {channel.pseudonyms[FADING.code]}"

    expect(ana.heading("One account should have ordered by now")).to_be_visible()
    expect(ana.card("Should have ordered").get_by_role("row").filter(has_text=LATE_ONE.name)).to_be_visible()
    ana.snap("home")

    ana.card("Going down the ladder").get_by_role("link", name=FADING.name, exact=True).click()
    expect(ana.heading(f"{FADING.name} is four steps down")).to_be_visible()
    ladder = ana.card("Disengagement ladder")
    expect(ladder.get_by_role("listitem")).to_have_count(6)
    expect(ladder.locator("li.lit")).to_have_count(4)
    ana.sees_charts()
    ana.snap("account")

    ladder.get_by_role("link", name=re.compile("How this is found.*Fewer families")).click()
    expect(ana.heading(f"{FADING.name}: 1 family, usual 3 families")).to_be_visible()
    expect(
        page.get_by_role("table", name="The twelve quarters of the baseline").get_by_role("row")
    ).to_have_count(13)
    ana.sees_charts()
    ana.snap("evidence")

    page.get_by_role("link", name="The lines behind it").click()
    expect(ana.heading(re.compile(rf"\d+ lines of {FADING.name}"))).to_be_visible()
    newest = page.get_by_role("table", name="Lines, newest first").get_by_role("row").nth(1)
    expect(newest.get_by_role("link", name=FILE)).to_be_visible()
    expect(newest).to_contain_text(re.compile(r"row \d+"))
    ana.snap("lines")

    page.get_by_role("navigation", name="Where this is").get_by_role("link", name=FADING.name).click()
    page.get_by_role("link", name=re.compile("^Follow up ?: ")).click()
    expect(ana.heading(f"Take care of: Orders shrink at {FADING.name}")).to_be_visible()
    page.get_by_label("Owner").select_option("Ana")
    page.get_by_label("Next step").fill(STEP)
    page.get_by_label("Look at it again on").fill((today() + timedelta(days=7)).isoformat())
    ana.snap("take-it-up")
    page.get_by_role("button", name="Follow up").click()

    expect(ana.heading(f"{FADING.name}: {STEP}")).to_be_visible()
    figures = page.get_by_role("table", name="The figures, when it was opened and today")
    expect(figures.get_by_role("columnheader", name="When it was opened")).to_be_visible()
    expect(figures.get_by_role("row").filter(has_text="Value")).to_contain_text("still so")
    ana.snap("follow-up")

    page.get_by_label("Write").fill("Kasia says the new shop in town is cheaper.")
    page.get_by_role("button", name="Write").click()
    said = ana.card("What was said").get_by_role("listitem")
    expect(said).to_contain_text("Kasia says the new shop in town is cheaper.")
    expect(said).to_contain_text("only us")

    page.get_by_role("button", name="Share with Adventure").click()
    expect(ana.card("Adventure reads it")).to_contain_text(f"the account as {pseudonym}")
    ana.snap("shared")

    page.get_by_role("button", name="See as they do").click()
    page.get_by_role("link", name="As Adventure does").click()
    expect(page.get_by_role("complementary", name="As they see you")).to_contain_text(
        "You see what Adventure sees of you."
    )
    expect(ana.heading(f"{pseudonym}: {STEP}")).to_be_visible()
    assert [word for word in SECRETS if word in page.content()] == []
    assert "the new shop in town" not in page.content()
    expect(page.get_by_role("main").locator("form")).to_have_count(0)
    ana.snap("as-adventure-sees-it")

    page.get_by_role("link", name="Back to your own view").click()
    expect(ana.heading(f"{FADING.name}: {STEP}")).to_be_visible()
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Partnerships").click()
    adventure = ana.card("Adventure")
    expect(adventure).to_contain_text("Not shared: they see Customer")
    expect(adventure).to_contain_text("Read this month")
    ana.snap("what-we-share")
