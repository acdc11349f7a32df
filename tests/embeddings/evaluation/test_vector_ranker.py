"""VectorRanker: an EmbeddingSet asked for lists."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from embeddings.evaluation.vector_ranker import VectorRanker
from embeddings.interaction_matrix import InteractionMatrix
from embeddings.vectors.embedding_set import CustomerFunction, EmbeddingSet, Manifest
from graph import CustomerId, Instant, ProductId

ANN, BOB, EVE = (CustomerId(f"user:{name}") for name in ("ann", "bob", "eve"))
APPLE, BREAD, PEAR, ZEBRA = (ProductId(name) for name in ("apple", "bread", "pear", "zebra"))


@pytest.fixture
def ranker() -> VectorRanker:
    """Ann is fruit and bought the apple, Bob is bread; the matrix knows a zebra that the set does not."""
    vectors = np.array([[1.0, 0.1], [0.0, 1.0], [0.9, 0.0]], dtype=np.float32)
    embeddings = EmbeddingSet(
        manifest=Manifest(
            version="v0001",
            model="by hand",
            parameters={},
            customer_function=CustomerFunction(kind_weights={"purchased": 1.0}, half_life_days=30.0),
            dim=2,
            as_of=0,
        ),
        customers=[ANN, BOB, EVE],
        products=[APPLE, BREAD, PEAR],
        customer_vectors=np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]], dtype=np.float32),
        product_vectors=vectors,
        input_vectors=vectors,
        input_weights=np.ones(3, dtype=np.float32),
    )
    ones = np.ones(2, dtype=np.int32)
    train = InteractionMatrix(
        customers=[ANN],
        products=[APPLE, ZEBRA],
        as_of=Instant(0),
        customer=np.zeros(2, dtype=np.int32),
        product=np.array([0, 1], dtype=np.int32),
        kind=np.full(2, 4, dtype=np.int8),
        day=np.zeros(2, dtype=np.int32),
        times=ones,
        baskets=ones,
    )
    return VectorRanker.of(embeddings, train)


def test_products_are_listed_by_inner_product(ranker: VectorRanker) -> None:
    assert list(ranker.products) == [APPLE, BREAD, PEAR]
    assert ranker.rank([BOB, ANN], 2, False).tolist() == [[1, 0], [0, 2]]


def test_history_is_masked_when_asked(ranker: VectorRanker) -> None:
    assert ranker.rank([ANN], 3, True).tolist() == [[2, 1, -1]]


def test_who_has_no_vector_gets_no_list(ranker: VectorRanker) -> None:
    assert ranker.rank([EVE, CustomerId("user:nobody")], 2, False).tolist() == [[-1, -1], [-1, -1]]


def test_nothing_that_serves_imports_torch() -> None:
    root = Path(__file__).resolve().parents[3]
    program = (
        "import sys, embeddings, embeddings.vectors.embedding_set, embeddings.snapshot.serving_snapshot, "
        "embeddings.spectral, embeddings.evaluation.vector_ranker; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=root, check=False).returncode == 0
