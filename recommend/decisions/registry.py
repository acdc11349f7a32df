"""PackRegistry: packs are published as immutable versions, once all of one is well, and rolled back, each act kept."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import msgspec

from graph import Instant, NotFound
from graph.errors import FileBroken
from graph.files import Act, VersionFolder, locked, sha256, sync
from recommend.decisions.pack.faults import PackRefused
from recommend.decisions.pack.pack import Pack
from recommend.decisions.pack.written.reading import texts_of

__all__ = ["PackManifest", "PackRegistry"]

MANIFEST = "manifest.json"
_UNTOLD = Instant(0)


class PackManifest(msgspec.Struct, frozen=True):
    """What a published version says of itself. version: the hash of the pack. files: name -> checksum."""

    title: str
    version: str
    published: Instant
    files: Mapping[str, str]


class PackRegistry(VersionFolder):
    """The published packs of a deployment, of which one serves. Any number of processes may publish at once."""

    what = "version of the pack"

    def publish(self, folder: Path, *, now: Instant = _UNTOLD) -> str:
        """Make the pack of a folder the current one; the name of its version, which is no new one where nothing
        changed. PackRefused, with all that is wrong, or InvalidValue leave everything as it was."""
        texts = texts_of(folder)
        pack = Pack.compile(texts)
        with locked(self.folder):
            pointer = self.pointer()
            if pointer.version is not None and self._is_intact(pointer.version, pack.version):
                return pointer.version
            version = self.next_version()
            self._write(version, texts, pack, now)
            before = (*pointer.before, pointer.version) if pointer.version else pointer.before
            published = msgspec.structs.replace(pointer, version=version, before=before)
            self._point(published, Act("published", version, now))
            return version

    def rollback(self, *, now: Instant = _UNTOLD) -> str:
        """Make the version serve again that did before this one; its name.

        NotFound where there was none; FileBroken or PackRefused where it could not serve.
        """
        with locked(self.folder):
            pointer = self.pointer()
            if not pointer.before:
                raise NotFound("version of the pack published before", pointer.version or "none")
            *before, version = pointer.before
            self.open(version)
            back = msgspec.structs.replace(pointer, version=version, before=tuple(before))
            self._point(back, Act("rolled back", version, now))
            return version

    def open(self, version: str) -> Pack:
        """The pack of a version; FileBroken where a file of it is missing or was changed."""
        folder, manifest = self.path(version), self.manifest(version)
        for name, expected in manifest.files.items():
            path = folder / name
            found = sha256(path) if path.is_file() else "no such file"
            if found != expected:
                raise FileBroken(path, found, f"what was published, of the checksum {expected}")
        pack = Pack.compile({name: (folder / name).read_text(encoding="utf-8") for name in manifest.files})
        if pack.version != manifest.version:
            raise FileBroken(folder / MANIFEST, pack.version, f"the files of the pack {manifest.version}, all of them")
        return pack

    def _is_intact(self, version: str, pack: str) -> bool:
        """Whether this version is that pack, and its files are as they were published."""
        try:
            return self.open(version).version == pack
        except (FileBroken, PackRefused):
            return False

    def manifest(self, version: str) -> PackManifest:
        """What a version says of itself; FileBroken where that cannot be read."""
        path = self.path(version) / MANIFEST
        try:
            return msgspec.json.decode(path.read_bytes(), type=PackManifest)
        except (OSError, msgspec.DecodeError) as error:
            raise FileBroken(path, str(error), "the manifest of a published pack") from None

    def _write(self, version: str, texts: Mapping[str, str], pack: Pack, now: Instant) -> None:
        """Write the folder of a version, whole or not at all."""
        building = self.folder / f".{version}.new"
        shutil.rmtree(building, ignore_errors=True)
        for name, text in texts.items():
            path = building / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
            sync(path)
        files = {name: sha256(building / name) for name in sorted(texts)}
        manifest = PackManifest(pack.about.title, pack.version, now, files)
        (building / MANIFEST).write_bytes(msgspec.json.encode(manifest) + b"\n")
        sync(building / MANIFEST)
        for within, _, _ in os.walk(building):
            sync(Path(within))
        building.rename(self.folder / version)
        sync(self.folder)
