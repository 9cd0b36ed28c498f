"""Ana's day without a mouse: every stop of the Tab key is seen, nothing holds the focus, Escape closes what opened."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Visit
from tests.browser.trade import FADING, Channel, open_shared
from tests.browser.visitor import HEIGHT, PHONE, Visitor
from tests.engagement.conftest import today
from tests.world import PASSWORD

pytestmark = pytest.mark.browser
# Where the focus is and how it shows; the names of parts of one field (day, month, year) are the field's.
STOP = """() => {
  const node = document.activeElement;
  if (!node || node === document.body) return null;
  const box = node.getBoundingClientRect(), style = getComputedStyle(node);
  // The calendar's button within a date field draws its own frame, which no style tells of.
  const within = node.type === "date" && !node.matches(":focus-visible");
  const marked = within || (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
  const inside = box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
  window.stops ??= new Set();
  window.stops.add(node);
  return { node: node.outerHTML.slice(0, 120), marked, inside: inside && box.width > 1 && box.height > 1,
    count: window.stops.size };
}"""
# All that the Tab key should come to: of the buttons of one choice only one.
STOPS = """() => {
  const wanted = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
  const groups = new Set();
  return [...document.querySelectorAll(wanted)].filter((node) => {
    if (node.disabled || !node.checkVisibility({ visibilityProperty: true })) return false;
    if (node.type !== "radio") return true;
    const group = `${node.form?.action} ${node.name}`;
    return groups.has(group) ? false : groups.add(group);
  }).length;
}"""
MOST_STOPS = 250


def press_tab(visitor: Visitor, back: bool = False) -> dict[str, object] | None:
    """One stop further; whatever has the focus now shows it."""
    visitor.page.keyboard.press("Shift+Tab" if back else "Tab")
    stop: dict[str, object] | None = visitor.page.evaluate(STOP)
    if stop is not None:
        assert stop["marked"], f"{visitor.path}: the focus does not show on {stop['node']}"
        assert stop["inside"], f"{visitor.path}: the focus is out of sight on {stop['node']}"
    return stop


def tab_to(visitor: Visitor, wanted: Locator, back: bool = False) -> None:
    """Tab until this has the focus."""
    for _ in range(MOST_STOPS):
        press_tab(visitor, back)
        if wanted.evaluate("(node) => node === document.activeElement"):
            return
    raise AssertionError(f"{visitor.path}: the Tab key never comes to {wanted}")


def goes_round(visitor: Visitor) -> None:
    """The Tab key comes to all there is and then leaves the page: nothing is skipped, nothing holds it."""
    expected, count = visitor.page.evaluate(STOPS), 0
    visitor.page.evaluate("() => { window.stops = new Set(); document.activeElement?.blur(); }")
    for _ in range(MOST_STOPS):
        stop = press_tab(visitor)
        if stop is None and count:
            break
        count = int(str(stop["count"])) if stop else count
    else:
        raise AssertionError(f"{visitor.path}: the Tab key does not leave the page")
    assert count == expected, f"{visitor.path}: {count} of {expected} stops"


def next_day_that_reads_both_ways() -> date:
    """Day and month alike, so that it is typed the same way whichever of them the browser asks for first."""
    day = today() + timedelta(days=2)
    while day.day != day.month:
        day += timedelta(days=1)
    return day


def test_from_the_login_to_the_end_of_a_follow_up(visit: Visit, channel: Channel) -> None:
    ana = visit()
    page, keys = ana.page, ana.page.keyboard

    ana.go("/")
    tab_to(ana, page.get_by_label("E-mail"))
    ana.snap("login")
    keys.type("ana@northwest.example")
    tab_to(ana, page.get_by_label("Password"))
    keys.type(PASSWORD)
    keys.press("Enter")
    expect(ana.heading(re.compile("should have ordered"))).to_be_visible()

    skip = page.get_by_role("link", name="Skip to the content")
    tab_to(ana, skip)
    ana.snap("skip-link")
    keys.press("Enter")
    press_tab(ana)
    assert page.get_by_role("main").evaluate("(main) => main.contains(document.activeElement)")

    who = page.get_by_role("button", name="Ana: seat, theme, language, log out")
    tab_to(ana, who, back=True)
    keys.press("Enter")
    theme = page.get_by_label("Theme")
    tab_to(ana, theme)
    keys.type("dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    ana.snap("person")
    assert ana.faults() == []
    keys.press("Escape")
    expect(theme).to_be_hidden()
    expect(who).to_be_focused()

    eyes = page.get_by_role("button", name="See as they do")
    tab_to(ana, eyes, back=True)
    keys.press("Enter")
    through = page.get_by_role("link", name="As Adventure does")
    tab_to(ana, through)
    ana.snap("see-as")
    assert ana.faults() == []
    keys.press("Escape")
    expect(through).to_be_hidden()
    expect(eyes).to_be_focused()

    tab_to(ana, page.get_by_role("searchbox", name="Find an account"), back=True)
    keys.type("łódź")
    keys.press("Enter")
    expect(ana.heading("1 of 6 accounts")).to_be_visible()
    tab_to(ana, page.get_by_role("main").get_by_role("link", name=FADING.name))
    ana.snap("found")
    keys.press("Enter")
    expect(ana.heading(f"{FADING.name} is four steps down")).to_be_visible()
    tab_to(ana, page.get_by_role("link", name=re.compile("^Follow up ?: ")))
    ana.snap("account")
    keys.press("Enter")

    expect(ana.heading(re.compile("Take care of"))).to_be_visible()
    tab_to(ana, page.get_by_label("Owner"))
    keys.type("Ana")
    tab_to(ana, page.get_by_label("Next step"))
    keys.type("Send the spring list")
    tab_to(ana, page.get_by_label("Look at it again on"))
    day = next_day_that_reads_both_ways()
    keys.type(f"{day:%d%m%Y}")
    expect(page.get_by_label("Look at it again on")).to_have_value(day.isoformat())
    tab_to(ana, page.get_by_role("button", name="Follow up"))
    ana.snap("filled")
    keys.press("Enter")

    expect(ana.heading(f"{FADING.name}: Send the spring list")).to_be_visible()
    tab_to(ana, page.get_by_role("radio", name=re.compile("^Confirmed")))
    lost = page.get_by_role("radio", name=re.compile("^False alarm"))
    for _ in range(3):
        keys.press("ArrowDown")
    expect(lost).to_be_checked()
    tab_to(ana, page.get_by_label(re.compile("^Why")))
    keys.type("They were closed for the winter")
    tab_to(ana, page.get_by_role("button", name="Record it"))
    ana.snap("end-it")
    keys.press("Enter")
    expect(ana.card("It has ended")).to_be_visible()
    expect(ana.card("What was said")).to_contain_text("They were closed for the winter")
    ana.snap("ended")


def test_round_each_page_and_the_rail_of_a_phone(visit: Visit, channel: Channel) -> None:
    opened, ref = open_shared(channel, "Ring them"), channel.refs[FADING.code]
    ana = visit("ana@northwest.example")
    asked = f"account={ref}&kind=quantity_shrinks&partnership={channel.partnership}"
    for path in (
        "/", "/accounts/", f"/accounts/{ref}/", f"/follow-ups/{opened.public_id}/", f"/follow-ups/new/?{asked}",
        "/submissions/new/",
    ):  # fmt: skip
        ana.go(path)
        goes_round(ana)

    ana.page.set_viewport_size({"width": PHONE, "height": HEIGHT})
    ana.page.emulate_media(color_scheme="dark")
    ana.go("/")
    menu, rail = ana.page.get_by_role("button", name="Menu"), ana.page.get_by_role("navigation", name="Main")
    expect(rail).to_be_hidden()
    tab_to(ana, menu)
    ana.page.keyboard.press("Enter")
    expect(rail).to_be_visible()
    ana.snap("rail")
    assert ana.faults() == []
    ana.page.keyboard.press("Escape")
    expect(rail).to_be_hidden()
    expect(menu).to_be_focused()
    ana.page.keyboard.press("Enter")
    tab_to(ana, rail.get_by_role("link", name="Accounts"))
    ana.page.keyboard.press("Enter")
    expect(ana.heading("6 accounts, each by its own orders")).to_be_visible()
    ana.snap("accounts")
