"""Commands on an empty home, and everything together under `serve`."""

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from portal.home import CHECKOUT
from tests.platform.test_embedded import server_process, until

GIVEN = (
    "DATABASE_URL", "DATABASE_OWNER_URL", "CELERY_BROKER_URL", "THROUGHLINE_JOURNAL", "THROUGHLINE_PUBLIC_URL", "HOST",
)  # fmt: skip
SERVER = {"DATABASE_URL": "postgresql://a:b@127.0.0.1/c", "THROUGHLINE_JOURNAL": "/nowhere/journal"}
WHO = """
import sys
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT current_user")
    print(*cursor.fetchone(), flush=True)
sys.stdin.read()
"""


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of somebody who has set nothing but the home."""
    kept = {name: value for name, value in os.environ.items() if name not in GIVEN}
    return kept | {"THROUGHLINE_HOME": str(home), "DJANGO_SETTINGS_MODULE": "portal.settings", **more}


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as trial:
        return int(trial.getsockname()[1])


def answers(port: int) -> bool:
    """Whether the web answers at all, be it with an error page."""
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def start(home: Path, *words: str, **more: str) -> subprocess.Popen[str]:
    """Start a command."""
    return subprocess.Popen(
        [sys.executable, "manage.py", *words],
        cwd=CHECKOUT,
        env=environment(home, **more),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.whole
def test_from_an_empty_home_to_everything_running_and_away_again(own_home: Path) -> None:
    first = start(own_home, "shell", "--no-imports", "-c", WHO)
    assert first.stdout is not None
    assert first.stdout.readline() == "throughline_app\n"
    first.terminate()
    first.communicate()
    assert first.returncode == 128 + signal.SIGTERM
    assert server_process(own_home) is None
    assert (own_home / "server" / "migrated").exists()

    port = free_port()
    serving = start(own_home, "serve", PORT=str(port))
    try:
        until(lambda: serving.poll() is not None or answers(port), seconds=60)
        server = server_process(own_home)
        serving.terminate()
        said, errors = serving.communicate(timeout=60)
    finally:
        serving.kill()
    assert server is not None, errors
    assert serving.returncode == 0, errors
    assert f"http://127.0.0.1:{port}" in said
    assert "Traceback" not in errors
    assert "starts again" not in errors
    assert not answers(port)
    assert server_process(own_home) is None


def test_a_port_in_use_is_said_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOST", raising=False)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("PORT", str(port))
        with pytest.raises(CommandError) as refused:
            call_command("serve")
    assert f"127.0.0.1 port {port}" in str(refused.value)
    assert f"PORT={port + 1}" in str(refused.value)


def test_the_application_role_is_not_asked_to_migrate() -> None:
    with pytest.raises(CommandError, match="application's role, which owns nothing"):
        call_command("migrate", database="default")


def test_commands_that_need_no_database_start_none(own_home: Path) -> None:
    assert start(own_home, "version").wait() == 0
    assert not (own_home / "server").exists()


def test_half_an_address_is_refused(own_home: Path) -> None:
    refused = start(own_home, "check", DATABASE_URL="postgresql://a:b@127.0.0.1/c")
    assert "DATABASE_URL is set but CELERY_BROKER_URL is not" in refused.communicate()[1]
    assert refused.returncode != 0


def test_a_server_without_a_journal_is_refused(own_home: Path) -> None:
    address = {"DATABASE_URL": SERVER["DATABASE_URL"], "CELERY_BROKER_URL": "redis://127.0.0.1"}
    refused = start(own_home, "check", **address)
    assert "DATABASE_URL is set but THROUGHLINE_JOURNAL is not" in refused.communicate()[1]
    assert refused.returncode != 0


def test_a_broker_on_which_no_job_was_tested_is_refused(own_home: Path) -> None:
    refused = start(own_home, "check", **SERVER, CELERY_BROKER_URL="sqs://")
    assert "CELERY_BROKER_URL begins with 'sqs:'. Give the address of RabbitMQ" in refused.communicate()[1]
    assert refused.returncode != 0


@pytest.mark.whole
def test_who_serves_needs_no_owner_and_who_migrates_is_told_so(own_home: Path) -> None:
    address = {**SERVER, "CELERY_BROKER_URL": "redis://127.0.0.1"}
    assert start(own_home, "check", **address).wait() == 0
    for command in ("migrate", "showmigrations"):
        refused = start(own_home, command, **address)
        assert "Set DATABASE_OWNER_URL for this command" in refused.communicate()[1]
        assert refused.returncode == 1
    assert not (own_home / "server").exists()
