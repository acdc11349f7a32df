"""A ranking learnt from customers who buy everything every forty days."""

import numpy as np
import pytest
import torch

from embeddings.embedding_set import EmbeddingSet
from embeddings.ranking import Network, Ranking, habits_of
from embeddings.ranking.learning import Examples, RankingConfig, fitted, learn_ranking, logistic
from graph import DAY, EdgeArrays, Instant
from tests.embeddings.ranking.shelf import AS_OF, DESCRIBED, EVERY, PRODUCTS, Line, edges_of, forty_days, no_opinion

CONFIG = RankingConfig(least=10, epochs=60, batch_size=256)


def learnt(lines: list[Line], config: RankingConfig = CONFIG) -> Ranking | None:
    return learn_ranking(edges_of(lines), PRODUCTS, DESCRIBED, as_of=AS_OF, embed=no_opinion, config=config)


@pytest.fixture(scope="module")
def ranking() -> Ranking:
    found = learnt(forty_days())
    assert found is not None
    return found


def test_what_is_due_ranks_above_what_was_just_bought(ranking: Ranking) -> None:
    today = AS_OF // DAY
    due, fresh = EVERY - 5, 2
    days = np.array([today - due - 2 * EVERY, today - due - EVERY, today - due])
    later = np.array([today - fresh - 2 * EVERY, today - fresh - EVERY, today - fresh])
    products, times = np.repeat([3, 11], 3), np.ones(6, dtype=np.int64)
    habits = habits_of(products, np.concatenate([days, later]), times, today, ranking.facts)
    again = ranking.again_probabilities(habits)
    assert again[0] > 0.5 > again[1]


def test_probabilities_of_new_products_are_as_rare_as_they_are(ranking: Ranking) -> None:
    likely = []
    for customer in range(20):
        held = sorted((product, AS_OF // DAY - ago) for who, product, ago, _ in forty_days() if who == customer)
        products, days = (np.array(column) for column in zip(*held, strict=True))
        habits = habits_of(products, days, np.ones(len(days), dtype=np.int64), AS_OF // DAY, ranking.facts)
        likely.append(float(ranking.next_probabilities(habits, np.ones(1, dtype=np.float32))[0]))
    assert 0.005 < np.mean(likely) < 0.1  # 4 of 16 products in 300 days


def test_the_same_data_give_the_same_ranking_and_what_comes_later_none_other(ranking: Ranking) -> None:
    later = [*forty_days(), *((customer, 5, -3, 100) for customer in range(30))]
    other = learnt(later)
    assert other is not None
    for (name, ours), (_, theirs) in zip(ranking.arrays(), other.arrays(), strict=True):
        assert np.array_equal(ours, theirs), name


def test_embeddings_see_nothing_after_their_cut() -> None:
    seen: list[tuple[int, int]] = []

    def embed(edges: EdgeArrays, cut: Instant) -> EmbeddingSet:
        seen.append((int(edges.at.max()), cut))
        return no_opinion(edges, cut)

    learn_ranking(edges_of(forty_days()), PRODUCTS, DESCRIBED, as_of=AS_OF, embed=embed, config=CONFIG)
    assert [cut for _, cut in seen] == [AS_OF - 30 * DAY] and all(newest <= cut for newest, cut in seen)


@pytest.mark.parametrize("lines", [forty_days()[:60], [(0, 0, 5, 100)]])
def test_too_little_to_learn_from_gives_none(lines: list[Line]) -> None:
    assert learnt(lines) is None


def test_serving_computes_what_training_did() -> None:
    rng = np.random.default_rng(0)
    inputs = rng.normal(5.0, 3.0, size=(2000, 6)).astype(np.float32)
    bought = (inputs[:, 0] > inputs[:, 1]).astype(np.float32)
    network, module = fitted(Examples(inputs, bought), RankingConfig(epochs=20, batch_size=128))
    with torch.no_grad():
        expected = module(torch.from_numpy(inputs))[:, 0].numpy()
    assert np.allclose(network.logits(inputs), expected, atol=1e-4)
    assert ((network.logits(inputs) > 0) == (bought > 0)).mean() > 0.95


def test_a_network_is_two_hidden_layers() -> None:
    network = Network(
        first=np.array([[1, -1], [0, 0]], dtype=np.float32),
        second=np.array([[1, 0], [0, 2], [0, 0.5]], dtype=np.float32),
        third=np.array([1, -1, 0.25], dtype=np.float32),
    )
    assert network.logits(np.array([[3], [-2]], dtype=np.float32)).tolist() == [3 - 0.5 + 0.25, 0 - 4.5 + 0.25]


def test_a_logistic_regression_finds_what_made_the_data() -> None:
    inputs = np.random.default_rng(0).normal(size=(4000, 2)).astype(np.float32)
    chance = 1 / (1 + np.exp(-(2 * inputs[:, 0] - inputs[:, 1] - 1)))
    bought = (np.random.default_rng(1).random(4000) < chance).astype(np.float32)
    assert np.allclose(logistic(Examples(inputs, bought)), [2, -1, -1], atol=0.2)
