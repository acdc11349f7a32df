"""Log popularity beside an inner product: what a softmax over in-batch negatives takes out, added again."""

from dataclasses import replace

import msgspec
import numpy as np
from numpy.typing import NDArray

from embeddings.vectors.embedding_set import EmbeddingSet
from embeddings.vectors.joined import joined

__all__ = ["with_log_popularity"]


def with_log_popularity(
    embeddings: EmbeddingSet,
    popularity: NDArray[np.floating],  # [num_products], as of `embeddings`; below 1 it counts as 1
    weight: float,
) -> EmbeddingSet:
    """The set whose score is the inner product plus ``weight · log(popularity)``, in one dimension more.

    That dimension is a joined part: every product brings 1 into a history, so every customer has the same of it.
    """
    logs = np.log(np.maximum(popularity, 1.0)).astype(np.float32)[:, None]  # [num_products, 1]
    lengths = np.linalg.norm(embeddings.customer_vectors, axis=1, keepdims=True)
    part = replace(
        embeddings,
        manifest=msgspec.structs.replace(embeddings.manifest, dim=1),
        customer_vectors=(lengths > 0).astype(np.float32),
        product_vectors=logs,
        input_vectors=np.ones_like(logs),
    )
    both = joined([embeddings, part], (1.0, weight))
    told = {"parameters": embeddings.manifest.parameters, "metrics": embeddings.manifest.metrics}
    return replace(both, manifest=msgspec.structs.replace(both.manifest, **told))
