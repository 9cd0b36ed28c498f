"""Figures for whoever holds the token: bare numbers under words from the code."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from integrations.ingestion.models import Submission
from integrations.ingestion.services import receive_file
from partners.jobs.models import Job
from partners.jobs.services import emit
from partners.tenancy.context import acting_as
from tests.ui.conftest import Browse, browse
from tests.world import World

__all__ = ["browse"]
TOKEN = "t" * 32
Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture
def scrape(settings: Settings) -> Callable[[], Figures]:
    """Ask as a collector does; every sample by its name and labels."""
    settings.METRICS_TOKEN = TOKEN

    def ask() -> Figures:
        answer = Client().get("/metrics", headers={"authorization": f"Bearer {TOKEN}", "host": "web:8000"})
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith("text/plain")
        assert answer.headers["Cache-Control"] == "no-store"
        families = text_string_to_metric_families(answer.content.decode())
        return {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in families
            for sample in family.samples
        }

    return ask


def at(figures: Figures, name: str, **labels: str) -> float:
    return figures.get((name, frozenset(labels.items())), 0.0)


def test_without_a_token_there_is_nothing(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = ""
    for headers in ({}, {"authorization": "Bearer "}, {"authorization": f"Bearer {TOKEN}"}):
        answer = client.get("/metrics", headers=headers)
        assert (answer.status_code, answer.content) == (404, b"")


def test_another_token_learns_nothing(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN
    for wrong in (
        "",
        "Bearer",
        TOKEN,
        f"Bearer {TOKEN[:-1]}",
        f"Bearer {TOKEN}x",
        f"bearer {TOKEN}",
        "Bearer ü",
    ):
        answer = client.get("/metrics", headers={"authorization": wrong})
        assert (answer.status_code, answer.content) == (401, b"")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_requests_are_counted_by_route_and_never_by_path(
    world: World, browse: Browse, scrape: Callable[[], Figures]
) -> None:
    account = {"route": "account", "method": "GET", "status": "404"}
    before = scrape()
    for number in range(3):
        browse("ana").get(f"/accounts/acc_finch{number}/?q=finch")
    browse("ana").generic("FINCH", "/finch/")
    after = scrape()
    assert at(after, "throughline_request_seconds_count", **account) == 3 + at(
        before, "throughline_request_seconds_count", **account
    )
    unknown = {"route": "unknown", "method": "other", "status": "404"}
    assert at(after, "throughline_request_seconds_count", **unknown) >= 1
    assert at(after, "throughline_request_seconds_bucket", le="10.0", **account) >= 3
    assert not [key for key in after if "finch" in str(key).lower()]


def test_what_waits_and_was_done_is_counted_over_all_organisations(
    world: World, scrape: Callable[[], Figures]
) -> None:
    before = scrape()
    for person, distributor in (("ana", "northwest"), ("sam", "southwest")):
        with acting_as(world.actor(person)):
            partnership = world.partnerships["adventure", distributor]
            receive_file(partnership, "finch.csv", [b"finch"], source=Submission.Source.UPLOAD)
        with acting_as(world.worker(distributor)):
            Job.objects.create(key="ingestion.check:1:2", state=Job.State.FAILED)
            Job.objects.create(key="finch:1:2", state=Job.State.RUNNING)
    after = scrape()

    def more(name: str, **labels: str) -> float:
        return at(after, name, **labels) - at(before, name, **labels)

    assert more("throughline_submissions", state="received") == 2
    assert more("throughline_outbox_waiting") == 2
    assert more("throughline_jobs", task="ingestion.check", state="failed") == 2
    assert more("throughline_jobs", task="other", state="running") == 2
    assert at(after, "process_resident_memory_bytes") > 10_000_000
    assert not [key for key in after if "finch" in str(key)]


def test_the_oldest_event_that_waits_has_an_age(committed_db: None, scrape: Callable[[], Figures]) -> None:
    from partners.jobs.services import relay_waiting
    from portal.dispatch import DISPATCH
    from tests.world import build_world

    world = build_world()
    relay_waiting(DISPATCH, lambda task, payload: None)
    assert at(scrape(), "throughline_outbox_oldest_seconds") == 0
    with acting_as(world.worker("northwest")):
        emit("submission.received", submission_id=1)
    found = scrape()
    assert at(found, "throughline_outbox_waiting") == 1
    assert 0 < at(found, "throughline_outbox_oldest_seconds") < 60


def test_a_database_that_is_away_takes_its_own_figures_along_and_no_others(
    committed_db: None, scrape: Callable[[], Figures], monkeypatch: pytest.MonkeyPatch
) -> None:
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")
    found = scrape()
    assert at(found, "process_resident_memory_bytes") > 0
    assert not [name for name, _ in found if name.startswith(("throughline_jobs", "throughline_outbox"))]
