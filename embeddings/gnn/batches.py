"""Batches: some customers, targets of theirs, and the part of the graph that these need."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse
from torch import Tensor

from embeddings.gnn.config import GnnConfig
from embeddings.gnn.hetero_graph import ATTRIBUTES, describing
from embeddings.gnn.histories import Histories
from embeddings.gnn.pyg import HeteroData, adjacency

__all__ = ["Batch", "Batches"]


MOST = 1 / 3
"""A batch that needs more than this share of the products takes all: choosing rows would cost more than it saves."""


class Batch(NamedTuple):
    """Positions are within the batch: of customers, or of the n products in `rows`."""

    rows: Tensor  # [n], product rows, rising
    described_by: dict[str, Tensor]  # kind → sparse csr [n, num_attributes]
    history: Tensor  # sparse csr [num_customers, n]
    customers: Tensor  # [num_pairs]
    target_weights: Tensor  # [num_pairs], of the pair's target in its customer's history
    targets: Tensor  # [num_targets], the distinct ones of all pairs, each a negative of the others
    own: Tensor  # [num_pairs], where among these the pair's own is
    masked: Tensor  # [num_pairs, num_targets] bool, True for what the pair's customer has, but for its own


class Batches:
    """Draws batches from compressed rows in numpy; the same generator state gives the same batches.

    Customers with one product take no part: nothing would be left without the target.
    """

    def __init__(self, graph: HeteroData, histories: Histories, config: GnnConfig) -> None:
        self.histories = histories
        self.config = config
        self.eligible = np.flatnonzero(histories.sizes() >= 2)  # [num_eligible]
        self.matrix = histories.matrix(histories.history)
        self.described_by = {
            kind.value: describing(graph, kind)
            for kind in ATTRIBUTES
            if config.attributes and graph[kind.value].num_nodes
        }
        self._customer = np.repeat(np.arange(len(histories.sizes())), histories.sizes())  # [num_entries]
        self._targets = np.concatenate([[0.0], np.cumsum(histories.target, dtype=np.float64)])  # [num_entries + 1]

    def __len__(self) -> int:
        """How many batches an epoch has."""
        if self.config.every_pair:
            return -(-int(self.histories.sizes()[self.eligible].sum()) // self._num_pairs)
        return -(-len(self.eligible) // self.config.batch_customers)

    def epoch(self, rng: np.random.Generator) -> Iterator[Batch]:
        """In random order every eligible customer once, with some drawn targets of theirs; or every pair of theirs."""
        if self.config.every_pair:
            entries = rng.permutation(np.flatnonzero(np.isin(self._customer, self.eligible)))
            for start in range(0, len(entries), self._num_pairs):
                yield self._batch(np.sort(entries[start : start + self._num_pairs]))
            return
        order = rng.permutation(self.eligible)
        for start in range(0, len(order), self.config.batch_customers):
            yield self._batch(self._drawn(np.sort(order[start : start + self.config.batch_customers]), rng))

    def everything(self) -> tuple[Tensor, dict[str, Tensor]]:
        """All product rows, and what describes them."""
        return (
            torch.arange(self.histories.shape[1]),
            {kind: adjacency(matrix) for kind, matrix in self.described_by.items()},
        )

    @property
    def _num_pairs(self) -> int:
        return self.config.batch_customers * self.config.targets_per_customer

    def _drawn(self, chosen: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:  # [num_pairs]
        """Entries of these customers, as many of each, as often as their weight says."""
        offsets, each = self.histories.offsets, self.config.targets_per_customer
        first, last = self._targets[offsets[chosen]], self._targets[offsets[chosen + 1]]
        drawn = first[:, None] + rng.random((len(chosen), each)) * (last - first)[:, None]
        entries = np.searchsorted(self._targets, drawn, side="right") - 1  # [num_customers, each]
        kept: NDArray[np.int64] = np.clip(entries, offsets[chosen][:, None], offsets[chosen + 1][:, None] - 1).ravel()
        return kept

    def _batch(self, entries: NDArray[np.int64]) -> Batch:
        """The pairs that these entries of the histories are."""
        histories = self.histories
        chosen, customers = np.unique(self._customer[entries], return_inverse=True)
        part = self.matrix[chosen]  # [num_customers, num_products]
        targets, own = np.unique(histories.products[entries], return_inverse=True)
        rows = np.unique(part.indices)  # the targets are among them
        if len(rows) > MOST * histories.shape[1]:
            rows = np.arange(histories.shape[1])

        place = np.full(histories.shape[1], -1, dtype=np.int64)
        place[targets] = np.arange(len(targets))
        has = np.zeros((len(chosen), len(targets)), dtype=np.bool_)
        owner, column = np.repeat(np.arange(len(chosen)), np.diff(part.indptr)), place[part.indices]
        has[owner[column >= 0], column[column >= 0]] = True
        masked = has[customers]
        masked[np.arange(len(own)), own] = False

        place[rows] = np.arange(len(rows))
        history = sparse.csr_array((part.data, place[part.indices], part.indptr), shape=(len(chosen), len(rows)))
        weights = histories.history[entries] if self.config.leave_out else np.zeros(len(entries), dtype=np.float32)
        return Batch(
            rows=torch.from_numpy(rows.astype(np.int64)),
            described_by={kind: adjacency(matrix[rows]) for kind, matrix in self.described_by.items()},
            history=adjacency(history),
            customers=torch.from_numpy(customers),
            target_weights=torch.from_numpy(weights),
            targets=torch.from_numpy(np.searchsorted(rows, targets)),
            own=torch.from_numpy(own),
            masked=torch.from_numpy(masked),
        )
