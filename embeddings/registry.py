"""Registry: the folder of versions, which of them serves, which is the newest trained, and what was done when."""

import re
from pathlib import Path

import msgspec

from embeddings.artifacts.gate import examine
from embeddings.artifacts.report import Report
from embeddings.artifacts.seal import read_manifest, verify_files
from embeddings.embedding_set import Manifest
from embeddings.errors import SnapshotBroken
from graph import Instant, NotFound
from graph.files import locked, replace

__all__ = ["Act", "Registry"]

_NAME = re.compile(r"v[0-9]{4,}")


MOST_ACTS = 1000
_UNTOLD = Instant(0)


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


class _Pointer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The file `current`: the champion, those that were it before, oldest first, the candidate, and the last acts."""

    version: str | None = None
    before: tuple[str, ...] = ()
    candidate: str | None = None
    acts: tuple[Act, ...] = ()


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
        return self._pointer().version

    def candidate(self) -> str | None:
        """The version trained last, published or not; None where none was by `nominate`."""
        return self._pointer().candidate

    def acts(self) -> tuple[Act, ...]:
        """What was done here, oldest first."""
        return self._pointer().acts

    def resolve(self, name: str) -> str:
        """The version that a name or an alias stands for; NotFound where there is none."""
        pointer = self._pointer()
        version = {"champion": pointer.version, "candidate": pointer.candidate}.get(name, name)
        return self.path(version or name).name

    def nominate(self, version: str, *, now: Instant = _UNTOLD) -> None:
        """Make a version the candidate."""
        self.path(version)
        with locked(self.folder):
            self._point(msgspec.structs.replace(self._pointer(), candidate=version), Act("trained", version, now))

    def examine(self, version: str) -> Report:
        """What the gate says of a version beside the champion; SnapshotBroken where a file of it is."""
        return self._examined(version, self.current())

    def publish(self, version: str, *, now: Instant = _UNTOLD, force: str = "") -> Report:
        """Make a version the champion once it has passed the gate; what the gate said.

        force: a reason to publish it although the gate refuses it, kept among the acts with what was refused.
        SnapshotBroken, which no reason helps against, or PublicationRefused say what keeps it out; what was the
        champion then stays so.
        """
        while True:
            champion = self.current()
            report = self._examined(version, champion)
            refusals = report.refusals
            if refusals and not force:
                raise refusals[0]
            with locked(self.folder):
                pointer = self._pointer()
                if pointer.version == version:
                    return report
                if pointer.version != champion:
                    continue  # somebody published meanwhile: the version is to be held against that one
                before = (*pointer.before, pointer.version) if pointer.version else pointer.before
                forced = Act("forced", version, now, force, tuple(map(str, refusals)))
                act = forced if refusals else Act("published", version, now)
                self._point(msgspec.structs.replace(pointer, version=version, before=before), act)
                return report

    def rollback(self, *, now: Instant = _UNTOLD) -> str:
        """Make the version the champion again that was so before; NotFound where there was none."""
        with locked(self.folder):
            pointer = self._pointer()
            if not pointer.before:
                raise NotFound("version published before", pointer.version or "none")
            *before, version = pointer.before
            verify_files(self.path(version))
            back = msgspec.structs.replace(pointer, version=version, before=tuple(before))
            self._point(back, Act("rolled back", version, now))
            return version

    def _examined(self, version: str, champion: str | None) -> Report:
        return examine(self.path(version), self.folder / champion if champion else None)

    def _pointer(self) -> _Pointer:
        try:
            return msgspec.json.decode(self._current.read_bytes(), type=_Pointer)
        except FileNotFoundError:
            return _Pointer()
        except msgspec.DecodeError as error:
            raise SnapshotBroken(self._current, str(error), "the name of a version") from None

    def _point(self, pointer: _Pointer, act: Act) -> None:
        told = msgspec.structs.replace(pointer, acts=(*pointer.acts, act)[-MOST_ACTS:])
        replace(self._current, msgspec.json.encode(told) + b"\n")


def _number(version: str) -> int:
    return int(version[1:])
