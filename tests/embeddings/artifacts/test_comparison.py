"""A ranking that was ruined is found out by what its customers then bought."""

from dataclasses import replace

import pytest

from embeddings.artifacts.comparison import ranking_found
from embeddings.artifacts.holdout import Holdout
from embeddings.evaluation import time_split
from embeddings.ranking import Ranking
from embeddings.ranking.fitting import FitConfig
from embeddings.ranking.learning import RankingConfig, learn_ranking
from graph import DAY, Instant
from tests.embeddings.ranking.shelf import AS_OF, DESCRIBED, PRODUCTS, edges_of, forty_days

EDGES = edges_of(forty_days())
HOLDOUT = Holdout.of(time_split(EDGES, Instant(AS_OF - 30 * DAY)), [""] * len(PRODUCTS), [""] * len(PRODUCTS))


@pytest.fixture(scope="module")
def ranking() -> Ranking:
    config = RankingConfig(least=10, again=FitConfig(epochs=30, customers=16), next=FitConfig(epochs=2))
    found = learn_ranking(EDGES, PRODUCTS, DESCRIBED, as_of=AS_OF, config=config)
    assert found is not None
    return found


def test_a_ranking_lists_what_each_customer_had(ranking: Ranking) -> None:
    lists = HOLDOUT.bought_again(ranking, PRODUCTS)
    for customer, listed in enumerate(lists):
        own = set(HOLDOUT.product[HOLDOUT.offsets[customer] : HOLDOUT.offsets[customer + 1]].tolist())
        assert {column for column in listed.tolist() if column >= 0} == own


def test_a_ranking_turned_round_does_not_pass(ranking: Ranking) -> None:
    (sound,) = ranking_found(ranking, PRODUCTS, HOLDOUT)
    turned = replace(ranking, again=replace(ranking.again, third=-ranking.again.third))
    (check,) = ranking_found(turned, PRODUCTS, HOLDOUT)
    assert sound.passed and not check.passed and check.measured < sound.measured
