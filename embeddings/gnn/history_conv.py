"""HistoryConv: a customer is the weighted sum of the products of their history."""

from torch import Tensor

from embeddings.gnn.pyg import MessagePassing, propagated

__all__ = ["HistoryConv"]


class HistoryConv(MessagePassing):  # type: ignore[misc]
    r"""One weighted convolution from products to customers, without parameters.

    .. math:: \mathbf{s}_c = \sum_{p \in \mathcal{N}(c)} w_{cp} \, \mathbf{x}_p

    With :math:`w` = kind weight · times^power · 2^(-age / half-life) · degree^-power this is, but for its length,
    `EmbeddingSet.customer_vector`. The length is taken later, since a target is first taken out of the sum.

    Shapes:
        x: [num_products, dim]; adj_t: sparse csr [num_customers, num_products] of weights;
        output: [num_customers, dim].
    """

    def __init__(self) -> None:
        super().__init__(aggr="sum")

    def forward(self, x: Tensor, adj_t: Tensor) -> Tensor:  # [num_customers, dim]
        summed: Tensor = self.propagate(adj_t, x=x, edge_weight=None)
        return summed

    def message(self, x_j: Tensor, edge_weight: Tensor) -> Tensor:  # [num_edges, dim]
        return edge_weight.unsqueeze(-1) * x_j

    def message_and_aggregate(self, adj_t: Tensor, x: Tensor) -> Tensor:  # [num_customers, dim]
        return propagated(adj_t, x)
