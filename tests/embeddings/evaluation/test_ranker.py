"""The best columns of score rows, ties, masks and unknown customers."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray
from scipy import sparse

from embeddings.evaluation.ranker import CHUNK, ScoreRanker, top_k
from graph import CustomerId, ProductId


class Row:
    """Scores product 3 + the customer's row highest, the others by their column."""

    def scores(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        scores = np.tile(-np.arange(1000, dtype=np.float32), (len(rows), 1))
        scores[np.arange(len(rows)), rows + 3] = 1.0
        return scores


def ranker(num_customers: int) -> ScoreRanker:
    names = [CustomerId(f"user:{row}") for row in range(num_customers)]
    products = [ProductId(f"{column:04}") for column in range(1000)]
    history = sparse.csr_array((np.ones(1, dtype=np.float32), ([0], [3])), shape=(num_customers, 1000))
    return ScoreRanker(products, {name: row for row, name in enumerate(names)}, history, Row())


def test_each_customer_gets_their_own_list_beyond_one_chunk() -> None:
    lists = ranker(CHUNK + 9).rank([CustomerId(f"user:{row}") for row in range(CHUNK + 9)], 2, mask_history=False)
    assert lists.tolist() == [[row + 3, 0] for row in range(CHUNK + 9)]


def test_history_is_left_out_when_asked() -> None:
    assert ranker(1).rank([CustomerId("user:0")], 2, mask_history=True).tolist() == [[0, 1]]


def test_an_unknown_customer_gets_an_empty_list() -> None:
    lists = ranker(1).rank([CustomerId("user:9"), CustomerId("user:0")], 2, mask_history=False)
    assert lists.tolist() == [[-1, -1], [3, 0]]


def test_ties_go_to_the_first_column() -> None:
    assert top_k(np.zeros((1, 500), dtype=np.float32), 4).tolist() == [[0, 1, 2, 3]]


def test_what_scores_minus_infinity_is_not_listed() -> None:
    assert top_k(np.array([[-np.inf, 1, -np.inf]], dtype=np.float32), 2).tolist() == [[1, -1]]


def test_no_products_and_no_places_are_empty_lists() -> None:
    assert top_k(np.zeros((2, 0), dtype=np.float32), 1).tolist() == [[-1], [-1]]
    assert top_k(np.zeros((2, 3), dtype=np.float32), 0).shape == (2, 0)


@given(
    arrays.arrays(
        np.float32, st.tuples(st.integers(1, 3), st.integers(1, 400)), elements=st.sampled_from([-1, 0, 1, 2])
    ),
    st.integers(1, 30),
)
def test_top_k_is_the_front_of_the_whole_order(scores: NDArray[np.float32], k: int) -> None:
    whole = np.argsort(-scores, axis=1, kind="stable")[:, :k]
    lists = top_k(scores, k)
    assert lists[:, : whole.shape[1]].tolist() == whole.tolist()
    assert (lists[:, whole.shape[1] :] == -1).all()
