"""An intent learnt of baskets in which half of the products always come in pairs."""

from dataclasses import replace

import numpy as np
import pytest

from embeddings.adjacency import basket_lines
from embeddings.intent import Intent, Session
from embeddings.intent.choices import Choices, chosen_by
from embeddings.intent.counting import bonds_of, meant_of
from embeddings.intent.learning import IntentConfig, learn_intent
from embeddings.ranking import Ranking
from embeddings.ranking.fitting import FitConfig
from embeddings.ranking.learning import RankingConfig, learn_ranking
from graph import DAY, EdgeArrays, InteractionKind
from tests.embeddings.ranking.shelf import AS_OF, CUSTOMERS, DESCRIBED, NUM_PRODUCTS, PRODUCTS, Line, edges_of

CONFIG = IntentConfig(baskets=200, least=20, bonded=10, nearest=10, popular=24)


def pairs(seed: int = 1) -> list[Line]:
    """Every five days a customer buys a pair, 0 with 1, 2 with 3 …, and one product drawn at random."""
    rng = np.random.default_rng(seed)
    lines = []
    for customer in range(len(CUSTOMERS)):
        for ago in range(1, 120, 5):
            pair = 2 * int(rng.integers(NUM_PRODUCTS // 2))
            other = int(rng.integers(NUM_PRODUCTS))
            lines += [(customer, product, ago, 100) for product in {pair, pair + 1, other}]
    return lines


@pytest.fixture(scope="module")
def edges() -> EdgeArrays:
    return edges_of(pairs())


@pytest.fixture(scope="module")
def ranking(edges: EdgeArrays) -> Ranking:
    config = RankingConfig(least=10, again=FitConfig(epochs=1), next=FitConfig(epochs=1))
    found = learn_ranking(edges, PRODUCTS, DESCRIBED, as_of=AS_OF, config=config)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def intent(edges: EdgeArrays, ranking: Ranking) -> Intent:
    found = learn_intent(edges, PRODUCTS, DESCRIBED, ranking, as_of=AS_OF, config=CONFIG)
    assert found is not None
    return found


@pytest.mark.parametrize("stranger", [False, True])
def test_the_other_of_a_pair_is_what_is_wanted(intent: Intent, ranking: Ranking, stranger: bool) -> None:
    rows = np.arange(NUM_PRODUCTS)
    session = Session(np.array([4]), np.ones(1, dtype=np.float32))
    even, had = np.full(NUM_PRODUCTS, 0.1, dtype=np.float32), np.zeros(NUM_PRODUCTS, dtype=np.bool_)
    now = intent.likely(session, intent.alike(session), rows, even, had, ranking.facts, stranger)
    now[4] = 0.0
    assert now.argmax() == 5


def test_the_same_data_give_the_same_intent_and_what_comes_later_none_other(
    edges: EdgeArrays, ranking: Ranking, intent: Intent
) -> None:
    later = edges_of([*pairs(), *((customer, 7, -3, 100) for customer in range(30))])
    other = learn_intent(later, PRODUCTS, DESCRIBED, ranking, as_of=AS_OF, config=CONFIG)
    assert other is not None
    for (name, ours), (_, theirs) in zip(intent.arrays(), other.arrays(), strict=True):
        assert np.array_equal(ours, theirs), name
    past, same = intent.neighbours, other.neighbours
    assert np.array_equal(past.sessions.at, same.sessions.at) and np.array_equal(past.containing, same.containing)


def test_too_few_baskets_give_none(edges: EdgeArrays, ranking: Ranking) -> None:
    few = replace(CONFIG, least=100_000)
    assert learn_intent(edges, PRODUCTS, DESCRIBED, ranking, as_of=AS_OF, config=few) is None


def test_baskets_are_drawn_of_customers_with_a_history_however_many_bought(edges: EdgeArrays, ranking: Ranking) -> None:
    some = replace(CONFIG, baskets=60, least=60)
    assert learn_intent(edges, PRODUCTS, DESCRIBED, ranking, as_of=AS_OF, config=some) is not None
    month = edges.where(edges.at > AS_OF - 30 * DAY)  # nobody has a history
    assert learn_intent(month, PRODUCTS, DESCRIBED, ranking, as_of=AS_OF, config=some) is None


def test_bonds_are_of_pairs_and_never_of_a_product_with_itself(edges: EdgeArrays, ranking: Ranking) -> None:
    bonds = bonds_of(basket_lines(edges, CUSTOMERS, PRODUCTS), ranking.facts.groups)
    for row in range(NUM_PRODUCTS):
        part = slice(bonds.offsets[row], bonds.offsets[row + 1])
        assert bonds.columns[part][0] == row ^ 1 and row not in bonds.columns[part]
        assert (np.diff(bonds.lifts[part]) <= 0).all() and (bonds.lifts[part] > 0).all()


def test_a_look_is_meant_as_often_as_it_ended_in_the_cart(edges: EdgeArrays) -> None:
    viewed, added, bought = (
        list(InteractionKind).index(kind)
        for kind in (InteractionKind.VIEWED, InteractionKind.ADDED_TO_CART, InteractionKind.PURCHASED)
    )
    assert meant_of(edges)[[viewed, bought]].tolist() == pytest.approx([0.1, 1.0])
    looks = replace(edges, kind=np.full(len(edges), viewed, dtype=np.int8))
    ending = replace(looks, kind=np.where(np.arange(len(edges)) % 2, viewed, added).astype(np.int8))
    assert meant_of(looks)[viewed] < 0.02 and meant_of(ending)[added] == 1.0


def test_weights_make_what_was_taken_likeliest() -> None:
    rng = np.random.default_rng(0)
    every = []
    for _ in range(400):
        inputs = rng.normal(size=(8, 2)).astype(np.float32)
        odds = rng.normal(size=8).astype(np.float32)
        share = np.exp(odds + inputs @ np.array([1.5, 0.0], dtype=np.float32))
        taken = np.arange(8) == rng.choice(8, p=share / share.sum())
        every.append(Choices(inputs, odds, taken))
    assert chosen_by(every, 0.0) == pytest.approx([1.5, 0.0], abs=0.15)
    nothing = [Choices(one.inputs, one.odds, np.zeros(8, dtype=np.bool_)) for one in every]
    assert not chosen_by(nothing, 0.0).any()
