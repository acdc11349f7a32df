"""A small customer graph whose answers are obvious."""

import numpy as np
import pytest

from embeddings.gnn import GnnConfig, Histories
from embeddings.interaction_matrix import InteractionMatrix
from graph import CustomerId, Instant, InteractionKind, ProductId

PURCHASED = list(InteractionKind).index(InteractionKind.PURCHASED)
VIEWED = list(InteractionKind).index(InteractionKind.VIEWED)
DISMISSED = list(InteractionKind).index(InteractionKind.DISMISSED)


@pytest.fixture
def config() -> GnnConfig:
    """Everything counts by what it is: no decay to speak of, no tempering, no factors."""
    return GnnConfig(
        dim=2,
        batch_customers=2,
        targets_per_customer=3,
        half_life_days=10.0,
        spectral_half_life_days=10.0,
        targets_half_life_days=10.0,
        popularity_half_life_days=10.0,
        discovery_half_life_days=10.0,
        degree_power=1.0,
        factor_learning_rate=0.0,
        kind_weights={InteractionKind.PURCHASED: 1.0, InteractionKind.VIEWED: 0.5},
    )


@pytest.fixture
def matrix() -> InteractionMatrix:
    """Ann bought p0 twice (today 4 lines, ten days ago one) and p1 today; Bob viewed p1 and p2 today, Cid dismissed p0.

    Nobody knows Dot, and nobody bought p3.
    """
    return InteractionMatrix(
        customers=[CustomerId(f"user:{name}") for name in ("ann", "bob", "cid", "dot")],
        products=[ProductId(f"p{n}") for n in range(4)],
        as_of=Instant(100 * 86_400_000_000),
        customer=np.array([0, 0, 0, 1, 1, 2], dtype=np.int32),
        product=np.array([0, 0, 1, 1, 2, 0], dtype=np.int32),
        kind=np.array([PURCHASED, PURCHASED, PURCHASED, VIEWED, VIEWED, DISMISSED], dtype=np.int8),
        day=np.array([90, 100, 100, 100, 100, 100], dtype=np.int32),
        times=np.array([1, 4, 1, 1, 1, 1], dtype=np.int32),
        baskets=np.ones(6, dtype=np.int32),
    )


@pytest.fixture
def histories(matrix: InteractionMatrix, config: GnnConfig) -> Histories:
    return Histories.of(matrix, config)
