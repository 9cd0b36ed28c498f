"""Where files lie: looked at and moved through the open folder, so that no link leads anywhere else.

Whoever may write into one distributor's folder could put a link there that leads to another's. Hence every step from
the root on is opened as a folder itself and never through its path.
"""

import logging
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

CHECKING, TAKEN, REFUSED = "checking", "taken", "refused"
CLEAR = "record-when-clear"
UNFINISHED = (
    ".part",
    ".partial",
    ".filepart",
    ".crdownload",
    ".tmp",
)  # as programs name what they still write

_LONGEST_NAME = 200  # bytes, leaving room for what is put before and after it
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Look:
    """What tells whether a file is still written."""

    size: int
    modified: int
    inode: int


@dataclass(frozen=True)
class Box:
    """An open folder into which a distributor lays files of one feed for one maker."""

    distributor: str
    manufacturer: str
    feed: str
    descriptor: int

    @property
    def name(self) -> str:
        """As people write it."""
        return f"{self.distributor}/{self.manufacturer}/{self.feed}"


def open_boxes(root: Path) -> Iterator[Box]:
    """Each box below the root, open until the next one is asked for."""
    with _opened(str(root)) as top:
        for distributor, of_distributor in _each_folder(top):
            for manufacturer, of_both in _each_folder(of_distributor):
                for feed, descriptor in _each_folder(of_both):
                    yield Box(distributor, manufacturer, feed, descriptor)


@contextmanager
def folder_in(box: Box, name: str) -> Iterator[int]:
    """A folder in a box, made where there is none; the box itself for ''."""
    if not name:
        yield box.descriptor
        return
    with suppress(FileExistsError):
        os.mkdir(name, dir_fd=box.descriptor)
    with _opened(name, box.descriptor) as descriptor:
        yield descriptor


def list_files(folder: int) -> dict[str, Look]:
    """The plain files of a folder by name: no links, nothing hidden, nothing that is said to be unfinished."""
    found = {}
    for name in sorted(os.listdir(folder)):
        if not name.startswith(".") and not name.lower().endswith(UNFINISHED):
            try:
                look = _look(os.stat(name, dir_fd=folder, follow_symlinks=False))
            except FileNotFoundError:  # taken away meanwhile
                continue
            if look:
                found[name] = look
    return found


def has_folder(box: Box, name: str) -> bool:
    """Whether there is such a folder in a box."""
    return name in _folders(box.descriptor)


@contextmanager
def open_file(folder: int, name: str, expected: Look) -> Iterator[BinaryIO | None]:
    """The file of this name, unless it is not the one that was looked at."""
    with os.fdopen(os.open(name, _FILE, dir_fd=folder), "rb") as content:
        yield content if _look(os.fstat(content.fileno())) == expected else None


def put_away(box: Box, source: int, name: str, target: str, new_name: str, answer: str) -> None:
    """Move a file of a box into one of its folders, the answer beside it first; what bears that name is replaced."""
    with folder_in(box, target) as folder:
        _write(folder, f"{new_name}.txt", answer)
        os.rename(name, new_name, src_dir_fd=source, dst_dir_fd=folder)


def claim(box: Box, source: int, name: str, new_name: str, expected: Look) -> None:
    """Move a file that was received into ``checking``; another one that took its place meanwhile goes back."""
    with folder_in(box, CHECKING) as folder:
        os.rename(name, new_name, src_dir_fd=source, dst_dir_fd=folder)
        if _look(os.stat(new_name, dir_fd=folder, follow_symlinks=False)) != expected:
            os.rename(new_name, name, src_dir_fd=folder, dst_dir_fd=source)


def name_with(label: str, name: str) -> str:
    """The name of a file with a label before it, short enough for any file system."""
    encoded = os.fsencode(name)
    return f"{label} {os.fsdecode(encoded[-_LONGEST_NAME:])}"


def _write(folder: int, name: str, text: str) -> None:
    unfinished = f".{name}"
    written = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o644, dir_fd=folder)
    with os.fdopen(written, "w", encoding="utf-8") as content:
        content.write(text)
    os.rename(unfinished, name, src_dir_fd=folder, dst_dir_fd=folder)


@contextmanager
def _opened(name: str, parent: int | None = None) -> Iterator[int]:
    descriptor = os.open(name, _FOLDER, dir_fd=parent)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _each_folder(parent: int) -> Iterator[tuple[str, int]]:
    """The folders in a folder, one open at a time; one that cannot be opened keeps no other waiting."""
    for name in _folders(parent):
        try:
            descriptor = os.open(name, _FOLDER, dir_fd=parent)
        except OSError as fault:
            logger.warning("The folder %s cannot be opened: %s. Looking again later.", name, fault.strerror)
            continue
        try:
            yield name, descriptor
        finally:
            os.close(descriptor)


def _folders(parent: int) -> list[str]:
    with os.scandir(parent) as entries:
        return sorted(
            entry.name
            for entry in entries
            if entry.is_dir(follow_symlinks=False) and not entry.name.startswith(".")
        )


def _look(found: os.stat_result) -> Look | None:
    """None for what is no plain file, or has a second name somewhere, perhaps in another's folder."""
    if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
        return None
    return Look(found.st_size, found.st_mtime_ns, found.st_ino)
