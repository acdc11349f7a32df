"""The loss, against what is worked out by hand."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from embeddings.gnn.loss import sampled_softmax

NOTHING_MASKED = torch.zeros((1, 2), dtype=torch.bool)


def test_equal_scores_cost_the_logarithm_of_how_many_they_are() -> None:
    loss = sampled_softmax(torch.tensor([0.3]), torch.tensor([[0.3, 0.3]]), NOTHING_MASKED, 0.1)
    assert loss.item() == pytest.approx(math.log(3))


def test_scores_are_divided_by_the_temperature() -> None:
    loss = sampled_softmax(torch.tensor([1.0]), torch.tensor([[0.0, 0.5]]), NOTHING_MASKED, 0.5)
    assert loss.item() == pytest.approx(math.log(1 + math.exp(-2) + math.exp(-1)))


def test_a_masked_negative_does_not_count() -> None:
    masked = torch.tensor([[True, False]])
    loss = sampled_softmax(torch.tensor([1.0]), torch.tensor([[50.0, 1.0]]), masked, 1.0)
    assert loss.item() == pytest.approx(math.log(2))


def test_a_pair_whose_negatives_are_all_masked_costs_nothing() -> None:
    assert sampled_softmax(torch.tensor([-3.0]), torch.tensor([[1.0, 2.0]]), ~NOTHING_MASKED, 1.0).item() == 0.0


def test_the_loss_is_the_mean_over_the_pairs() -> None:
    positives, negatives = torch.tensor([0.0, 1.0]), torch.tensor([[0.0], [0.0]])
    loss = sampled_softmax(positives, negatives, torch.zeros((2, 1), dtype=torch.bool), 1.0)
    assert loss.item() == pytest.approx((math.log(2) + math.log(1 + math.exp(-1))) / 2)


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=8), st.floats(-1, 1), st.floats(-100, 100))
def test_the_loss_is_never_negative_and_ignores_a_shift_of_all_scores(
    negatives: list[float], positive: float, shift: float
) -> None:
    masked = torch.zeros((1, len(negatives)), dtype=torch.bool)
    target, others = torch.tensor([positive], dtype=torch.float64), torch.tensor([negatives], dtype=torch.float64)
    loss = sampled_softmax(target, others, masked, 0.5).item()
    assert loss >= 0
    assert sampled_softmax(target + shift, others + shift, masked, 0.5).item() == pytest.approx(loss, abs=1e-9)
