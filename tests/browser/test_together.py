"""Two people at one follow-up: the second sees the first, and loses no word of her own."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.trade import FADING, Channel, open_shared

pytestmark = pytest.mark.browser


def test_two_people_edit_one_follow_up(visit: Visit, channel: Channel) -> None:
    opened = open_shared(channel, "Ring them")
    ana, boss = visit("ana@northwest.example"), visit("northwest-admin@northwest.example")
    for visitor in (ana, boss):
        visitor.go(f"/follow-ups/{opened.public_id}/")
    boss.page.get_by_label("Next step").fill("Visit them on the way to Poznań")

    ana.page.get_by_label("Next step").fill("Write to them first")
    ana.page.get_by_role("button", name="Save the plan").click()
    expect(ana.heading(f"{FADING.name}: Write to them first")).to_be_visible()

    expect(boss.heading(f"{FADING.name}: Write to them first")).to_be_visible()
    typed = boss.page.get_by_label("Next step")
    expect(typed).to_have_value("Visit them on the way to Poznań")
    boss.snap("the-others-step-while-typing")

    boss.page.get_by_role("button", name="Save the plan").click()
    expect(boss.page.get_by_role("alert")).to_contain_text("Ana came first and changed the plan: next step.")
    expect(typed).to_have_value("Visit them on the way to Poznań")
    expect(boss.card("Plan")).to_contain_text("Stored now: Write to them first")
    boss.snap("who-came-first")
    boss.notices("409")

    boss.page.get_by_role("button", name="Save the plan").click()
    expect(boss.heading(f"{FADING.name}: Visit them on the way to Poznań")).to_be_visible()
    expect(ana.heading(f"{FADING.name}: Visit them on the way to Poznań")).to_be_visible()
    ana.snap("both-see-the-last-word")
