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
    return CustomerProductGnn(BASES, {"category": CATEGORIES}, np.log(np.array([1, 2], dtype=np.float32)), gains)


def states(gnn: CustomerProductGnn) -> torch.Tensor:
    return gnn.states(ALL, {"category": adjacency(DESCRIBED_BY)})


def batch(targets: list[int], weights: list[float]) -> Batch:
    """The first customer, who has product 0 twice and product 1, with these targets; product 2 is the negative."""
    return Batch(
        rows=ALL,
        described_by={"category": adjacency(DESCRIBED_BY)},
        history=adjacency(HISTORY),
        customers=torch.zeros(len(targets), dtype=torch.int64),
        targets=torch.tensor(targets),
        target_weights=torch.tensor(weights),
        negatives=torch.tensor([2]),
        masked=torch.zeros((len(targets), 1), dtype=torch.bool),
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
    positives, negatives = gnn.scores(batch([0, 1], [2.0, 1.0]))
    without_first = np.array([0.0, 1.0])  # product 1 as input, [0, 2], at unit length
    without_second = np.array([1.5, 1.0]) / 3.25**0.5  # product 0 as input, at unit length
    assert positives.tolist() == pytest.approx([without_first @ [1.5, 0.5], without_second @ [0.0, 1.0]])
    assert negatives.flatten().tolist() == pytest.approx([without_first @ [30, 40], without_second @ [30, 40]])


def test_a_target_left_in_counts(gnn: CustomerProductGnn) -> None:
    positives, _ = gnn.scores(batch([0], [0.0]))
    assert positives.tolist() == pytest.approx([np.array([3.0, 4.0]) / 5 @ [1.5, 0.5]])
