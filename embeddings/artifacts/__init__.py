"""A version of embeddings as files: arrays and a JSON manifest, sealed by checksums, opened by mmap; no pickle."""

from embeddings.artifacts.opening import open_snapshot
from embeddings.artifacts.seal import verify_files

__all__ = ["open_snapshot", "verify_files"]
