"""History: the long-term vector is made of what a customer did and of the groups that their traits put them in."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from embeddings.vectors.attribute_vectors import attribute_keys
from embeddings.vectors.group_vectors import GroupVectors, groups_of
from graph import Profile
from recommend.history import Rhythm, history_of
from tests.recommend.shop import AS_OF, Shop, profile, said, visitor


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
    stranger = msgspec.structs.replace(visitor(), traits={"size": said("3")})
    assert history_of(stranger, assortment, AS_OF, Rhythm()).vector is None
