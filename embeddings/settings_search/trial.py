"""Trial: one setting, how good it was on what was held out, and what it took."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from embeddings.embedding_set import EmbeddingSet
from embeddings.evaluation.metrics import ndcg_at, recall_at
from embeddings.evaluation.split import HeldOut
from embeddings.evaluation.vector_ranker import VectorRanker
from embeddings.interaction_matrix import InteractionMatrix

__all__ = ["K", "Trial", "measured"]

K = 20


@dataclass(frozen=True)
class Trial:
    """recall, ndcg: at 20, means over the customers asked. seconds: since the search began."""

    model: str
    settings: dict[str, Any]
    recall: float
    ndcg: float
    seconds: float


def measured(embeddings: EmbeddingSet, train: InteractionMatrix, held_out: HeldOut) -> tuple[float, float]:
    """(recall, NDCG) at 20 of a set learnt from `train`, what it learnt from masked."""
    lists = VectorRanker.of(embeddings, train).rank(held_out.customers, K, True)
    columns = {product: column for column, product in enumerate(held_out.products)}
    own = np.array([*(columns.get(product, len(columns)) for product in embeddings.products), -1], dtype=np.int32)
    found = own[lists]
    return float(recall_at(K, found, held_out.relevant).mean()), float(ndcg_at(K, found, held_out.relevant).mean())
