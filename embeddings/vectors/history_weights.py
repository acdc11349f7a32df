"""History weights: what each product of each customer's history counts for in that customer's vector."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.interaction_matrix import InteractionMatrix
from embeddings.vectors.embedding_set import EmbeddingSet
from graph import EdgeArrays, Instant, InvalidValue

__all__ = ["history_weights"]


def history_weights(embeddings: EmbeddingSet, edges: EdgeArrays) -> sparse.csr_array:  # [num_customers, num_products]
    """W with ``W @ input_vectors = customer_vectors``, so that an inner product of customers falls apart by product.

    Where the set knows groups of customers, that is their vectors but for what groups say, brought to length again.

    edges: what the set was learnt from. Rows and columns are those of the set; whom or what it does not know is left
    out. Since ``s_a · s_b = Σ_p W[a, p] (x_p · s_b)``, the term of p is what a's product p adds to how like a and b
    are. InvalidValue for a joined set, whose parts are brought to length one by one.
    """
    function = embeddings.manifest.customer_function
    if function.parts:
        raise InvalidValue("embeddings", f"{len(function.parts)} joined parts", "a set that is not joined")
    matrix = InteractionMatrix.from_edges(edges, Instant(embeddings.manifest.as_of))
    ages = matrix.ages()
    worth = function.worth().of(matrix.kind, ages) * matrix.times ** np.float32(function.times_power)
    worth *= np.exp2(ages * np.float32(-1.0 / function.half_life_days))
    row = _places(matrix.customers, embeddings.customers)[matrix.customer]
    column = _places(matrix.products, embeddings.products)[matrix.product]
    known = (row >= 0) & (column >= 0) & (worth != 0)
    cells = (row[known], column[known])
    data = worth[known] * embeddings.input_weights[cells[1]]
    weights = sparse.csr_array((data, cells), shape=(len(embeddings.customers), len(embeddings.products)))
    lengths = np.linalg.norm(weights @ embeddings.input_vectors, axis=1)
    weights.data /= np.repeat(np.where(lengths > 0, lengths, 1.0), np.diff(weights.indptr))
    return weights


def _places(theirs: Sequence[str], ours: Sequence[str]) -> NDArray[np.int64]:  # [num_theirs]
    """Where each of their ids is among ours, -1 where it is not."""
    rows = {name: row for row, name in enumerate(ours)}
    return np.array([rows.get(name, -1) for name in theirs], dtype=np.int64)
