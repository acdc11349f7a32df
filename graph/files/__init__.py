"""Files: arrays and ids as .npy, folders of versions, YAML that people write, and what is there after a power cut."""

from graph.files.arrays import read_array, read_ids, write_array, write_ids
from graph.files.durable import hold, locked, replace, sha256, sync
from graph.files.version_folder import Act, Pointer, VersionFolder

__all__ = [
    "Act",
    "Pointer",
    "VersionFolder",
    "hold",
    "locked",
    "read_array",
    "read_ids",
    "replace",
    "sha256",
    "sync",
    "write_array",
    "write_ids",
]
