"""The quick start of the interface's page, run as it stands: curl against the portal as it is served."""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest
from django.conf import settings as portal_settings
from django.db import connections

from integrations.ingestion.models import Submission
from integrations.ingestion.services import check_submission
from partners.tenancy.context import acting_as
from tests.api.conftest import PAIR
from tests.jobs.test_workers import running, until
from tests.ui.conftest import analyse, sell_steadily
from tests.world import World, build_world

PAGE = Path(portal_settings.BASE_DIR) / "portal" / "docs" / "interface.md"
BLOCK = re.compile(r"```sh\n(.*?)```\n\n```text\n(.*?)```", re.DOTALL)
# Each block goes on with the variables of those before it, as in one terminal.
ONE_TERMINAL = """set -aeu
[ ! -f ../variables ] || {{ . ../variables; umask "$(cat ../umask)"; }}
{block}
export -p > ../variables
umask > ../umask
"""


@pytest.fixture
def portal(child_environment: dict[str, str]) -> Iterator[str]:
    """The address of a web that is starting."""
    with closing(socket.create_server(("127.0.0.1", 0))) as trial:
        port = trial.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = ["-m", "uvicorn", "portal.asgi:application", "--host=127.0.0.1", f"--port={port}"]
    command += ["--no-access-log", "--log-level=warning", "--timeout-graceful-shutdown=5", "--lifespan=off"]
    with running({**child_environment, "THROUGHLINE_PUBLIC_URL": address}, *command):
        yield address


def answers(portal: str) -> bool:
    host, _, port = portal.removeprefix("http://").partition(":")
    with closing(socket.socket()) as trial:
        return trial.connect_ex((host, int(port))) == 0


@contextmanager
def worker(world: World) -> Iterator[None]:
    """Checks files as they come, as the worker does."""
    over = Event()

    def work() -> None:
        try:
            while not over.wait(0.2):
                with acting_as(world.worker("northwest")):
                    waiting = list(Submission.objects.filter(state=Submission.State.RECEIVED))
                for file in waiting:
                    check_submission(file.pk, file.distributor_id)
        finally:
            connections.close_all()

    thread = Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Where the commands are given: the interpreter of this run and the portal's manage.py, and nothing else."""
    place = tmp_path / "checkout"
    python = place / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    (place / "manage.py").symlink_to(portal_settings.BASE_DIR / "manage.py")
    return place


def run(block: str, checkout: Path, environment: dict[str, str]) -> str:
    """What a block prints; it has to succeed."""
    found = subprocess.run(
        ["sh", "-c", ONE_TERMINAL.format(block=block)],
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert found.returncode == 0, (block, found.stdout, found.stderr)
    return found.stdout


def fits(said: str, printed: str) -> bool:
    """Whether this was printed, where … stands for anything within a line."""
    pattern = re.escape(said.strip()).replace("…", ".*")
    return re.fullmatch(pattern, printed.strip()) is not None


@pytest.mark.whole
@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_every_step_does_what_the_page_says(
    portal: str, child_environment: dict[str, str], checkout: Path
) -> None:
    world = build_world()  # while the web starts
    sell_steadily(world, *PAIR)
    analyse(world, "northwest")
    named = {"PORTAL": portal, "ORGANISATION": "northwest", "OWNER": "ana@northwest.example", "LIMIT": "1"}
    environment = {**child_environment, **named, "NO_PROXY": "*", "PATH": os.environ["PATH"]}
    blocks = BLOCK.findall(PAGE.read_text())
    assert len(blocks) == PAGE.read_text().count("```sh") == 8
    until(lambda: answers(portal))
    with worker(world):
        for block, said in blocks:
            printed = run(block, checkout, environment)
            assert fits(said, printed), (block, said, printed)
    kept = {
        path.name: path.stat().st_mode & 0o077
        for path in checkout.iterdir()
        if path.suffix in (".curl", ".txt")
    }
    assert set(kept.values()) == {0}
