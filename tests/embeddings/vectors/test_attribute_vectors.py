"""What describes a product, as a vector: on two kinds of goods that lie in two directions."""

import numpy as np
import pytest

from embeddings.vectors.attribute_regression import with_attribute_vectors
from embeddings.vectors.attribute_vectors import attribute_keys, attributes_of
from embeddings.vectors.embedding_set import CustomerFunction, EmbeddingSet, Manifest
from graph import Product, ProductId

FRUIT = [Product(id=ProductId(f"fruit{n}"), department="FRUIT", price=100, currency="EUR") for n in range(4)]
BREAD = [Product(id=ProductId(f"bread{n}"), department="BREAD", price=400, currency="EUR") for n in range(4)]
GAINS = np.array([2.0, 2.0, 2.0, 0.5] * 2, dtype=np.float32)
CUSTOMERS = np.array([10.0, 10.0, 10.0, 0.0] * 2, dtype=np.float32)  # nobody has the last of each


def learnt() -> EmbeddingSet:
    """Fruit points one way and bread the other, inputs are three and four times what is scored."""
    directions = np.repeat(np.eye(2, dtype=np.float32), 4, axis=0) * (CUSTOMERS > 0)[:, None]
    return EmbeddingSet(
        manifest=Manifest(
            version="",
            model="by hand",
            parameters={},
            customer_function=CustomerFunction(kind_weights={}, half_life_days=1.0),
            dim=2,
            as_of=0,
        ),
        customers=[],
        products=[product.id for product in (*FRUIT, *BREAD)],
        customer_vectors=np.empty((0, 2), dtype=np.float32),
        product_vectors=directions * GAINS[:, None],
        input_vectors=directions * np.array([3, 4], dtype=np.float32),
        input_weights=np.ones(8, dtype=np.float32),
    )


def described() -> EmbeddingSet:
    return with_attribute_vectors(learnt(), [*FRUIT, *BREAD], CUSTOMERS, GAINS, penalty=1e-3)


def test_a_product_nobody_bought_lies_where_those_described_alike_lie() -> None:
    embeddings = described()
    expected = [[0.5, 0], [0, 0.5]]  # as long as theirs, times the gain it has
    assert embeddings.product_vectors[[3, 7]] == pytest.approx(np.array(expected), abs=1e-3)
    assert embeddings.input_vectors[[3, 7]] == pytest.approx(np.array([[3, 0], [0, 4]]), abs=1e-2)


def test_products_with_customers_stay_as_they_were_learnt() -> None:
    before, after = learnt(), described()
    known = CUSTOMERS > 0
    assert (after.product_vectors[known] == before.product_vectors[known]).all()
    assert (after.input_vectors[known] == before.input_vectors[known]).all()


def test_a_product_new_to_the_catalogue_gains_as_known_ones_do() -> None:
    new = [
        Product(id=ProductId("new"), department="FRUIT", price=95, currency="EUR"),
        Product(id=ProductId("unheard-of"), department="TOYS", price=1, currency="EUR"),
        Product(id=ProductId("dear-bread"), department="BREAD", price=9_000, currency="EUR"),
        Product(id=ProductId("bare")),
    ]
    vectors = described().attribute_vectors(new)
    assert vectors[0] == pytest.approx([2.0, 0.0], abs=1e-2)
    assert vectors[2] == pytest.approx([0.0, 1.0], abs=1e-2)  # half of what describes it is known
    assert not vectors[[1, 3]].any()


def test_a_set_that_learnt_nothing_of_attributes_says_nothing_of_new_products() -> None:
    assert learnt().attribute_vectors(FRUIT).tolist() == [[0, 0]] * 4
    few = with_attribute_vectors(learnt(), [*FRUIT, *BREAD], CUSTOMERS * 0.1, GAINS, penalty=1.0)
    bare = [Product(id=product.id) for product in (*FRUIT, *BREAD)]
    assert few.attributes is None
    assert with_attribute_vectors(learnt(), bare, CUSTOMERS, GAINS, penalty=1.0).attributes is None


def test_many_products_at_once_are_what_each_is_alone() -> None:
    embeddings = described()
    many = [*FRUIT, Product(id=ProductId("bare")), *BREAD] * 500  # more than a piece
    alone = np.concatenate([embeddings.attribute_vectors([product]) for product in many[:9]])
    assert (embeddings.attribute_vectors(many) == np.tile(alone, (500, 1))).all()
    assert embeddings.attribute_vectors([]).shape == (0, 2)


def test_what_describes_a_product_are_its_fields_their_pairs_its_price_and_its_words() -> None:
    product = Product(
        id=ProductId("p"), name="Oat milk, oat", category="MILK", manufacturer="69", price=150, currency="EUR"
    )
    assert attributes_of(product) == [
        ("category\0MILK", 1.0),
        ("manufacturer\x0069", 1.0),
        ("category\0manufacturer\0MILK\x0069", 1.0),
        ("price\0\0EUR\x0015", 1.0),
        ("word\0milk", 0.5),
        ("word\0oat", 0.5),
    ]
    assert attributes_of(Product(id=ProductId("bare"), price=0)) == []


def test_keys_are_the_same_on_every_machine() -> None:
    assert attribute_keys(["department\0FRUIT", ""]).tolist() == [10805952616646880396, 13020603013274838756]
    assert attribute_keys([]).dtype == np.uint64
