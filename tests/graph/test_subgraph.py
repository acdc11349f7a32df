from collections.abc import Iterator
from pathlib import Path

import networkx as nx
import pytest

from graph import (
    CustomerGraph,
    CustomerId,
    Instant,
    Interaction,
    InteractionKind,
    InvalidValue,
    NodeKind,
    NodeRef,
    Product,
    ProductId,
)
from graph.stores import open_graph
from graph.subgraph import to_networkx

ANN, BOB = NodeRef(NodeKind.CUSTOMER, "user:ann"), NodeRef(NodeKind.CUSTOMER, "user:bob")
MILK, BREAD = NodeRef(NodeKind.PRODUCT, "milk"), NodeRef(NodeKind.PRODUCT, "bread")
DAIRY = NodeRef(NodeKind.DEPARTMENT, "DAIRY")


def _did(key: str, who: NodeRef, what: NodeRef, kind: InteractionKind, at: int) -> Interaction:
    return Interaction(key=key, customer=CustomerId(who.id), kind=kind, target=what, at=Instant(at))


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[CustomerGraph]:
    graph = open_graph(f"sqlite:///{tmp_path / 'graph.db'}")
    graph.apply(
        [
            Product(id=ProductId("milk"), name="Whole milk", department="DAIRY"),
            Product(id=ProductId("cheese"), department="DAIRY"),
            _did("1", ANN, MILK, InteractionKind.PURCHASED, 1),
            _did("2", ANN, MILK, InteractionKind.PURCHASED, 2),
            _did("3", ANN, MILK, InteractionKind.VIEWED, 3),
            _did("4", BOB, MILK, InteractionKind.PURCHASED, 4),
            _did("5", BOB, BREAD, InteractionKind.PURCHASED, 5),
        ]
    )
    yield graph
    graph.close()


def test_one_step_is_the_node_and_what_is_beside_it_with_typed_attributes(shop: CustomerGraph) -> None:
    drawn = to_networkx(shop, ANN)
    assert dict(drawn.nodes(data=True)) == {
        ANN: {"kind": "customer", "id": "user:ann", "label": "user:ann", "distance": 0},
        MILK: {"kind": "product", "id": "milk", "label": "Whole milk", "distance": 1},
    }
    assert sorted(drawn.edges(keys=True, data=True)) == [
        (ANN, MILK, "purchased", {"relation": "purchased", "times": 2, "last": 2}),
        (ANN, MILK, "viewed", {"relation": "viewed", "times": 1, "last": 3}),
    ]


def test_edges_point_the_same_way_from_whichever_end_they_are_met(shop: CustomerGraph) -> None:
    drawn = to_networkx(shop, [MILK, ANN], depth=1)
    assert sorted((a, b, key) for a, b, key in drawn.edges(keys=True)) == [
        (ANN, MILK, "purchased"),
        (ANN, MILK, "viewed"),
        (BOB, MILK, "purchased"),
        (MILK, DAIRY, "in_department"),
    ]


def test_a_department_is_shown_and_followed_only_when_asked(shop: CustomerGraph) -> None:
    cheese = NodeRef(NodeKind.PRODUCT, "cheese")
    assert DAIRY in to_networkx(shop, ANN, depth=4) and cheese not in to_networkx(shop, ANN, depth=4)
    assert cheese in to_networkx(shop, DAIRY)
    assert cheese in to_networkx(shop, MILK, depth=2, relations=["in_department"])


def test_depth_counts_steps_and_zero_is_the_start_alone(shop: CustomerGraph) -> None:
    assert list(to_networkx(shop, ANN, depth=0)) == [ANN]
    distances = {node: data["distance"] for node, data in to_networkx(shop, ANN, depth=3).nodes(data=True)}
    assert distances == {ANN: 0, MILK: 1, BOB: 2, DAIRY: 2, BREAD: 3}
    assert nx.shortest_path_length(to_networkx(shop, ANN, depth=3).to_undirected(), ANN, BREAD) == 3


def test_the_limit_bounds_nodes_and_keeps_the_most_joined(shop: CustomerGraph) -> None:
    drawn = to_networkx(shop, MILK, depth=3, limit=2)
    assert sorted(drawn) == [ANN, MILK]
    assert len(to_networkx(shop, [ANN, BOB, MILK], limit=2)) == 2


def test_the_window_chooses_edges(shop: CustomerGraph) -> None:
    assert sorted(to_networkx(shop, MILK, since=Instant(4), as_of=Instant(5))) == sorted([BOB, DAIRY, MILK])


def test_an_unknown_start_stands_alone(shop: CustomerGraph) -> None:
    nobody = NodeRef(NodeKind.CUSTOMER, "user:nobody")
    assert list(to_networkx(shop, nobody, depth=2)) == [nobody]


@pytest.mark.parametrize(("depth", "limit", "field"), [(-1, 5, "depth"), (1, 0, "limit")])
def test_bounds_that_make_no_sense_are_refused(shop: CustomerGraph, depth: int, limit: int, field: str) -> None:
    with pytest.raises(InvalidValue, match=field):
        to_networkx(shop, ANN, depth=depth, limit=limit)
