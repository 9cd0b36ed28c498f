"""`--isolation`: all of the proof, progress as it goes, and the line at the end; fails where a part is missing."""

from typing import Any

import pytest

from tests.isolation.figures import FIGURES


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--isolation", action="store_true", help="end in the line of the isolation test, or fail"
    )


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """One of several processes is done: take over what it did."""
    handed = getattr(node, "workeroutput", {}).get("isolation")
    if handed:
        FIGURES.take(handed)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    handing = getattr(session.config, "workeroutput", None)
    if handing is not None:
        handing["isolation"] = FIGURES.hand_over()
    elif session.config.getoption("--isolation") and FIGURES.faults() and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.getoption("--isolation"):
        for fault in FIGURES.faults():
            terminalreporter.write_line(f"isolation: {fault}", red=True)
        terminalreporter.write_line(FIGURES.line())
