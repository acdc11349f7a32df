"""Products and customers held out of training, on a shop where everybody keeps to one kind of product."""

import numpy as np
import pytest
from numpy.typing import NDArray

from embeddings.errors import NothingToEvaluate
from embeddings.evaluation.cold_start import cold_customers, cold_products
from embeddings.evaluation.split import Split, Task, time_split
from embeddings.vectors.embedding_set import CustomerFunction, EmbeddingSet, Manifest
from graph import DAY, CustomerId, EdgeArrays, Instant, InteractionKind, InvalidValue, Product, ProductId

CUT = Instant(10 * DAY)
CUSTOMERS = [f"user:{n:02}" for n in range(20)]
FRUIT, BREAD = ([f"{name}{n}" for n in range(10)] for name in ("apple", "bread"))
DESCRIBED = [
    *(Product(id=ProductId(name), department="FRUIT", category="APPLES", brand="Own") for name in FRUIT),
    *(Product(id=ProductId(name), department="BAKERY", category="LOAVES", brand="Own") for name in BREAD),
]


def shop() -> Split:
    """Ten customers buy every fruit and ten every loaf, on day 5 and once more on day 15; then one is new."""
    rows = [(c, p, day) for c in range(20) for p in range(10 * (c // 10), 10 * (c // 10) + 10) for day in (5, 15)]
    rows.append((20, 0, 15))
    columns = np.array(sorted(rows, key=lambda row: row[2]), dtype=np.int32)
    day = columns[:, 2]
    edges = EdgeArrays(
        customers=[CustomerId(name) for name in (*CUSTOMERS, "user:new")],
        targets=[*FRUIT, *BREAD],
        customer=columns[:, 0],
        target=columns[:, 1],
        kind=np.full(len(day), list(InteractionKind).index(InteractionKind.PURCHASED), dtype=np.int8),
        at=day.astype(np.int64) * DAY,
        day=day,
        quantity=np.ones(len(day)),
        value=np.zeros(len(day), dtype=np.int64),
        order=np.full(len(day), -1, dtype=np.int32),
    )
    return time_split(edges, CUT)


def two_directions() -> EmbeddingSet:
    """Fruit one way, bread the other, everybody where their products are."""
    fruit_then_bread: NDArray[np.float32] = np.repeat(np.eye(2, dtype=np.float32), 10, axis=0)
    return EmbeddingSet(
        manifest=Manifest(
            version="",
            model="by hand",
            parameters={},
            customer_function=CustomerFunction(kind_weights={"purchased": 1.0}, half_life_days=30.0),
            dim=2,
            as_of=CUT,
        ),
        customers=[CustomerId(name) for name in CUSTOMERS],
        products=[ProductId(name) for name in (*FRUIT, *BREAD)],
        customer_vectors=fruit_then_bread,
        product_vectors=fruit_then_bread,
        input_vectors=fruit_then_bread,
        input_weights=np.ones(20, dtype=np.float32),
    )


def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_the_same_share_of_every_department_is_held_out_of_all_learning() -> None:
    cold = cold_products(shop(), DESCRIBED, rng(), share=0.2)
    assert [product[0] for product in cold.products] == ["a", "a", "b", "b"]
    assert cold.customers == CUSTOMERS  # the new one is not in what is learnt from
    learnt = {cold.train.train.targets[row] for row in cold.train.train.target}
    assert learnt == {*FRUIT, *BREAD} - set(cold.products)
    assert cold.relevant.toarray().tolist() == [[1, 1, 0, 0]] * 10 + [[0, 0, 1, 1]] * 10


def test_only_products_that_enough_customers_bought_are_held_out() -> None:
    with pytest.raises(NothingToEvaluate, match="0 products"):
        cold_products(shop(), DESCRIBED, rng(), least_customers=11)


def test_the_same_generator_holds_out_the_same_and_another_does_not() -> None:
    split = shop()
    one, same, other = (cold_products(split, DESCRIBED, np.random.default_rng(n)).products for n in (1, 1, 2))
    assert one == same != other


def test_counts_go_by_what_is_described_alike_and_vectors_by_their_direction() -> None:
    cold = cold_products(shop(), DESCRIBED, rng(), share=0.2)
    assert cold.count_scores(DESCRIBED, [["category"]])[[0, 10]].tolist() == [[8, 8, 0, 0], [0, 0, 8, 8]]
    assert cold.count_scores(DESCRIBED)[0].tolist() == [16, 16, 8, 8]  # the brand is everybody's
    assert cold.count_scores(DESCRIBED, [["category", "manufacturer"]]).max() == 0
    assert cold.vector_scores(two_directions())[[0, 10]].tolist() == [[1, 1, 0, 0], [0, 0, 1, 1]]


def test_ndcg_is_one_where_what_is_wanted_comes_first_and_ties_go_by_id() -> None:
    cold = cold_products(shop(), DESCRIBED, rng(), share=0.2)
    assert cold.ndcg(cold.count_scores(DESCRIBED)) == pytest.approx(np.ones(20))
    equal = cold.ndcg(np.zeros((20, 4), dtype=np.float32))
    assert equal[:10] == pytest.approx(np.ones(10))
    assert equal[10:].max() < 0.6


def test_customers_held_out_are_served_by_their_history_alone() -> None:
    cold = cold_customers(shop(), rng(), share=0.1)
    assert len(cold.customers) == 2
    assert not {cold.train.train.customers[row] for row in cold.train.train.customer} & set(cold.customers)
    served = cold.served(two_directions())
    assert served.customers == cold.customers
    expected = [[1, 0] if customer < "user:10" else [0, 1] for customer in cold.customers]
    assert served.customer_vectors.tolist() == expected
    assert cold.ndcg(served, Task.ALL) == pytest.approx(np.ones(2))
    assert (cold.ndcg(served, Task.ALL) == cold.ndcg(two_directions(), Task.ALL)).all()


def test_a_share_is_above_0_and_below_1() -> None:
    with pytest.raises(InvalidValue, match="share"):
        cold_customers(shop(), rng(), share=1.0)
    with pytest.raises(InvalidValue, match="share"):
        cold_products(shop(), DESCRIBED, rng(), share=0.0)
