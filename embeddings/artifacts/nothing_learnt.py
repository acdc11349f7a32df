"""The snapshot before anything was learnt: no vectors, no neighbours; answers still come, from the catalogue alone."""

import numpy as np

from embeddings.index import ExactIndex
from embeddings.snapshot.serving_snapshot import Adjacency, ServingSnapshot
from embeddings.vectors.embedding_set import CustomerFunction, EmbeddingSet, Manifest

__all__ = ["empty_snapshot"]


def empty_snapshot(dim: int = 1) -> ServingSnapshot:
    """A snapshot without customers and products; its version is ``none``."""
    vectors = np.empty((0, dim), dtype=np.float32)
    nothing = Adjacency(
        offsets=np.zeros(1, dtype=np.int64),
        columns=np.empty(0, dtype=np.int32),
        counts=np.empty(0, dtype=np.int32),
        strengths=np.empty(0, dtype=np.float32),
    )
    manifest = Manifest(
        version="none",
        model="none",
        parameters={},
        customer_function=CustomerFunction(kind_weights={}, half_life_days=1.0),
        dim=dim,
        as_of=0,
    )
    return ServingSnapshot(
        set=EmbeddingSet(
            manifest=manifest,
            customers=[],
            products=[],
            customer_vectors=vectors,
            product_vectors=vectors,
            input_vectors=vectors,
            input_weights=np.empty(0, dtype=np.float32),
        ),
        index=ExactIndex(vectors),
        customer_index=ExactIndex(vectors),
        bought_together=nothing,
        purchases=nothing,
        buyers=nothing,
        similar_customers=nothing,
        popularity=np.empty(0, dtype=np.float32),
        product_rows={},
        customer_rows={},
    )
