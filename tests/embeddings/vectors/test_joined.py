"""Joined sets: one inner product that is the weighted sum of several."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from embeddings.vectors.attribute_vectors import AttributeVectors
from embeddings.vectors.embedding_set import CustomerFunction, EmbeddingSet, Manifest
from embeddings.vectors.joined import joined
from graph import CustomerId, InteractionKind, InvalidValue, ProductId

FUNCTION = CustomerFunction(kind_weights={"purchased": 1.0}, half_life_days=30.0)
PURCHASED = list(InteractionKind).index(InteractionKind.PURCHASED)
BASKET = [0, 2, 3]


def a_set(dim: int, seed: int) -> EmbeddingSet:
    """One customer, who bought three of five products today."""
    rng = np.random.default_rng(seed)
    inputs, outputs = (rng.standard_normal((5, dim)).astype(np.float32) for _ in range(2))
    summed = inputs[BASKET].sum(axis=0)
    return EmbeddingSet(
        manifest=Manifest(version="", model="gnn", parameters={}, customer_function=FUNCTION, dim=dim, as_of=0),
        customers=[CustomerId("user:ann")],
        products=[ProductId(f"p{n}") for n in range(5)],
        customer_vectors=(summed / np.linalg.norm(summed))[None],
        product_vectors=outputs,
        input_vectors=inputs,
        input_weights=np.ones(5, dtype=np.float32),
    )


def test_a_score_is_the_weighted_sum_of_the_parts_scores() -> None:
    one, other = a_set(3, 0), a_set(4, 1)
    both = joined([one, other], [1.0, 0.5])
    expected = one.customer_vectors @ one.product_vectors.T + 0.5 * (other.customer_vectors @ other.product_vectors.T)
    assert both.customer_vectors @ both.product_vectors.T == pytest.approx(expected, abs=1e-5)
    assert both.dim == both.manifest.dim == 7


def test_a_customer_is_of_unit_length_and_what_their_history_makes_of_them() -> None:
    both = joined([a_set(3, 0), a_set(4, 1), a_set(2, 2)], [1.0, 0.5, 2.0])
    size = len(BASKET)
    vector = both.customer_vector(
        np.array(BASKET, dtype=np.int32),
        np.full(size, PURCHASED, dtype=np.int8),
        np.zeros(size, dtype=np.float32),
        np.ones(size, dtype=np.float32),
    )
    assert vector == pytest.approx(both.customer_vectors[0], abs=1e-6)
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-6)


def test_what_was_joined_before_may_be_joined_again() -> None:
    one, other, third = a_set(3, 0), a_set(4, 1), a_set(2, 2)
    nested = joined([joined([one, other], [1.0, 0.5]), third], [2.0, 1.0])
    flat = joined([one, other, third], [2.0, 1.0, 1.0])
    assert nested.manifest.customer_function.parts == (3, 4, 2)
    for vectors in ("customer_vectors", "product_vectors", "input_vectors"):
        assert getattr(nested, vectors) == pytest.approx(getattr(flat, vectors), abs=1e-6)


def test_what_was_learnt_of_attributes_is_of_one_part_and_not_of_the_whole() -> None:
    attributes = AttributeVectors(np.zeros(1, np.uint64), np.ones((1, 3), np.float32), np.ones(3, np.float32))
    one = replace(a_set(3, 0), attributes=attributes)
    assert joined([one, a_set(4, 1)], [1.0, 1.0]).attributes is None
    assert joined([one, a_set(4, 1)], [1.0, 0.0]).attributes is attributes


def test_a_part_that_weighs_nothing_is_left_out() -> None:
    one = a_set(3, 0)
    assert joined([one, a_set(4, 1)], [1.0, 0.0]) is one
    with pytest.raises(InvalidValue, match="weights"):
        joined([one], [0.0])


def test_parts_that_do_not_fit_together_are_refused() -> None:
    one = a_set(3, 0)
    others = replace(one, products=[ProductId(f"q{n}") for n in range(5)])
    function = msgspec.structs.replace(FUNCTION, half_life_days=7.0)
    faster = replace(one, manifest=msgspec.structs.replace(one.manifest, customer_function=function))
    for part, found in ((others, "other customers or products"), (faster, "another customer function")):
        with pytest.raises(InvalidValue, match=found):
            joined([one, part], [1.0, 1.0])
