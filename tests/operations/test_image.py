"""The image as far as it can be tried without Docker: its commands, its files, and the portal behind https."""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import dj_database_url
import pytest
from django.conf import settings
from django.test import Client

from portal.home import CHECKOUT
from tests.jobs.test_workers import running, until
from tests.operations.image import DOCKER, here, image_commands, services
from tests.platform.test_commands import free_port
from tests.world import build_world

HTTPS = {"Host": "portal.example", "X-Forwarded-Proto": "https"}
STATIC = re.compile(r"""{%\s*static\s+["']([^"']+)["']""")
VARIABLE = re.compile(r"\$\{([A-Z_]+)")


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `collectstatic` makes for an https address."""
    return tmp_path_factory.mktemp("static")


@pytest.fixture
def https(child_environment: dict[str, str], collected: Path) -> dict[str, str]:
    """The environment of a process behind https, once the files are collected."""
    environment = child_environment | {
        "DJANGO_SETTINGS_MODULE": "tests.operations.https",
        "COLLECTED": str(collected),
        "THROUGHLINE_LOGS": "json",
    }
    if not any(collected.iterdir()):
        command = here(["python", "manage.py", "collectstatic", "--no-input", "--verbosity=0"])
        subprocess.run(command, cwd=CHECKOUT, env=environment, check=True)
    return environment


@contextmanager
def served(environment: dict[str, str], log: Path) -> Iterator[int]:
    """The web as the image runs it, at a port of its own."""
    port = free_port()
    _, web = image_commands()
    moved = [
        {"--port=8000": f"--port={port}", "--host=0.0.0.0": "--host=127.0.0.1"}.get(word, word)
        for word in web
    ]
    assert len(set(web) - set(moved)) == 2
    program, *words = moved
    with log.open("w") as stderr, running(environment, "-m", program, *words, log=stderr):
        until(lambda: is_healthy(port))
        yield port


def ask(port: int, path: str, **headers: str) -> tuple[HTTPResponse, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(
        "GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    response = connection.getresponse()
    return response, response.read().decode()


def is_healthy(port: int) -> bool:
    health, _ = image_commands()
    command = [word.replace(":8000/", f":{port}/") for word in health]
    return subprocess.run(here(command), capture_output=True, check=False).returncode == 0


@pytest.mark.whole
def test_the_image_serves_pages_behind_https(https: dict[str, str], collected: Path, tmp_path: Path) -> None:
    world, log = build_world(), tmp_path / "web.log"
    ana = Client()
    ana.force_login(world.seats["ana"].user)
    session = ana.cookies[settings.SESSION_COOKIE_NAME].value
    with served(https, log) as port:
        sent_on, _ = ask(port, "/login/", Host="portal.example")
        assert (sent_on.status, sent_on.headers["Location"]) == (301, "https://portal.example/login/")
        ready, checks = ask(port, "/health/ready", Host="10.0.0.7:8000")
        assert (ready.status, json.loads(checks)["ready"]) == (200, True)

        login, form = ask(port, "/login/", **HTTPS)
        assert login.status == 200
        assert login.headers["Strict-Transport-Security"].startswith("max-age=31536000")
        assert login.headers["Set-Cookie"].startswith("__Host-throughline_csrf=")
        assert "Secure" in login.headers["Set-Cookie"]
        (sheet,) = re.findall(r'href="(/static/ui/throughline\.[0-9a-f]{12}\.css)"', form)
        style, _ = ask(port, sheet, **HTTPS)
        assert (style.status, style.headers["Cache-Control"]) == (200, "max-age=315360000, public, immutable")

        page, body = ask(port, "/accounts/", **HTTPS, Cookie=f"__Host-throughline_session={session}")
        assert page.status == 200
        assert "Ana" in body
    assert not is_healthy(port)
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    asked = [(line["route"], line["status"]) for line in lines if "route" in line]
    assert asked == [("unknown", 301), ("login", 200), ("accounts", 200)]


@pytest.mark.whole
def test_every_file_that_a_template_names_was_collected(https: dict[str, str], collected: Path) -> None:
    named = set()
    for template in (CHECKOUT / "portal").rglob("*.html"):
        named |= set(STATIC.findall(template.read_text()))
    paths = json.loads((collected / "staticfiles.json").read_text())["paths"]
    assert len(named) > 3
    assert named <= paths.keys()
    for name in named:
        assert (collected / paths[name]).exists()


def test_the_compose_file_asks_for_what_the_example_names() -> None:
    asked = set(VARIABLE.findall((DOCKER / "compose.yaml").read_text()))
    named = {
        line.partition("=")[0]
        for line in (DOCKER / "env.example").read_text().splitlines()
        if "=" in line[:40]
    }
    assert asked == {name for name in named if not name.startswith("#")}


def test_only_the_migrations_are_given_the_owner_s_address() -> None:
    holders = {name for name, service in services().items() if "throughline_owner" in str(service)}
    assert holders == {"migrate"}


def test_a_page_of_the_compose_file_s_web_keeps_the_database_busy_for_a_minute_at_most() -> None:
    parsed = dj_database_url.parse(services()["web"]["environment"]["DATABASE_URL"])
    assert parsed["OPTIONS"] == {"options": "-c statement_timeout=60s"}
    assert (parsed["USER"], parsed["HOST"], parsed["NAME"]) == ("throughline_app", "postgres", "throughline")


def test_no_password_and_no_key_has_a_default() -> None:
    compose = (DOCKER / "compose.yaml").read_text()
    secrets = re.findall(r"\$\{(THROUGHLINE_\w*(?:PASSWORD|KEY))([^}]*)", compose)
    assert {name for name, _ in secrets} >= {"THROUGHLINE_ROOT_KEY", "THROUGHLINE_APP_PASSWORD"}
    demanded = {name for name, rest in secrets if rest.startswith(":?")}
    assert demanded == {name for name, _ in secrets}
    assert not [rest for _, rest in secrets if rest.startswith((":-", "-"))]


@pytest.mark.whole
def test_the_migrations_of_the_compose_file_are_made(child_environment: dict[str, str]) -> None:
    command = here(services()["migrate"]["command"])
    done = subprocess.run(
        command, cwd=CHECKOUT, env=child_environment, capture_output=True, text=True, check=True
    )
    assert "No migrations to apply" in done.stdout


def test_everything_that_the_portal_is_made_of_is_in_the_image() -> None:
    copied = set(re.findall(r"^COPY (\w+) ", (DOCKER / "Dockerfile").read_text(), re.MULTILINE))
    rooms = {path.parent.name for path in CHECKOUT.glob("*/__init__.py")} - {"tests"}
    kept = {
        line[1:] for line in (CHECKOUT / ".dockerignore").read_text().splitlines() if line.startswith("!")
    }
    assert rooms == copied
    assert kept == {*rooms, "manage.py", "requirements.lock"}
