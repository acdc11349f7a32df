"""Publication, the gate before it, and the way back."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import pytest

from embeddings.artifacts import open_snapshot
from embeddings.errors import PublicationRefused, SnapshotBroken
from embeddings.index import HnswIndex
from embeddings.index import choice as module
from embeddings.registry import Registry
from embeddings.snapshot.builder import build_snapshot
from graph import Instant, NotFound, ProductId
from tests.embeddings.greengrocer import greengrocer, purchases_of


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """Three versions, none published."""
    for _ in range(3):
        build_snapshot(greengrocer(), purchases_of(), tmp_path / "embeddings")
    return Registry(tmp_path / "embeddings")


def test_nothing_is_current_before_the_first_publication(registry: Registry) -> None:
    assert registry.current() is None
    assert registry.versions() == ["v0001", "v0002", "v0003"]
    with pytest.raises(NotFound, match="no version published before"):
        registry.rollback()


def test_a_roll_back_goes_through_the_publications_not_the_numbers(registry: Registry) -> None:
    for version in ("v0003", "v0001", "v0001", "v0002"):
        registry.publish(version)
        assert registry.current() == version
    assert [registry.rollback(), registry.rollback()] == ["v0001", "v0003"]
    with pytest.raises(NotFound, match="no version published before with id 'v0003'"):
        registry.rollback()
    assert registry.current() == "v0003"


def test_another_registry_on_the_folder_sees_the_same(registry: Registry) -> None:
    registry.publish("v0002")
    assert Registry(registry.folder).current() == "v0002"
    assert Registry(registry.folder).manifest("v0002").model == "by hand"


def test_aliases_follow_what_is_trained_and_published(registry: Registry) -> None:
    assert registry.candidate() is None
    for alias in ("champion", "candidate"):
        with pytest.raises(NotFound, match=f"no embeddings version with id '{alias}'"):
            registry.resolve(alias)
    registry.nominate("v0002", now=Instant(5))
    registry.publish("v0001", now=Instant(7))
    assert [registry.resolve(name) for name in ("champion", "candidate", "v0003")] == ["v0001", "v0002", "v0003"]
    registry.publish(registry.resolve("candidate"))
    assert (registry.current(), registry.candidate(), registry.rollback()) == ("v0002", "v0002", "v0001")
    assert [(act.what, act.version, act.at) for act in registry.acts()] == [
        *(("trained", "v0002", 5), ("published", "v0001", 7), ("published", "v0002", 0), ("rolled back", "v0001", 0))
    ]


def test_a_champion_that_cannot_be_read_keeps_no_other_version_out(registry: Registry) -> None:
    registry.publish("v0001")
    (registry.folder / "v0001" / "manifest.json").unlink()
    report = registry.publish("v0002")
    assert registry.current() == "v0002"
    assert report.notes[-1].startswith("the champion cannot be read, nothing is held against it:")


def test_a_pointer_of_before_the_aliases_is_read(registry: Registry) -> None:
    (registry.folder / "current").write_text('{"version": "v0002", "before": ["v0001"]}')
    assert (registry.current(), registry.candidate(), registry.acts()) == ("v0002", None, ())
    assert registry.rollback() == "v0001"


def test_versions_sort_by_number_and_names_are_never_used_again(registry: Registry) -> None:
    for version in ("v9999", "v10000"):
        build_snapshot(greengrocer(version), purchases_of(), registry.folder)
    assert registry.versions()[-2:] == ["v9999", "v10000"]
    registry.publish("v10000")
    registry.publish("v0001")
    shutil.rmtree(registry.folder / "v10000")
    assert registry.next_version() == "v10001"


def test_what_is_not_there_cannot_be_published(registry: Registry) -> None:
    for version in ("v0004", "../v0001", "current", ""):
        with pytest.raises(NotFound, match="no embeddings version with id"):
            registry.publish(version)


def test_a_changed_byte_keeps_a_version_out_and_the_old_one_in(registry: Registry) -> None:
    registry.publish("v0001")
    path = registry.folder / "v0002" / "buyers.counts.npy"
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(SnapshotBroken, match=r"buyers\.counts\.npy"):
        registry.publish("v0002")
    assert registry.current() == "v0001"


def test_a_roll_back_to_a_broken_version_is_refused(registry: Registry) -> None:
    registry.publish("v0001")
    registry.publish("v0002")
    (registry.folder / "v0001" / "customers.npy").unlink()
    with pytest.raises(SnapshotBroken, match=r"customers\.npy"):
        registry.rollback()
    assert registry.current() == "v0002"


ON_A_LINE = [[1, 2], [-2, -4], [3, 6], [-4, -8], [5, 10]]


@pytest.mark.parametrize(
    ("vectors", "found"),
    [([[1, 2], [2, 2], [3, 2], [4, 2], [5, 2]], 1), ([[1, 2]] * 5, 0), ([[0, 0]] * 5, 0), (ON_A_LINE, 1)],
    ids=["one dimension flat", "all products the same", "all zero", "all on a line across the dimensions"],
)
def test_collapsed_vectors_are_refused(tmp_path: Path, vectors: list[list[float]], found: int) -> None:
    collapsed = replace(greengrocer(), product_vectors=np.array(vectors, dtype=np.float32))
    version = build_snapshot(collapsed, purchases_of(), tmp_path).name
    with pytest.raises(PublicationRefused) as caught:
        Registry(tmp_path).publish(version)
    assert caught.value.check == "distinct dimensions of the product vectors"
    assert (caught.value.measured, caught.value.expected) == (found, "at least 2")


def test_an_index_that_finds_too_little_is_refused_with_what_it_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(5)
    products = rng.normal(size=(2000, 32)).astype(np.float32)
    big = replace(
        greengrocer(),
        manifest=msgspec.structs.replace(greengrocer().manifest, dim=32),
        products=[ProductId(str(number)) for number in range(2000)],
        customer_vectors=rng.normal(size=(5, 32)).astype(np.float32),
        product_vectors=products,
        input_vectors=products,
        input_weights=np.ones(2000, dtype=np.float32),
    )
    monkeypatch.setattr(module, "LITTLE_WORK", 0)
    monkeypatch.setattr(module, "KINDS", {"hnsw": module.Kind(lambda vectors, queries: HnswIndex.build(vectors))})
    monkeypatch.setattr(module, "SUBSTANTIAL", float("inf"))
    monkeypatch.setattr(module, "FAST_ENOUGH", 0.0)
    monkeypatch.setattr(module, "RECALL_SOUGHT", -1.0)
    monkeypatch.setattr(module, "EF_STEPS", (1,))
    folder = build_snapshot(big, purchases_of(), tmp_path)
    assert isinstance(open_snapshot(folder).index, HnswIndex)
    with pytest.raises(PublicationRefused, match=r"index recall is 0\.\d+, expected at least 0.97"):
        Registry(tmp_path).publish("v0001")


def test_many_publish_at_once_and_one_whole_history_remains(registry: Registry) -> None:
    versions = registry.versions() * 8
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(lambda version: Registry(registry.folder).publish(version), versions))
    last = registry.current()
    seen = [last]
    while True:
        try:
            seen.append(registry.rollback())
        except NotFound:
            break
    assert set(seen) == set(registry.versions())
    assert all(first != second for first, second in pairwise(seen))


def test_a_pointer_that_cannot_be_read_is_named(registry: Registry) -> None:
    (registry.folder / "current").write_text("v0001")
    with pytest.raises(SnapshotBroken, match="current: found"):
        registry.current()
