"""Group regression: what each group of customers takes, learnt from the vectors of its members."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from scipy import sparse

from embeddings.scratch import MEMORY, Scratch, unit_rows
from embeddings.spectral import ridge
from embeddings.vectors.attribute_vectors import attribute_keys
from embeddings.vectors.embedding_set import EmbeddingSet
from embeddings.vectors.group_vectors import GroupVectors, groups_of
from graph import Customer

__all__ = ["with_group_vectors"]

FEW = 10
"""A group of fewer members says nothing: its vector would be theirs."""


def with_group_vectors(
    embeddings: EmbeddingSet,
    histories: sparse.csr_array,  # [num_customers, num_products], what each product weighs in each customer's history
    customers: Iterable[Customer],
    *,
    interactions: float,
    penalty: float,
    scratch: Scratch = MEMORY,
) -> EmbeddingSet:
    """The set whose customers start from what their groups take, which counts as much as so many interactions.

    customers: with their traits; those that are none of the set's are left out. A group's vector is the ridge
    regression, on the groups, of how its members' vectors differ from the mean of all.
    """
    vectors, lengths = unit_rows(histories, embeddings.input_vectors, scratch)
    there = lengths > 0
    if not there.any():
        return embeddings
    rows = {name: row for row, name in enumerate(embeddings.customers)}
    named = [
        (row, name)
        for customer in customers
        if (row := rows.get(customer.id, -1)) >= 0
        for name in groups_of(customer.traits)
    ]
    owner = np.array([row for row, _ in named], dtype=np.int64)
    every, column = np.unique(attribute_keys(name for _, name in named), return_inverse=True)
    member = there[owner]
    kept = np.bincount(column[member], minlength=len(every)) >= FEW
    place = np.cumsum(kept) - 1
    owner, column = owner[kept[column]], place[column[kept[column]]]
    members = sparse.csr_array(
        (np.ones(len(owner), dtype=np.float32), (owner, column)), shape=(len(embeddings.customers), int(kept.sum()))
    )
    everyone = vectors[there].mean(axis=0)
    known = np.flatnonzero(there & (np.diff(members.indptr) > 0))  # [num_members]
    differing = vectors[known] - everyone
    groups = ridge(sparse.csr_array(members[known]), differing, np.ones(len(known), dtype=np.float32), penalty)
    length = np.float32(interactions * _typical(embeddings, histories))
    expected = GroupVectors(every[kept], groups * length, (everyone * length).astype(np.float32))
    for some in scratch.slices(len(vectors)):
        sums = vectors[some] * lengths[some, None] + members[some] @ expected.vectors + expected.everyone
        norms = np.linalg.norm(sums, axis=1, keepdims=True)
        vectors[some] = sums / np.where(norms > 0, norms, 1.0)
    return replace(embeddings, customer_vectors=vectors, groups=expected)


def _typical(embeddings: EmbeddingSet, histories: sparse.csr_array) -> float:
    """How long what one interaction of today adds to a history is on average."""
    lengths = np.linalg.norm(embeddings.input_vectors, axis=1) * embeddings.input_weights  # [num_products]
    times = np.bincount(histories.indices, minlength=len(lengths))
    return float(lengths @ times / max(times.sum(), 1))
