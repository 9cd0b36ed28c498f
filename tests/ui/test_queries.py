"""How many queries each page makes: pinned, and the same for two accounts as for twenty."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from integrations.ingestion.models import Submission
from integrations.ingestion.services import check_submission, receive_file
from partners.access.invitations import invite_person
from partners.agreements.models import Category
from partners.tenancy.actors import Reach, Role
from partners.tenancy.context import acting_as
from tests.reports.conftest import written
from tests.ui.conftest import Browse, analyse, ref_of, sell_steadily
from tests.ui.test_routes import opened, receipt_of
from tests.world import World

PAGES = ("home", "accounts", "partnerships", "follow_ups", "submissions", "reports")
# Ten are the frame of each: session, user, seats, support accesses, two savepoints with four statements of the
# actor's settings.
PINNED = {
    ("ana", "home"): 37,
    ("ana", "accounts"): 25,
    ("ana", "account"): 37,
    ("ana", "partnerships"): 29,
    ("ana", "submissions"): 17,
    ("ana", "submission_new"): 15,
    ("ana", "feeds"): 14,
    ("ana", "submission_quarantine"): 24,
    ("ana", "submission"): 19,
    ("ana", "submission_progress"): 14,
    ("ana", "definitions"): 14,
    ("rita", "home"): 30,
    ("rita", "accounts"): 23,
    ("mia", "home"): 32,
    ("mia", "accounts"): 26,
    ("mia", "account"): 35,
    ("mia", "partnerships"): 29,
    ("mia", "submissions"): 16,
    ("ana", "evidence"): 21,
    ("ana", "account_lines"): 20,
    ("ana", "partnership"): 40,
    ("mia", "partnership"): 36,
    ("ana", "follow_ups"): 27,
    ("ana", "follow_up_new"): 23,
    ("ana", "follow_up"): 35,
    ("ana", "reports"): 20,
    ("ana", "report"): 17,
    ("northwest-admin", "clients"): 16,
    ("northwest-admin", "people"): 25,
    ("northwest-admin", "person"): 31,
    ("northwest-admin", "invited"): 16,
    ("northwest-admin", "organisation"): 17,
    ("northwest-admin", "partner_new"): 15,
    ("ana", "account_erase"): 17,
    ("ana", "receipts"): 15,
    ("ana", "receipt"): 15,
    ("northwest-admin", "partnership_archive"): 16,
    ("northwest-admin", "sharing"): 45,
    ("mia", "sharing"): 25,
}


@pytest.fixture
def urls(channel: World) -> dict[tuple[str, str], str]:
    channel.share("adventure", "northwest", Category.VOLUME, Category.PRICE)
    analyse(channel, "northwest")
    partnership = channel.partnerships["adventure", "northwest"]
    with acting_as(channel.actor("ana")):
        content = b"invoice_number,invoice_date,account_id,sku,quantity\nI-1,2026-01-14,C1,XX,2\n"
        file = receive_file(partnership, "march.csv", [content], source=Submission.Source.UPLOAD)
    check_submission(file.pk, file.distributor_id)
    with acting_as(channel.actor("northwest-admin")):
        invited = invite_person("lena@northwest.example", "Lena", Role.VIEWER, Reach.PARTNERSHIPS)
    refs = {person: ref_of(channel, person, "adventure", "northwest") for person in ("ana", "mia")}
    receipt = receipt_of(channel)
    arguments: dict[str, dict[str, str | list[str]]] = {
        "account": refs,
        "account_lines": refs,
        "evidence": {"ana": [refs["ana"], "breadth_narrows"]},
        "partnership": dict.fromkeys(("ana", "mia"), partnership.public_id),
        "follow_up": {"ana": opened(channel).public_id},
        "report": {"ana": written(channel, "ana").public_id},
        "person": {"northwest-admin": channel.seats["rita"].public_id},
        "invited": {"northwest-admin": invited.public_id},
        "account_erase": refs,
        "receipt": {"ana": receipt},
        "partnership_archive": {"northwest-admin": partnership.public_id},
        "sharing": dict.fromkeys(("northwest-admin", "mia"), partnership.public_id),
        "submission": {"ana": file.public_id},
        "submission_progress": {"ana": file.public_id},
        "submission_quarantine": {"ana": file.public_id},
    }
    return {
        (person, name): _address(name, arguments.get(name, {}).get(person, []), refs["ana"])
        for person, name in PINNED
    }


def _address(name: str, given: str | list[str], account: str) -> str:
    url = reverse(name, args=given if isinstance(given, list) else [given])
    return f"{url}?account={account}&kind=should_have_ordered" if name == "follow_up_new" else url


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
