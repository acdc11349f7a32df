"""Trial: one setting, how good it was on what was held out, and what it took."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.evaluation.metrics import ndcg_at, recall_at
from embeddings.evaluation.split import HeldOut
from embeddings.evaluation.vector_ranker import VectorRanker
from embeddings.interaction_matrix import InteractionMatrix
from embeddings.vectors.embedding_set import EmbeddingSet

__all__ = ["K", "Measured", "Trial", "measured"]

K = 20


@dataclass(frozen=True)
class Trial:
    """recall, ndcg: at 20, means over the customers asked. seconds: since the search began."""

    model: str
    settings: dict[str, Any]
    recall: float
    ndcg: float
    seconds: float


@dataclass(frozen=True)
class Measured:
    """Recall and NDCG at 20, one value a customer."""

    recall: NDArray[np.float64]  # [num_customers]
    ndcg: NDArray[np.float64]  # [num_customers]

    def better_than(self, other: "Measured") -> bool:
        """Whether NDCG is greater by more than one standard error of the difference, customer by customer.

        Less is noise, and then what was there before stays.
        """
        apart = self.ndcg - other.ndcg
        return bool(apart.mean() > apart.std() / max(len(apart), 1) ** 0.5)


def measured(embeddings: EmbeddingSet, train: InteractionMatrix, held_out: HeldOut) -> Measured:
    """How well a set learnt from `train` finds what was held out, what it learnt from masked."""
    lists = VectorRanker.of(embeddings, train).rank(held_out.customers, K, True)
    columns = {product: column for column, product in enumerate(held_out.products)}
    own = np.array([*(columns.get(product, len(columns)) for product in embeddings.products), -1], dtype=np.int32)
    found = own[lists]
    return Measured(recall_at(K, found, held_out.relevant), ndcg_at(K, found, held_out.relevant))
