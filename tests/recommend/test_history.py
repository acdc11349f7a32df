"""History: made again as far as something has changed, and no further."""

from dataclasses import replace

import numpy as np
import pytest
from msgspec.structs import replace as changed

from embeddings.vectors.attribute_vectors import AttributeVectors, attribute_keys, attributes_of
from embeddings.vectors.group_vectors import GroupVectors, groups_of
from graph import DAY, CustomerId, Instant, InteractionKind, Product, ProductId, Profile
from graph.profile.day_counts import DayCounts, GrowingDayCounts
from recommend.history import History, Rhythm, history_of
from recommend.visitor import Histories
from tests.recommend.shop import AS_OF, NOW, TODAY, Shop, profile, recent, said, shop_with, snapshot, visitor

VIEWS = DayCounts.of({ProductId("beer"): {TODAY - 1: 4}})


def held(shop: Shop, histories: Histories, asker: Profile, as_of: Instant = AS_OF) -> History:
    assortment = shop.recommender.assortment(shop.snapshot, shop.catalogue)
    return histories.of(asker, assortment, as_of, Rhythm())


def viewing(asker: Profile) -> Profile:
    """The same customer after a look at beer, as a fold leaves what was bought."""
    return changed(asker, days={**asker.days, InteractionKind.VIEWED: VIEWS})


def same(one: History, other: History) -> bool:
    arrays = ("bought", "times", "last_day", "strength", "best", "vector")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays)


@pytest.fixture
def weighs_views() -> Shop:
    shop = Shop()
    manifest = shop.snapshot.set.manifest
    function = changed(manifest.customer_function, kind_weights={"purchased": 1.0, "viewed": 0.5})
    learnt = replace(shop.snapshot.set, manifest=changed(manifest, customer_function=function))
    shop.snapshot = replace(shop.snapshot, set=learnt)
    return shop


def test_a_look_moves_the_vector_and_leaves_what_was_bought(weighs_views: Shop) -> None:
    histories, anna = Histories(), profile("anna")
    before, after = (held(weighs_views, histories, asker) for asker in (anna, viewing(anna)))
    assert after.strength is before.strength and after.best is before.best
    assert after.vector is not None and before.vector is not None and after.vector[1] > before.vector[1] + 0.1
    assert same(after, held(weighs_views, Histories(), viewing(anna)))


def test_a_purchase_is_in_it_at_once(shop: Shop) -> None:
    histories, anna = Histories(), profile("anna")
    held(shop, histories, anna)
    growing = GrowingDayCounts(anna.days[InteractionKind.PURCHASED])
    growing.add([ProductId("wine")], TODAY)
    after = held(shop, histories, changed(anna, days={InteractionKind.PURCHASED: growing.counts()}))
    assert after.has(shop.recommender.assortment(shop.snapshot, shop.catalogue).rows(["wine"])).all()


def test_another_instant_makes_it_again(shop: Shop) -> None:
    histories, anna = Histories(), profile("anna")
    now, then = held(shop, histories, anna), held(shop, histories, viewing(anna), Instant(AS_OF - 2 * DAY))
    assert (then.strength > now.strength).all()


def test_one_who_was_erased_has_none(shop: Shop) -> None:
    histories, anna = Histories(), profile("anna")
    held(shop, histories, anna)
    after = held(shop, histories, Profile(customer=anna.customer, seq=2))
    assert not len(after.bought) and after.vector is None and after.summed is None


@pytest.fixture
def describing() -> Shop:
    """A shop whose categories say what their products are, with a product that came after the training."""
    shop = shop_with("sources: {neighbours: 4}\nweights: {long_term: 1}")
    names = [attributes_of(Product(id=ProductId("x"), category=text))[0][0] for text in ("DAIRY", "SNACKS")]
    keys = attribute_keys(names)
    order = np.argsort(keys)
    vectors = np.array([(1.0, 0.1, 0.0), (0.0, 1.0, 0.1)], dtype=np.float32)[order]
    described = AttributeVectors(keys[order], vectors, np.ones(3, dtype=np.float32))
    shop.snapshot = replace(snapshot(), set=replace(snapshot().set, attributes=described))
    shop.catalogue.put(Product(id=ProductId("salsa"), category="SNACKS"))
    return shop


def buyer(*products: str) -> Profile:
    days = DayCounts.of({ProductId(name): {TODAY - 1: 1} for name in products})
    return Profile(customer=CustomerId("user:new"), seq=1, days={InteractionKind.PURCHASED: days})


def test_a_product_that_came_after_the_training_counts_by_what_describes_it(describing: Shop) -> None:
    only = held(describing, Histories(), buyer("salsa")).vector
    assert only is not None and np.allclose(only, np.array([0.0, 1.0, 0.1]) / np.sqrt(1.01), atol=1e-6)
    both = held(describing, Histories(), buyer("salsa", "milk")).vector
    milk = held(describing, Histories(), buyer("milk")).vector
    assert both is not None and milk is not None
    assert both[1] > milk[1] + 0.3 and float(np.linalg.norm(both)) == pytest.approx(1.0, abs=1e-6)
    assert {"beer", "chips", "wine"} & set(describing.ids(buyer("salsa"), "place", now=NOW))


def test_it_follows_what_describes_such_a_product(describing: Shop) -> None:
    asker = buyer("salsa")
    assert "milk" not in describing.ids(asker, "place", k=3)
    describing.catalogue.put(Product(id=ProductId("salsa"), category="DAIRY"))
    assert {"milk", "butter"} <= set(describing.ids(asker, "place", k=4))


def test_a_history_of_learnt_products_is_that_of_the_set(describing: Shop) -> None:
    learnt = held(Shop(), Histories(), profile("anna")).vector
    found = held(describing, Histories(), changed(profile("anna"), recent=recent("milk"))).vector
    assert learnt is not None and found is not None and np.array_equal(learnt, found)


def length_along(shop: Shop, who: Profile) -> float:
    """How much of a vector of unit length points where the members of the group do."""
    group = np.array([[0.0, 0.0, 5.0]], dtype=np.float32)
    keys = attribute_keys(groups_of({"size": "3"}))
    known = replace(shop.snapshot.set, groups=GroupVectors(keys, group, np.zeros(3, dtype=np.float32)))
    assortment = shop.recommender.assortment(replace(shop.snapshot, set=known), shop.catalogue)
    vector = history_of(who, assortment, AS_OF, Rhythm()).vector
    assert vector is not None
    assert np.linalg.norm(vector) == pytest.approx(1.0)
    return float(vector[2])


def test_a_trait_turns_the_vector_towards_its_group(shop: Shop) -> None:
    plain = length_along(shop, profile("anna"))
    assert length_along(shop, profile("anna", traits={"size": said("3")})) > plain
    assert length_along(shop, profile("anna", traits={"size": said("4")})) == plain


def test_who_did_nothing_over_the_long_term_has_no_vector_whatever_their_traits(shop: Shop) -> None:
    assortment = shop.recommender.assortment(shop.snapshot, shop.catalogue)
    stranger = changed(visitor(), traits={"size": said("3")})
    assert history_of(stranger, assortment, AS_OF, Rhythm()).vector is None
