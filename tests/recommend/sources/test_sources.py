"""Sources: each finds what it is named for, and nothing where it has nothing to go by."""

import numpy as np
import pytest

from graph import Profile
from recommend.asked import Asked, asked_for, nearest_customers
from recommend.narrowing import narrowing_for
from recommend.placements import SourceName
from recommend.sources import SOURCES
from tests.recommend.shop import NOW, Shop, profile, visitor


def found(shop: Shop, source: str, asker: Profile | None, page: str | None = None, limit: int = 10) -> list[str]:
    asked = ask(shop, asker, page)
    rows = SOURCES[SourceName(source)](asked, limit).rows
    return [asked.assortment.ids[row] for row in rows.tolist()]


def ask(shop: Shop, asker: Profile | None, page: str | None = None) -> Asked:
    assortment = shop.recommender.assortment(shop.snapshot, shop.catalogue)
    someone = shop.recommender.visitor(asker, assortment, NOW)
    place = shop.placements.place("homepage")
    return asked_for(place, someone, narrowing_for(place, None, assortment), page, (), nearest_customers)


def test_neighbours_are_those_of_the_live_vector(shop: Shop) -> None:
    assert set(found(shop, "neighbours", visitor("wine"), limit=3)) == {"beer", "chips", "wine"}


def test_similar_customers_bring_what_they_bought_and_never_the_askers_own_list(shop: Shop) -> None:
    assert set(found(shop, "similar_customers", profile("dan"), limit=2)) == {"beer", "wine"}
    asked = ask(shop, profile("dan"))
    assert asked.visitor.customer_row not in asked.similar.rows
    assert shop.snapshot.set.customers[int(asked.similar.rows[0])] == "user:eva"


def test_what_everybody_buys_counts_less_than_what_similar_customers_alone_do(shop: Shop) -> None:
    assert found(shop, "similar_customers", profile("dan"), limit=1) == ["wine"]  # beer has more buyers


def test_bought_together_starts_from_page_session_and_history(shop: Shop) -> None:
    assert found(shop, "bought_together", None, "nappies") == ["wipes"]
    assert found(shop, "bought_together", visitor("nappies")) == ["wipes"]
    assert set(found(shop, "bought_together", profile("finn"))) == {"nappies", "wipes"}


def test_buy_again_brings_the_most_and_latest_bought(shop: Shop) -> None:
    assert found(shop, "buy_again", profile("anna")) == ["milk", "butter"]
    assert found(shop, "buy_again", profile("anna"), limit=1) == ["milk"]


def test_popular_is_by_customers_and_half_of_it_from_the_category_of_the_session(shop: Shop) -> None:
    assert found(shop, "popular", None, limit=3) == ["milk", "beer", "butter"]
    assert set(found(shop, "popular", visitor("nappies"), limit=4)) >= {"nappies", "wipes"}


def test_same_content_finds_products_without_vectors(shop: Shop) -> None:
    assert found(shop, "same_content", None, "milk")[:2] == ["milk", "oat milk"]
    assert set(found(shop, "same_content", None, "oat milk")) >= {"milk", "butter", "cheese"}


@pytest.mark.parametrize("source", [name for name in SourceName if name is not SourceName.POPULAR])
def test_a_source_without_anything_to_go_by_finds_nothing(shop: Shop, source: SourceName) -> None:
    assert found(shop, source, None) == []


@pytest.mark.parametrize("source", list(SourceName))
def test_a_source_names_each_product_once_and_keeps_to_its_limit(shop: Shop, source: SourceName) -> None:
    result = SOURCES[source](ask(shop, profile("anna"), "beer"), 3)
    assert len(result.rows) == len(np.unique(result.rows)) == len(result.scores) <= 3
    assert (result.scores >= 0).all()
