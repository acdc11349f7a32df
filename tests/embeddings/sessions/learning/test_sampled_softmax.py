"""weighted_softmax."""

import pytest
import torch
from torch.nn.functional import cross_entropy, normalize

from embeddings.sessions.learning.sampled_softmax import weighted_softmax


def vectors(number: int, seed: int) -> torch.Tensor:
    return normalize(torch.randn(number, 8, generator=torch.Generator().manual_seed(seed)), dim=1)


@pytest.mark.parametrize(("half_precision", "off"), [(False, 1e-5), (True, 0.03)])
def test_with_every_product_there_it_is_the_cross_entropy_and_its_gradient(half_precision: bool, off: float) -> None:
    sessions, products = vectors(200, 0).requires_grad_(), vectors(30, 1).requires_grad_()
    targets = torch.arange(200) % 30
    ours = weighted_softmax(sessions, products, targets, torch.ones(30), 5.0, half_precision)
    exact = cross_entropy(5.0 * sessions @ products.T, targets)
    assert float(ours.detach()) == pytest.approx(float(exact.detach()), rel=off)
    for of, true in zip(
        torch.autograd.grad(ours, (sessions, products)), torch.autograd.grad(exact, (sessions, products)), strict=True
    ):
        assert float((of - true).norm() / true.norm()) < off


def test_a_product_half_as_likely_to_be_drawn_counts_twice() -> None:
    sessions, products = vectors(1, 0), vectors(3, 1)
    scores = (sessions @ products.T)[0]
    loss = weighted_softmax(sessions, products, torch.tensor([0]), torch.tensor([0.1, 0.5, 0.25]), 1.0)
    every = scores[0].exp() + 2 * scores[1].exp() + 4 * scores[2].exp()
    assert float(loss) == pytest.approx(float(every.log() - scores[0]), rel=2e-2)
