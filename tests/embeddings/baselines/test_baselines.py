"""Every baseline on a checkerboard: customers buy products of their own colour, and each still lacks one of them."""

import numpy as np
import pytest
from numpy.typing import NDArray

from embeddings.baselines import ALS, EASE, Blend, BuyAgain, Discovered, ItemKNN, LightGCN, MostPopular, RP3beta
from embeddings.baselines.light_gcn import normalised
from embeddings.evaluation.ranker import Method
from embeddings.interaction_matrix import InteractionMatrix
from graph import DAY, Instant, InvalidValue
from tests.embeddings.purchase_table import purchase_table

NUM_CUSTOMERS, NUM_PRODUCTS = 20, 10


def matrix(rows: list[tuple[int, int, int]]) -> InteractionMatrix:
    """(customer, product, day) purchases, a basket each, seen from day 100."""
    edges = purchase_table(rows, NUM_CUSTOMERS, NUM_PRODUCTS)
    return InteractionMatrix.from_edges(edges, Instant(100 * DAY))


def lacking(customer: int) -> int:
    """The product of their own colour that a customer has not bought."""
    return customer % 2 + 2 * (customer // 2 % (NUM_PRODUCTS // 2))


@pytest.fixture(scope="module")
def checkerboard() -> InteractionMatrix:
    cells = [(c, p) for c in range(NUM_CUSTOMERS) for p in range(NUM_PRODUCTS) if c % 2 == p % 2 and p != lacking(c)]
    return matrix([(customer, product, 90) for customer, product in cells])


LEARNERS: list[Method] = [
    ItemKNN(shrink=0.0, min_buyers=5),
    RP3beta(),
    LightGCN(dim=8, steps=60),
    EASE(regularization=1.0),
    EASE(regularization=1.0, max_customers=0),
    ALS(dim=4, iterations=15, regularization=0.1),
    Blend(EASE(regularization=1.0)),
    Discovered(EASE(regularization=1.0)),
]


@pytest.mark.parametrize("method", LEARNERS, ids=repr)
def test_the_product_of_ones_colour_that_is_lacking_comes_first(
    method: Method, checkerboard: InteractionMatrix
) -> None:
    lists = method.fit(checkerboard).rank(checkerboard.customers, 1, mask_history=True)
    assert lists[:, 0].tolist() == [lacking(customer) for customer in range(NUM_CUSTOMERS)]


@pytest.mark.parametrize("method", LEARNERS, ids=repr)
def test_without_a_mask_ones_own_colour_fills_the_list(method: Method, checkerboard: InteractionMatrix) -> None:
    lists = method.fit(checkerboard).rank(checkerboard.customers, NUM_PRODUCTS // 2, mask_history=False)
    for customer, products in enumerate(lists):
        assert set(products.tolist()) == set(range(customer % 2, NUM_PRODUCTS, 2))


def test_both_ways_to_solve_ease_give_the_same_scores(checkerboard: InteractionMatrix) -> None:
    rows = np.arange(NUM_CUSTOMERS)
    by_customer = EASE(regularization=2.0).fit(checkerboard).scorer.scores(rows)
    by_product = EASE(regularization=2.0, max_customers=0).fit(checkerboard).scorer.scores(rows)
    np.testing.assert_allclose(by_customer, by_product, atol=1e-5)


def test_ease_is_the_closed_form_of_the_paper() -> None:
    train = matrix([(0, 0, 1), (0, 1, 1), (1, 0, 1), (1, 2, 1), (2, 1, 1), (2, 3, 1), (2, 0, 1)])
    bought = train.bought().toarray()
    inverse = np.linalg.inv(bought.T @ bought + 0.5 * np.eye(NUM_PRODUCTS))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0.0)
    scores = EASE(regularization=0.5).fit(train).scorer.scores(np.arange(NUM_CUSTOMERS))
    np.testing.assert_allclose(scores, bought @ weights, atol=1e-5)


def test_beyond_the_most_bought_products_ease_scores_zero() -> None:
    train = matrix([(0, 0, 1), (1, 0, 1), (0, 1, 1), (1, 1, 1), (0, 2, 1)])
    scores = EASE(regularization=1.0, max_customers=0, max_products=2).fit(train).scorer.scores(np.array([0]))
    assert (scores[0, :2] > 0).all()
    assert (scores[0, 2:] == 0).all()


def test_most_popular_counts_customers_not_baskets() -> None:
    train = matrix([(0, 3, 1), (0, 3, 2), (0, 3, 3), (0, 5, 4), (1, 5, 5)])
    assert MostPopular().fit(train).rank([train.customers[9]], 2, mask_history=False).tolist() == [[5, 3]]


def test_most_popular_of_the_last_days_forgets_what_is_older() -> None:
    train = matrix([(0, 3, 1), (1, 3, 1), (0, 5, 95)])
    ranker = MostPopular(last_days=30).fit(train)
    assert ranker.rank([train.customers[9]], 1, mask_history=False).tolist() == [[5]]


def test_buy_again_prefers_often_then_lately_then_popular() -> None:
    often = matrix([(0, 1, 97), (0, 2, 98), (0, 2, 98), (0, 4, 97), (1, 4, 97)])
    assert BuyAgain().fit(often).rank([often.customers[0]], 4, mask_history=False).tolist() == [[2, 4, 1, -1]]
    lately = matrix([(0, 1, 10), (0, 1, 11), (0, 2, 99)])
    assert BuyAgain(60.0).fit(lately).rank([lately.customers[0]], 1, mask_history=False).tolist() == [[2]]
    assert BuyAgain(None).fit(lately).rank([lately.customers[0]], 1, mask_history=False).tolist() == [[1]]


def test_buy_again_says_nothing_on_new_products(checkerboard: InteractionMatrix) -> None:
    assert (BuyAgain().fit(checkerboard).rank(checkerboard.customers, 3, mask_history=True) == -1).all()


def test_item_knn_similarities_are_shrunk_cosines() -> None:
    """Products 0 and 1 share two of three and two buyers: cosine 2/√6, shrunk by 2 / (2 + 1)."""
    train = matrix([(0, 0, 1), (1, 0, 1), (2, 0, 1), (0, 1, 1), (1, 1, 1)])
    nearest = ItemKNN(neighbours=1, shrink=1.0, min_buyers=1).nearest(train.bought()).toarray()
    assert nearest[0, 1] == pytest.approx(2 / np.sqrt(6) * 2 / 3)
    assert nearest[0, 0] == 1.0


def test_item_knn_leaves_out_products_with_few_buyers() -> None:
    train = matrix([(0, 0, 1), (1, 0, 1), (0, 1, 1)])
    assert ItemKNN(min_buyers=2).nearest(train.bought()).nnz == NUM_PRODUCTS


def test_item_knn_keeps_the_nearest() -> None:
    """Product 0 shares three buyers with 1, two with 2 and one with 3."""
    train = matrix([(c, 0, 1) for c in range(3)] + [(c, p, 1) for p in (1, 2, 3) for c in range(4 - p)])
    nearest = ItemKNN(neighbours=2, shrink=0.0, min_buyers=1).nearest(train.bought()).toarray()
    assert np.flatnonzero(nearest[0]).tolist() == [0, 1, 2]


def test_rp3beta_counts_every_walk_by_its_chance() -> None:
    """From customer 0 to product 1: through product 0 (½ · ½ · ½ by either buyer) and through 1 itself (½ · 1 · ½)."""
    train = matrix([(0, 0, 1), (0, 1, 1), (1, 0, 1), (1, 2, 1)])
    scores = RP3beta(alpha=1.0, beta=0.0).fit(train).scorer.scores(np.array([0]))[0]
    np.testing.assert_allclose(scores[:4], [1 / 8 + 1 / 8 + 1 / 4, 1 / 8 + 1 / 4, 1 / 8, 0.0])
    held_back = RP3beta(alpha=1.0, beta=1.0).fit(train).scorer.scores(np.array([0]))[0]
    np.testing.assert_allclose(held_back[:4], scores[:4] / [2, 1, 1, 1])


def test_light_gcn_moves_its_vectors_down_the_slope_of_its_loss() -> None:
    """The gradient of all pairs and negatives that are drawn, against differences of the loss itself."""
    train = matrix([(0, 0, 1), (0, 1, 1), (1, 0, 1), (1, 2, 1), (2, 3, 1)])
    bought, method = train.bought(), LightGCN(dim=3, layers=2, regularization=0.1)
    adjacency = normalised(bought)
    learnt = np.random.default_rng(1).normal(size=(sum(train.shape), 3)).astype(np.float32)

    def loss(vectors: NDArray[np.float64]) -> float:
        rng = np.random.default_rng(0)
        pair, drawn = rng.integers(bought.nnz, size=5), rng.integers(NUM_PRODUCTS, size=5)
        dense = adjacency.toarray().astype(np.float64)
        smooth = (vectors + dense @ vectors + dense @ dense @ vectors) / 3
        total = 0.0
        for place, other in zip(pair, drawn, strict=True):
            customer, product = (int(side[place]) for side in bought.nonzero())
            one, two, three = customer, NUM_CUSTOMERS + product, NUM_CUSTOMERS + other
            total += np.log1p(np.exp(-smooth[one] @ (smooth[two] - smooth[three])))
            total += 0.1 * sum(np.square(vectors[row]).sum() for row in (one, two, three))
        return total / 5

    gradient = method._gradient(learnt, adjacency, bought, np.random.default_rng(0))
    for row, column in [(0, 0), (1, 2), (NUM_CUSTOMERS, 1), (NUM_CUSTOMERS + 3, 0), (NUM_CUSTOMERS + 9, 2)]:
        step = np.zeros(learnt.shape)
        step[row, column] = 1e-5
        slope = (loss(learnt + step) - loss(learnt - step)) / 2e-5
        assert gradient[row, column] == pytest.approx(slope, abs=1e-4)


def test_blend_puts_what_is_bought_again_before_the_rest(checkerboard: InteractionMatrix) -> None:
    blend = Blend(EASE(regularization=1.0), weight=100.0).fit(checkerboard)
    lists = blend.rank(checkerboard.customers, 5, mask_history=False)
    assert lists[:, 4].tolist() == [lacking(customer) for customer in range(NUM_CUSTOMERS)]


def test_discovery_counts_first_purchases_and_halves_them() -> None:
    """Customer 0 bought p1 first ten days ago and again today; customer 1 and 2 met p2 today and twenty days ago."""
    train = matrix([(0, 1, 90), (0, 1, 100), (1, 2, 100), (2, 2, 80)])
    factors = Discovered(half_life_days=10.0, power=2.0).factors(train)
    np.testing.assert_allclose(factors[:4], np.array([0.1, 0.6, 1.35, 0.1]) ** 2, rtol=1e-6)


def test_of_equal_scores_the_product_discovered_of_late_comes_first(checkerboard: InteractionMatrix) -> None:
    rows = np.arange(NUM_CUSTOMERS)
    plain, times = EASE(regularization=1.0), Discovered(EASE(regularization=1.0), power=1.0)
    expected = plain.fit(checkerboard).scorer.scores(rows) * times.factors(checkerboard)
    np.testing.assert_array_equal(times.fit(checkerboard).scorer.scores(rows), expected)
    train = matrix([(c, p, 10) for c in range(4) for p in (0, 1, 2)] + [(4, 0, 10), (5, 2, 99), (6, 1, 40)])
    lists = Discovered(MostPopular(), power=1.0).fit(train).rank([train.customers[9]], 3, mask_history=False)
    assert lists.tolist() == [[2, 1, 0]]


def test_a_half_life_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidValue, match=r"half_life_days: got 0\.0, expected a number of days above 0"):
        Discovered(half_life_days=0.0)
