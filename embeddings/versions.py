"""Versions: the folder of versions as it is read: which are there, which serves, which is the newest trained."""

from pathlib import Path

from embeddings.artifacts.seal import read_manifest
from embeddings.errors import SnapshotBroken
from embeddings.vectors.embedding_set import Manifest
from graph.files import VersionFolder

__all__ = ["Versions"]


class Versions(VersionFolder):
    """Versions of embeddings, the current of which is called the champion; `embeddings.registry.Registry` publishes."""

    what = "embeddings version"

    def manifest(self, version: str) -> Manifest:
        """What a version says of itself."""
        return read_manifest(self.path(version))

    def candidate(self) -> str | None:
        """The version trained last, published or not; None where none was by `nominate`."""
        return self.pointer().candidate

    def resolve(self, name: str) -> str:
        """The version that a name or an alias stands for; NotFound where there is none."""
        pointer = self.pointer()
        version = {"champion": pointer.version, "candidate": pointer.candidate}.get(name, name)
        return self.path(version or name).name

    def broken(self, path: Path, found: str, expected: str) -> SnapshotBroken:
        return SnapshotBroken(path, found, expected)
