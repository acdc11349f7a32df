"""History weights, on the greengrocer's shop."""

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from embeddings.gnn import GnnConfig
from embeddings.interaction_matrix import InteractionMatrix
from embeddings.training import train
from embeddings.vectors.history_weights import history_weights
from graph import Customer, Instant, InvalidValue
from tests.embeddings.greengrocer import AS_OF, PRODUCTS, greengrocer, purchases_of
from tests.embeddings.two_crowds import AS_OF as CROWDS_AS_OF
from tests.embeddings.two_crowds import CATALOGUE, two_crowds


def test_times_the_input_vectors_they_are_what_the_customer_function_says() -> None:
    shop, edges = greengrocer(), purchases_of()
    weights = history_weights(shop, edges).products
    matrix = InteractionMatrix.from_edges(edges, Instant(AS_OF))
    for row, customer in enumerate(shop.customers):
        own = matrix.customer == matrix.customer_rows.get(customer, -1)
        places = np.array([PRODUCTS.index(product) for product in matrix.products], dtype=np.int32)
        expected = shop.customer_vector(
            places[matrix.product[own]], matrix.kind[own], matrix.ages()[own], matrix.times[own].astype(np.float32)
        )
        assert weights[[row]] @ shop.input_vectors == pytest.approx(expected[None], abs=1e-6)


def test_with_what_groups_add_they_are_the_vectors_that_serve() -> None:
    edges = two_crowds()
    who = [Customer(id=name, traits={"likes": "fruit"}) for name in edges.customers[:10]]
    config = GnnConfig(dim=2, epochs=1, batch_customers=8)
    learnt = train(edges, CATALOGUE, [], config=config, as_of=CROWDS_AS_OF, rng=np.random.default_rng(0), customers=who)
    weights = history_weights(learnt, edges, who)
    parts = weights.products @ learnt.input_vectors, weights.groups
    assert sum(parts) == pytest.approx(learnt.customer_vectors, abs=1e-5)
    assert np.abs(parts[1]).max() > 0.01


def test_a_product_the_set_does_not_know_is_left_out() -> None:
    shop = greengrocer()
    fewer = replace(
        shop,
        products=shop.products[:-1],
        product_vectors=shop.product_vectors[:-1],
        input_vectors=shop.input_vectors[:-1],
        input_weights=shop.input_weights[:-1],
    )
    ann = history_weights(fewer, purchases_of()).products[[0]]
    assert [PRODUCTS[column] for column in ann.indices] == ["apple"]


def test_a_joined_set_is_refused() -> None:
    shop = greengrocer()
    function = msgspec.structs.replace(shop.manifest.customer_function, parts=(1, 1))
    with pytest.raises(InvalidValue, match="2 joined parts"):
        history_weights(
            replace(shop, manifest=msgspec.structs.replace(shop.manifest, customer_function=function)), purchases_of()
        )
