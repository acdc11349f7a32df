"""ProductTable."""

import pytest
import torch

from embeddings.sessions.learning.product_table import ProductTable


def test_only_the_rows_of_a_step_move_and_by_the_rate_at_first() -> None:
    table = ProductTable.of(torch.eye(3))
    rows = torch.tensor([0, 2])
    weights, vectors = table.take(rows)
    torch.autograd.backward((vectors * torch.tensor([[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]])).sum())
    table.step(rows, weights, 0.1)
    assert table.weights[0].tolist() == pytest.approx([1, -0.1, 0], abs=1e-6)
    assert table.weights[1:].tolist() == [[0, 1, 0], [0, 0, 1]]


def test_vectors_have_length_1() -> None:
    table = ProductTable.random(5, 3, torch.Generator().manual_seed(0))
    assert table.vectors.norm(dim=1) == pytest.approx(torch.ones(5))
    assert float(table.take(torch.tensor([1]))[1].detach().norm()) == pytest.approx(1.0)
