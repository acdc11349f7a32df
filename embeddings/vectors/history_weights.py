"""History weights: what each product of each customer's history counts for in that customer's vector."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from embeddings.interaction_matrix import InteractionMatrix
from embeddings.vectors.embedding_set import EmbeddingSet
from graph import Customer, EdgeArrays, Instant, InvalidValue

__all__ = ["HistoryWeights", "history_weights"]


class HistoryWeights(NamedTuple):
    """What customer vectors are made of: ``products @ input_vectors + groups = customer_vectors``.

    products: csr [num_customers, num_products]. groups: [num_customers, dim], what everyone and their groups add.
    """

    products: sparse.csr_array
    groups: NDArray[np.float32]


def history_weights(embeddings: EmbeddingSet, edges: EdgeArrays, customers: Sequence[Customer] = ()) -> HistoryWeights:
    """The parts of each customer's vector, so that an inner product of customers falls apart by product.

    edges, customers: what the set was learnt from. Rows and columns are those of the set; whom or what it does not know
    is left out. Since ``s_a · s_b = Σ_p W[a, p] (x_p · s_b) + g_a · s_b``, the term of p is what a's product p adds to
    how like a and b are, and the last one what a's groups add.
    InvalidValue for a joined set, whose parts are brought to length one by one.
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
    groups = np.zeros((len(embeddings.customers), embeddings.dim), dtype=np.float32)
    if embeddings.groups is not None:
        traits = {customer.id: customer.traits for customer in customers}
        groups[:] = [embeddings.groups.of(traits.get(name, {})) for name in embeddings.customers]
    lengths = np.linalg.norm(weights @ embeddings.input_vectors + groups, axis=1)
    lengths = np.where(lengths > 0, lengths, 1.0).astype(np.float32)
    weights.data /= np.repeat(lengths, np.diff(weights.indptr))
    return HistoryWeights(weights, groups / lengths[:, None])


def _places(theirs: Sequence[str], ours: Sequence[str]) -> NDArray[np.int64]:  # [num_theirs]
    """Where each of their ids is among ours, -1 where it is not."""
    rows = {name: row for row, name in enumerate(ours)}
    return np.array([rows.get(name, -1) for name in theirs], dtype=np.int64)
