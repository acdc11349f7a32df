"""Checkpoint: how far a training has come, in files that are there whole or not at all, so that it can go on."""

import dataclasses
import hashlib
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from graph.files import sha256, sync

__all__ = ["Checkpoint", "Saved", "fingerprint"]

_WRITING = ".writing"
_NAME = re.compile(r"step-[0-9]{8}")
_STATE = "state.json"
KEPT = 2
"""Steps kept: the newest, and the one before it for a disk that lost a part of the newest."""


@dataclass(frozen=True)
class Saved:
    """What was saved at a step. arrays: read into memory, writable, in the order they were saved."""

    step: int
    arrays: dict[str, NDArray[Any]]
    state: Any


class _Sealed(msgspec.Struct, frozen=True):
    fingerprint: str
    arrays: list[str]
    checksums: list[str]
    state: Any


class Checkpoint:
    """The steps of one training under `folder`, which is made by the first `save` and gone after `clear`.

    fingerprint: of the data and the settings (see `fingerprint`); what was saved under another is not loaded, and
        removed by the next `save`. One process at a time may save.
    """

    def __init__(self, folder: Path, fingerprint: str) -> None:
        self.folder = folder
        self._fingerprint = fingerprint

    def save(self, step: int, arrays: Mapping[str, NDArray[Any]], state: Any = None) -> None:
        """Keep this as step `step`; when this returns it is on the disk, and older steps but one are gone.

        state: what JSON can hold. Killed at any moment, the steps saved before are there, and this one whole or not.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        writing = self.folder / _WRITING
        shutil.rmtree(writing, ignore_errors=True)
        writing.mkdir()
        sums = []
        for number, array in enumerate(arrays.values()):
            path = writing / f"{number}.npy"
            np.save(path, np.asarray(array, order="C"), allow_pickle=False)
            sync(path)
            sums.append(sha256(path))
        sealed = _Sealed(self._fingerprint, list(arrays), sums, state)
        (writing / _STATE).write_bytes(msgspec.json.encode(sealed))
        sync(writing / _STATE)
        sync(writing)
        place = self.folder / f"step-{step:08d}"
        shutil.rmtree(place, ignore_errors=True)
        writing.rename(place)
        sync(self.folder)
        own = [path for path in self._steps() if self._is_own(path)]
        for path in self._steps():
            if path not in own[:KEPT]:
                shutil.rmtree(path)

    def load(self) -> Saved | None:
        """The newest step that is whole and of this fingerprint; None where there is none."""
        return next((saved for path in self._steps() if (saved := self._read(path)) is not None), None)

    def is_of_another(self) -> bool:
        """Whether steps lie here and all of them are of other data or settings."""
        steps = self._steps()
        return bool(steps) and not any(self._is_own(path) for path in steps)

    def clear(self) -> None:
        """Remove every step, whosever it is, and the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _steps(self) -> list[Path]:
        """Newest first."""
        if not self.folder.is_dir():
            return []
        return sorted((path for path in self.folder.iterdir() if _NAME.fullmatch(path.name)), reverse=True)

    def _is_own(self, path: Path) -> bool:
        sealed = _sealed(path)
        return sealed is not None and sealed.fingerprint == self._fingerprint

    def _read(self, path: Path) -> Saved | None:
        sealed = _sealed(path)
        if sealed is None or sealed.fingerprint != self._fingerprint:
            return None
        arrays = {}
        for number, (name, checksum) in enumerate(zip(sealed.arrays, sealed.checksums, strict=True)):
            file = path / f"{number}.npy"
            if not file.is_file() or sha256(file) != checksum:
                return None
            arrays[name] = np.load(file, allow_pickle=False)
        return Saved(int(path.name.removeprefix("step-")), arrays, sealed.state)


def fingerprint(*parts: object) -> str:
    """A checksum of data and settings: arrays, dataclasses of such, and what msgspec writes as JSON, in this order."""
    digest = hashlib.sha256()
    for part in parts:
        for piece in _pieces(part):
            digest.update(len(piece).to_bytes(8, "little"))
            digest.update(piece)
    return digest.hexdigest()


def _pieces(part: object) -> Iterator[bytes | memoryview]:
    if isinstance(part, np.ndarray):
        yield f"{part.dtype.str} {part.shape}".encode()
        yield np.ascontiguousarray(part).view(np.uint8).data.cast("B") if part.size else b""
    elif dataclasses.is_dataclass(part) and not isinstance(part, type):
        for field in dataclasses.fields(part):
            yield field.name.encode()
            yield from _pieces(getattr(part, field.name))
    else:
        yield msgspec.json.encode(part, order="deterministic")


def _sealed(path: Path) -> _Sealed | None:
    try:
        return msgspec.json.decode((path / _STATE).read_bytes(), type=_Sealed)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
