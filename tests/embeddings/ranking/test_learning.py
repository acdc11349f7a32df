"""A ranking learnt from customers who buy everything every forty days."""

import numpy as np
import pytest

from embeddings.ranking import Ranking
from embeddings.ranking.fitting import FitConfig
from embeddings.ranking.learning import RankingConfig, learn_ranking
from graph import DAY
from tests.embeddings.ranking.shelf import AS_OF, DESCRIBED, EVERY, PRODUCTS, Line, edges_of, forty_days

CONFIG = RankingConfig(least=10, again=FitConfig(epochs=30, customers=16), next=FitConfig(epochs=2))


def learnt(lines: list[Line], config: RankingConfig = CONFIG) -> Ranking | None:
    return learn_ranking(edges_of(lines), PRODUCTS, DESCRIBED, as_of=AS_OF, config=config)


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
    habits = ranking.habits(products, np.concatenate([days, later]), times, today, learnt_until=None)
    again = ranking.again_probabilities(habits)
    assert again[0] > 0.5 > again[1]


def test_a_taste_leaves_out_what_was_learnt_from_as_old_as_it_was_then(ranking: Ranking) -> None:
    today = AS_OF // DAY
    products, days = np.array([3, 3, 5, 7]), np.array([today - 40, today + 9, today - 10, today + 2])
    once = np.ones(4, dtype=np.int64)
    habits = ranking.habits(products, days, once, today, learnt_until=today)
    learnt = np.array([3, 5]), np.array([40, 10])
    assert np.array_equal(habits.taste, ranking.tastes.of(habits.products, habits.last, learnt))
    assert habits.last.tolist() == [0, 10, 0]
    stranger = ranking.habits(products, days, once, today, learnt_until=None)
    before_all = ranking.habits(products, days, once, today, learnt_until=today - 50)
    assert np.array_equal(stranger.taste, before_all.taste) and not np.allclose(stranger.taste, habits.taste)


def test_probabilities_of_new_products_are_as_rare_as_they_are(ranking: Ranking) -> None:
    likely = []
    for customer in range(20):
        held = sorted((product, AS_OF // DAY - ago) for who, product, ago, _ in forty_days() if who == customer)
        products, days = (np.array(column) for column in zip(*held, strict=True))
        habits = ranking.habits(
            products, days, np.ones(len(days), dtype=np.int64), AS_OF // DAY, learnt_until=AS_OF // DAY
        )
        new = np.setdiff1d(np.arange(len(PRODUCTS)), products)
        likely.append(ranking.next_probabilities(habits, new).mean())
    assert 0.005 < np.mean(likely) < 0.1  # 4 of 16 products in 300 days


def test_the_same_data_give_the_same_ranking_and_what_comes_later_none_other(ranking: Ranking) -> None:
    later = [*forty_days(), *((customer, 5, -3, 100) for customer in range(30))]
    other = learnt(later)
    assert other is not None
    for (name, ours), (_, theirs) in zip(ranking.arrays(), other.arrays(), strict=True):
        assert np.array_equal(ours, theirs), name


@pytest.mark.parametrize("lines", [forty_days()[:60], [(0, 0, 5, 100)]])
def test_too_little_to_learn_from_gives_none(lines: list[Line]) -> None:
    assert learnt(lines) is None
