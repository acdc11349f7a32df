"""The quick look at a snapshot before it serves: finite numbers, rows that exist, and searches that find."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.errors import SnapshotBroken
from embeddings.index import index_file, index_recall
from embeddings.intent import Bonds
from embeddings.nearest import VectorIndex
from embeddings.sessions import SessionNeighbours
from embeddings.snapshot.serving_snapshot import Adjacency, ServingSnapshot

__all__ = ["self_check"]

PROBES = 8
LEAST_FOUND = 0.5
"""An index of other vectors finds next to nothing; how much a good one must find, the gate of a publication says."""


def self_check(snapshot: ServingSnapshot, folder: Path) -> None:
    """SnapshotBroken, naming the file, where an answer from this snapshot would be nonsense or fail."""
    embeddings = snapshot.set
    num_products, num_customers = len(embeddings.products), len(embeddings.customers)
    ranking, intent = snapshot.ranking, snapshot.intent
    for name, array in (
        *(() if ranking is None else ranking.arrays()),
        *(() if intent is None else intent.arrays()),
        *(() if snapshot.predictions is None else snapshot.predictions.arrays()),
        *(() if embeddings.attributes is None else (("attributes.vectors", embeddings.attributes.vectors),)),
        *(() if embeddings.attributes is None else (("attributes.input_scale", embeddings.attributes.input_scale),)),
        *(() if embeddings.groups is None else (("customer_groups.vectors", embeddings.groups.vectors),)),
        *(() if embeddings.groups is None else (("customer_groups.everyone", embeddings.groups.everyone),)),
        ("customers", embeddings.customer_vectors),
        ("products", embeddings.product_vectors),
        ("inputs", embeddings.input_vectors),
        ("input_weights", embeddings.input_weights),
        ("popularity", snapshot.popularity),
    ):
        if not np.isfinite(array).all():
            found = f"{np.count_nonzero(~np.isfinite(array))} values that are not finite"
            raise SnapshotBroken(folder / f"{name}.npy", found, "finite numbers only")
    for name, described in (("attributes", embeddings.attributes), ("customer_groups", embeddings.groups)):
        if described is not None and (np.diff(described.keys.astype(object)) <= 0).any():
            raise SnapshotBroken(folder / f"{name}.keys.npy", "keys that do not rise", "each once, rising")
    _check_ids(folder, "product_ids", num_products, len(snapshot.product_rows))
    _check_ids(folder, "customer_ids", num_customers, len(snapshot.customer_rows))
    _check_adjacency(folder, "bought_together", snapshot.bought_together, num_products)
    _check_adjacency(folder, "purchases", snapshot.purchases, num_products)
    _check_adjacency(folder, "buyers", snapshot.buyers, num_customers)
    _check_adjacency(folder, "similar_customers", snapshot.similar_customers, num_customers)
    if intent is not None:
        _check_bonds(folder, intent.bonds)
        _check_neighbours(folder, intent.neighbours, num_products)
    _check_index(folder, "products", snapshot.index, embeddings.product_vectors)
    _check_index(folder, "customers", snapshot.customer_index, embeddings.customer_vectors)


def _check_ids(folder: Path, name: str, rows: int, distinct: int) -> None:
    if rows != distinct:
        raise SnapshotBroken(folder / f"{name}.text.npy", f"{distinct} distinct ids", f"{rows}, one a row")


def _check_adjacency(folder: Path, name: str, adjacency: Adjacency, num_columns: int) -> None:
    offsets, columns = adjacency.offsets, adjacency.columns
    if offsets[0] != 0 or offsets[-1] != len(columns) or (np.diff(offsets) < 0).any():
        raise SnapshotBroken(folder / f"{name}.offsets.npy", "rows that overlap", f"rises from 0 to {len(columns)}")
    if len(columns) and not 0 <= columns.min() <= columns.max() < num_columns:
        found = f"columns from {columns.min()} to {columns.max()}"
        raise SnapshotBroken(folder / f"{name}.columns.npy", found, f"columns from 0 to {num_columns - 1}")
    if not np.isfinite(adjacency.strengths).all():
        raise SnapshotBroken(folder / f"{name}.strengths.npy", "values that are not finite", "finite numbers only")


def _check_bonds(folder: Path, bonds: Bonds) -> None:
    offsets, columns = bonds.offsets, bonds.columns
    if offsets[0] != 0 or offsets[-1] != len(columns) or (np.diff(offsets) < 0).any():
        raise SnapshotBroken(folder / "intent.offsets.npy", "rows that overlap", f"rises from 0 to {len(columns)}")
    if len(columns) and not 0 <= columns.min() <= columns.max() < bonds.num_products:
        found = f"columns from {columns.min()} to {columns.max()}"
        raise SnapshotBroken(folder / "intent.columns.npy", found, f"columns from 0 to {bonds.num_products - 1}")


def _check_neighbours(folder: Path, neighbours: SessionNeighbours, num_products: int) -> None:
    sessions = neighbours.sessions
    for part, offsets, rows, values, below in (
        ("products", sessions.offsets, len(sessions), sessions.products, num_products),
        ("containing", neighbours.offsets, num_products, neighbours.containing, len(sessions)),
    ):
        if len(offsets) != rows + 1 or offsets[0] != 0 or offsets[-1] != len(values) or (np.diff(offsets) < 0).any():
            found = f"parts of {len(offsets) - 1} rows that do not join"
            raise SnapshotBroken(
                folder / f"intent.neighbours.{part}.npy", found, f"those of {rows}, one after the other"
            )
        if len(values) and not 0 <= values.min() <= values.max() < below:
            found = f"rows from {values.min()} to {values.max()}"
            raise SnapshotBroken(folder / f"intent.neighbours.{part}.npy", found, f"rows from 0 to {below - 1}")


def _check_index(folder: Path, name: str, index: VectorIndex, vectors: NDArray[np.float32]) -> None:
    if not len(vectors):
        return
    probes = vectors[np.linspace(0, len(vectors) - 1, min(PROBES, len(vectors)), dtype=np.int64)]
    if (found := index_recall(index, vectors, probes, k=10)) < LEAST_FOUND:
        file = index_file([path.name for path in folder.iterdir()], name) or f"{name}.npy"
        raise SnapshotBroken(folder / file, f"{found:.0%} of the nearest found", f"{LEAST_FOUND:.0%} of them or more")
