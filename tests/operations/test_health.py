"""Whether the portal lives and can serve: asked by machines, from any address, without a session."""

from collections.abc import Iterator

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, connections
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from partners.tenancy import startup
from portal.broker import transport_options
from portal.celery import app
from portal.operations.readiness import READINESS
from tests.platform.test_commands import free_port

ALL_WELL = {
    "database": "ok",
    "walls": "ok",
    "migrations": "ok",
    "taken_away": "ok",
    "journal": "ok",
    "broker": "ok",
}


@pytest.fixture(autouse=True)
def _asked_anew() -> Iterator[None]:
    READINESS.forget()
    yield
    READINESS.forget()


def test_the_process_lives_whatever_became_of_the_database(client: Client) -> None:
    answer = client.get(
        "/health/live", headers={"host": "10.1.2.3:8000"}
    )  # without the fixture no query is allowed
    assert (answer.status_code, answer.json()) == (200, {"live": True})
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Vary" not in answer.headers
    assert not answer.cookies


def test_probes_are_not_sent_to_https(client: Client, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get("/robots.txt").status_code == 301
    assert client.get("/health/live").status_code == 200
    assert client.get("/metrics").status_code == 404
    assert client.get("/health/other", headers={"host": "localhost"}).status_code in (301, 404)


def test_a_probe_is_a_question(client: Client) -> None:
    for url in ("/health/live", "/health/ready", "/metrics"):
        assert client.post(url).status_code == 405


def ready(client: Client) -> HttpResponse:
    READINESS.forget()
    return client.get("/health/ready", headers={"host": "web:8000"})


def test_all_is_well(client: Client, db: None) -> None:
    answer = ready(client)
    assert (answer.status_code, answer.json()) == (200, {"ready": True, "checks": ALL_WELL})
    assert answer.headers["Cache-Control"] == "no-store"


def only_failing(*names: str) -> dict[str, object]:
    return {"ready": False, "checks": ALL_WELL | dict.fromkeys(names, "failed")}


def test_a_broker_that_is_away(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    away = f"amqp://finch:finch@127.0.0.1:{free_port()}/finch"
    monkeypatch.setenv("CELERY_BROKER_URL", away)  # Celery looks there first
    monkeypatch.setitem(app.conf, "broker_transport_options", transport_options(away, "finch"))
    answer = ready(client)
    assert (answer.status_code, answer.json()) == (503, only_failing("broker"))


def test_walls_that_do_not_hold(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(startup, "OPEN_TABLES", {})
    answer = ready(client)
    assert (answer.status_code, answer.json()) == (503, only_failing("walls"))
    with pytest.raises(ImproperlyConfigured):
        startup.refuse_unsafe_database()


def test_a_database_that_is_older_than_the_code(client: Client, committed_db: None) -> None:
    with connections["owner"].cursor() as cursor:
        last = ("runs", "0004_walls_and_mirrors")
        cursor.execute("DELETE FROM django_migrations WHERE (app, name) = (%s, %s) RETURNING applied", last)
        (applied,) = cursor.fetchone()
        try:
            answer = ready(client)
        finally:
            cursor.execute(
                "INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)", [*last, applied]
            )
    assert (answer.status_code, answer.json()) == (503, only_failing("migrations"))
    assert ready(client).status_code == 200


def test_a_database_that_is_away(client: Client, committed_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "HOST", "/nowhere")
    answer = ready(client)
    assert (answer.status_code, answer.json()) == (
        503,
        only_failing("database", "walls", "migrations", "taken_away", "journal"),
    )


def test_asking_often_costs_little(client: Client, db: None) -> None:
    client.get("/health/ready")
    with CaptureQueriesContext(connection) as queries:
        for _ in range(5):
            assert client.get("/health/ready").status_code == 200
    assert len(queries) == 0
