"""CustomerProductGnn: products from what is learnt of them and what describes them, customers from products."""

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from embeddings.gnn.attribute_conv import AttributeConv
from embeddings.gnn.batches import Batch
from embeddings.gnn.history_conv import HistoryConv

__all__ = ["CustomerProductGnn"]


class CustomerProductGnn(torch.nn.Module):
    r"""Two rounds of message passing: attributes → products, products → customers.

    .. math::
        \mathbf{z}_p = \mathbf{b}_p + \sum_{kind} \mathrm{mean}_{a \in kind(p)} \mathbf{h}_a, \quad
        \mathbf{x}_p = \mathbf{z}_p \odot e^{\mathbf{u}}, \quad
        \mathbf{y}_p = g_p \, \mathbf{z}_p \odot e^{\mathbf{v}}, \quad
        \mathbf{s}_c = \sum_{p} w_{cp} \mathbf{x}_p

    A customer's score for a product is the inner product of s_c at unit length and y_p, in training as in serving. A
    product nobody bought has b_p = 0 and is its attributes alone.

    bases: [num_products, dim], b. attributes: kind → [num_attributes, dim], h. input_scale: [dim], u at the start.
    gains: [num_products], g, not learnt.
    """

    gains: Tensor

    def __init__(
        self,
        bases: NDArray[np.float32],
        attributes: Mapping[str, NDArray[np.float32]],
        input_scale: NDArray[np.float32],
        gains: NDArray[np.float32],
    ) -> None:
        super().__init__()
        self.bases = torch.nn.Parameter(torch.from_numpy(bases.copy()))
        self.attributes = torch.nn.ParameterDict(
            {kind: torch.nn.Parameter(torch.from_numpy(vectors.copy())) for kind, vectors in attributes.items()}
        )
        self.input_scale = torch.nn.Parameter(torch.from_numpy(input_scale.copy()))
        self.output_scale = torch.nn.Parameter(torch.zeros(bases.shape[1]))
        self.register_buffer("gains", torch.from_numpy(gains.copy()))
        self.from_attributes = AttributeConv()
        self.from_products = HistoryConv()

    def states(self, rows: Tensor, described_by: Mapping[str, Tensor]) -> Tensor:  # [n, dim]
        """z of these products; described_by: kind → sparse csr [n, num_attributes], of the same products."""
        states = self.bases.index_select(0, rows)
        for kind, vectors in self.attributes.items():
            states = states + self.from_attributes(vectors, described_by[kind])
        return states

    def inputs(self, states: Tensor) -> Tensor:  # [n, dim]
        """x, what a history adds up."""
        return states * self.input_scale.exp()

    def outputs(self, states: Tensor, rows: Tensor) -> Tensor:  # [n, dim]
        """y, what is scored."""
        return states * self.output_scale.exp() * self.gains.index_select(0, rows).unsqueeze(1)

    def scores(self, batch: Batch) -> tuple[Tensor, Tensor]:  # [num_pairs], [num_pairs, num_negatives]
        """Scores of a batch's targets and of its negatives, each target taken out of its customer's sum."""
        states = self.states(batch.rows, batch.described_by)
        inputs, outputs = self.inputs(states), self.outputs(states, batch.rows)
        sums = self.from_products(inputs, batch.history).index_select(0, batch.customers)  # [num_pairs, dim]
        without = sums - batch.target_weights.unsqueeze(1) * inputs.index_select(0, batch.targets)
        vectors = functional.normalize(without, dim=1, eps=1e-6)
        positives = (vectors * outputs.index_select(0, batch.targets)).sum(dim=1)
        return positives, vectors @ outputs.index_select(0, batch.negatives).T
