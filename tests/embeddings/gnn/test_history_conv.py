"""HistoryConv on four nodes."""

import numpy as np
import torch
from scipy import sparse

from embeddings.gnn.history_conv import HistoryConv
from embeddings.gnn.pyg import adjacency

PRODUCTS = torch.tensor([[1.0, 0.0], [0.0, 2.0]])  # two products
WEIGHTS = sparse.csr_array(np.array([[0.5, 3.0], [0.0, 0.0]], dtype=np.float32))  # two customers, one without history


def test_a_customer_is_the_weighted_sum_of_the_products() -> None:
    summed = HistoryConv()(PRODUCTS, adjacency(WEIGHTS))
    assert summed.tolist() == [[0.5, 6.0], [0.0, 0.0]]


def test_messages_edge_by_edge_give_the_same_sum() -> None:
    conv = HistoryConv()
    conv.fuse = False
    assert conv(PRODUCTS, adjacency(WEIGHTS)).tolist() == [[0.5, 6.0], [0.0, 0.0]]


def test_the_gradient_goes_back_along_the_weights() -> None:
    products = PRODUCTS.clone().requires_grad_()
    HistoryConv()(products, adjacency(WEIGHTS)).sum().backward()
    assert products.grad is not None
    assert products.grad.tolist() == [[0.5, 0.5], [3.0, 3.0]]
