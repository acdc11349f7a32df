"""Files that are there after a power cut: written, fsynced and renamed; and the lock around such a change."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["hold", "locked", "replace", "sha256", "sync"]


def sync(path: Path) -> None:
    """Force a file, or a folder's list of names, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace(path: Path, content: bytes) -> None:
    """Give a file new content: readers see the old or the new, whole, also after a crash at any moment.

    Two writers of one path need a lock around this.
    """
    written = path.with_name(f".{path.name}.new")
    written.write_bytes(content)
    sync(written)
    written.replace(path)
    sync(path.parent)


def sha256(path: Path) -> str:
    """The checksum of a file's content, as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Be the only thread of any process to change this folder until the block ends; the lock dies with its holder."""
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def hold(folder: Path) -> Iterator[bool]:
    """Mark a folder as in use until the block ends; False where somebody else does."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)
