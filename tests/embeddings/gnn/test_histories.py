"""Histories: the pattern and its weights."""

from dataclasses import replace

import numpy as np
import pytest

from embeddings.gnn import GnnConfig, Histories
from embeddings.interaction_matrix import InteractionMatrix
from graph import InteractionKind
from tests.embeddings.two_crowds import AS_OF, edges_of


def test_one_entry_a_pair_customer_by_customer(histories: Histories) -> None:
    assert histories.offsets.tolist() == [0, 2, 4, 4, 4]
    assert histories.products.tolist() == [0, 1, 1, 2]
    assert histories.sizes().tolist() == [2, 2, 0, 0]
    assert histories.buyers().tolist() == [1, 2, 1, 0]


def test_a_pair_weighs_the_sum_of_its_days_in_a_history_and_its_newest_in_the_recency(histories: Histories) -> None:
    degrees = np.array([1.0, 1.5, 1.0, 1.0])
    assert histories.degree_weights.tolist() == pytest.approx((1 / degrees).tolist())
    assert histories.history.tolist() == pytest.approx([2.0 + 0.5, 1 / 1.5, 0.5 / 1.5, 0.5])
    assert histories.recency.tolist() == [1.0, 1.0, 0.5, 0.5]


def test_gains_grow_with_popularity_and_discovery_and_average_one(matrix: InteractionMatrix, config: GnnConfig) -> None:
    both = Histories.of(matrix, replace(config, popularity_power=2.0, discovery_power=1.0)).gains
    popularity, discovery = np.array([1.0, 1.5, 0.5, 0.0]), np.array([0.5, 1.5, 0.5, 0.0])
    expected = (popularity + 0.1) ** 2 * (discovery + 0.1)
    assert both.tolist() == pytest.approx((expected / expected.mean()).tolist())


def test_a_pair_is_a_target_as_much_as_it_is_new_and_in_the_head(matrix: InteractionMatrix, config: GnnConfig) -> None:
    assert Histories.of(matrix, replace(config, head_power=0.0)).target.tolist() == pytest.approx([0.5, 1.0, 0.5, 0.5])
    head = Histories.of(matrix, replace(config, head_power=1.0))
    assert head.target.tolist() == pytest.approx((np.array([0.5, 1, 0.5, 0.5]) * head.gains[[0, 1, 1, 2]]).tolist())


def test_a_matrix_has_the_weights_in_their_places(histories: Histories) -> None:
    assert histories.matrix(histories.recency).toarray().tolist() == [
        [1.0, 1.0, 0.0, 0.0],
        [0.0, 0.5, 0.5, 0.0],
        [0.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.0],
    ]


def test_a_dislike_counts_against_a_history_and_is_no_target(matrix: InteractionMatrix, config: GnnConfig) -> None:
    weights = config.kind_weights | {InteractionKind.DISMISSED: -0.5}
    disliking = Histories.of(matrix, replace(config, kind_weights=weights))
    assert disliking.offsets.tolist() == [0, 2, 4, 5, 5]
    assert (disliking.products[4], disliking.history[4]) == (0, -0.5)  # Cid and p0
    assert disliking.target[4] == disliking.recency[4] == 0.0
    assert disliking.likings().tolist() == [2, 2, 0, 0]
    assert disliking.buyers().tolist() == [1, 2, 1, 0]
    plain = Histories.of(matrix, config)
    for name in ("degree_weights", "gains"):
        assert (getattr(disliking, name) == getattr(plain, name)).all()


def test_what_teaches_nothing_leaves_no_entry(matrix: InteractionMatrix) -> None:
    silent = Histories.of(matrix, GnnConfig(kind_weights={}))
    assert silent.offsets.tolist() == [0, 0, 0, 0, 0]
    assert silent.matrix(silent.history).nnz == 0


def test_what_was_bought_and_returned_teaches_nothing(config: GnnConfig) -> None:
    kinds = [InteractionKind.PURCHASED, InteractionKind.RETURNED, InteractionKind.PURCHASED]
    edges = edges_of([(0, product, kind, 3) for product, kind in zip((0, 0, 1), kinds, strict=True)], 1, 2)
    weights = {InteractionKind.PURCHASED: 1.0, InteractionKind.RETURNED: -1.0}
    histories = Histories.of(InteractionMatrix.from_edges(edges, AS_OF), replace(config, kind_weights=weights))
    assert histories.history[0] == 0 and histories.history[1] > 0
    assert histories.buyers().tolist() == [0, 1]
    assert (histories.target > 0).tolist() == (histories.recency > 0).tolist() == [False, True]
