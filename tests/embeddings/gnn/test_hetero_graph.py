"""The customer graph as PyG data."""

from embeddings.gnn import Histories, hetero_graph
from embeddings.gnn.hetero_graph import HISTORY, describing
from graph import Campaign, Coupon, NodeKind, Product, ProductId

IDS = [ProductId(f"p{n}") for n in range(4)]
PRODUCTS = [
    Product(id=IDS[0], department="GROCERY", category="MILK", brand="Own"),
    Product(id=IDS[1], department="GROCERY"),
    Product(id=IDS[3], department="DELI"),
    Product(id=ProductId("elsewhere"), department="TOYS"),
]
CAMPAIGNS = [
    Campaign(id="8", coupons=(Coupon(id="8/a", products=(IDS[0], IDS[2])), Coupon(id="8/b", products=(IDS[0],)))),
    Campaign(id="13", coupons=(Coupon(id="13/a", products=(IDS[0], ProductId("elsewhere"))),)),
    Campaign(id="empty"),
]


def test_a_history_edge_goes_from_product_to_customer_with_its_weight(histories: Histories) -> None:
    data = hetero_graph(histories, IDS, PRODUCTS, CAMPAIGNS)
    assert (data["customer"].num_nodes, data["product"].num_nodes) == (4, 4)
    assert data[HISTORY].edge_index.tolist() == [[0, 1, 1, 2], [0, 0, 1, 1]]
    assert data[HISTORY].edge_weight.tolist() == histories.history.tolist()


def test_attributes_are_nodes_by_their_text(histories: Histories) -> None:
    data = hetero_graph(histories, IDS, PRODUCTS, CAMPAIGNS)
    assert data["department"].num_nodes == 2  # DELI, GROCERY: products that are not here bring no nodes
    assert data["department", "describes", "product"].edge_index.tolist() == [[1, 1, 0], [0, 1, 3]]
    assert data["subcategory"].num_nodes == 0
    assert data.validate()


def test_a_campaign_describes_what_its_coupons_cover_once(histories: Histories) -> None:
    data = hetero_graph(histories, IDS, PRODUCTS, CAMPAIGNS)
    assert describing(data, NodeKind.CAMPAIGN).toarray().tolist() == [[0.5, 0.5], [0, 0], [0, 1], [0, 0]]


def test_there_is_a_graph_without_products_or_campaigns(histories: Histories) -> None:
    data = hetero_graph(histories, IDS, [], [])
    assert {data[kind].num_nodes for kind in ("department", "brand", "campaign")} == {0}
    assert describing(data, NodeKind.BRAND).shape == (4, 0)
