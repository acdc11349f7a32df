"""Queries: what an analyst asks of the small shop, over HTTP, and what comes back."""

from itertools import pairwise
from typing import Any

from embeddings.artifacts import open_snapshot
from embeddings.registry import Registry
from graph import CustomerId
from graph.data_folder import DataFolder
from graph.stores.open import open_graph
from tests.api.served import Served
from tests.api.shop import AISLES, CUSTOMERS, PRODUCTS, aisle_of

LOVER = "customer:user:dairy-lover-1"
MILK = "product:dairy-01"


def asked(server: Served, verb: str, **query: Any) -> Any:
    answer = server.http.get(f"/v1/graph/{verb}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def ids(nodes: list[dict[str, Any]]) -> list[str]:
    return [node["node"] for node in nodes]


def test_a_node_says_what_is_stated_of_it_and_what_it_is_joined_to(explored: Served) -> None:
    body = asked(explored, "node", node=MILK)
    assert body["node"] | {"degree": 0, "community": 0, "centrality": 0} == {
        "node": MILK,
        "kind": "product",
        "id": "dairy-01",
        "label": "Dairy 01",
        "department": "GROCERY",
        "traits": {},
        "degree": 0,
        "community": 0,
        "centrality": 0,
    }
    assert body["entry"]["price"] == 310 and "stamp" not in body["entry"]
    joined = {row["relation"]: row for row in body["relations"]}
    assert joined["purchased"]["nodes"] == body["node"]["degree"] > 0
    assert joined["of_brand"] == {"relation": "of_brand", "kind": "brand", "nodes": 1, "times": 1}
    customer = asked(explored, "node", node=LOVER)
    assert customer["entry"] == {"id": "user:dairy-lover-1", "traits": {"size": 1}}
    assert customer["node"]["label"] == "dairy-lover-1" and customer["node"]["traits"] == {"size": 1}
    campaign = asked(explored, "node", node="campaign:1")
    assert campaign["entry"]["kind"] == "TypeA" and campaign["entry"]["starts"] == "2024-03-01T09:00:00Z"
    assert asked(explored, "node", node="department:GROCERY")["entry"] == {"id": "GROCERY"}


def test_a_customer_may_be_named_without_the_namespace(explored: Served) -> None:
    assert asked(explored, "node", node="customer:dairy-lover-1")["node"]["node"] == LOVER


def test_neighbours_are_those_of_the_graph(explored: Served) -> None:
    body = asked(explored, "neighbours", node=LOVER, limit=1000)
    assert ids(body["nodes"])[0] == LOVER and not body["truncated"]
    assert {edge["source"] for edge in body["edges"]} == {LOVER}
    assert {edge["target"] for edge in body["edges"]} == set(ids(body["nodes"])[1:])
    bought = [edge for edge in body["edges"] if edge["relation"] == "purchased"]
    assert [edge["times"] for edge in bought] == sorted((edge["times"] for edge in bought), reverse=True)
    assert all(edge["last"].startswith("2024-") for edge in bought)
    assert {edge["relation"] for edge in body["edges"]} == {"purchased", "received"}


def test_neighbours_are_chosen_by_relation_kind_time_and_number(explored: Served) -> None:
    assert ids(asked(explored, "neighbours", node=LOVER, relation="received")["nodes"]) == [LOVER, "campaign:1"]
    assert ids(asked(explored, "neighbours", node=LOVER, kind="campaign")["nodes"]) == [LOVER, "campaign:1"]
    both = asked(explored, "neighbours", node=MILK, kind=["brand", "category"])
    assert ids(both["nodes"]) == [MILK, "brand:Beta", "category:DAIRY"]
    assert {edge["source"] for edge in both["edges"]} == {MILK} and both["edges"][0]["last"] is None
    one = asked(explored, "neighbours", node=LOVER, limit=1)
    assert len(one["nodes"]) == 2 and one["truncated"]
    whole, first, second = (
        asked(explored, "neighbours", node=LOVER, relation="purchased", limit=1000, **window)["edges"]
        for window in ({}, {"as_of": "2024-04-01T00:00:00Z"}, {"since": "2024-04-01T00:00:00+00:00"})
    )
    times = [sum(edge["times"] for edge in edges) for edges in (whole, first, second)]
    assert times[0] == times[1] + times[2] and min(times) > 0


def test_a_view_holds_what_lies_within_its_steps(explored: Served) -> None:
    assert asked(explored, "view", node=LOVER, depth=0) | {"nodes": 0} == {"nodes": 0, "edges": [], "truncated": False}
    near = asked(explored, "view", node=LOVER)
    assert set(ids(near["nodes"])) == set(ids(asked(explored, "neighbours", node=LOVER, limit=1000)["nodes"]))
    far = asked(explored, "view", node=[LOVER, MILK], depth=2, limit=10_000)
    assert set(ids(near["nodes"])) < set(ids(far["nodes"])) and not far["truncated"]
    known = set(ids(far["nodes"]))
    assert all(edge["source"] in known and edge["target"] in known for edge in far["edges"])
    keys = [(edge["source"], edge["target"], edge["relation"]) for edge in far["edges"]]
    assert len(keys) == len(set(keys))
    few = asked(explored, "view", node=LOVER, depth=3, limit=7)
    assert len(few["nodes"]) == 7 and few["truncated"]


def test_what_joins_everything_is_shown_but_not_followed(explored: Served) -> None:
    brands = asked(explored, "view", node=MILK, depth=2, limit=10_000, kind=["brand", "product"])
    assert ids(brands["nodes"]) == [MILK, "brand:Beta"]
    named = asked(explored, "view", node=MILK, depth=2, limit=10_000, relation="of_brand")
    assert len(named["nodes"]) == 2 + len(PRODUCTS) // 4 - 1
    assert len(asked(explored, "view", node="brand:Beta", limit=10_000)["nodes"]) == 1 + len(PRODUCTS) // 4


def test_paths_lead_from_one_to_the_other_by_edges_of_the_graph(explored: Served) -> None:
    other = "customer:user:dairy-lover-2"
    body = asked(explored, "paths", **{"from": LOVER, "to": other, "limit": 3})
    assert len(body["paths"]) == 3 and body["truncated"]
    edges = {(edge["source"], edge["target"], edge["relation"]) for edge in body["edges"]}
    walked = set()
    for path in body["paths"]:
        assert path["nodes"][0] == LOVER and path["nodes"][-1] == other
        for (first, second), relation in zip(pairwise(path["nodes"]), path["relations"], strict=True):
            walked |= {(first, second, relation), (second, first, relation)} & edges
    assert walked == edges
    assert {node for path in body["paths"] for node in path["nodes"]} == set(ids(body["nodes"]))
    short = asked(explored, "paths", **{"from": LOVER, "to": other, "max_length": 1})
    assert short["paths"] == [] and ids(short["nodes"]) == [LOVER, other]


def test_paths_and_their_edges_are_those_of_the_window(explored: Served) -> None:
    ends = {"from": LOVER, "to": "customer:user:dairy-lover-2", "relation": "purchased", "limit": 50}
    whole, early = asked(explored, "paths", **ends), asked(explored, "paths", **ends, as_of="2024-04-01T00:00:00Z")
    assert all(edge["last"] < "2024-04-01" for edge in early["edges"])
    assert any(edge["last"] > "2024-04-01" for edge in whole["edges"])
    assert asked(explored, "paths", **ends, since="2030-01-01T00:00:00Z")["paths"] == []


def test_a_comparison_is_of_what_both_did_in_the_window(explored: Served) -> None:
    two = {"a": LOVER, "b": "customer:user:dairy-lover-2"}
    whole, early, late = (
        asked(explored, "compare", **two, limit=1000, **window)
        for window in ({}, {"as_of": "2024-04-01T00:00:00Z"}, {"since": "2024-04-01T00:00:00Z"})
    )
    never = asked(explored, "compare", **two, since="2030-01-01T00:00:00Z")

    def times(found: Any) -> int:
        return sum([*(row["times_a"] for row in found["shared"]), *(row["times"] for row in found["only_a"])])

    assert times(whole) == times(early) + times(late) and min(times(early), times(late)) > 0
    assert (times(never), never["history_similarity"]) == (0, 0.0)
    assert never["vector_similarity"] == whole["vector_similarity"]


def test_a_path_through_the_catalogue_has_its_edges_too(explored: Served) -> None:
    body = asked(explored, "paths", **{"from": MILK, "to": "product:dairy-05", "relation": "of_brand"})
    assert [path["nodes"] for path in body["paths"]] == [[MILK, "brand:Beta", "product:dairy-05"]]
    assert body["edges"] == [
        {"source": product, "target": "brand:Beta", "relation": "of_brand", "times": 1, "last": None}
        for product in (MILK, "product:dairy-05")
    ]


def test_two_customers_side_by_side(explored: Served) -> None:
    body = asked(explored, "compare", a=LOVER, b="customer:user:dairy-lover-2", limit=1000)
    mine, theirs = (
        set(ids(asked(explored, "neighbours", node=one, limit=1000)["nodes"])[1:])
        for one in (LOVER, "customer:user:dairy-lover-2")
    )
    assert {row["node"]["node"] for row in body["shared"]} == mine & theirs
    assert {row["node"]["node"] for row in body["only_a"]} == mine - theirs
    assert {row["node"]["node"] for row in body["only_b"]} == theirs - mine
    assert body["shared_total"] == len(mine & theirs)
    assert (
        body["vector_similarity"]
        > 0.5
        > asked(explored, "compare", a=LOVER, b="customer:party-lover-1")["vector_similarity"]
    )
    few = asked(explored, "compare", a=LOVER, b="customer:user:dairy-lover-2", limit=1)
    assert len(few["shared"]) == 1 and few["shared_total"] == body["shared_total"]


def test_similarities_are_those_of_history_and_of_the_published_vectors(explored: Served, shop: Any) -> None:
    graph = open_graph(f"sqlite:///{shop / 'graph.db'}")
    near = graph.similar_customers(CustomerId("user:dairy-lover-1"), 3)
    graph.close()
    body = asked(explored, "similar", customer="dairy-lover-1", k=3)
    assert body["customer"]["node"] == LOVER
    told = [(row["node"]["id"], row["similarity"], row["shared"]) for row in body["similar"]]
    assert told == [(row.customer, round(row.similarity, 6), row.shared) for row in near]
    assert asked(explored, "similar", customer=LOVER, k=3) == body
    first = body["similar"][0]
    compared = asked(explored, "compare", a=LOVER, b=first["node"]["node"])
    assert compared["history_similarity"] == first["similarity"]
    registry = Registry(DataFolder(shop).embeddings)
    snapshot = open_snapshot(registry.path("v0001"))
    rows = [snapshot.product_rows[product] for product in ("dairy-01", "dairy-02")]  # type: ignore[index]
    a, b = snapshot.set.product_vectors[rows]
    products = asked(explored, "compare", a=MILK, b="product:dairy-02")
    assert products["vector_similarity"] == round(float(a @ b) / float((a @ a) ** 0.5 * (b @ b) ** 0.5), 6)
    assert asked(explored, "compare", a="brand:Alpha", b="brand:Beta")["vector_similarity"] is None


def test_search_finds_ids_names_and_traits(explored: Served) -> None:
    assert ids(asked(explored, "search", q="dairy-01")["nodes"])[0] == MILK
    assert MILK in ids(asked(explored, "search", q="Dairy 0")["nodes"])
    assert ids(asked(explored, "search", q="baby-lover", kind="customer", limit=3)["nodes"]) == [
        f"customer:user:baby-lover-{number}" for number in range(3)
    ]
    assert asked(explored, "search", q="nobody at all") == {"nodes": []}


def test_the_overview_is_the_whole_small_shop_placed_and_in_communities(explored: Served) -> None:
    body = asked(explored, "overview", limit=10_000)
    assert len(body["nodes"]) == len(set(ids(body["nodes"]))) and not body["truncated"]
    assert {node["id"] for node in body["nodes"] if node["kind"] == "customer"} == {f"user:{one}" for one in CUSTOMERS}
    assert all(isinstance(node["x"], float) and isinstance(node["y"], float) for node in body["nodes"])
    assert (body["traits"], body["departments"]) == (["size"], ["GROCERY"])
    known = set(ids(body["nodes"]))
    assert body["edges"] and all(edge["source"] in known and edge["target"] in known for edge in body["edges"])
    of_aisle = {
        aisle: {node["community"] for node in body["nodes"] if node["id"].startswith(f"user:{aisle}-lover")}
        for aisle in AISLES
    }
    assert len({frozenset(found) for found in of_aisle.values()}) == len(AISLES)
    assert asked(explored, "communities") == {"communities": body["communities"], "analysed_at": body["analysed_at"]}
    assert sum(one["customers"] for one in body["communities"]) == len(CUSTOMERS)
    dairy = body["communities"][of_aisle["dairy"].pop()]
    assert {aisle_of(product["node"].partition(":")[2]) for product in dairy["top_products"]} == {"dairy"}
    assert dairy["top_products"][0]["label"].startswith("Dairy ")


def test_an_overview_of_fewer_nodes_is_truncated_and_the_same_each_time(explored: Served) -> None:
    body = asked(explored, "overview", limit=10)
    assert len(body["nodes"]) == 10 and body["truncated"]
    assert asked(explored, "overview", limit=10) == body


def test_central_products_come_first_by_centrality(explored: Served) -> None:
    body = asked(explored, "central", limit=5)
    ranks = [node["centrality"] for node in body["nodes"]]
    assert {node["kind"] for node in body["nodes"]} == {"product"} and ranks == sorted(ranks, reverse=True)
    assert {node["kind"] for node in asked(explored, "central", kind="customer", limit=5)["nodes"]} == {"customer"}
