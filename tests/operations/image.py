"""What stands in docker/, taken at its word by the tests."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import yaml

from portal.home import CHECKOUT

DOCKER = CHECKOUT / "docker"
COMMAND = re.compile(r"^\s*CMD (\[.*\])$", re.MULTILINE)


def image_commands() -> tuple[list[str], list[str]]:
    """The image's check of its health, and what it runs where nothing else is said."""
    health, web = (json.loads(found) for found in COMMAND.findall((DOCKER / "Dockerfile").read_text()))
    return health, web


def services() -> dict[str, dict[str, Any]]:
    """The services of the compose file."""
    found: dict[str, dict[str, Any]] = yaml.safe_load((DOCKER / "compose.yaml").read_text())["services"]
    return found


def here(command: list[str]) -> list[str]:
    """A command of the image, run from this checkout's packages."""
    return [str(Path(sys.executable).with_name(command[0])), *command[1:]]
