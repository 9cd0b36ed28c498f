"""How many queries each page makes: pinned, and the same for two accounts as for twenty."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from integrations.ingestion.models import Submission
from integrations.ingestion.services import check_submission, receive_file
from partners.agreements.models import Category
from partners.tenancy.context import acting_as
from tests.ui.conftest import Browse, analyse, ref_of, sell_steadily
from tests.world import World

PAGES = ("home", "accounts", "partnerships", "submissions")
# Nine are the frame of each: session, user, seats, two savepoints with four statements of the actor's settings.
PINNED = {
    ("ana", "home"): 26,
    ("ana", "accounts"): 19,
    ("ana", "account"): 22,
    ("ana", "partnerships"): 25,
    ("ana", "submissions"): 14,
    ("ana", "submission_new"): 12,
    ("ana", "submission"): 16,
    ("ana", "submission_progress"): 13,
    ("ana", "definitions"): 11,
    ("rita", "home"): 23,
    ("rita", "accounts"): 19,
    ("mia", "home"): 25,
    ("mia", "accounts"): 20,
    ("mia", "account"): 22,
    ("mia", "partnerships"): 25,
    ("mia", "submissions"): 13,
}


@pytest.fixture
def urls(channel: World) -> dict[tuple[str, str], str]:
    channel.share("adventure", "northwest", Category.VOLUME, Category.PRICE)
    analyse(channel)
    partnership = channel.partnerships["adventure", "northwest"]
    with acting_as(channel.actor("ana")):
        content = b"invoice_number,invoice_date,account_id,sku,quantity\nI-1,2026-01-14,C1,XX,2\n"
        file = receive_file(partnership, "march.csv", [content], source=Submission.Source.UPLOAD)
    check_submission(file.pk, file.distributor_id)
    arguments = {
        "account": {person: ref_of(channel, person, "adventure", "northwest") for person in ("ana", "mia")},
        "submission": {"ana": file.public_id},
        "submission_progress": {"ana": file.public_id},
    }
    return {
        (person, name): reverse(name, args=[arguments[name][person]] if name in arguments else [])
        for person, name in PINNED
    }


def test_each_page_makes_so_many_queries(urls: dict[tuple[str, str], str], browse: Browse) -> None:
    assert {page: _count(browse(page[0]), url) for page, url in urls.items()} == PINNED


@pytest.mark.parametrize("person", ["ana", "mia"])
def test_a_longer_list_makes_no_more(channel: World, browse: Browse, person: str) -> None:
    channel.share("adventure", "northwest", Category.VOLUME, Category.PRICE)
    analyse(channel)
    few = {name: _count(browse(person), reverse(name)) for name in PAGES}
    sell_steadily(channel, "adventure", "northwest", accounts=20)
    channel.share("adventure", "southwest", Category.VOLUME)
    analyse(channel)
    assert {name: _count(browse(person), reverse(name)) for name in PAGES} == few


def _count(client: Client, url: str) -> int:
    client.get(url)  # names of models and permissions are looked up once a process
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)
