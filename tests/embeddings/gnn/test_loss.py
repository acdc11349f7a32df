"""The loss, against what is worked out by hand and by automatic differentiation."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional

from embeddings.gnn.loss import PAIRS, half_precision_is_native, sampled_softmax


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


def test_more_pairs_than_a_block_are_as_the_plain_formula_says() -> None:
    rng = torch.Generator().manual_seed(0)
    customers, products = torch.randn(2 * PAIRS + 3, 8, generator=rng), torch.randn(50, 8, generator=rng)
    own, nothing = torch.arange(len(customers)) % 50, torch.zeros((len(customers), 50), dtype=torch.bool)
    expected = functional.cross_entropy(customers @ products.T / 0.5, own)
    assert sampled_softmax(customers, products, own, nothing, 0.5).item() == pytest.approx(expected.item(), rel=1e-5)


def test_the_processor_says_whether_it_multiplies_half_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_f": True, "amx_bf16": False})
    assert not half_precision_is_native()
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_f": True, "amx_bf16": True})
    assert half_precision_is_native()


def test_half_precision_is_near_in_value_and_gradient() -> None:
    rng = torch.Generator().manual_seed(0)
    customers, products = (functional.normalize(torch.randn(64, 16, generator=rng), dim=1) for _ in range(2))
    arguments = (torch.arange(64), torch.zeros((64, 64), dtype=torch.bool), 0.2)
    results = []
    for half_precision in (False, True):
        given_customers, given_products = customers.clone().requires_grad_(), products.clone().requires_grad_()
        loss = sampled_softmax(given_customers, given_products, *arguments, half_precision=half_precision)
        torch.autograd.backward(loss)
        assert given_customers.grad is not None and given_products.grad is not None
        results.append((loss.detach(), given_customers.grad, given_products.grad))
    for exact, near in zip(*results, strict=True):
        assert (exact - near).norm() < 0.01 * exact.norm()
