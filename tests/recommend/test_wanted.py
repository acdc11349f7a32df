"""A learnt session in the shop: what it moves, by how much, and what it leaves alone."""

from dataclasses import replace

import numpy as np
import pytest
from msgspec.structs import replace as changed

from embeddings.intent import Bonds, Intent
from embeddings.intent.counting import meant_of
from embeddings.intent.intent import NUM_TERMS, TERMS
from embeddings.sessions import SessionNeighbours, Sessions
from graph import InteractionKind, ProductId, Profile
from graph.profile.recent_rows import RecentRows
from recommend.answers import PlacementRequest
from tests.recommend.shop import PRODUCTS, Shop, product, profile, recent, shop_with, visitor
from tests.recommend.test_likely import ranked as ranked_by_hand
from tests.recommend.test_recommender_ranker import edges

PLACE = """
k: 9
sources: {buy_again: 10, neighbours: 10, popular: 10, session: 10, session_neighbours: 10}
weights: {likely: 1.0, session: learnt, popular: 0.001}
"""

JOINED = {"beer": ("chips", "wine"), "chips": ("beer", "wine"), "nappies": ("wipes",), "wipes": ("nappies",)}
LIFT = 2.5


@pytest.fixture
def moved(ranked: Shop) -> Shop:
    """Beer, chips and wine are joined, nappies and wipes are."""
    ids, shop = list(PRODUCTS), shop_with(PLACE)
    columns = [[ids.index(other) for other in JOINED.get(name, ())] for name in ids]
    bonds = Bonds(
        np.cumsum([0, *map(len, columns)]),
        np.concatenate(columns).astype(np.int32),
        np.full(sum(map(len, columns)), LIFT, dtype=np.float32),
        np.zeros((5, 5), dtype=np.float32),
    )
    visits = [["nappies", "wipes", "milk"]] * 3 + [["nappies", "wipes"], ["beer", "chips"]]
    rows, owners = [[ids.index(name) for name in visit] for visit in visits], np.array([0, 0, 1, 2, 3], dtype=np.int32)
    past = SessionNeighbours.of(Sessions.of(rows), len(ids), owners=owners)
    weights = np.zeros((2, NUM_TERMS), dtype=np.float32)
    weights[:, TERMS.index("bond_best")] = 1.0
    shop.snapshot = replace(ranked.snapshot, intent=Intent(bonds, past, meant_of(edges()), weights))
    return shop


ranked = ranked_by_hand


def scores(shop: Shop, asker: Profile) -> dict[str, float]:
    return {item.product_id: item.score for item in shop.items(asker, "place")}


def in_session(*names: str, kind: InteractionKind = InteractionKind.VIEWED) -> Profile:
    return profile("anna", seq=2, recent=recent(*names, kind=kind))


def test_without_a_session_the_list_is_that_of_the_ranking(moved: Shop, ranked: Shop) -> None:
    assert scores(moved, profile("anna")) == scores(ranked, profile("anna"))


def test_what_is_in_the_cart_moves_the_list_more_than_three_looks_and_these_more_than_one(moved: Shop) -> None:
    before = scores(moved, profile("anna"))
    one, three = scores(moved, in_session("beer")), scores(moved, in_session("beer", "chips", "chips", "beer"))
    cart = scores(moved, in_session("beer", kind=InteractionKind.ADDED_TO_CART))
    assert before["wine"] < one["wine"] < three["wine"] < cart["wine"]


def test_what_lies_in_the_cart_is_meant_though_it_was_looked_at_since_and_what_was_taken_out_is_not(
    moved: Shop,
) -> None:
    def wine(*kinds: InteractionKind, cart: bool = False) -> float:
        rows = [row for kind in kinds for row in recent("beer", kind=kind)]
        held = tuple(recent("beer", kind=InteractionKind.ADDED_TO_CART)) if cart else ()
        asker = changed(in_session("beer"), recent=RecentRows.of(rows), cart_rows=held)
        return scores(moved, asker)["wine"]

    viewed, added = InteractionKind.VIEWED, InteractionKind.ADDED_TO_CART
    assert wine(added, viewed, cart=True) == wine(added, cart=True) > wine(viewed)
    assert wine(added, InteractionKind.REMOVED_FROM_CART) == wine(viewed)
    assert wine(viewed, InteractionKind.DISMISSED) < wine(viewed)


def test_parts_add_up_to_the_score(moved: Shop) -> None:
    cart = in_session("beer", kind=InteractionKind.ADDED_TO_CART)
    trace = moved.answer(cart, PlacementRequest(name="place", why_not=(ProductId("wine"),))).placements[0].trace
    assert trace is not None
    (wine,) = trace.why_not
    said = dict(part.split() for part in wine.text.split(": ")[1].split(", "))
    assert {"likely", "session"} <= set(said)
    assert wine.score == pytest.approx(sum(map(float, said.values())), abs=2e-3)


@pytest.mark.parametrize("seen, expected", [("nappies", "wipes"), ("beer", "wine")])
def test_somebody_unknown_is_personal_after_one_event(moved: Shop, seen: str, expected: str) -> None:
    anybody = moved.ids(Profile(customer=visitor().customer), "place")
    items = moved.items(visitor(seen), "place")
    places = {item.product_id: item.rank - 1 for item in items}
    assert places[expected] < anybody.index(expected)
    added = changed(visitor(), recent=recent(seen, kind=InteractionKind.ADDED_TO_CART))
    sources = {item.product_id: item.source for item in moved.items(added, "place")}
    assert sources[expected] == "session" and sources["milk"] == "popular"


def test_the_page_counts_as_a_look_and_a_product_that_came_later_as_nothing(moved: Shop) -> None:
    page = {item.product_id: item.score for item in moved.items(profile("anna"), "place", product_id="beer")}
    assert page["wine"] == pytest.approx(scores(moved, in_session("beer"))["wine"], rel=1e-5)
    assert scores(moved, in_session("oat milk"))["wine"] == pytest.approx(scores(moved, profile("anna"))["wine"])


def test_what_sessions_like_this_one_went_on_to_moves_up_and_says_in_how_many(moved: Shop) -> None:
    intent = moved.snapshot.intent
    assert intent is not None
    weights = np.zeros_like(intent.weights)
    weights[:, TERMS.index("alike")] = 1.0
    before = scores(moved, profile("anna"))
    moved.snapshot = replace(moved.snapshot, intent=replace(intent, weights=weights))
    cart = in_session("nappies", kind=InteractionKind.ADDED_TO_CART)
    after = scores(moved, cart)
    assert after["milk"] / after["wine"] > before["milk"] / before["wine"]
    items = {item.product_id: item.reasons for item in moved.items(cart, "place")}
    told = [reason for reason in items["milk"] if reason.kind == "session_neighbours"]
    assert [reason.text for reason in told] == ["2 households met it in the 4 past sessions most like this one"]
    assert told[0].path[1:] == ("2 households", "product:milk")


def test_what_only_sessions_like_this_one_did_is_among_the_candidates(moved: Shop) -> None:
    moved.snapshot = replace(moved.snapshot)
    alone = shop_with("{k: 9, sources: {session_neighbours: 10}, weights: {likely: 1.0, session: learnt}}")
    alone.snapshot = moved.snapshot
    assert set(alone.ids(in_session("beer"), "place")) >= {"chips"}


def test_where_nothing_was_learnt_the_session_counts_as_much_as_likely(moved: Shop, ranked: Shop) -> None:
    moved.snapshot = ranked.snapshot
    assert scores(moved, in_session("nappies")) == scores(ranked, in_session("nappies"))
    assert product("wipes").id in scores(moved, in_session("nappies"))
