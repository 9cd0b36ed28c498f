"""What every page holds to: no host but ours, nothing inline, labels on every cell, headings in order."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

import portal.ui
from integrations.ingestion.models import Submission
from integrations.ingestion.services import check_submission, receive_file
from partners.agreements.models import Category
from partners.tenancy.context import acting_as
from tests.stages import staged
from tests.ui.conftest import Browse, analyse, sell_everywhere
from tests.world import World

TEMPLATES = Path(portal.ui.__file__).parent / "templates"


class Markup(HTMLParser):
    """The parts of a page that the rules below speak of."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def each(self, *names: str) -> Iterator[dict[str, str | None]]:
        return (attributes for tag, attributes in self.tags if tag in names)


def share(world: World) -> None:
    world.share("adventure", "northwest", Category.VOLUME, Category.PRICE)
    analyse(world, "northwest")


sharing = staged(sell_everywhere, share)


@pytest.fixture
def pages(sharing: World, browse: Browse) -> dict[str, str]:
    """One of each page, of both sides."""
    partnership = sharing.partnerships["adventure", "northwest"]
    with acting_as(sharing.actor("ana")):
        content = b"invoice_number,When,account_id,sku,quantity\nI-1,2026-01-14,C1,XX,2\n"
        file = receive_file(partnership, "march.csv", [content], source=Submission.Source.UPLOAD)
    moving = browse("ana").get(reverse("submission", args=[file.public_id])).content.decode()
    check_submission(file.pk, file.distributor_id)
    found = {"moving": moving}
    for person in ("ana", "mia"):
        client = browse(person)
        for name in (
            "home",
            "accounts",
            "partnerships",
            "submissions",
            "submission_new",
            "feeds",
            "definitions",
        ):
            found[f"{person} {name}"] = client.get(reverse(name)).content.decode()
        link = re.search(r'<th scope="row">\s*<a href="([^"]+)"', found[f"{person} accounts"])
        assert link
        found[f"{person} account"] = client.get(link[1].replace("&amp;", "&")).content.decode()
    found["file"] = browse("ana").get(reverse("submission", args=[file.public_id])).content.decode()
    found["400"] = client.get(reverse("accounts"), {"x": "1"}).content.decode()
    found["404"] = client.get("/nowhere/").content.decode()
    found["login"] = Client().get(reverse("login")).content.decode()
    found["500"] = render_to_string("500.html")
    return found


def test_nothing_is_inline_and_nothing_comes_from_elsewhere(pages: dict[str, str]) -> None:
    for name, page in pages.items():
        assert "http://" not in page, name
        assert "https://" not in page, name
        assert "<style" not in page, name
        for tag, attributes in Markup(page).tags:
            assert "style" not in attributes, (name, tag)
            assert not [key for key in attributes if key.startswith("on")], (name, tag)
            is_data = attributes.get("type") == "application/json"
            assert tag != "script" or attributes.get("src") or is_data, name


def test_the_pages_are_served_under_the_strict_policy(world: World, browse: Browse) -> None:
    policy = browse("ana").get("/definitions/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy


def test_each_page_has_one_heading_a_title_and_a_way_to_its_content(pages: dict[str, str]) -> None:
    for name, page in pages.items():
        markup = Markup(page)
        assert len(list(markup.each("h1"))) == 1, name
        assert re.search(r"<title>[^<]+ · Throughline</title>", page), name
        assert 'href="#content"' in page, name
        assert len(list(markup.each("main"))) == 1, name


def test_every_cell_keeps_its_label_on_a_phone(pages: dict[str, str]) -> None:
    cells = 0
    for name, page in pages.items():
        for table in re.findall(r'<table class="stack">.*?</table>', page, re.DOTALL):
            assert "<caption" in table, name
            for attributes in Markup(table).each("td"):
                cells += 1
                assert attributes.get("data-label") or attributes.get("colspan"), (name, attributes)
            for attributes in Markup(table).each("th"):
                assert attributes.get("scope") in ("col", "row"), name
    assert cells > 100


def test_every_field_has_a_label_and_every_description_exists(pages: dict[str, str]) -> None:
    for name, page in pages.items():
        markup = Markup(page)
        ids = {attributes["id"] for _, attributes in markup.tags if attributes.get("id")}
        labelled = {attributes.get("for") for attributes in markup.each("label")}
        for attributes in markup.each("input", "select"):
            if attributes.get("type") != "hidden":
                assert attributes.get("id") in labelled, (name, attributes)
        for _, attributes in markup.tags:
            for reference in ("aria-describedby", "aria-labelledby", "popovertarget"):
                assert set((attributes.get(reference) or "").split()) <= ids, (name, reference)


def test_no_id_occurs_twice(pages: dict[str, str]) -> None:
    for name, page in pages.items():
        ids = [attributes["id"] for _, attributes in Markup(page).tags if attributes.get("id")]
        assert len(ids) == len(set(ids)), name


def test_no_page_shows_an_internal_id(pages: dict[str, str]) -> None:
    for name, page in pages.items():
        for attributes in Markup(page).each("a", "form", "option", "button"):
            for key in ("href", "action", "value"):
                assert not re.fullmatch(r"\d{2,}|.*/\d+/.*", attributes.get(key) or ""), (name, attributes)


def test_what_moves_is_announced(pages: dict[str, str]) -> None:
    assert 'aria-live="polite"' in pages["moving"]
    assert "allowEval" in pages["moving"]
    assert "hx-" not in pages["file"]


def test_the_style_sheet_names_no_other_host_and_no_data() -> None:
    found = finders.find("ui/throughline.css")
    assert found
    sheet = Path(found).read_text()
    assert "url(" not in sheet
    assert "@import" not in sheet
    assert len(sheet.splitlines()) < 500


def test_no_template_escapes_the_escaping() -> None:
    templates = list(TEMPLATES.rglob("*.html"))
    assert len(templates) > 30
    for template in templates:
        text = template.read_text()
        assert "|safe" not in text, template
        assert "autoescape off" not in text, template


def test_what_lays_out_a_whole_page_lays_out_no_part_of_one() -> None:
    """`plain` keeps the top of a page free, and would do so in the middle of a card."""
    plain = re.compile(r'<(\w+)[^>]*class="(?:[^"]* )?plain[ "]')
    found = {
        (path.name, tag) for path in TEMPLATES.rglob("*.html") for tag in plain.findall(path.read_text())
    }
    assert found == {("plain.html", "main")}
