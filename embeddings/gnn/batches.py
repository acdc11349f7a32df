"""Batches: some customers, targets of theirs, and the part of the graph that these need."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from embeddings.gnn.config import GnnConfig
from embeddings.gnn.hetero_graph import ATTRIBUTES, describing
from embeddings.gnn.histories import Histories
from embeddings.gnn.pyg import HeteroData, adjacency

__all__ = ["Batch", "Batches"]


class Batch(NamedTuple):
    """Positions are within the batch: of customers, or of the n products in `rows`."""

    rows: Tensor  # [n], product rows, rising
    described_by: dict[str, Tensor]  # kind → sparse csr [n, num_attributes]
    history: Tensor  # sparse csr [num_customers, n]
    customers: Tensor  # [num_pairs]
    targets: Tensor  # [num_pairs]
    target_weights: Tensor  # [num_pairs]
    negatives: Tensor  # [num_negatives], the distinct targets
    masked: Tensor  # [num_pairs, num_negatives] bool, True where the pair's customer has the product


class Batches:
    """Draws batches from compressed rows in numpy; the same generator state gives the same batches.

    An epoch has every customer with two products or more once: with one, nothing would be left without the target.
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
        self._targets = np.concatenate([[0.0], np.cumsum(histories.target, dtype=np.float64)])  # [num_entries + 1]

    def __len__(self) -> int:
        """How many batches an epoch has."""
        return -(-len(self.eligible) // self.config.batch_customers)

    def epoch(self, rng: np.random.Generator) -> Iterator[Batch]:
        """Every eligible customer once, in random order."""
        order = rng.permutation(self.eligible)
        for start in range(0, len(order), self.config.batch_customers):
            yield self._batch(np.sort(order[start : start + self.config.batch_customers]), rng)

    def everything(self) -> tuple[Tensor, dict[str, Tensor]]:
        """All product rows, and what describes them."""
        return (
            torch.arange(self.histories.shape[1]),
            {kind: adjacency(matrix) for kind, matrix in self.described_by.items()},
        )

    def _batch(self, chosen: NDArray[np.int64], rng: np.random.Generator) -> Batch:
        histories, each = self.histories, self.config.targets_per_customer
        part = self.matrix[chosen]  # [num_customers, num_products]
        first, last = self._targets[histories.offsets[chosen]], self._targets[histories.offsets[chosen + 1]]
        drawn = first[:, None] + rng.random((len(chosen), each)) * (last - first)[:, None]
        entries = np.searchsorted(self._targets, drawn, side="right") - 1  # [num_customers, each]
        entries = np.clip(
            entries, histories.offsets[chosen][:, None], histories.offsets[chosen + 1][:, None] - 1
        ).ravel()
        targets = histories.products[entries]
        negatives = np.unique(targets)
        rows = np.unique(part.indices)  # the targets are among them

        place = np.full(histories.shape[1], -1, dtype=np.int64)
        place[negatives] = np.arange(len(negatives))
        has = np.zeros((len(chosen), len(negatives)), dtype=np.bool_)
        owner, column = np.repeat(np.arange(len(chosen)), np.diff(part.indptr)), place[part.indices]
        has[owner[column >= 0], column[column >= 0]] = True

        customers = np.repeat(np.arange(len(chosen)), each)
        weights = histories.history[entries] if self.config.leave_out else np.zeros(len(entries), dtype=np.float32)
        return Batch(
            rows=torch.from_numpy(rows.astype(np.int64)),
            described_by={kind: adjacency(matrix[rows]) for kind, matrix in self.described_by.items()},
            history=adjacency(part[:, rows]),
            customers=torch.from_numpy(customers),
            targets=torch.from_numpy(np.searchsorted(rows, targets)),
            target_weights=torch.from_numpy(weights),
            negatives=torch.from_numpy(np.searchsorted(rows, negatives)),
            masked=torch.from_numpy(has[customers]),
        )
