"""Hot swap."""

import logging
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from embeddings.registry import Registry
from embeddings.snapshot.builder import build_snapshot
from embeddings.snapshot.holder import SnapshotHolder
from graph import CustomerId, NotFound
from tests.embeddings.greengrocer import greengrocer, purchases_of


def build(folder: Path, scale: float = 1.0) -> str:
    """A version all of whose vectors tell its number: the first coordinate of the first product is 2 · scale."""
    made = greengrocer()
    vectors = made.product_vectors * np.float32(scale)
    return build_snapshot(replace(made, product_vectors=vectors, input_vectors=vectors), purchases_of(), folder).name


def test_before_the_first_publication_there_is_nothing_and_then_there_is(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    holder = SnapshotHolder(registry)
    with pytest.raises(NotFound, match="no published embeddings version"):
        _ = holder.current
    assert not holder.refresh()
    registry.publish(build(tmp_path))
    assert holder.refresh()
    assert holder.current.version == holder.version == "v0001"
    assert not holder.refresh()


def test_a_holder_opens_what_is_current_and_follows_publication_and_roll_back(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    registry.publish(build(tmp_path))
    holder = SnapshotHolder(registry)
    before = holder.current
    registry.publish(build(tmp_path, 3.0))
    assert holder.current is before
    assert holder.refresh()
    assert (before.version, holder.version) == ("v0001", "v0002")
    assert before.index.search(np.array([1, 0], dtype=np.float32), 1).scores.tolist() == [2.0]
    registry.rollback()
    assert holder.refresh()
    assert holder.version == "v0001"


def test_a_broken_version_is_refused_once_aloud_and_the_old_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    registry = Registry(tmp_path)
    registry.publish(build(tmp_path))
    holder = SnapshotHolder(registry)
    registry.publish(build(tmp_path))
    path = tmp_path / "v0002" / "products.npy"
    path.write_bytes(path.read_bytes()[:-1])
    with caplog.at_level(logging.ERROR, "patron.embeddings"):
        assert [holder.refresh(), holder.refresh()] == [False, False]
    assert holder.version == "v0001"
    assert len(caplog.records) == 1
    assert "v0001 goes on serving" in caplog.text
    assert "products.npy" in caplog.text
    registry.publish(build(tmp_path))
    assert holder.refresh()
    assert holder.version == "v0003"


def test_a_pointer_nobody_can_read_changes_nothing(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    registry.publish(build(tmp_path))
    holder = SnapshotHolder(registry)
    (tmp_path / "current").write_bytes(b"\xff")
    assert not holder.refresh()
    assert holder.version == "v0001"


def test_eight_readers_see_whole_versions_while_they_are_swapped(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    scales = {build(tmp_path, scale): scale for scale in (1.0, 2.0, 4.0)}
    registry.publish("v0001")
    holder, done = SnapshotHolder(registry), Event()
    east = np.array([1, 0], dtype=np.float32)

    def read() -> set[str]:
        seen = set()
        while not done.is_set():
            snapshot = holder.current
            best = snapshot.index.search(east, 1)
            assert best.scores.tolist() == [2 * scales[snapshot.version]]
            assert snapshot.set.product_vectors[best.rows[0], 0] == 2 * scales[snapshot.version]
            assert snapshot.bought_together.of(0)[0].tolist() == [4]
            seen.add(snapshot.version)
        return seen

    with ThreadPoolExecutor(8) as threads:
        readers = [threads.submit(read) for _ in range(8)]
        try:
            for version in ["v0002", "v0003", "v0001"] * 2:
                registry.publish(version)
                assert holder.refresh()
        finally:
            done.set()
        seen = set().union(*(reader.result() for reader in readers))
    assert seen == set(scales)


def test_versions_of_the_same_products_share_their_ids(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    registry.publish(build(tmp_path))
    holder = SnapshotHolder(registry)
    before = holder.current
    registry.publish(build(tmp_path, 3.0))
    assert holder.refresh()
    assert holder.current.set.products is before.set.products
    assert holder.current.product_rows is before.product_rows
    made = greengrocer()
    fewer = build_snapshot(
        replace(made, customers=[*made.customers[:-1], CustomerId("user:else")]), purchases_of(), tmp_path
    )
    registry.publish(fewer.name)
    assert holder.refresh()
    assert holder.current.set.products is before.set.products
    assert holder.current.set.customers[-1] == "user:else"
    assert holder.current.customer_rows[CustomerId("user:else")] == len(made.customers) - 1


def test_threads_take_turns_sooner_while_a_version_is_opened_and_prepared(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    holder, usual, meanwhile = SnapshotHolder(registry), sys.getswitchinterval(), list[float]()
    registry.publish(build(tmp_path))
    assert holder.refresh(lambda fresh: meanwhile.append(sys.getswitchinterval()))
    assert meanwhile[0] < usual == sys.getswitchinterval()


def test_a_version_is_prepared_before_it_serves(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    registry.publish(build(tmp_path))
    holder = SnapshotHolder(registry)
    registry.publish(build(tmp_path))
    serving = {}
    assert holder.refresh(lambda fresh: serving.update({fresh.version: holder.version}))
    assert (serving, holder.version) == ({"v0002": "v0001"}, "v0002")
