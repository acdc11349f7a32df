"""A folder with anything wrong in it is refused, naming the file."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from embeddings.artifacts import open_snapshot, verify_files
from embeddings.artifacts.seal import read_manifest, seal
from embeddings.artifacts.self_check import self_check
from embeddings.errors import SnapshotBroken
from embeddings.index import HnswIndex
from embeddings.index import choice as module
from embeddings.nearest import Nearest
from embeddings.snapshot.builder import build_snapshot
from tests.embeddings.greengrocer import greengrocer, purchases_of


@pytest.fixture
def version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A version folder whose products are searched by a graph."""
    monkeypatch.setattr(module, "LITTLE_WORK", 0)
    monkeypatch.setattr(module, "KINDS", {"hnsw": module.Kind(lambda vectors, queries: HnswIndex.build(vectors))})
    monkeypatch.setattr(module, "SUBSTANTIAL", float("inf"))
    monkeypatch.setattr(module, "FAST_ENOUGH", 0.0)
    return build_snapshot(greengrocer(), purchases_of(), tmp_path)


def refused(version: Path, name: str, *, verify: bool = False) -> SnapshotBroken:
    with pytest.raises(SnapshotBroken) as caught:
        open_snapshot(version, verify=verify)
    assert caught.value.path == version / name
    return caught.value


def names_of(version: Path) -> list[str]:
    return sorted(path.name for path in version.iterdir())


def test_one_changed_byte_in_any_file_is_found(version: Path) -> None:
    for name in names_of(version):
        if name == "manifest.sha256":
            continue
        path = version / name
        sound = path.read_bytes()
        path.write_bytes(sound[:-1] + bytes([sound[-1] ^ 1]))
        assert "sha256" in refused(version, name, verify=True).expected or name == "manifest.json"
        path.write_bytes(sound)
    assert verify_files(version).version == "v0001"


def test_a_missing_file_is_named(version: Path) -> None:
    for name in names_of(version):
        (version / name).rename(version.parent / name)
        refused(version, name)
        (version.parent / name).rename(version / name)


def test_a_truncated_file_is_named(version: Path) -> None:
    for name in names_of(version):
        if name.startswith("manifest"):
            continue
        path = version / name
        sound = path.read_bytes()
        path.write_bytes(sound[:-3])
        refused(version, name)
        path.write_bytes(b"")
        refused(version, name)
        path.write_bytes(sound)
    open_snapshot(version)


def test_a_folder_under_another_name_is_refused(version: Path) -> None:
    found = refused(version.rename(version.parent / "v0009"), "manifest.json")
    assert (found.found, found.expected) == ("version 'v0001'", "the folder's own name 'v0009'")


Array = NDArray[np.float32]


@pytest.mark.parametrize(
    ("name", "change", "found"),
    [
        ("input_weights.npy", lambda array: array * np.float32(np.nan), "5 values that are not finite"),
        ("products.npy", lambda array: array[:4], "float32 of shape (4, 2)"),
        ("popularity.npy", lambda array: array.astype(np.float64), "float64 of shape (5,)"),
        ("purchases.columns.npy", lambda array: array + 1, "columns from 1 to 5"),
        ("purchases.offsets.npy", lambda array: array[::-1], "rows that overlap"),
        ("buyers.strengths.npy", lambda array: array / np.float32(0.0), "values that are not finite"),
        ("product_ids.text.npy", lambda array: np.full_like(array, ord("x")), "25 characters"),
        ("product_ids.text.npy", lambda array: np.full_like(array, 255), "invalid start byte"),
        ("customer_ids.text.npy", lambda array: np.full_like(array, ord("x")), "1 distinct ids"),
    ],
)
def test_nonsense_that_is_sealed_is_nonsense_still(
    version: Path, name: str, change: Callable[[Array], Array], found: str
) -> None:
    with np.errstate(divide="ignore"):
        np.save(version / name, change(np.load(version / name)))
    seal(version, read_manifest(version))
    assert found in refused(version, name, verify=True).found


def test_an_index_of_other_vectors_is_refused(version: Path) -> None:
    np.save(version / "products.npy", np.load(version / "products.npy")[::-1] * np.float32(-1))
    seal(version, read_manifest(version))
    assert "another vector in row 0" in refused(version, "products.hnsw").found


class Blind:
    """An index that always answers with the last row."""

    def search(self, vector: Array, k: int, allowed: NDArray[np.bool_] | None = None) -> Nearest:
        return Nearest(np.array([4]), np.array([-1], dtype=np.float32))


def test_an_index_that_does_not_find_is_refused(version: Path) -> None:
    with pytest.raises(SnapshotBroken, match="0% of the nearest found, expected 50% of them or more"):
        self_check(replace(open_snapshot(version), index=Blind()), version)


def test_a_manifest_that_cannot_be_read_is_refused(version: Path) -> None:
    seal(version, msgspec.structs.replace(read_manifest(version), dim=3))
    refused(version, "products.npy")


def test_arrays_are_views_of_the_files(version: Path) -> None:
    vectors = open_snapshot(version).set.product_vectors
    assert type(vectors) is np.ndarray
    assert vectors.base is not None
    assert isinstance(vectors.base, np.memmap)
