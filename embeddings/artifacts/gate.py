"""The gate a version passes before it serves: whole, finite, searchable, and of vectors that tell products apart."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.artifacts.opening import open_snapshot
from embeddings.embedding_set import EmbeddingSet
from embeddings.errors import PublicationRefused
from embeddings.index import index_recall
from embeddings.serving_snapshot import ServingSnapshot

__all__ = ["LEAST_RECALL", "check", "sample"]

LEAST_RECALL = 0.97
FLAT = 1e-3
"""A dimension along which vectors differ by less than this part of the largest coordinates (root mean square of a
dimension) says nothing."""


def check(folder: Path) -> ServingSnapshot:
    """The snapshot of a version that may serve.

    SnapshotBroken where a byte differs, a number is not finite or a row does not exist; PublicationRefused, with the
    check and the figure, where the version is sound but not good enough.
    """
    snapshot = open_snapshot(folder, verify=True)
    embeddings = snapshot.set
    for name, least, found in (
        ("products with a vector", 1, len(embeddings.products)),
        ("distinct dimensions of the product vectors", *_dimensions(embeddings.product_vectors)),
        ("index recall", LEAST_RECALL, index_recall(snapshot.index, embeddings.product_vectors, sample(embeddings))),
    ):
        if found < least:
            raise PublicationRefused(snapshot.version, name, found, f"at least {least}")
    return snapshot


def sample(embeddings: EmbeddingSet, size: int = 200, shift: int = 0) -> NDArray[np.float32]:  # [≤ size, dim]
    """Customer vectors, evenly spread over the rows, to ask an index; product vectors where there are no customers.

    shift: starts so many rows later, for vectors that an index was not tuned on.
    """
    vectors = embeddings.customer_vectors[np.any(embeddings.customer_vectors, axis=1)]
    vectors = vectors if len(vectors) else embeddings.product_vectors
    step = max(1, len(vectors) // size)
    return vectors[shift % step :: step][:size]


def _dimensions(vectors: NDArray[np.float32]) -> tuple[int, int]:
    """(asked, found): dimensions along which the vectors [n, dim] differ; n vectors can only differ along n - 1."""
    if not len(vectors):
        return 0, 0
    spread = vectors.std(axis=0, dtype=np.float64)  # [dim]
    size = np.sqrt(np.square(vectors, dtype=np.float64).mean(axis=0))  # [dim]
    found = int(np.count_nonzero(spread > FLAT * size.max(initial=0.0)))
    return min(vectors.shape[1], max(len(vectors) - 1, 0)), found
