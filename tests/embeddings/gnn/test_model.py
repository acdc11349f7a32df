"""The model: what products and customers are made of, and the target that is left out."""

import numpy as np
import pytest
import torch
from scipy import sparse

from embeddings.gnn import Batch, CustomerProductGnn
from embeddings.gnn.pyg import adjacency

BASES = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]], dtype=np.float32)
CATEGORIES = np.array([[0.5, 0.5], [3.0, 4.0]], dtype=np.float32)
DESCRIBED_BY = sparse.csr_array(np.array([[1, 0], [0, 0], [0, 1]], dtype=np.float32))
HISTORY = sparse.csr_array(np.array([[2, 1, 0], [0, 1, 0]], dtype=np.float32))
ALL = torch.arange(3)


@pytest.fixture
def gnn() -> CustomerProductGnn:
    """Inputs count double in the second dimension; product 2 gains a factor of 10 when scored."""
    gains = np.array([1.0, 1.0, 10.0], dtype=np.float32)
    scales = (np.log(np.array([1, 2], dtype=np.float32)), np.zeros(2, dtype=np.float32))
    return CustomerProductGnn(BASES, {"category": CATEGORIES}, *scales, gains)


def states(gnn: CustomerProductGnn) -> torch.Tensor:
    return gnn.states(ALL, {"category": adjacency(DESCRIBED_BY)})


def batch(weights: list[float]) -> Batch:
    """The first customer, who has product 0 twice and product 1, once with each as the target."""
    return Batch(
        rows=ALL,
        described_by={"category": adjacency(DESCRIBED_BY)},
        history=adjacency(sparse.vstack([HISTORY, sparse.eye_array(3)], format="csr")),  # three targets
        customers=torch.zeros(2, dtype=torch.int64),
        target_weights=torch.tensor(weights)[:, None],
        targets=ALL,
        own=torch.tensor([0, 1]),
        masked=torch.zeros((2, 3), dtype=torch.bool),
    )


def test_a_product_is_its_base_and_its_attributes(gnn: CustomerProductGnn) -> None:
    assert states(gnn).tolist() == [[1.5, 0.5], [0.0, 1.0], [3.0, 4.0]]


def test_a_part_of_the_products_gives_their_part_of_the_states(gnn: CustomerProductGnn) -> None:
    part = gnn.states(torch.tensor([2, 0]), {"category": adjacency(DESCRIBED_BY[[2, 0]])})
    assert part.tolist() == [[3.0, 4.0], [1.5, 0.5]]


def test_inputs_are_scaled_and_outputs_gain(gnn: CustomerProductGnn) -> None:
    assert gnn.inputs(states(gnn)).tolist()[2] == pytest.approx([3.0, 8.0])
    assert gnn.outputs(states(gnn), ALL).tolist()[2] == pytest.approx([30.0, 40.0])


def test_a_target_is_not_in_the_sum_that_is_to_find_it(gnn: CustomerProductGnn) -> None:
    """Without product 0 the first customer is product 1 alone, without product 1 product 0 alone."""
    customers, products = gnn.pairs(batch([2.0, 1.0]))
    assert customers[0].tolist() == pytest.approx([0.0, 1.0])  # product 1 as input, [0, 2], at unit length
    assert customers[1].tolist() == pytest.approx((np.array([1.5, 1.0]) / 3.25**0.5).tolist())
    assert products.tolist() == [[1.5, 0.5], [0.0, 1.0], [30.0, 40.0]]


def test_a_target_left_in_counts(gnn: CustomerProductGnn) -> None:
    customers, _ = gnn.pairs(batch([0.0, 1.0]))
    assert customers[0].tolist() == pytest.approx([3 / 5, 4 / 5])


def test_by_cosine_products_are_compared_at_unit_length_and_gain_when_they_serve(gnn: CustomerProductGnn) -> None:
    gnn.cosine = True
    assert gnn.pairs(batch([2.0, 1.0]))[1][2].tolist() == pytest.approx([0.6, 0.8])
    assert gnn.outputs(states(gnn), ALL)[2].tolist() == pytest.approx([6.0, 8.0])
