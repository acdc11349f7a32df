"""The signal `likely`: what the ranking of the snapshot says, and what stands in where there is none."""

from dataclasses import replace

import numpy as np
import pytest
from msgspec.structs import replace as changed

from embeddings.ranking import Network, Ranking, Tastes, product_facts
from embeddings.ranking.ranking import NUM_AGAIN, NUM_NEXT
from graph import DAY, CustomerId, Instant, ProductId, Profile
from recommend.answers import PlacementRequest
from recommend.assortment import Assortment
from recommend.history import Rhythm, history_of
from tests.recommend.shop import AS_OF, NOW, PRODUCTS, TODAY, Shop, product, profile, recent, shop_with
from tests.recommend.test_recommender_ranker import edges

PLACE = """
k: 9
sources: {buy_again: 10, neighbours: 10, popular: 10}
weights: {likely: 1.0, session: 1.0, popular: 0.001}
"""


def drawn(num_inputs: int, seed: int) -> Network:
    rng = np.random.default_rng(seed)
    first, second, third = rng.normal(size=(num_inputs + 1, 4)), rng.normal(size=(5, 4)), rng.normal(size=5)
    return Network(*(0.3 * layer.astype(np.float32) for layer in (first, second, third)))


@pytest.fixture
def ranked() -> Shop:
    shop = shop_with(PLACE)
    facts = product_facts(edges(), shop.snapshot.set.products, [product(name) for name in PRODUCTS], AS_OF)
    place, rng = np.arange(len(PRODUCTS) + 1, dtype=np.int32), np.random.default_rng(3)
    vectors, gains = rng.normal(size=(2, len(place), 4)), rng.random((2, len(place)))
    ones = np.ones((2, 4), dtype=np.float32)
    known = Tastes(place, vectors.astype(np.float32), gains.astype(np.float32), np.float32(0.02) * ones, ones[:, 0])
    shop.snapshot = replace(shop.snapshot, ranking=Ranking(facts, known, drawn(NUM_AGAIN, 1), drawn(NUM_NEXT, 2)))
    return shop


def probabilities(shop: Shop) -> dict[str, float]:
    """What the ranking says of every product, for anna."""
    ranking, ids = shop.snapshot.ranking, list(PRODUCTS)
    assert ranking is not None
    butter, milk = ids.index("butter"), ids.index("milk")
    products, days = [butter, butter, milk, milk, milk], [20, 3, 20, 10, 3]
    ones = np.ones(5, dtype=np.int64)
    habits = ranking.habits(np.array(products), TODAY - np.array(days), ones, TODAY + 1, learnt_until=TODAY + 1)
    found = dict(zip(("butter", "milk"), ranking.again_probabilities(habits).tolist(), strict=True))
    new = np.array([row for row, name in enumerate(ids) if name not in found])
    likely = ranking.next_probabilities(habits, new).tolist()
    return found | {ids[row]: value for row, value in zip(new.tolist(), likely, strict=True)}


def test_the_order_is_that_of_the_probabilities(ranked: Shop) -> None:
    expected = probabilities(ranked)
    items = ranked.items(profile("anna"), "place")
    greatest = max(expected[item.product_id] for item in items)
    for item in items:
        if item.product_id in expected:
            assert item.score == pytest.approx(expected[item.product_id] / greatest, abs=2e-3)
    shown = [item.product_id for item in items if item.product_id in expected]
    assert len(shown) == 9 - ("oat milk" in [item.product_id for item in items])
    assert [item.score for item in items] == sorted((item.score for item in items), reverse=True)


def test_only_whom_the_version_learnt_from_is_asked_without_their_own_purchases(ranked: Shop) -> None:
    assortment, as_of = Assortment(ranked.snapshot, ranked.catalogue), Instant((TODAY + 1) * DAY)
    anna, newcomer = profile("anna"), changed(profile("anna"), customer=CustomerId("user:just come"))
    known, other = (history_of(one, assortment, as_of, Rhythm()).habits for one in (anna, newcomer))
    assert known is not None and other is not None and ranked.snapshot.ranking is not None
    tastes, learnt = ranked.snapshot.ranking.tastes, (known.products, known.last)
    assert np.array_equal(known.taste, tastes.of(*learnt, learnt))
    assert np.array_equal(other.taste, tastes.of(*learnt)) and not np.allclose(known.taste, other.taste)


def test_parts_add_up_to_the_score(ranked: Shop) -> None:
    asked = PlacementRequest(name="place", why_not=(ProductId("milk"),))
    trace = ranked.answer(profile("anna"), asked).placements[0].trace
    assert trace is not None
    (milk,) = trace.why_not
    said = dict(part.split() for part in milk.text.split(": ")[1].split(", "))
    assert milk.score == pytest.approx(sum(map(float, said.values())), abs=2e-3) and "likely" in said


def test_what_was_bought_is_explained_by_that(ranked: Shop) -> None:
    reasons = {item.product_id: item.reasons[0] for item in ranked.items(profile("anna"), "place") if item.reasons}
    assert reasons["milk"].kind == "buy_again" and reasons["milk"].text.startswith("you bought it 3 times")
    assert all(reason.kind != "buy_again" for name, reason in reasons.items() if name not in ("milk", "butter"))


def test_a_session_moves_the_list(ranked: Shop) -> None:
    before = {item.product_id: item.score for item in ranked.items(profile("anna"), "place")}
    after = {item.product_id: item.score for item in ranked.items(replace_recent(profile("anna"), "nappies"), "place")}
    assert after["wipes"] - before["wipes"] > 0.9 > 0.2 > after["milk"] - before["milk"]


def test_somebody_unknown_gets_what_is_popular(ranked: Shop) -> None:
    assert ranked.ids(None, "place")[0] == "milk"


def test_without_a_ranking_what_was_bought_leads(shop: Shop) -> None:
    plain = shop_with(PLACE)
    assert plain.snapshot.ranking is None
    items = plain.items(profile("anna"), "place", now=NOW)
    assert [item.product_id for item in items[:2]] == ["milk", "butter"]
    assert items[0].score == pytest.approx(1.0, abs=0.06) and items[2].score < 0.1


def replace_recent(held: Profile, *names: str) -> Profile:
    return changed(held, seq=2, recent=recent(*names), last_seen=NOW)
