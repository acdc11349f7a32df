"""The seal of a version folder: its manifest with a checksum of every file, and a checksum of the manifest."""

from pathlib import Path

import msgspec

from embeddings.errors import SnapshotBroken
from embeddings.vectors.embedding_set import Manifest
from graph.files import sha256, sync

__all__ = ["MANIFEST", "read_manifest", "seal", "verify_files"]

MANIFEST = "manifest.json"
MANIFEST_SUM = "manifest.sha256"
"""In the form of sha256sum, so that ``sha256sum -c manifest.sha256`` checks it too."""


def seal(folder: Path, manifest: Manifest) -> Manifest:
    """Write the manifest with the checksums of all other files, and bring the whole folder to the disk."""
    names = sorted(path.name for path in folder.iterdir() if path.name not in (MANIFEST, MANIFEST_SUM))
    sealed = msgspec.structs.replace(manifest, checksums={name: sha256(folder / name) for name in names})
    path = folder / MANIFEST
    path.write_bytes(msgspec.json.format(msgspec.json.encode(sealed), indent=2) + b"\n")
    (folder / MANIFEST_SUM).write_text(f"{sha256(path)}  {MANIFEST}\n", encoding="ascii")
    for name in (*names, MANIFEST, MANIFEST_SUM):
        sync(folder / name)
    sync(folder)
    return sealed


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a version folder; SnapshotBroken where it is missing, changed, or of another version."""
    path = folder / MANIFEST
    try:
        stated, content = (folder / MANIFEST_SUM).read_bytes(), path.read_bytes()
    except FileNotFoundError as error:
        raise SnapshotBroken(Path(error.filename), "no such file", "the manifest and its checksum") from None
    found = sha256(path)
    if stated.split()[:1] != [found.encode()]:
        raise SnapshotBroken(path, f"sha256 {found}", f"the one in {MANIFEST_SUM}")
    try:
        manifest = msgspec.json.decode(content, type=Manifest)
    except msgspec.DecodeError as error:
        raise SnapshotBroken(path, str(error), "a manifest this release can read") from None
    if manifest.version != folder.name:
        raise SnapshotBroken(path, f"version {manifest.version!r}", f"the folder's own name {folder.name!r}")
    return manifest


def verify_files(folder: Path) -> Manifest:
    """Read every file of a version and compare its checksum; SnapshotBroken names the first that differs."""
    manifest = read_manifest(folder)
    for name, stated in manifest.checksums.items():
        try:
            found = sha256(folder / name)
        except FileNotFoundError:
            raise SnapshotBroken(folder / name, "no such file", f"sha256 {stated}") from None
        if found != stated:
            raise SnapshotBroken(folder / name, f"sha256 {found}", f"sha256 {stated}")
    return manifest
