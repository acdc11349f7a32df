"""Products: what is like a product."""

from tests.api.in_process import InProcess
from tests.api.shop import aisle_of


def test_similar_products_are_of_the_same_aisle_and_say_why(app: InProcess) -> None:
    body = app.get("/v1/products/party-04/similar?k=4").json()
    assert (body["product_id"], body["versions"]) == ("party-04", {"embeddings": "v0001"})
    assert [item["rank"] for item in body["products"]] == [1, 2, 3, 4]
    assert {aisle_of(item["product_id"]) for item in body["products"]} == {"party"}
    assert all(item["reasons"] for item in body["products"])


def test_a_retired_product_is_no_longer_like_any(app: InProcess) -> None:
    nearest = app.get("/v1/products/party-04/similar?k=4").json()["products"][0]["product_id"]
    app.put("/v1/products", {"products": [{"product_id": nearest, "retired": True}]})
    after = app.get("/v1/products/party-04/similar?k=60").json()["products"]
    assert nearest not in [item["product_id"] for item in after]


def test_a_product_newer_than_the_vectors_is_like_none_yet(app: InProcess) -> None:
    app.put("/v1/products", {"products": [{"product_id": "new"}]})
    assert app.get("/v1/products/new/similar").json()["products"] == []
