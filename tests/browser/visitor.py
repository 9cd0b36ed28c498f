"""Somebody in front of a browser: finds things by role and label, keeps pictures, and notices what goes wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Locator, Page, Response, expect

from tests.sessions import code_of
from tests.world import PASSWORD

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice")
EVERYTHING = {"type": "tag", "values": RULES}
COLOURS = {
    "type": "rule",
    "values": ["color-contrast", "link-in-text-block"],
}  # all that another theme changes
WIDE, PHONE = 1280, 390
HEIGHT = 900
FINGER = 44  # CSS pixels
SERVER_ERROR = 500

VIOLATIONS = """async (options) => {
  const { violations } = await axe.run(options);
  const told = (id) => ({ target, html }) => `${id}: ${target[0]} ${html.slice(0, 120)}`;
  return violations.flatMap(({ id, nodes }) => nodes.map(told(id)));
}"""
# What a finger is to hit: neither links within a sentence nor what the label beside it hits as well.
SMALL_TARGETS = """(least) => {
  const wanted = "button, .button, select, textarea, summary, .rail li a, input:not([type=hidden])";
  const small = (node) => {
    const target = node.matches("[type=radio], [type=checkbox]") ? (node.closest("label") ?? node) : node;
    const box = target.getBoundingClientRect();
    return box.width && box.height && (box.height < least - 0.5 || box.width < least - 0.5);
  };
  return [...document.querySelectorAll(wanted)].filter((node) => node.checkVisibility()).filter(small)
    .map((node) => `${node.outerHTML.slice(0, 90)} ${Math.round(node.getBoundingClientRect().height)} px`);
}"""
# What stands out to the right of the window, the outermost elements only.
SIDEWAYS = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const right = (node) => node.getBoundingClientRect().right;
  const out = [...document.querySelectorAll("body *")].filter((node) => right(node) > width + 0.5);
  return ["the page is " + document.documentElement.scrollWidth + " px wide",
    ...out.slice(0, 5).map((node) => node.outerHTML.slice(0, 120))];
}"""


@dataclass
class Album:
    """The pictures of one walk, in the order in which they were taken."""

    folder: Path
    taken: int = 0

    def snap(self, page: Page, name: str) -> None:
        self.taken += 1
        page.screenshot(path=self.folder / f"{self.taken:02}-{name}.png", full_page=True)


@dataclass
class Visitor:
    """A person at the portal, in a browser of their own."""

    page: Page
    address: str
    album: Album
    troubles: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.troubles.append(f"{self.page.url}: {error}"))
        self.page.on("response", self._look)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.troubles.append(f"{self.page.url}: {message.text} ({message.location.get('url')})")

    def _look(self, response: Response) -> None:
        if response.status >= SERVER_ERROR:
            self.troubles.append(f"{response.url} answered {response.status}")

    def log_in(self, email: str, first: str = "/") -> None:
        """Through the form, as everybody does; `first` is the page on which one arrives."""
        self.give_password(email)
        expect(self.page).to_have_url(f"{self.address}{first}")

    def give_password(self, email: str) -> None:
        """The first step of the way in."""
        self.go("/login/")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Log in").click()

    def set_up_second_factor(self, *, asked: bool = True) -> None:
        """Through its pages, after the password once more where it is asked for; it is fresh for the next minutes."""
        self.go("/your-login/second-factor/")
        if asked:
            self.page.get_by_label("Password").fill(PASSWORD)
            self.page.get_by_role("button", name="Go on").click()
        secret = self.page.locator("#secret").text_content() or ""
        self.page.get_by_label("Code").fill(code_of(secret))
        self.page.get_by_role("button", name="Set it up").click()
        expect(self.heading("Recovery codes")).to_be_visible()

    def go(self, path: str) -> None:
        self.page.goto(f"{self.address}{path}")

    def snap(self, name: str) -> None:
        self.album.snap(self.page, name)

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    def heading(self, text: str | re.Pattern[str]) -> Locator:
        """The one sentence on top of the page."""
        return self.page.get_by_role("heading", level=1, name=text)

    def card(self, title: str | re.Pattern[str]) -> Locator:
        """The section with this heading."""
        return self.page.get_by_role("region", name=title)

    def sees_charts(self) -> None:
        """Every figure of the page is drawn."""
        figures = self.page.locator("figure[data-vega]")
        expect(figures.first).to_be_visible()
        for figure in figures.all():
            expect(figure.locator("svg.marks")).to_be_visible(timeout=15_000)

    def notices(self, words: str) -> None:
        """The browser complained with these words, as it had to."""
        left = [trouble for trouble in self.troubles if words not in trouble]
        assert len(left) < len(self.troubles), (words, self.troubles)
        self.troubles[:] = left

    def faults(self, rules: Mapping[str, object] = EVERYTHING) -> list[str]:
        """What keeps somebody out of this page as it stands."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        found: list[str] = self.page.evaluate(VIOLATIONS, {"runOnly": rules, "resultTypes": ["violations"]})
        if self.page.viewport_size == {"width": PHONE, "height": HEIGHT}:
            found += [f"sideways: {entry}" for entry in self.page.evaluate(SIDEWAYS)]
            found += [f"hard to hit: {entry}" for entry in self.page.evaluate(SMALL_TARGETS, FINGER)]
        return found
