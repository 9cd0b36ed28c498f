"""What the page about servers names is there, and what the code reads is named."""

import os
import re
import shlex
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from django.core.management import get_commands
from prometheus_client import generate_latest

from portal.home import CHECKOUT
from portal.operations.metrics import REGISTRY
from portal.operations.readiness import CHECKS
from tests.operations.image import DOCKER, image_commands, services

PAGE = (CHECKOUT / "portal" / "docs" / "from-demo-to-server.md").read_text()
README = (CHECKOUT / "README.md").read_text()
VARIABLE = re.compile(r"THROUGHLINE_[A-Z]+(?:_[A-Z]+)*\b")
TESTS_OWN = re.compile("THROUGHLINE_TEST_")


def variables_read() -> set[str]:
    """By the code, by docker/ and by the scripts; those that tests set for their own processes are no setting."""
    files = [
        path
        for room in ("portal", "partners", "analytics", "integrations")
        for path in Path(room).rglob("*.py")
    ]
    files += [path for path in DOCKER.iterdir() if path.is_file()]
    files += [
        Path("tests/settings.py"),
        *Path("tests/browser").glob("*.py"),
        *Path("tests/core").glob("*.py"),
    ]
    read = {name for path in files for name in VARIABLE.findall((CHECKOUT / path).read_text())}
    return {name for name in read if not TESTS_OWN.match(name)}


def test_every_variable_is_named_and_every_name_is_read() -> None:
    named = set(VARIABLE.findall(PAGE)) | set(VARIABLE.findall(README))
    assert named == variables_read()


def test_every_command_exists() -> None:
    named = set(re.findall(r"manage\.py ([a-z_]+)", PAGE))
    assert named >= {"migrate", "collectstatic", "relay"}
    assert named <= set(get_commands())


def test_every_file_of_the_checkout_exists() -> None:
    named = set(re.findall(r"(?<![\w/.])(?:docker|portal|\.ci)/[\w./-]*\w", PAGE))
    assert {"docker/create-roles.sql", "docker/compose.yaml", "docker/env.example", ".ci/run"} <= named
    made_there = {"docker/.env"}
    assert [name for name in named - made_there if not (CHECKOUT / name).exists()] == []


def test_the_processes_are_those_of_the_image() -> None:
    _, web = image_commands()
    for command in (web, *(services()[name]["command"] for name in ("worker", "relay", "scheduler"))):
        assert f"`{shlex.join(command)}`" in PAGE
    assert services()["web"].get("command") is None
    assert "ExecStart=/opt/throughline/.venv/bin/" + shlex.join(services()["worker"]["command"]) in PAGE
    scheduler = services()["scheduler"]["command"][-1].partition(":")[0]
    assert find_spec(scheduler.partition(".")[0]) is not None


def test_every_figure_has_a_line(db: None) -> None:
    names = set(re.findall(r"^# TYPE (\S+)", generate_latest(REGISTRY).decode(), re.MULTILINE))
    ours = {name for name in names if name.startswith("throughline_") and not name.endswith("_created")}
    assert {name for name in ours if f"`{name}`" not in PAGE} == set()
    assert len(CHECKS) == 6  # named in the sentence about /health/ready


# What the example says in words of its own.
KNOWN = ("PORT", "THROUGHLINE_PUBLIC_URL", "THROUGHLINE_SMTP_URL", "THROUGHLINE_MAIL_FROM")


def test_the_keys_are_drawn_as_the_page_says(tmp_path: Path) -> None:
    (tmp_path / "docker").mkdir()
    shutil.copy(DOCKER / "env.example", tmp_path / "docker")
    (script,) = re.findall(r"```sh\n(\(umask.*?\.env\))\n", PAGE, re.DOTALL)
    subprocess.run(["sh", "-c", script], cwd=tmp_path, check=True)
    drawn = tmp_path / "docker" / ".env"
    given = dict(line.split("=") for line in drawn.read_text().splitlines() if line and line[0] != "#")
    secrets = [value for name, value in given.items() if name not in KNOWN]
    assert len(secrets) == len(set(secrets)) == 9
    assert all(len(bytes.fromhex(value)) == 32 for value in secrets)
    assert os.stat(drawn).st_mode & 0o777 == 0o600
