"""Registry: the folder of versions, which one is current, and which were before it."""

import re
from pathlib import Path

import msgspec

from embeddings.artifacts.gate import check
from embeddings.artifacts.seal import read_manifest, verify_files
from embeddings.embedding_set import Manifest
from embeddings.errors import SnapshotBroken
from graph import NotFound
from graph.files import locked, replace

__all__ = ["Registry"]

_NAME = re.compile(r"v[0-9]{4,}")


class _Pointer(msgspec.Struct, frozen=True):
    """The file `current`: one version, and those current before it, oldest first."""

    version: str
    before: tuple[str, ...] = ()


class Registry:
    """Versions of embeddings under one folder, which is created where it is missing.

    Any number of processes may read and publish at the same time.
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
        pointer = self._pointer()
        published = (*pointer.before, pointer.version) if pointer else ()
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
        """The version that is to be served; None before the first publication."""
        pointer = self._pointer()
        return pointer.version if pointer else None

    def publish(self, version: str) -> None:
        """Make a version current once it has passed the gate.

        SnapshotBroken or PublicationRefused say what keeps it out; what was current then stays so.
        """
        check(self.path(version))
        with locked(self.folder):
            pointer = self._pointer()
            if pointer is None:
                self._point(_Pointer(version))
            elif pointer.version != version:
                self._point(_Pointer(version, (*pointer.before, pointer.version)))

    def rollback(self) -> str:
        """Make the version current again that was so before; NotFound where there was none."""
        with locked(self.folder):
            pointer = self._pointer()
            if pointer is None or not pointer.before:
                raise NotFound("version published before", pointer.version if pointer else "none")
            *before, version = pointer.before
            verify_files(self.path(version))
            self._point(_Pointer(version, tuple(before)))
            return version

    def _pointer(self) -> _Pointer | None:
        try:
            return msgspec.json.decode(self._current.read_bytes(), type=_Pointer)
        except FileNotFoundError:
            return None
        except msgspec.DecodeError as error:
            raise SnapshotBroken(self._current, str(error), "the name of a version") from None

    def _point(self, pointer: _Pointer) -> None:
        replace(self._current, msgspec.json.encode(pointer) + b"\n")


def _number(version: str) -> int:
    return int(version[1:])
