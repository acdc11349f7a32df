"""The loss, against what is worked out by hand and by automatic differentiation."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from embeddings.gnn.loss import sampled_softmax


def loss_of(
    scores: list[list[float]], own: list[int], masked: list[list[bool]] | None = None, tau: float = 1.0
) -> float:
    """Customers as unit vectors of one dimension each, so that a product's coordinates are the scores it gets."""
    nothing = torch.zeros((len(scores), len(scores[0])), dtype=torch.bool)
    hidden = nothing if masked is None else torch.tensor(masked)
    return sampled_softmax(
        torch.eye(len(scores)), torch.tensor(scores).T.contiguous(), torch.tensor(own), hidden, tau
    ).item()


def test_equal_scores_cost_the_logarithm_of_how_many_they_are() -> None:
    assert loss_of([[0.3, 0.3, 0.3]], [0], tau=0.1) == pytest.approx(math.log(3))


def test_scores_are_divided_by_the_temperature() -> None:
    assert loss_of([[0.0, 0.5, 1.0]], [2], tau=0.5) == pytest.approx(math.log(1 + math.exp(-2) + math.exp(-1)))


def test_a_masked_negative_does_not_count() -> None:
    assert loss_of([[50.0, 1.0, 1.0]], [1], [[True, False, False]]) == pytest.approx(math.log(2))


def test_a_pair_whose_negatives_are_all_masked_costs_nothing() -> None:
    assert loss_of([[-3.0, 1.0, 2.0]], [0], [[False, True, True]]) == 0.0


def test_the_loss_is_the_mean_over_the_pairs() -> None:
    assert loss_of([[0.0, 0.0], [1.0, 0.0]], [0, 0]) == pytest.approx((math.log(2) + math.log(1 + math.exp(-1))) / 2)


@settings(max_examples=40)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 4), st.integers(0, 2**16), st.floats(0.05, 2))
def test_value_and_gradient_are_those_of_the_plain_formula(n: int, m: int, dim: int, seed: int, tau: float) -> None:
    rng = torch.Generator().manual_seed(seed)
    customers, products = (torch.randn(size, dim, generator=rng, dtype=torch.float64) for size in (n, m))
    own = torch.randint(m, (n,), generator=rng)
    masked = torch.rand(n, m, generator=rng) < 0.3
    masked[torch.arange(n), own] = False

    def plain(customers: Tensor, products: Tensor) -> Tensor:
        scores = (customers @ products.T / tau).masked_fill(masked, float("-inf"))
        return functional.cross_entropy(scores, own)

    def ours(customers: Tensor, products: Tensor) -> Tensor:
        return sampled_softmax(customers, products, own, masked, tau)

    results = []
    for function in (plain, ours):
        given_customers, given_products = customers.clone().requires_grad_(), products.clone().requires_grad_()
        loss = function(given_customers, given_products)
        torch.autograd.backward(loss)
        results.append((loss.detach(), given_customers.grad, given_products.grad))
    for expected, found in zip(*results, strict=True):
        assert expected is not None and found is not None
        assert torch.allclose(expected, found, atol=1e-9)


def test_half_precision_is_near() -> None:
    rng = torch.Generator().manual_seed(0)
    customers, products = (functional.normalize(torch.randn(64, 16, generator=rng), dim=1) for _ in range(2))
    arguments = (torch.arange(64), torch.zeros((64, 64), dtype=torch.bool), 0.2)
    exact = sampled_softmax(customers, products, *arguments)
    assert sampled_softmax(customers, products, *arguments, half_precision=True).item() == pytest.approx(
        exact.item(), rel=0.01
    )
