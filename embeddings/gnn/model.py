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

ONE_SORT: NDArray[np.float32] = np.zeros(1, dtype=np.float32)
"""Where nothing tells interactions apart."""


class CustomerProductGnn(torch.nn.Module):
    r"""Two rounds of message passing: attributes → products, products → customers.

    .. math::
        \mathbf{z}_p = \mathbf{b}_p + \sum_{kind} \mathrm{mean}_{a \in kind(p)} \mathbf{h}_a, \quad
        \mathbf{x}_p = \mathbf{z}_p \odot e^{\mathbf{u}}, \quad
        \mathbf{y}_p = g_p \, \mathbf{z}_p \odot e^{\mathbf{v}}, \quad
        \mathbf{s}_c = \sum_{sort} e^{f_{sort}} \sum_{p} w_{cp}^{sort} \mathbf{x}_p

    A customer's score for a product is the inner product of s_c at unit length and y_p. A product
    nobody bought has b_p = 0 and is its attributes alone. A sort is a kind of interaction of some age.

    bases: [num_products, dim], b. attributes: kind → [num_attributes, dim], h. input_scale,
    output_scale: [dim], u and v at the start.
    log_factors: [num_sorts], f. gains: [num_products], g, not learnt.
    cosine: y_p without its gain is at unit length, and gains only when it serves.
    """

    gains: Tensor

    def __init__(
        self,
        bases: NDArray[np.float32],
        attributes: Mapping[str, NDArray[np.float32]],
        input_scale: NDArray[np.float32],
        output_scale: NDArray[np.float32],
        gains: NDArray[np.float32],
        *,
        cosine: bool = False,
        log_factors: NDArray[np.float32] = ONE_SORT,
    ) -> None:
        super().__init__()
        self.bases = torch.nn.Parameter(torch.from_numpy(bases.copy()))
        self.attributes = torch.nn.ParameterDict(
            {kind: torch.nn.Parameter(torch.from_numpy(vectors.copy())) for kind, vectors in attributes.items()}
        )
        self.input_scale = torch.nn.Parameter(torch.from_numpy(input_scale.copy()))
        self.output_scale = torch.nn.Parameter(torch.from_numpy(output_scale.copy()))
        self.log_factors = torch.nn.Parameter(torch.from_numpy(log_factors.copy()))
        self.register_buffer("gains", torch.from_numpy(gains.copy()))
        self.cosine = cosine
        self.from_attributes = AttributeConv()
        self.from_products = HistoryConv()

    def states(self, rows: Tensor, described_by: Mapping[str, Tensor]) -> Tensor:  # [n, dim]
        """z of these products, each once, rising; described_by: kind → sparse csr [n, num_attributes], of the same."""
        states = self.bases if len(rows) == len(self.bases) else self.bases.index_select(0, rows)
        for kind, vectors in self.attributes.items():
            states = states + self.from_attributes(vectors, described_by[kind])
        return states

    def inputs(self, states: Tensor) -> Tensor:  # [n, dim]
        """x, what a history adds up."""
        return states * self.input_scale.exp()

    def outputs(self, states: Tensor, rows: Tensor) -> Tensor:  # [n, dim]
        """y, what is scored."""
        return self._learnt_outputs(states) * self.gains.index_select(0, rows).unsqueeze(1)

    @torch.no_grad()
    def factors(self) -> NDArray[np.float32]:  # [num_sorts]
        """What an interaction's weight is multiplied by, by its sort."""
        factors: NDArray[np.float32] = self.log_factors.exp().cpu().numpy()
        return factors

    def pairs(self, batch: Batch) -> tuple[Tensor, Tensor]:  # [num_pairs, dim], [num_targets, dim]
        """Customers, each without the target of its pair, and the products whose scores a step compares."""
        states = self.states(batch.rows, batch.described_by)
        summed = self.from_products(states, batch.history)  # [num_sorts · num_customers + num_targets, dim]
        by_sort, compared = summed.tensor_split((len(summed) - len(batch.targets),))
        factors = self.log_factors.exp()
        sums = torch.tensordot(factors, by_sort.view(len(factors), -1, by_sort.shape[1]), 1)  # [num_customers, dim]
        own = (batch.target_weights @ factors).unsqueeze(1) * compared.index_select(0, batch.own)  # [num_pairs, dim]
        without = sums.index_select(0, batch.customers) - own
        customers = functional.normalize(self.inputs(without), dim=1, eps=1e-6)  # a sum is scaled as its parts would be
        if self.cosine:
            return customers, self._learnt_outputs(compared)
        return customers, self.outputs(compared, batch.rows.index_select(0, batch.targets))

    def _learnt_outputs(self, states: Tensor) -> Tensor:  # [n, dim]
        scaled = states * self.output_scale.exp()
        return functional.normalize(scaled, dim=1, eps=1e-6) if self.cosine else scaled
