"""AttributeConv: what a product gets from the nodes of one kind that describe it."""

from torch import Tensor

from embeddings.gnn.pyg import MessagePassing, propagated

__all__ = ["AttributeConv"]


class AttributeConv(MessagePassing):  # type: ignore[misc]
    r"""The mean of a product's attribute nodes of one kind; zero for a product that has none.

    .. math:: \mathbf{m}_p = \sum_{a \in \mathcal{N}(p)} \mathbf{h}_a / |\mathcal{N}(p)|

    The adjacency carries the 1 / degree, so that a batch may hold any part of the products.

    Shapes:
        h: [num_attributes, dim]; adj_t: sparse csr [num_products, num_attributes], rows sum to 1 or 0;
        output: [num_products, dim].
    """

    def __init__(self) -> None:
        super().__init__(aggr="sum")

    def forward(self, h: Tensor, adj_t: Tensor) -> Tensor:  # [num_products, dim]
        mean: Tensor = self.propagate(adj_t, h=h, edge_weight=None)
        return mean

    def message(self, h_j: Tensor, edge_weight: Tensor) -> Tensor:  # [num_edges, dim]
        return edge_weight.unsqueeze(-1) * h_j

    def message_and_aggregate(self, adj_t: Tensor, h: Tensor) -> Tensor:  # [num_products, dim]
        return propagated(adj_t, h)
