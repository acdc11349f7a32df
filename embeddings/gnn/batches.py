"""Batches: some customers, targets of theirs, and the part of the graph that these need."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse
from torch import Tensor

from embeddings.gnn.config import GnnConfig
from embeddings.gnn.hetero_graph import ATTRIBUTES, describing
from embeddings.gnn.histories import Histories
from embeddings.gnn.processes import Processes
from embeddings.gnn.pyg import HeteroData, adjacency
from embeddings.gnn.shuffled import shuffled

__all__ = ["Batch", "Batches"]

ALONE = Processes()

MOST = 1 / 3
"""A batch that needs more than this share of the products takes all: choosing rows would cost more than it saves."""


TENSORS = ("rows", "history", "customers", "target_weights", "targets", "own", "masked")


class Batch(NamedTuple):
    """Positions are within the batch: of customers, or of the n products in `rows`.

    Where processes train together, the pairs are one process' share, the targets those of all.
    """

    rows: Tensor  # [n], product rows, rising
    described_by: dict[str, Tensor]  # kind → sparse csr [n, num_attributes]
    history: Tensor  # sparse csr [num_sorts · num_customers + num_targets, n]: the first sort of all customers first,
    # and under them each target itself, once
    customers: Tensor  # [num_pairs]
    target_weights: Tensor  # [num_pairs, num_sorts], of the pair's target in its customer's history
    targets: Tensor  # [num_targets], the distinct ones of all pairs, each a negative of the others
    own: Tensor  # [num_pairs], where among these the pair's own is
    masked: Tensor  # [num_pairs, num_targets] bool, True for what the pair's customer has, but for its own
    share: float = 1.0  # of all processes' pairs

    def to(self, device: torch.device) -> "Batch":
        """The same on a device."""
        moved: dict[str, Any] = {name: each.to(device) for name, each in self._asdict().items() if name in TENSORS}
        described_by = {kind: each.to(device) for kind, each in self.described_by.items()}
        return self._replace(**moved, described_by=described_by)


class Batches:
    """Draws batches from compressed rows in numpy; the same generator state gives the same batches.

    Customers with one product they like take no part: nothing would be left without the target. Processes that train
    together draw the same batch, and each makes its share of it.
    """

    def __init__(
        self, graph: HeteroData, histories: Histories, config: GnnConfig, processes: Processes = ALONE
    ) -> None:
        self.histories = histories
        self.config = config
        self.processes = processes
        self.likings = histories.likings()  # [num_customers]
        self.eligible = np.flatnonzero(self.likings >= 2)  # [num_eligible]
        self.matrix = histories.matrix(histories.history)
        self.described_by = {
            kind.value: describing(graph, kind)
            for kind in ATTRIBUTES
            if config.attributes and graph[kind.value].num_nodes
        }
        self._targets = _sums(histories)

    def __len__(self) -> int:
        """How many batches an epoch has."""
        if self.config.every_pair:
            return -(-int(self.likings[self.eligible].sum()) // self._num_pairs)
        return -(-len(self.eligible) // self.config.batch_customers)

    def epoch(self, rng: np.random.Generator) -> Iterator[Batch]:
        """In random order every eligible customer once, with some drawn targets of theirs; or every pair of theirs."""
        if self.config.every_pair:
            entries = shuffled(self._pairs(), rng, self.histories.scratch)
            for start in range(0, len(entries), self._num_pairs):
                yield self._batch(np.sort(entries[start : start + self._num_pairs]))
            return
        order = rng.permutation(self.eligible)
        for start in range(0, len(order), self.config.batch_customers):
            yield self._batch(self._drawn(np.sort(order[start : start + self.config.batch_customers]), rng))

    def everything(self, device: torch.device) -> tuple[Tensor, dict[str, Tensor]]:
        """All product rows, and what describes them, on a device."""
        return (
            torch.arange(self.histories.shape[1], device=device),
            {kind: adjacency(matrix).to(device) for kind, matrix in self.described_by.items()},
        )

    @property
    def _num_pairs(self) -> int:
        return self.config.batch_customers * self.config.targets_per_customer

    def _pairs(self) -> NDArray[np.int64]:  # [num_pairs]
        """The entries of eligible customers that may be targets."""
        likings, scratch = self.likings, self.histories.scratch
        pairs: NDArray[np.int64] = scratch.empty(int(likings[self.eligible].sum()), np.int64)
        length = 0
        for some in scratch.slices(len(self.histories.products)):
            entries = some.start + np.flatnonzero(self.histories.target[some] > 0)
            kept = entries[likings[self.histories.customers(entries)] >= 2]
            pairs[length : length + len(kept)] = kept
            length += len(kept)
        return pairs

    def _drawn(self, chosen: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:  # [num_pairs]
        """Entries of these customers, as many of each, as often as their weight says."""
        offsets, each = self.histories.offsets, self.config.targets_per_customer
        first, last = self._targets[offsets[chosen]], self._targets[offsets[chosen + 1]]
        drawn = first[:, None] + rng.random((len(chosen), each)) * (last - first)[:, None]
        entries = np.searchsorted(self._targets, drawn, side="right") - 1  # [num_customers, each]
        kept: NDArray[np.int64] = np.clip(entries, offsets[chosen][:, None], offsets[chosen + 1][:, None] - 1).ravel()
        return kept

    def _batch(self, entries: NDArray[np.int64]) -> Batch:
        """This process' share of the pairs that these entries of the histories are, among the targets of all."""
        histories = self.histories
        targets, own = np.unique(histories.products[entries], return_inverse=True)
        part_of = self.processes.share(len(entries))
        share = (part_of.stop - part_of.start) / len(entries)
        if share > 0:  # a process without a pair takes them all, for nothing
            entries, own = entries[part_of], own[part_of]
        chosen, customers = np.unique(histories.customers(entries), return_inverse=True)
        part = self.matrix[chosen]  # [num_customers, num_products]
        needed = np.zeros(histories.shape[1], dtype=np.bool_)
        needed[part.indices] = needed[targets] = True
        rows = np.flatnonzero(needed)
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
        if len(histories.by_sort) > 1:
            history = self._by_sort(chosen, history)
        weights = histories.by_sort[:, entries].T.copy()  # [num_pairs, num_sorts]
        if not self.config.leave_out:
            weights[:] = 0.0
        return Batch(
            rows=torch.from_numpy(rows.astype(np.int64)),
            described_by={kind: adjacency(matrix[rows]) for kind, matrix in self.described_by.items()},
            history=adjacency(_with_targets(history, place[targets])),
            customers=torch.from_numpy(customers),
            target_weights=torch.from_numpy(weights),
            targets=torch.from_numpy(np.searchsorted(rows, targets)),
            own=torch.from_numpy(own),
            masked=torch.from_numpy(masked),
            share=share,
        )

    def _by_sort(self, chosen: NDArray[np.int64], history: sparse.csr_array) -> sparse.csr_array:
        """The histories of these customers once a sort: [num_sorts · num_customers, n]."""
        offsets = self.histories.offsets
        own = np.concatenate([np.arange(offsets[row], offsets[row + 1]) for row in chosen.tolist()])  # [nnz]
        parts = []
        for weights in self.histories.by_sort:
            part = sparse.csr_array((weights[own], history.indices, history.indptr), shape=history.shape, copy=True)
            part.eliminate_zeros()
            parts.append(part)
        return sparse.csr_array(sparse.vstack(parts, format="csr"))


def _with_targets(
    history: sparse.csr_array, targets: NDArray[np.int64]
) -> sparse.csr_array:  # [num_histories + num_targets, n]
    """Histories, and each target as a row of its own: one pass over the products makes both."""
    data = np.concatenate([history.data, np.ones(len(targets), dtype=history.data.dtype)])
    indices = np.concatenate([history.indices, targets])
    offsets = np.concatenate([history.indptr, history.indptr[-1] + np.arange(1, len(targets) + 1)])
    return sparse.csr_array((data, indices, offsets), shape=(len(offsets) - 1, history.shape[1]))


def _sums(histories: Histories) -> NDArray[np.float64]:  # [num_entries + 1]
    """The target weights of all entries before each one."""
    sums: NDArray[np.float64] = histories.scratch.empty(len(histories.target) + 1, np.float64)
    sums[0] = 0.0
    for some in histories.scratch.slices(len(histories.target)):
        so_far = np.concatenate([sums[some.start : some.start + 1], histories.target[some]])
        sums[some.start + 1 : some.stop + 1] = np.cumsum(so_far)[1:]
    return sums
