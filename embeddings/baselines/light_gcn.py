"""LightGCN: vectors smoothed over the graph of who bought what, learnt by pairs (He et al. 2020)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit

from embeddings.baselines.als import Factors
from embeddings.evaluation.ranker import ScoreRanker
from embeddings.interaction_matrix import InteractionMatrix

__all__ = ["LightGCN"]


@dataclass(frozen=True)
class LightGCN:
    """Vectors E of customers and products, propagated: P = mean of E, ÂE, … Â^layers E with Â = D^-½ A D^-½ the
    normalised adjacency of both. Score = inner product; the loss is BPR, -log σ(score bought − score not bought).

    One step draws `batch` pairs bought, at most as many as there are, and for each a product at random. The propagation
    is linear and symmetric, so the gradient of E is the propagated gradient of P, and no autograd is needed; Adam moves
    E.
    regularization: of the squares of the drawn rows of E, summed over a step's draws and divided by their number.
    """

    dim: int = 64
    layers: int = 3
    steps: int = 30
    batch: int = 65_536
    learning_rate: float = 0.05
    regularization: float = 1e-4
    seed: int = 0

    def fit(self, train: InteractionMatrix) -> ScoreRanker:
        bought = train.bought()  # [num_customers, num_products]
        rng = np.random.default_rng(self.seed)
        adjacency = normalised(bought)
        learnt = rng.normal(scale=0.1, size=(sum(train.shape), self.dim)).astype(np.float32)  # [num_nodes, dim]
        first, second = np.zeros_like(learnt), np.zeros_like(learnt)  # Adam's moments
        for step in range(1, self.steps + 1):
            gradient = self._gradient(learnt, adjacency, bought, rng)
            first += 0.1 * (gradient - first)
            second += 0.001 * (np.square(gradient) - second)
            scale = np.sqrt(second / (1.0 - 0.999**step)) + 1e-8
            learnt -= np.float32(self.learning_rate / (1.0 - 0.9**step)) * first / scale
        customers, products = np.split(self._propagated(learnt, adjacency), [train.shape[0]])
        return ScoreRanker.over(train, Factors(customers, products))

    def _propagated(self, vectors: NDArray[np.float32], adjacency: sparse.csr_array) -> NDArray[np.float32]:
        """[num_nodes, dim] -> [num_nodes, dim]"""
        total, layer = vectors.copy(), vectors
        for _ in range(self.layers):
            layer = adjacency @ layer
            total += layer
        total /= self.layers + 1
        return total

    def _gradient(
        self,
        learnt: NDArray[np.float32],  # [num_nodes, dim]
        adjacency: sparse.csr_array,
        bought: sparse.csr_array,
        rng: np.random.Generator,
    ) -> NDArray[np.float32]:  # [num_nodes, dim]
        num_customers, num_products = bought.shape
        propagated = self._propagated(learnt, adjacency)
        size = min(self.batch, bought.nnz)
        pair = rng.integers(bought.nnz, size=size)  # [batch]
        customer = np.searchsorted(bought.indptr, pair, side="right") - 1
        positive = num_customers + bought.indices[pair]
        negative = num_customers + rng.integers(num_products, size=size)
        difference = np.einsum("ij,ij->i", propagated[customer], propagated[positive] - propagated[negative])
        pull = (-expit(-difference) / size).astype(np.float32)  # [batch], the loss by the difference
        nodes = len(learnt)
        rows = np.concatenate([customer, customer, positive, negative])
        others = np.concatenate([positive, negative, customer, customer])
        pulls = np.concatenate([pull, -pull, pull, -pull])
        direct = sparse.csr_array((pulls, (rows, others)), shape=(nodes, nodes)) @ propagated
        drawn = np.bincount(np.concatenate([customer, positive, negative]), minlength=nodes).astype(np.float32)
        decay = (2.0 * self.regularization / size) * drawn[:, None] * learnt
        gradient: NDArray[np.float32] = self._propagated(direct, adjacency) + decay.astype(np.float32)
        return gradient


def normalised(bought: sparse.csr_array) -> sparse.csr_array:  # [num_nodes, num_nodes]
    """D^-½ A D^-½ over customers, then products, of the bipartite graph; a node without an edge has an empty row."""
    scale_rows = 1.0 / np.sqrt(np.maximum(bought.sum(axis=1), 1.0))
    scale_columns = 1.0 / np.sqrt(np.maximum(bought.sum(axis=0), 1.0))
    part = sparse.csr_array(sparse.diags_array(scale_rows) @ bought @ sparse.diags_array(scale_columns))
    return sparse.block_array([[None, part], [part.T, None]], format="csr").astype(np.float32)
