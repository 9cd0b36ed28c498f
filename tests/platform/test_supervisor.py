"""Several programs as one: deaths, stops and their order. Each program asks for the stop itself."""

import signal
import sys
from pathlib import Path

import pytest

from portal.supervisor import Service, run

ASK = "import os, signal, sys, time; stop = lambda: os.kill(os.getppid(), signal.SIGTERM); "
NOTE = "note = lambda word: open(sys.argv[1], 'a').write(word + ' '); "


def service(name: str, program: str, file: Path, **more: float) -> Service:
    """A Python program under supervision."""
    return Service(name, [sys.executable, "-S", "-c", ASK + NOTE + program, str(file)], **more)


def test_services_stop_in_the_order_given_and_none_is_left(tmp_path: Path) -> None:
    file = tmp_path / "order"
    ready = "note('ready'); open(sys.argv[1]).read().count('ready') == 2 and stop(); "
    waits = "signal.signal(signal.SIGTERM, lambda *_: (note({!r}), sys.exit(0))); " + ready + "signal.pause()"
    services = [service(name, waits.format(name), file) for name in ("web", "worker")]
    before = signal.getsignal(signal.SIGTERM)
    run(services)
    assert file.read_text().split()[-2:] == ["web", "worker"]
    assert [item.process and item.process.returncode for item in services] == [0, 0]
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_service_that_dies_is_started_again_after_longer_and_longer_pauses(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "starts"
    third = "open(sys.argv[1]).read().count('start') == 3 and (stop(), signal.pause()); "
    program = "note('start'); " + third + "sys.exit(3)"
    dying = service("The web", program, file, pause=0.01)
    run([dying])
    assert file.read_text().split() == ["start"] * 3
    assert dying.pause == pytest.approx(0.04)
    assert capfd.readouterr().err.count("The web ended with status 3; it starts again in") == 2


def test_a_service_that_will_not_stop_is_ended(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    program = "signal.signal(signal.SIGTERM, signal.SIG_IGN); stop(); time.sleep(60)"
    stubborn = service("The worker", program, tmp_path / "none", seconds_to_stop=0.1)
    run([stubborn])
    assert stubborn.process is not None
    assert stubborn.process.returncode == -signal.SIGKILL
    assert "The worker did not stop within" in capfd.readouterr().err
