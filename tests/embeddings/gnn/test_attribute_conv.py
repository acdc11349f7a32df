"""AttributeConv on four nodes."""

import numpy as np
import torch
from scipy import sparse

from embeddings.gnn.attribute_conv import AttributeConv
from embeddings.gnn.pyg import adjacency

ATTRIBUTES = torch.tensor([[2.0, 0.0], [0.0, 4.0]])
DESCRIBING = sparse.csr_array(np.array([[0.5, 0.5], [0.0, 0.0]], dtype=np.float32))  # the second product has none


def test_a_product_gets_the_mean_of_its_attributes_and_nothing_without_any() -> None:
    assert AttributeConv()(ATTRIBUTES, adjacency(DESCRIBING)).tolist() == [[1.0, 2.0], [0.0, 0.0]]


def test_messages_edge_by_edge_give_the_same_mean() -> None:
    conv = AttributeConv()
    conv.fuse = False
    assert conv(ATTRIBUTES, adjacency(DESCRIBING)).tolist() == [[1.0, 2.0], [0.0, 0.0]]


def test_the_gradient_reaches_the_attributes() -> None:
    attributes = ATTRIBUTES.clone().requires_grad_()
    AttributeConv()(attributes, adjacency(DESCRIBING)).sum().backward()
    assert attributes.grad is not None
    assert attributes.grad.tolist() == [[0.5, 0.5], [0.5, 0.5]]
