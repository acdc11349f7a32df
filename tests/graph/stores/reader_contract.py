"""The facts every GraphReader must show, asked of a store that holds a small shop."""

from datetime import datetime

import msgspec
import numpy as np
import pytest

from graph import (
    DAY,
    HOUR,
    MINUTE,
    Campaign,
    Coupon,
    Customer,
    CustomerGraph,
    CustomerId,
    Erasure,
    Instant,
    Interaction,
    InteractionKind,
    InvalidValue,
    Neighbour,
    NodeKind,
    NodeRef,
    Product,
    ProductId,
    parse_instant,
    to_instant,
)
from graph import Path as Walk
from graph.nodes import Trait
from tests.graph.stores.changes import bought, node
from tests.graph.stores.opened_graph import ANN, BOB, BREAD, CAT, EGGS, MILK, OpenedGraph


class GraphReaderContract(OpenedGraph):
    """What is beside what, when, and as arrays."""

    def test_the_offset_of_the_clock_there_is_kept_and_makes_the_local_day(self, graph: CustomerGraph) -> None:
        evening, offset = parse_instant("2026-11-23T23:30:00-05:00")
        morning, other = parse_instant("1969-12-31T23:30:00+00:00")
        rows = [
            bought("1", ANN, MILK, at=evening, utc_offset=offset),
            bought("2", ANN, MILK, at=morning, utc_offset=other),
        ]
        graph.record_interactions(rows)
        assert list(graph.export([Interaction])) == rows
        edges = graph.edges()
        assert edges.day.tolist() == [-1, (evening - 5 * HOUR) // DAY]
        assert (evening // DAY) == (evening + offset * MINUTE) // DAY + 1

    def test_a_time_without_a_zone_never_becomes_an_instant(self) -> None:
        with pytest.raises(InvalidValue, match="with its zone"):
            to_instant(datetime(2026, 11, 23, 9, 30))

    def test_interactions_of_one_instant_are_ordered_by_key(self, graph: CustomerGraph) -> None:
        keys = ["b/2", "a/c", "a/b/0", "a/b/10", "a/b/9", "ä/1", "c", "a/b"]
        graph.record_interactions([bought(key, CustomerId(f"user:{key}"), MILK, at=5) for key in keys])
        edges = graph.edges()
        assert [edges.customers[row] for row in edges.customer] == [f"user:{key}" for key in sorted(keys)]
        assert [each.key for each in graph.export([Interaction]) if isinstance(each, Interaction)] == sorted(keys)

    def test_a_window_holds_its_start_and_not_its_end(self, graph: CustomerGraph) -> None:
        graph.record_interactions([bought(str(at), ANN, MILK, at=at) for at in (1, 2, 3, 4)])
        assert graph.edges(Instant(2), Instant(4)).at.tolist() == [2, 3]
        assert graph.edges(Instant(3)).at.tolist() == [3, 4]
        assert graph.edges(as_of=Instant(2)).at.tolist() == [1]
        assert graph.edges(Instant(4), Instant(2)).at.tolist() == []
        assert graph.edges(as_of=Instant(-(2**63))).at.tolist() == []
        assert graph.edges(Instant(-(2**70)), Instant(2**70)).at.tolist() == [1, 2, 3, 4]
        [row] = graph.neighbours(node(MILK), since=Instant(2), as_of=Instant(4))
        assert (row.times, row.last) == (2, 3)

    def test_what_has_no_time_is_in_every_window(self, graph: CustomerGraph) -> None:
        graph.upsert_products([Product(id=MILK, department="DAIRY")])
        dairy = Neighbour(NodeRef(NodeKind.DEPARTMENT, "DAIRY"), "in_department", 1, None)
        assert graph.neighbours(node(MILK), since=Instant(5), as_of=Instant(6)) == [dairy]

    def test_neighbours_are_the_most_joined_first_and_chosen_by_relation_and_kind(self, graph: CustomerGraph) -> None:
        _shop(graph)
        ann = NodeRef(NodeKind.CUSTOMER, ANN)
        assert graph.neighbours(ann) == [
            Neighbour(node(MILK), "purchased", 2, Instant(3)),
            Neighbour(NodeRef(NodeKind.COUPON, "c1/x"), "redeemed", 1, Instant(5)),
            Neighbour(node(BREAD), "purchased", 1, Instant(2)),
            Neighbour(node(BREAD), "viewed", 1, Instant(4)),
        ]
        assert graph.neighbours(ann, limit=1) == [Neighbour(node(MILK), "purchased", 2, Instant(3))]
        assert graph.neighbours(ann, relations=["viewed"]) == [Neighbour(node(BREAD), "viewed", 1, Instant(4))]
        assert [row.relation for row in graph.neighbours(ann, kinds=[NodeKind.COUPON])] == ["redeemed"]
        assert graph.neighbours(ann, limit=0) == graph.neighbours(ann, relations=[]) == []
        assert [(row.node.id, row.relation) for row in graph.neighbours(node(MILK))] == [
            ("user:ann", "purchased"),
            ("Farm", "of_brand"),
            ("milk", "in_category"),
            ("c1/x", "covers"),
            ("user:bob", "purchased"),
            ("DAIRY", "in_department"),
            ("12", "made_by"),
            ("whole milk", "in_subcategory"),
        ]
        with pytest.raises(InvalidValue, match=r"relations: got 'purchase', expected one of .*purchased"):
            graph.neighbours(ann, relations=["purchase"])

    def test_the_catalogue_is_joined_from_both_ends(self, graph: CustomerGraph) -> None:
        _shop(graph)
        for kind, name, relation in (
            (NodeKind.DEPARTMENT, "DAIRY", "in_department"),
            (NodeKind.CATEGORY, "milk", "in_category"),
            (NodeKind.SUBCATEGORY, "whole milk", "in_subcategory"),
            (NodeKind.BRAND, "Farm", "of_brand"),
            (NodeKind.MANUFACTURER, "12", "made_by"),
        ):
            assert Neighbour(node(MILK), relation, 1, None) in graph.neighbours(NodeRef(kind, name))
        coupon, campaign = NodeRef(NodeKind.COUPON, "c1/x"), NodeRef(NodeKind.CAMPAIGN, "c1")
        assert {(row.node, row.relation) for row in graph.neighbours(coupon)} == {
            (campaign, "part_of"),
            (node(MILK), "covers"),
            (node(EGGS), "covers"),
            (NodeRef(NodeKind.CUSTOMER, ANN), "redeemed"),
        }
        assert graph.neighbours(campaign) == [Neighbour(coupon, "part_of", 1, None)]

    def test_a_text_too_long_to_be_a_name_joins_nothing(self, graph: CustomerGraph) -> None:
        long = Product(id=MILK, department="D" * 8_100, brand="ü" * 1_000)
        graph.apply([long, Product(id=EGGS, department="D" * 8_100)])
        assert list(graph.export([Product])) == [Product(id=EGGS, department="D" * 8_100), long]
        assert graph.neighbours(node(MILK)) == [Neighbour(NodeRef(NodeKind.BRAND, "ü" * 1_000), "of_brand", 1, None)]
        graph.apply([Product(id=MILK, department="DAIRY")])
        assert [row.node.id for row in graph.neighbours(node(MILK))] == ["DAIRY"]

    def test_a_product_that_moves_leaves_no_empty_brand_behind(self, graph: CustomerGraph) -> None:
        graph.upsert_products(
            [Product(id=MILK, brand="Old"), Product(id=MILK, brand="New"), Product(id=EGGS, brand="Old")]
        )
        assert graph.neighbours(NodeRef(NodeKind.BRAND, "New")) == [Neighbour(node(MILK), "of_brand", 1, None)]
        assert graph.neighbours(NodeRef(NodeKind.BRAND, "Old")) == [Neighbour(node(EGGS), "of_brand", 1, None)]

    def test_search_finds_ids_then_beginnings_then_names_and_traits(self, graph: CustomerGraph) -> None:
        graph.apply(
            [
                Customer(id=CustomerId("user:310"), traits={"city": "Kilmilk", "age": 31}),
                Customer(id=CustomerId("anon:31"), traits={"plan": "Größe L"}),
                Product(id=ProductId("milk"), name="Whole MILK", brand="Farm"),
                Product(id=ProductId("milk-2"), name="Skimmed", department="DAIRY"),
                Product(id=ProductId("31"), name="Oat drink", attributes={"instead_of": "Milk"}),
                Campaign(id="milk days"),
                bought("1", CustomerId("user:31"), "unknown milk"),
            ]
        )
        customer = NodeKind.CUSTOMER
        assert graph.search(" MILK ") == [
            node("milk"),
            NodeRef(NodeKind.CAMPAIGN, "milk days"),
            node("milk-2"),
            NodeRef(customer, "user:310"),
            node("31"),
            node("unknown milk"),
        ]
        assert graph.search("milk", limit=2) == [node("milk"), NodeRef(NodeKind.CAMPAIGN, "milk days")]
        assert graph.search("milk", kinds=[customer]) == [NodeRef(customer, "user:310")]
        assert graph.search("31") == [NodeRef(customer, "anon:31"), NodeRef(customer, "user:31"), node("31")]
        assert graph.search("310") == graph.search("user:310") == [NodeRef(customer, "user:310")]
        assert graph.search("GRÖSSE") == [NodeRef(customer, "anon:31")]
        traits: dict[str, Trait] = {"zz_bio": "w" * 1200, "city": "Needleton"}
        graph.apply([Customer(id=CustomerId("user:9"), traits=traits)])
        assert graph.search("needleton") == [NodeRef(customer, "user:9")]
        assert graph.search("dairy") == [NodeRef(NodeKind.DEPARTMENT, "DAIRY"), node("milk-2")]
        assert graph.search("user:31") == [NodeRef(customer, "user:31"), NodeRef(customer, "user:310")]
        assert graph.search("") == graph.search("mi") == graph.search("milk", limit=0) == graph.search("%_*") == []
        graph.apply([Product(id=ProductId("milk-2"), name="Oats"), Erasure(CustomerId("user:310"))])
        assert graph.search("skimmed") == graph.search("kilmilk") == []

    def test_similar_customers_share_products_and_ties_go_by_id(self, graph: CustomerGraph) -> None:
        baskets = {"a": "123456789", "b": "123456789", "d": "123", "c": "147", "e": "1", "f": "x"}
        graph.record_interactions(
            bought(f"{who}/{n}/{again}", CustomerId(f"user:{who}"), n)
            for who, products in baskets.items()
            for n in products
            for again in range(2 if who == "e" else 1)
        )
        found = graph.similar_customers(CustomerId("user:a"))
        assert [(row.customer, row.shared) for row in found] == [
            ("user:b", 9),
            ("user:c", 3),
            ("user:d", 3),
            ("user:e", 1),
        ]
        assert [row.similarity for row in found] == pytest.approx([1, 3 / 27**0.5, 3 / 27**0.5, 1 / 3])
        assert graph.similar_customers(CustomerId("user:a"), 2) == found[:2]
        assert graph.similar_customers(CustomerId("user:a"), 0) == []

    def test_only_products_bought_make_customers_similar(self, graph: CustomerGraph) -> None:
        viewed = msgspec.structs.replace(bought("1", BOB, MILK), kind=InteractionKind.VIEWED)
        graph.record_interactions([viewed, bought("2", ANN, MILK), bought("3", CAT, MILK)])
        assert [row.customer for row in graph.similar_customers(ANN)] == [CAT]

    def test_paths_are_the_shortest_first_then_by_their_nodes(self, graph: CustomerGraph) -> None:
        _shop(graph)
        ann, bob = NodeRef(NodeKind.CUSTOMER, ANN), NodeRef(NodeKind.CUSTOMER, BOB)
        coupon = NodeRef(NodeKind.COUPON, "c1/x")
        assert graph.paths(ann, bob, max_length=3) == [
            Walk((ann, node(MILK), bob), ("purchased", "purchased")),
            Walk((ann, coupon, node(EGGS), bob), ("redeemed", "covers", "purchased")),
            Walk((ann, coupon, node(MILK), bob), ("redeemed", "covers", "purchased")),
        ]
        assert len(graph.paths(ann, bob, max_length=3, limit=2)) == 2
        assert graph.paths(ann, bob, max_length=1) == graph.paths(ann, ann) == graph.paths(ann, bob, limit=0) == []
        assert graph.paths(ann, node(BREAD), max_length=1) == [
            Walk((ann, node(BREAD)), ("purchased",)),
            Walk((ann, node(BREAD)), ("viewed",)),
        ]
        viewed = graph.paths(ann, node(BREAD), max_length=1, since=Instant(3), as_of=Instant(5))
        assert viewed == [Walk((ann, node(BREAD)), ("viewed",))]
        assert graph.paths(ann, bob, as_of=Instant(6)) == []

    def test_what_joins_everything_is_followed_only_when_named(self, graph: CustomerGraph) -> None:
        _shop(graph)
        assert graph.paths(node(BREAD), node("cheese")) == []
        dairy = NodeRef(NodeKind.DEPARTMENT, "DAIRY")
        assert graph.paths(node(MILK), node("cheese"), relations=["in_department"]) == [
            Walk((node(MILK), dairy, node("cheese")), ("in_department", "in_department"))
        ]

    def test_each_end_follows_only_the_first_neighbours(self, graph: CustomerGraph) -> None:
        graph.record_interactions(
            [*(bought(f"{n}", ANN, "usual") for n in range(3)), bought("9", ANN, "once"), bought("10", BOB, "once")]
        )
        ann, bob = NodeRef(NodeKind.CUSTOMER, ANN), NodeRef(NodeKind.CUSTOMER, BOB)
        assert graph.paths(ann, bob, fan_out=1) == []
        assert graph.paths(ann, bob, fan_out=2) == [Walk((ann, node("once"), bob), ("purchased", "purchased"))]

    @pytest.mark.parametrize("length", [0, 7])
    def test_a_path_length_nobody_can_search_is_refused(self, graph: CustomerGraph, length: int) -> None:
        with pytest.raises(InvalidValue, match="max_length"):
            graph.paths(node(MILK), node(EGGS), max_length=length)

    def test_edges_are_columns_in_the_order_of_time_with_orders_numbered_as_met(self, graph: CustomerGraph) -> None:
        graph.record_interactions(
            [
                bought("t/2/a", BOB, MILK, at=2, order="2", quantity=2.5, value=300),
                bought("t/1/b", ANN, MILK, at=1, order="1"),
                bought("t/1/a", ANN, BREAD, at=1, order="1", quantity=0),
                bought("t/3", ANN, EGGS, at=3),
                bought("t/4", ANN, EGGS, at=4, order="2"),  # another customer's order of that number is another order
            ]
        )
        edges = graph.edges()
        assert edges.customers == [ANN, BOB] and edges.targets == [BREAD, EGGS, MILK]
        assert edges.customer.tolist() == [0, 0, 1, 0, 0]
        assert edges.target.tolist() == [0, 2, 2, 1, 1]
        assert edges.at.tolist() == [1, 1, 2, 3, 4]
        assert edges.order.tolist() == [0, 0, 1, -1, 2]
        assert edges.quantity.tolist() == [0, 1, 2.5, 1, 1]
        assert edges.value.tolist() == [0, 0, 300, 0, 0]
        assert set(edges.kind.tolist()) == {list(InteractionKind).index(InteractionKind.PURCHASED)}
        assert edges.customer.dtype == edges.target.dtype == edges.day.dtype == edges.order.dtype == np.int32
        assert edges.kind.dtype == np.int8 and edges.at.dtype == edges.value.dtype == np.int64

    def test_edges_of_another_kind_of_target_are_asked_for_by_name(self, graph: CustomerGraph) -> None:
        _shop(graph)
        assert graph.edges(targets=NodeKind.COUPON).targets == ["c1/x"]
        assert graph.edges(targets=NodeKind.CAMPAIGN).targets == []
        assert graph.edges().targets == [BREAD, EGGS, MILK]
        with pytest.raises(InvalidValue, match=r"targets: got .*, expected one of campaign, coupon, product"):
            graph.edges(targets=NodeKind.BRAND)

    def test_an_export_can_be_of_the_named_kinds_only(self, graph: CustomerGraph) -> None:
        _shop(graph)
        assert {type(each) for each in graph.export([Product, Campaign])} == {Product, Campaign}
        assert list(graph.export([])) == []


def _shop(graph: CustomerGraph) -> None:
    redeemed = msgspec.structs.replace(
        bought("5", ANN, "", at=5), kind=InteractionKind.REDEEMED, target=NodeRef(NodeKind.COUPON, "c1/x")
    )
    graph.apply(
        [
            Product(
                id=MILK, department="DAIRY", category="milk", subcategory="whole milk", brand="Farm", manufacturer="12"
            ),
            Product(id=ProductId("cheese"), department="DAIRY"),
            Campaign(id="c1", coupons=(Coupon(id="c1/x", products=(MILK, EGGS)),)),
            bought("1", ANN, MILK, at=1),
            bought("2", ANN, BREAD, at=2),
            bought("3", ANN, MILK, at=3),
            msgspec.structs.replace(bought("4", ANN, BREAD, at=4), kind=InteractionKind.VIEWED),
            redeemed,
            bought("6", BOB, MILK, at=6),
            bought("7", BOB, EGGS, at=7),
        ]
    )
