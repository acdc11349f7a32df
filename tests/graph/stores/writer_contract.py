"""The facts every GraphWriter must show: batches, stamps, sizes and scripts, erasure."""

from collections.abc import Iterator
from typing import Any, ClassVar

import msgspec
import pytest

from graph import (
    START,
    Campaign,
    Change,
    Coupon,
    Customer,
    CustomerGraph,
    CustomerId,
    Erasure,
    EventId,
    GraphCounts,
    Instant,
    Interaction,
    InvalidValue,
    LoggedEvent,
    Neighbour,
    NodeKind,
    NodeRef,
    Position,
    Product,
    ProductId,
    Stamp,
)
from graph.events.family import Grouped
from graph.projection.graph_projection import changes_of
from tests.graph.stores.changes import bought, node
from tests.graph.stores.opened_graph import ANN, BOB, BREAD, CAT, EGGS, MILK, OpenedGraph

_ANN = NodeRef(NodeKind.CUSTOMER, ANN)


class GraphWriterContract(OpenedGraph):
    """Every verb is atomic and idempotent, and what went in comes out."""

    crowd: ClassVar[int] = 30_000
    """How many customers one product has; a store beyond a network has fewer."""

    def test_a_new_graph_is_empty_and_stands_at_the_start(self, graph: CustomerGraph) -> None:
        assert graph.counts() == GraphCounts(0, 0, 0, 0, 0, 0)
        assert graph.position() == START
        assert list(graph.export()) == []
        assert len(graph.edges()) == 0 and graph.edges().customers == []
        assert graph.entries([_ANN, node(MILK)]) == {}
        assert graph.neighbours(node(MILK)) == [] and graph.similar_customers(ANN) == []

    def test_every_verb_takes_an_empty_batch(self, graph: CustomerGraph) -> None:
        graph.upsert_customers([])
        graph.upsert_products([])
        graph.upsert_campaigns([])
        graph.erase(ANN)
        assert graph.record_interactions([]) == 0
        assert graph.apply([]) == 0
        assert graph.position() == START
        assert graph.apply([], Position("7")) == 0
        assert graph.position() == "7"

    def test_the_verbs_are_apply_with_one_kind_of_change(self, graph: CustomerGraph) -> None:
        graph.upsert_customers([Customer(id=ANN, traits={"age": 40})])
        graph.upsert_products([Product(id=MILK, name="Milk")])
        graph.upsert_campaigns([Campaign(id="c1", coupons=(Coupon(id="c1/x", products=(MILK,)),))])
        assert graph.record_interactions([bought("1", ANN, MILK)]) == 1
        assert graph.entries([node(MILK), _ANN, NodeRef(NodeKind.COUPON, "c1/x"), node("nobody")]) == {
            node(MILK): Product(id=MILK, name="Milk"),
            _ANN: Customer(id=ANN, traits={"age": 40}),
        }
        assert graph.counts() == GraphCounts(1, 1, 1, 1, 1, 0)
        graph.erase(ANN)
        assert graph.counts() == GraphCounts(0, 1, 1, 1, 0, 0)

    def test_a_batch_of_10_000_rows_goes_in_at_once_and_again_changes_nothing(self, graph: CustomerGraph) -> None:
        rows = [bought(f"{n % 500}/{n}", CustomerId(f"user:{n % 300}"), f"p{n % 900}", at=n) for n in range(10_000)]
        assert graph.record_interactions(rows) == 10_000
        exported = list(graph.export())
        assert graph.record_interactions(rows) == 0
        assert list(graph.export()) == exported
        assert graph.counts() == GraphCounts(300, 0, 0, 0, 10_000, 900)

    def test_the_first_of_a_key_repeated_in_one_batch_is_recorded(self, graph: CustomerGraph) -> None:
        assert graph.record_interactions([bought("1", ANN, MILK), bought("1", BOB, BREAD), bought("1", ANN, MILK)]) == 1
        assert list(graph.export([Interaction])) == [bought("1", ANN, MILK)]
        assert graph.entries([NodeRef(NodeKind.CUSTOMER, BOB), node(BREAD)]) == {}

    def test_a_known_key_creates_nothing(self, graph: CustomerGraph) -> None:
        graph.record_interactions([bought("1", ANN, MILK)])
        held = list(graph.export())
        assert graph.record_interactions([bought("1", BOB, BREAD, order="9"), bought("1", ANN, EGGS)]) == 0
        assert list(graph.export()) == held

    @pytest.mark.parametrize(
        ("bad", "field"),
        [
            (bought("2", ANN, MILK, quantity=float("nan")), "quantity"),
            (bought("2", ANN, MILK, value=2**63), "value"),
            (bought("2", ANN, MILK, at=2**70), "at"),
            (bought("2", ANN, MILK, place="\ud800"), "place"),
            (bought("2", ANN, ""), "target.id"),
            (bought("2", CustomerId(""), MILK), "customer"),
            (msgspec.structs.replace(bought("2", ANN, MILK), key=""), "key"),
            (msgspec.structs.replace(bought("2", ANN, MILK), target=NodeRef(NodeKind.BRAND, "x")), "target"),
            (msgspec.structs.replace(bought("2", ANN, MILK), kind="stolen"), "kind"),
            (msgspec.structs.replace(bought("2", ANN, MILK), attributes={"sizes": [1]}), "attributes.sizes"),
            (msgspec.structs.replace(bought("2", ANN, MILK), attributes={"size": None}), "attributes.size"),
            (Product(id=ProductId("")), "product.id"),
            (Product(id=MILK, attributes={"size": 2**70}), "product"),
            (Customer(id=CustomerId("")), "customer.id"),
            (Campaign(id="c1", coupons=(Coupon(id=""),)), "coupon.id"),
            ("a text", "change"),
        ],
    )
    def test_a_bad_record_in_the_middle_of_a_batch_leaves_nothing_of_it(
        self, graph: CustomerGraph, bad: Change, field: str
    ) -> None:
        graph.apply([bought("1", ANN, MILK)], Position("1"))
        held = list(graph.export())
        before = [bought(f"a{n}", BOB, BREAD) for n in range(50)]
        with pytest.raises(InvalidValue) as refused:
            graph.apply([*before, Customer(id=CAT), Erasure(ANN), bad, bought("z", CAT, EGGS)], Position("2"))
        assert refused.value.field == field
        assert list(graph.export()) == held
        assert graph.position() == "1"
        assert graph.apply([*before, bought("z", CAT, EGGS)], Position("2")) == 51  # and the handle goes on working

    def test_changes_that_fail_while_they_are_read_leave_nothing(self, graph: CustomerGraph) -> None:
        def changes() -> Iterator[Change]:
            for number in range(20_000):
                yield bought(str(number), ANN, MILK)
            raise OSError("the source went away")

        with pytest.raises(OSError, match="went away"):
            graph.apply(changes(), Position("2"))
        assert graph.counts() == GraphCounts(0, 0, 0, 0, 0, 0)
        assert graph.position() == START

    @pytest.mark.parametrize("reverse", [False, True])
    def test_the_later_stamp_wins_whatever_arrives_last(self, graph: CustomerGraph, reverse: bool) -> None:
        early, late = Stamp(Instant(1), "z"), Stamp(Instant(2), "a")
        changes: list[Change] = [
            Customer(id=ANN, traits={"age": 40, "city": "Cork"}, stamps={"age": early, "city": early}),
            Customer(id=ANN, traits={"age": 41}, stamps={"age": late}),
            Product(id=MILK, name="Milk", brand="Old", stamp=early),
            Product(id=MILK, name="Fresh milk", stamp=late),
            Campaign(id="c1", kind="A", coupons=(Coupon(id="c1/x", products=(EGGS,)),), stamp=early),
            Campaign(id="c1", kind="B", coupons=(Coupon(id="c1/y", products=(MILK,)),), stamp=late),
        ]
        graph.apply(reversed(changes) if reverse else changes)
        assert list(graph.export()) == [
            Customer(id=ANN, traits={"age": 41, "city": "Cork"}, stamps={"age": late, "city": early}),
            changes[3],
            changes[5],
        ]
        assert graph.neighbours(node(MILK)) == [Neighbour(NodeRef(NodeKind.COUPON, "c1/y"), "covers", 1, None)]
        assert graph.counts() == GraphCounts(1, 1, 1, 1, 0, 0)

    @pytest.mark.parametrize("reverse", [False, True])
    def test_a_household_is_found_by_its_members_until_they_leave(self, graph: CustomerGraph, reverse: bool) -> None:
        def said(at: int, who: CustomerId, left: bool = False) -> Customer:
            head: dict[str, Any] = {"id": EventId(f"{who} {at}"), "source": "crm", "at": at, "received": at}
            event = Grouped(**head, customer=who, group="household/7", traits={"size": 2}, left=left)
            [change] = changes_of([LoggedEvent(1, event)])
            assert isinstance(change, Customer)
            return change

        changes = [said(1, ANN), said(2, BOB), said(3, BOB, left=True)]
        graph.upsert_customers(reversed(changes) if reverse else changes)
        assert graph.search("household/7", kinds=[NodeKind.CUSTOMER]) == [_ANN]
        bob = NodeRef(NodeKind.CUSTOMER, BOB)
        traits = {
            node: entry.traits for node, entry in graph.entries([_ANN, bob]).items() if isinstance(entry, Customer)
        }
        assert traits == {
            _ANN: {"group:household%2F7/": "household/7", "group:household%2F7/size": 2},
            bob: {"group:household%2F7/": False, "group:household%2F7/size": 2},
        }

    def test_of_one_instant_the_greater_event_wins_and_an_equal_stamp_replaces(self, graph: CustomerGraph) -> None:
        a, b = Stamp(Instant(1), "a"), Stamp(Instant(1), "b")
        graph.upsert_products([Product(id=MILK, name="b", stamp=b), Product(id=MILK, name="a", stamp=a)])
        assert graph.entries([node(MILK)])[node(MILK)] == Product(id=MILK, name="b", stamp=b)
        graph.upsert_products([Product(id=MILK, name="again", stamp=b)])
        assert graph.entries([node(MILK)])[node(MILK)] == Product(id=MILK, name="again", stamp=b)

    def test_a_product_that_a_crowd_bought_is_answered_in_order(self, graph: CustomerGraph) -> None:
        count, twice = self.crowd, f"user:{self.crowd - 1:05}"
        rows = [bought(f"{n}", CustomerId(f"user:{n:05}"), MILK, at=n) for n in range(count)]
        graph.apply([*rows, bought("again", CustomerId(twice), MILK, at=count)])
        first = graph.neighbours(node(MILK), limit=3)
        assert [(row.node.id, row.times) for row in first] == [
            (f"user:{count - 1:05}", 2),
            ("user:00000", 1),
            ("user:00001", 1),
        ]
        assert len(graph.neighbours(node(MILK), limit=count + 1)) == count
        similar = graph.similar_customers(CustomerId("user:00007"), 3)
        assert [row.customer for row in similar] == ["user:00000", "user:00001", "user:00002"]
        assert len(graph.edges()) == count + 1
        graph.erase(CustomerId("user:00003"))
        assert len(graph.neighbours(node(MILK), limit=count + 1)) == count - 1

    def test_unicode_and_payloads_of_5_kilobytes_come_back_as_they_went_in(self, graph: CustomerGraph) -> None:
        odd = "Müsli 🥣 \u202e\x01 'quoted' \"and\" %20 \\ \n" * 120
        long = odd.encode()[:5_000].decode(errors="ignore")
        records: list[Change] = [
            Customer(id=CustomerId("user:Ünï"), traits={"note": long, "n": -1, "half": 0.5, "one": 1.0, "yes": True}),
            Product(id=ProductId("🥣/1"), name=long, category="Frühstück", attributes={"text": long, "big": 2**62}),
            Campaign(id="Été", kind=long, coupons=(Coupon(id="Été/🥣", products=(ProductId("🥣/1"),)),)),
            bought(
                f"тил/{long[:200]}",
                CustomerId("user:Ünï"),
                "🥣/1",
                at=-1,
                quantity=0.125,
                value=-(2**62),
                discount=7,
                currency="EUR",
                order="№ 5/6",
                place="Köln",
                channel="web",
                session="s",
                caused_by="r/1",
                rating=4.5,
                attributes={"note": long, "yes": False, "none": 0, "zero": 0.0},
            ),
        ]
        graph.apply(records)
        exported = list(graph.export())
        assert exported == records
        first, *_, last = exported
        assert isinstance(first, Customer) and type(first.traits["one"]) is float and first.traits["yes"] is True
        assert (
            isinstance(last, Interaction) and last.attributes["yes"] is False and type(last.attributes["none"]) is int
        )

    def test_erasure_leaves_everything_else_as_if_the_customer_had_never_been(self, graph: CustomerGraph) -> None:
        graph.apply(
            [
                Product(id=MILK, name="Milk", department="DAIRY"),
                Campaign(id="c1", coupons=(Coupon(id="c1/x", products=(MILK, BREAD)),)),
                *(bought(f"o/{n}", BOB, f"p{n}", at=n) for n in range(20)),
            ]
        )
        held, counts = list(graph.export()), graph.counts()
        theirs: list[Change] = [
            Customer(id=ANN, traits={"city": "Cork"}),
            bought("o/ann", ANN, "p3", at=3),
            bought("x/1", ANN, "only hers"),
            bought("x/2", ANN, BREAD),
            msgspec.structs.replace(bought("x/3", ANN, ""), target=NodeRef(NodeKind.COUPON, "c9/z")),
            msgspec.structs.replace(bought("x/4", ANN, ""), target=NodeRef(NodeKind.CAMPAIGN, "c9")),
        ]
        graph.apply([*theirs, Erasure(ANN), Erasure(ANN)])
        assert list(graph.export()) == held
        assert graph.counts() == counts
        assert graph.entries([_ANN, node("only hers")]) == {}
        assert graph.similar_customers(ANN) == []

    def test_an_erasure_counts_from_its_place_in_the_changes(self, graph: CustomerGraph) -> None:
        assert graph.apply([bought("1", ANN, MILK), Erasure(ANN), bought("2", ANN, MILK), bought("1", ANN, MILK)]) == 3
        assert [each.key for each in graph.export([Interaction]) if isinstance(each, Interaction)] == ["1", "2"]
