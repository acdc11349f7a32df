"""Versions: the folder of versions as it is read: which are there, which serves, which is the newest trained."""

import re
from pathlib import Path

import msgspec

from embeddings.artifacts.seal import read_manifest
from embeddings.errors import SnapshotBroken
from embeddings.vectors.embedding_set import Manifest
from graph import Instant, NotFound

__all__ = ["Act", "Pointer", "Versions"]

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
    """The file `current`: the champion, those that were it before, oldest first, the candidate, and the last acts."""

    version: str | None = None
    before: tuple[str, ...] = ()
    candidate: str | None = None
    acts: tuple[Act, ...] = ()


class Versions:
    """Versions of embeddings under one folder, which is created where it is missing.

    Any number of processes may read while others publish; `embeddings.registry.Registry` does that.
    """

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
            raise NotFound("embeddings version", version)
        return self.folder / version

    def manifest(self, version: str) -> Manifest:
        """What a version says of itself."""
        return read_manifest(self.path(version))

    def current(self) -> str | None:
        """The champion, the version that is to be served; None before the first publication."""
        return self.pointer().version

    def candidate(self) -> str | None:
        """The version trained last, published or not; None where none was by `nominate`."""
        return self.pointer().candidate

    def acts(self) -> tuple[Act, ...]:
        """What was done here, oldest first."""
        return self.pointer().acts

    def resolve(self, name: str) -> str:
        """The version that a name or an alias stands for; NotFound where there is none."""
        pointer = self.pointer()
        version = {"champion": pointer.version, "candidate": pointer.candidate}.get(name, name)
        return self.path(version or name).name

    def pointer(self) -> Pointer:
        """What the file `current` says; one of nothing before the first version."""
        try:
            return msgspec.json.decode(self._current.read_bytes(), type=Pointer)
        except FileNotFoundError:
            return Pointer()
        except msgspec.DecodeError as error:
            raise SnapshotBroken(self._current, str(error), "the name of a version") from None


def _number(version: str) -> int:
    return int(version[1:])
