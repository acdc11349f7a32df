"""The customer graph as PyG data: customers, products, and the nodes that describe products."""

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse

from embeddings.gnn.histories import Histories
from embeddings.gnn.pyg import HeteroData
from graph import Campaign, NodeKind, Product, ProductId

__all__ = ["ATTRIBUTES", "HISTORY", "describing", "hetero_graph"]

ATTRIBUTES = (
    NodeKind.DEPARTMENT,
    NodeKind.CATEGORY,
    NodeKind.SUBCATEGORY,
    NodeKind.BRAND,
    NodeKind.MANUFACTURER,
    NodeKind.CAMPAIGN,
)
"""The kinds of nodes that describe a product; a campaign describes what its coupons cover."""

HISTORY = ("product", "in_history_of", "customer")


def hetero_graph(
    histories: Histories,
    product_ids: Sequence[ProductId],
    products: Iterable[Product],
    campaigns: Iterable[Campaign],
) -> HeteroData:
    """Nodes and edges as PyG has them.

    product → customer: edge_index [2, num_entries] and edge_weight [num_entries], ordered by customer.
    attribute → product, one edge type a kind: edge_index [2, num_edges], each edge once, ordered by product; a kind
    that describes nothing has neither nodes nor edges. A product that is not in `product_ids` is left out.
    """
    rows = {product: row for row, product in enumerate(product_ids)}
    data = HeteroData()
    data["customer"].num_nodes, data["product"].num_nodes = histories.shape
    ends = histories.scratch.empty((2, len(histories.products)), np.int64)
    for some in histories.scratch.slices(len(histories.products)):
        ends[0, some] = histories.products[some]
        ends[1, some] = histories.customers(np.arange(some.start, some.stop))
    data[HISTORY].edge_index = torch.from_numpy(ends)
    data[HISTORY].edge_weight = torch.from_numpy(histories.history)
    for kind, edges in _edges(rows, products, campaigns).items():
        names = sorted({name for name, _ in edges})
        codes = {name: code for code, name in enumerate(names)}
        pairs = sorted({(row, codes[name]) for name, row in edges})
        data[kind.value].num_nodes = len(names)
        data[kind.value, "describes", "product"].edge_index = torch.tensor(
            [[code for _, code in pairs], [row for row, _ in pairs]], dtype=torch.int64
        ).reshape(2, -1)
    return data


def describing(data: HeteroData, kind: NodeKind) -> sparse.csr_array:  # [num_products, num_attributes]
    """The edges from attributes of a kind to products, each 1 / (the product's attributes of that kind)."""
    attribute, product = data[kind.value, "describes", "product"].edge_index.numpy()
    shape = (int(data["product"].num_nodes), int(data[kind.value].num_nodes))
    degree: NDArray[np.int64] = np.bincount(product, minlength=shape[0])
    return sparse.csr_array(((1.0 / degree[product]).astype(np.float32), (product, attribute)), shape=shape)


def _edges(
    rows: dict[ProductId, int], products: Iterable[Product], campaigns: Iterable[Campaign]
) -> dict[NodeKind, list[tuple[str, int]]]:
    """(name of the attribute, row of the product) by kind."""
    edges: dict[NodeKind, list[tuple[str, int]]] = {kind: [] for kind in ATTRIBUTES}
    for product in products:
        row = rows.get(product.id)
        if row is None:
            continue
        for kind in ATTRIBUTES[:-1]:
            name = getattr(product, kind.value)
            if name:
                edges[kind].append((name, row))
    for campaign in campaigns:
        covered = {product for coupon in campaign.coupons for product in coupon.products if product in rows}
        edges[NodeKind.CAMPAIGN].extend((campaign.id, rows[product]) for product in covered)
    return edges
