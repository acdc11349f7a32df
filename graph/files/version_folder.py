"""VersionFolder: a folder of immutable versions, `v0001` and on, and the file `current` that says which serves."""

import re
from pathlib import Path

import msgspec

from graph.errors import FileBroken, NotFound
from graph.files.durable import replace
from graph.instants import Instant

__all__ = ["Act", "Pointer", "VersionFolder"]

MOST_ACTS = 1000
_NAME = re.compile(r"v[0-9]{4,}")


class Act(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something done with a version.

    what: "trained", "published", "forced" (published although the gate refused it) or "rolled back" (to this version).
    at: when, 0 where nobody said. reason: why it was forced. refused: what the gate had said.
    """

    what: str
    version: str
    at: Instant = Instant(0)
    reason: str = ""
    refused: tuple[str, ...] = ()


class Pointer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The file `current`: the version that serves, those that did before, oldest first, the candidate, the acts."""

    version: str | None = None
    before: tuple[str, ...] = ()
    candidate: str | None = None
    acts: tuple[Act, ...] = ()


class VersionFolder:
    """Versions under one folder, which is created where it is missing. `what` is what an error calls one of them.

    Any number of processes may read while others publish; who changes `current` holds the folder's lock.
    """

    what = "version"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._current = folder / "current"
        folder.mkdir(parents=True, exist_ok=True)

    def versions(self) -> list[str]:
        """The complete versions here, oldest first."""
        names = (path.name for path in self.folder.iterdir() if path.is_dir() and _NAME.fullmatch(path.name))
        return sorted(names, key=_number)

    def next_version(self) -> str:
        """A name later than that of any version here or ever published."""
        pointer = self.pointer()
        published = filter(None, (*pointer.before, pointer.version, pointer.candidate))
        return f"v{max(map(_number, (*self.versions(), *published)), default=0) + 1:04d}"

    def path(self, version: str) -> Path:
        """The folder of a version; NotFound where there is none."""
        if not _NAME.fullmatch(version) or not (self.folder / version).is_dir():
            raise NotFound(self.what, version)
        return self.folder / version

    def current(self) -> str | None:
        """The version that is to be served; None before the first publication."""
        return self.pointer().version

    def acts(self) -> tuple[Act, ...]:
        """What was done here, oldest first."""
        return self.pointer().acts

    def pointer(self) -> Pointer:
        """What the file `current` says; one of nothing before the first version. FileBroken where it says nothing."""
        try:
            return msgspec.json.decode(self._current.read_bytes(), type=Pointer)
        except FileNotFoundError:
            return Pointer()
        except msgspec.DecodeError as error:
            raise self.broken(self._current, str(error), "the name of a version") from None

    def broken(self, path: Path, found: str, expected: str) -> FileBroken:
        """The error for a file here that cannot be used."""
        return FileBroken(path, found, expected)

    def _point(self, pointer: Pointer, act: Act) -> None:
        told = msgspec.structs.replace(pointer, acts=(*pointer.acts, act)[-MOST_ACTS:])
        replace(self._current, msgspec.json.encode(told) + b"\n")


def _number(version: str) -> int:
    return int(version[1:])
