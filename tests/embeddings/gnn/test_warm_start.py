"""The warm start: an earlier set's products as they were, new ones in its space."""

import numpy as np
import pytest

from embeddings.gnn.warm_start import warm_start
from embeddings.vectors.embedding_set import CustomerFunction, EmbeddingSet, Manifest
from graph import InvalidValue, ProductId

RNG = np.random.default_rng(0)
SPACE = RNG.standard_normal((12, 3)).astype(np.float32)  # of all products
SCALE = np.array([0.5, 1.0, 2.0], dtype=np.float32)
GAINS = RNG.uniform(0.5, 2.0, 12).astype(np.float32)
IDS = [ProductId(f"p{n:02}") for n in range(12)]


def earlier(rows: list[int]) -> EmbeddingSet:
    inputs = 3.0 * SPACE[rows]
    return EmbeddingSet(
        manifest=Manifest(
            version="v0001",
            model="gnn",
            parameters={},
            customer_function=CustomerFunction(kind_weights={}, half_life_days=1.0),
            dim=3,
            as_of=0,
        ),
        customers=[],
        products=[IDS[row] for row in rows],
        customer_vectors=np.zeros((0, 3), dtype=np.float32),
        product_vectors=(SPACE[rows] * SCALE * GAINS[rows, None]).astype(np.float32),
        input_vectors=inputs,
        input_weights=np.ones(len(rows), dtype=np.float32),
    )


def test_known_products_are_where_they_were_and_new_ones_are_turned_to_them() -> None:
    rotation = np.linalg.qr(RNG.standard_normal((3, 3)))[0].astype(np.float32)
    warm = warm_start(earlier(list(range(10))), IDS, SPACE @ rotation, GAINS)
    assert warm is not None
    ratio = warm.states / SPACE
    assert ratio == pytest.approx(np.full_like(ratio, ratio[0, 0]), rel=1e-3)
    assert ratio[0, 0] > 0


def test_the_scale_between_inputs_and_outputs_is_found_again() -> None:
    warm = warm_start(earlier(list(range(10))), IDS, SPACE, GAINS)
    assert warm is not None
    outputs = warm.states[:10] * np.exp(warm.output_scale) * GAINS[:10, None]
    assert outputs == pytest.approx(earlier(list(range(10))).product_vectors, rel=1e-3)


def test_with_no_product_in_common_there_is_no_warm_start() -> None:
    assert warm_start(earlier([0, 1]), IDS[2:], SPACE[2:], GAINS[2:]) is None


def test_a_set_of_other_dimensions_is_refused() -> None:
    with pytest.raises(InvalidValue, match="v0001"):
        warm_start(earlier([0, 1]), IDS, SPACE[:, :2], GAINS)
