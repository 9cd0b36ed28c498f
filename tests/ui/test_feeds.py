"""What can be sent: a page that says it, and empty files that are read as they are."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from integrations.ingestion.reading import FEEDS, FileRefused, Refusal, examine
from tests.ingestion.test_feeds import FILES
from tests.ui.conftest import Browse
from tests.ui.test_submissions import Sender
from tests.world import World

TEMPLATE = "/submissions/feeds/template/"


def test_it_names_every_feed_with_its_fields(world: World, browse: Browse) -> None:
    page = browse("ana").get(reverse("feeds")).content.decode()
    for feed in FEEDS.values():
        assert f'id="{feed.key}"' in page
        for field in feed.fields:
            assert f"<code>{field.key}</code>" in page


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("feed", FEEDS)
def test_an_empty_file_has_the_plain_headings_and_holds_nothing(
    world: World, browse: Browse, feed: str, kind: str
) -> None:
    answer = browse("ana").get(TEMPLATE, {"feed": feed, "kind": kind})
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{feed}.{kind}"'
    with pytest.raises(FileRefused) as refused:
        examine(BytesIO(answer.content), f"{feed}.{kind}", feed, today=date(2026, 3, 31))
    assert refused.value.code == Refusal.NO_ROWS


def test_a_workbook_says_what_belongs_under_its_headings(world: World, browse: Browse) -> None:
    content = browse("ana").get(TEMPLATE, {"feed": "stock", "kind": "xlsx"}).content
    sheet, legend = load_workbook(BytesIO(content)).worksheets
    assert [cell.value for cell in sheet[1]] == [field.key for field in FEEDS["stock"].fields]
    assert [cell.value for cell in legend[2]] == ["sku", "Product number (SKU)", "text", "required", "Stock"]


@pytest.mark.parametrize(
    "asked", [{}, {"feed": "stock"}, {"feed": "boats", "kind": "csv"}, {"feed": "stock", "kind": "pdf"}]
)
def test_what_there_is_not_is_said(world: World, browse: Browse, asked: dict[str, str]) -> None:
    assert browse("ana").get(TEMPLATE, asked).status_code == 400


def test_a_file_of_another_feed_is_sent_by_page(world: World, browse: Browse) -> None:
    sender = Sender(world, browse("ana"))
    page = sender.sent(FILES["stock"], feed="stock").page()
    assert "march.csv · Stock · Adventure" in page
    assert "On hand" in page
    sender.step("commit")
    sender.work()
    assert (sender.state(), sender.files()[-1].accepted) == ("committed", 2)
