"""A ranking or an intent that was ruined is found out by what its customers then bought."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest

from embeddings.artifacts.comparison import ranking_against_champion, ranking_found
from embeddings.artifacts.holdout import Holdout
from embeddings.artifacts.ranked import Ranked, besides, sessions
from embeddings.evaluation import time_split
from embeddings.intent import Intent
from embeddings.intent.intent import NUM_TERMS, TERMS
from embeddings.intent.learning import IntentConfig, learn_intent
from embeddings.ranking import Ranking
from embeddings.ranking.fitting import FitConfig
from embeddings.ranking.learning import RankingConfig, learn_ranking
from embeddings.ranking.network import Network
from graph import DAY, Instant
from tests.embeddings.ranking.shelf import AS_OF, DESCRIBED, PRODUCTS, edges_of, forty_days

EDGES = edges_of(forty_days())
HOLDOUT = Holdout.of(time_split(EDGES, Instant(AS_OF - 30 * DAY)), [""] * len(PRODUCTS), [""] * len(PRODUCTS))


@dataclass(frozen=True)
class Learnt:
    ranking: Ranking
    intent: Intent

    def ranked(self) -> Ranked:
        return Ranked.of(HOLDOUT, PRODUCTS, self.ranking, self.intent, AS_OF)


@pytest.fixture(scope="module")
def learnt() -> Learnt:
    config = RankingConfig(least=10, again=FitConfig(epochs=30, customers=16), next=FitConfig(epochs=10))
    ranking = learn_ranking(EDGES, PRODUCTS, DESCRIBED, as_of=AS_OF, config=config)
    assert ranking is not None
    few = IntentConfig(baskets=200, least=5, bonded=10, nearest=10, popular=24)
    intent = learn_intent(EDGES, PRODUCTS, DESCRIBED, ranking, as_of=AS_OF, config=few)
    assert intent is not None
    return Learnt(ranking, intent)


def test_a_ranking_lists_what_each_customer_had_and_what_they_had_not(learnt: Learnt) -> None:
    ranked = learnt.ranked()
    for customer in range(len(HOLDOUT.customers)):
        own = set(HOLDOUT.purchases(customer)[0].tolist())
        assert _listed(ranked.again, customer) == own
        assert _listed(ranked.new, customer) == set(range(len(HOLDOUT.products))) - own


def test_half_of_a_basket_is_in_the_cart_and_the_rest_is_to_be_found(learnt: Learnt) -> None:
    ranked, rest = learnt.ranked(), besides(HOLDOUT)
    carts = list(sessions(HOLDOUT))
    assert any(len(cart) for cart in carts)
    for customer, cart in enumerate(carts):
        basket, others = HOLDOUT.basket[[customer]].indices, rest[[customer]].indices
        assert sorted([*cart, *others]) == sorted(basket) and 0 <= len(others) - len(cart) <= 1
        assert not _listed(ranked.begun, customer) & set(cart.tolist())
        assert bool(_listed(ranked.begun, customer)) == bool(len(cart))


def test_the_largest_basket_after_the_cut_is_the_one() -> None:
    for customer, name in enumerate(HOLDOUT.customers):
        own = (EDGES.customer == EDGES.customers.index(name)) & (EDGES.at > HOLDOUT.cut)
        baskets = [set(EDGES.target[own & (EDGES.at == at)].tolist()) for at in np.unique(EDGES.at[own])]
        named = {HOLDOUT.products[column] for column in HOLDOUT.basket[[customer]].indices}
        found = {PRODUCTS.index(product) for product in named}
        assert found in baskets and len(found) == max(map(len, baskets))


AGAIN, NEW, BEGUN = "what is bought next", "what is bought for the first time", "the other half of a basket"

LEAST_LIKELY_FIRST = np.zeros((2, NUM_TERMS), dtype=np.float32)
LEAST_LIKELY_FIRST[:, TERMS.index("likely")] = -2.0


@pytest.mark.parametrize(
    ("ruined", "what", "alone"),
    [
        (lambda one: replace(one, ranking=replace(one.ranking, again=_turned(one.ranking.again))), AGAIN, True),
        (lambda one: replace(one, ranking=replace(one.ranking, next=_turned(one.ranking.next))), NEW, False),
        (lambda one: replace(one, intent=replace(one.intent, weights=-one.intent.weights)), BEGUN, False),
        (lambda one: replace(one, intent=replace(one.intent, weights=LEAST_LIKELY_FIRST)), BEGUN, True),
    ],
    ids=["again", "next", "intent", "intent, the least likely first"],
)
def test_what_was_turned_round_does_not_pass(
    learnt: Learnt, ruined: Callable[[Learnt], Learnt], what: str, alone: bool
) -> None:
    """alone: whether it finds less than lists that know less, too."""
    sound, worse = learnt.ranked(), ruined(learnt).ranked()
    assert all(check.passed for check in ranking_found(sound, HOLDOUT))
    assert all(check.passed for check in ranking_against_champion(sound, worse, "v0001", HOLDOUT))
    refused = [check.name for check in ranking_against_champion(worse, sound, "v0001", HOLDOUT) if not check.passed]
    assert f"NDCG@20 of the ranking for {what}, less that of v0001" in refused
    assert any(f" for {what}," in check.name for check in ranking_found(worse, HOLDOUT) if not check.passed) == alone


def _turned(network: Network) -> Network:
    return replace(network, third=-network.third)


def _listed(lists: np.ndarray, customer: int) -> set[int]:
    return {column for column in lists[customer].tolist() if column >= 0}
