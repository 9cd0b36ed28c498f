"""Where Throughline keeps its local state: secrets, locks and the embedded database."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
ROOT_KEY_BYTES = 32


class HomeError(RuntimeError):
    """The home, or something in it, cannot be used; the message says what to do."""


def home() -> Path:
    """The folder that `THROUGHLINE_HOME` names, else `.throughline` in the checkout; made when missing."""
    folder = Path(os.environ.get("THROUGHLINE_HOME") or CHECKOUT / ".throughline").expanduser().absolute()
    # Root's home lets others pass through without listing it: the database runs as another user in there.
    folder.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    return folder


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold `path` for this process alone; the lock ends with the process, however it ends."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def secret(name: str, folder: Path | None = None) -> str:
    """The secret of that name: 64 hexadecimal digits, drawn once and kept in a file of mode 0600.

    Raises
    ------
    HomeError
        Where there is none yet and the home does not keep one.
    """
    folder = folder or home()
    path = folder / "secrets" / name
    try:
        if not path.exists():
            path.parent.mkdir(mode=0o700, exist_ok=True)
            with locked(folder / "secrets.lock"):
                if not path.exists():
                    _write_whole(path, secrets.token_hex(ROOT_KEY_BYTES))
        return path.read_text(encoding="ascii")
    except OSError as error:
        raise HomeError(
            f"The home {folder} does not keep the secret '{name}' ({error.strerror}). On a server give DATABASE_URL,"
            " CELERY_BROKER_URL, THROUGHLINE_SECRET_KEY and THROUGHLINE_ROOT_KEY, and none is kept; elsewhere set"
            " THROUGHLINE_HOME to a folder that this user may write."
        ) from error


def _write_whole(path: Path, text: str) -> None:
    # Written aside and renamed: whoever finds the name finds all of it, on the disk.
    aside = path.with_name(f"{path.name}.new")
    aside.unlink(missing_ok=True)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    aside.rename(path)


def secret_key() -> str:
    """Django's signing key: `THROUGHLINE_SECRET_KEY`, else the home's own."""
    return os.environ.get("THROUGHLINE_SECRET_KEY") or secret("secret_key")


def root_key() -> bytes:
    """The 32 bytes from which every pseudonym's key is derived: `THROUGHLINE_ROOT_KEY`, else the home's own.

    Raises
    ------
    HomeError
        When the key given is not 64 hexadecimal digits.
    """
    digits = os.environ.get("THROUGHLINE_ROOT_KEY") or secret("root_key")
    try:
        key = bytes.fromhex(digits)
    except ValueError:
        key = b""
    if len(key) != ROOT_KEY_BYTES:
        raise HomeError(
            f"The root key has {len(digits)} characters that do not make {ROOT_KEY_BYTES} bytes. Give"
            " THROUGHLINE_ROOT_KEY 64 hexadecimal digits, or leave it out and the home's own key is used."
        )
    return key
