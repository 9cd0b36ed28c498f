"""A real browser before the real portal: uvicorn, relay and worker as processes of their own.

THROUGHLINE_BROWSER names the browser (/usr/bin/chromium, for example); without it these tests are skipped.
"""

import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from tests.browser.trade import Channel, build_channel
from tests.browser.visitor import HEIGHT, WIDE, Album, Visitor
from tests.jobs.test_workers import celery_worker, empty_queue, relay, running, until, worker_log
from tests.settings import TEST_HOME

__all__ = ["celery_worker", "empty_queue", "relay", "worker_log"]
BROWSER = os.environ.get("THROUGHLINE_BROWSER", "")
SCREENSHOTS = Path(os.environ.get("THROUGHLINE_SCREENSHOTS") or TEST_HOME / "screenshots")
PATIENCE = 10_000  # milliseconds for what comes without a click
Visit = Callable[..., Visitor]


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") and not BROWSER:
        pytest.skip("THROUGHLINE_BROWSER names no browser")


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser. Playwright keeps a loop in this thread, in which Django would refuse to ask the database."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=BROWSER, chromium_sandbox=os.geteuid() != 0)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def web(
    chromium: Browser, child_environment: dict[str, str]
) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """The web as it is served, at a port of its own; it may not answer yet."""
    with closing(socket.create_server(("127.0.0.1", 0))) as trial:
        port = trial.getsockname()[1]
    child_environment["THROUGHLINE_PUBLIC_URL"] = f"http://127.0.0.1:{port}"
    child_environment.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)
    command = ["-m", "uvicorn", "portal.asgi:application", "--host=127.0.0.1", f"--port={port}"]
    command += ["--no-access-log", "--log-level=warning", "--timeout-graceful-shutdown=5", "--lifespan=off"]
    with running(child_environment, *command) as process:
        yield port, process


@pytest.fixture
def channel(web: tuple[int, subprocess.Popen[bytes]]) -> Channel:
    """Made while the web starts."""
    return build_channel()


@pytest.fixture
def portal(web: tuple[int, subprocess.Popen[bytes]], channel: Channel) -> str:
    """The web's address, now that it answers."""
    port, process = web
    until(lambda: _answers(port, process))
    return f"http://127.0.0.1:{port}"


def _answers(port: int, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "the web ended before it answered"
    with closing(socket.socket()) as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def album(request: pytest.FixtureRequest) -> Album:
    folder = SCREENSHOTS / request.node.name.removeprefix("test_")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return Album(folder)


@pytest.fixture
def visit(chromium: Browser, portal: str, channel: Channel, album: Album) -> Iterator[Visit]:
    """`visit("ana@northwest.example")`: somebody logs in, in a browser of their own; without an address nobody does."""
    contexts: list[BrowserContext] = []
    visitors: list[Visitor] = []

    def arrive(email: str = "", width: int = WIDE, theme: str = "light") -> Visitor:
        context = chromium.new_context(
            viewport={"width": width, "height": HEIGHT},
            color_scheme=theme,
            reduced_motion="reduce",  # no picture of colours that are still on their way
            locale="en-GB",
            timezone_id="UTC",
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        visitors.append(Visitor(context.new_page(), portal, album))
        if email:
            visitors[-1].log_in(email)
        return visitors[-1]

    yield arrive
    for context in contexts:
        context.close()
    troubles = [trouble for visitor in visitors for trouble in visitor.troubles]
    assert troubles == [], "\n".join(troubles)
