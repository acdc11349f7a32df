"""The facts every customer graph must show; a store's own test module subclasses CustomerGraphContract in one line."""

import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph import (
    DAY,
    HOUR,
    MINUTE,
    START,
    Campaign,
    Change,
    Coupon,
    Customer,
    CustomerGraph,
    CustomerId,
    Erasure,
    GraphCounts,
    Instant,
    Interaction,
    InteractionKind,
    InvalidValue,
    Neighbour,
    NodeKind,
    NodeRef,
    Position,
    Product,
    ProductId,
    Stamp,
    parse_instant,
    to_instant,
)
from graph import Path as Walk
from graph.stores import open_graph
from tests.graph.stores.changes import CHANGES, bought, node
from tests.graph.stores.crash_writer import BATCH, KILLS, batch
from tests.graph.stores.graph_model import GraphModel

ANN, BOB, CAT = CustomerId("user:ann"), CustomerId("user:bob"), CustomerId("user:cat")
MILK, BREAD, EGGS = ProductId("milk"), ProductId("bread"), ProductId("eggs")
ROOT = Path(__file__).parents[3]


class CustomerGraphContract:
    """Subclasses say where a new, empty store is; all else is the same for every store."""

    def url(self, folder: Path) -> str:
        """The URL of a store of its own for each `folder`, empty until something is written there."""
        raise NotImplementedError

    @pytest.fixture
    def graph(self, tmp_path: Path) -> Iterator[CustomerGraph]:
        graph = open_graph(self.url(tmp_path))
        yield graph
        graph.close()

    @contextmanager
    def fresh(self) -> Iterator[CustomerGraph]:
        """A new store inside a property, which runs many times in one test."""
        with tempfile.TemporaryDirectory() as folder:
            graph = open_graph(self.url(Path(folder)))
            try:
                yield graph
            finally:
                graph.close()

    # -- whatever is done, in whatever order ---------------------------------------------------------------------

    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(batches=st.lists(st.lists(CHANGES, max_size=12), max_size=5), replayed=st.integers(0, 4))
    def test_any_sequence_of_changes_leaves_what_the_plain_model_holds(
        self, batches: list[list[Change]], replayed: int
    ) -> None:
        model = GraphModel()
        with self.fresh() as graph:
            for number, changes in enumerate([*batches, *batches[replayed : replayed + 1]]):
                assert graph.apply(changes, Position(str(number))) == model.apply(changes)
                assert graph.position() == str(number)
                assert list(graph.export()) == model.export()
                assert graph.counts() == model.counts()
            for since, as_of in ((None, None), (Instant(2), Instant(4))):
                beside = model.neighbours() if since is None or as_of is None else model.neighbours(since, as_of)
                for each in {*beside, *model.nodes}:
                    assert graph.neighbours(each, since=since, as_of=as_of) == beside.get(each, []), each
            for customer in model.customers:
                similar = model.similar(customer)
                found = graph.similar_customers(CustomerId(customer))
                assert [(row.customer, row.shared) for row in found] == [(row[0], row[2]) for row in similar]
                assert [row.similarity for row in found] == pytest.approx([row[1] for row in similar])
            for kind in (NodeKind.PRODUCT, NodeKind.CAMPAIGN, NodeKind.COUPON):
                _assert_edges_are_the_export(graph, kind)

    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
    @given(changes=st.lists(CHANGES.filter(lambda change: not isinstance(change, Erasure)), max_size=12))
    def test_an_export_applied_to_an_empty_store_gives_the_same_store(self, changes: list[Change]) -> None:
        with self.fresh() as graph, self.fresh() as copy:
            graph.apply(changes)
            copy.apply(graph.export())
            assert list(copy.export()) == list(graph.export())
            assert copy.counts() == graph.counts()

    # -- batches -------------------------------------------------------------------------------------------------

    def test_a_new_graph_is_empty_and_stands_at_the_start(self, graph: CustomerGraph) -> None:
        assert graph.counts() == GraphCounts(0, 0, 0, 0, 0, 0)
        assert graph.position() == START
        assert list(graph.export()) == []
        assert len(graph.edges()) == 0 and graph.edges().customers == []
        assert graph.customer(ANN) is None and graph.product(MILK) is None
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
        assert graph.customer(ANN) == Customer(id=ANN, traits={"age": 40})
        assert graph.product(MILK) == Product(id=MILK, name="Milk")
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
        assert graph.customer(BOB) is None and graph.product(BREAD) is None

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

    # -- crashes and company -------------------------------------------------------------------------------------

    def test_killing_the_writer_twenty_times_leaves_whole_batches_only(self, tmp_path: Path) -> None:
        url = self.url(tmp_path)
        open_graph(url).close()
        run = [sys.executable, "-m", "tests.graph.stores.crash_writer", url]
        lines = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120).stdout.split(
            "\n"
        )
        found = [line.split() for line in lines if line.startswith("found")]
        assert len(found) == KILLS
        written = 0
        for line in lines:
            match line.split():
                case ["wrote", position]:
                    written = int(position)
                case ["found", taken_up, interactions]:
                    assert int(taken_up) >= written  # what was acknowledged is there
                    assert int(interactions) == int(taken_up) * BATCH
        graph = open_graph(url)
        model = GraphModel()
        done = int(graph.position())
        assert done > KILLS
        for number in range(done):
            model.apply(batch(number))
        assert list(graph.export()) == model.export()
        last = [change for number in range(max(done - 3, 0), done + 1) for change in batch(number)]
        assert graph.apply(last, Position(str(done + 1))) == model.apply(last) == BATCH
        assert list(graph.export()) == model.export()
        graph.close()

    def test_several_writers_on_one_customer_lose_nothing_and_record_each_key_once(self, tmp_path: Path) -> None:
        url = self.url(tmp_path)
        recorded: list[int] = []

        def write(writer: int) -> None:
            graph = open_graph(url)
            for round in range(15):
                own = [bought(f"w{writer}/{round}/{n}", ANN, f"p{n}") for n in range(5)]
                recorded.append(graph.apply([*own, bought(f"all/{round}", ANN, "shared")]))
            graph.close()

        writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
        for thread in writers:
            thread.start()
        for thread in writers:
            thread.join()
        graph = open_graph(url)
        assert len(recorded) == 60
        assert sum(recorded) == graph.counts().interactions == 4 * 15 * 5 + 15
        assert {row.node.id: row.times for row in graph.neighbours(NodeRef(NodeKind.CUSTOMER, ANN))} == {
            **{f"p{n}": 60 for n in range(5)},
            "shared": 15,
        }
        graph.close()

    def test_a_reader_sees_whole_batches_while_another_handle_writes(self, tmp_path: Path) -> None:
        writer, reader = open_graph(self.url(tmp_path)), open_graph(self.url(tmp_path))
        writer.record_interactions([bought("1", ANN, MILK)])
        seen: list[int] = []

        def changes() -> Iterator[Change]:
            for number in range(10_050):
                yield bought(f"n{number}", BOB, BREAD)
            seen.append(reader.counts().interactions)

        writer.apply(changes())
        assert [*seen, reader.counts().interactions] == [1, 10_051]
        exporting = reader.export([Interaction])
        assert next(exporting) == bought("1", ANN, MILK)
        writer.erase(BOB)
        assert sum(1 for _ in exporting) == 10_050  # an export goes on in the state it began in
        writer.close()
        reader.close()

    def test_what_one_handle_erases_another_does_not_remember(self, tmp_path: Path) -> None:
        one, other = open_graph(self.url(tmp_path)), open_graph(self.url(tmp_path))
        one.record_interactions([bought("1", ANN, MILK)])
        other.erase(ANN)
        other.record_interactions([bought("2", BOB, BREAD)])
        one.record_interactions([bought("3", ANN, MILK)])
        assert list(one.export([Interaction])) == [bought("2", BOB, BREAD), bought("3", ANN, MILK)]
        one.close()
        other.close()

    # -- time ----------------------------------------------------------------------------------------------------

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
        [row] = graph.neighbours(node(MILK), since=Instant(2), as_of=Instant(4))
        assert (row.times, row.last) == (2, 3)

    def test_what_has_no_time_is_in_every_window(self, graph: CustomerGraph) -> None:
        graph.upsert_products([Product(id=MILK, department="DAIRY")])
        dairy = Neighbour(NodeRef(NodeKind.DEPARTMENT, "DAIRY"), "in_department", 1, None)
        assert graph.neighbours(node(MILK), since=Instant(5), as_of=Instant(6)) == [dairy]

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

    def test_of_one_instant_the_greater_event_wins_and_an_equal_stamp_replaces(self, graph: CustomerGraph) -> None:
        a, b = Stamp(Instant(1), "a"), Stamp(Instant(1), "b")
        graph.upsert_products([Product(id=MILK, name="b", stamp=b), Product(id=MILK, name="a", stamp=a)])
        assert graph.product(MILK) == Product(id=MILK, name="b", stamp=b)
        graph.upsert_products([Product(id=MILK, name="again", stamp=b)])
        assert graph.product(MILK) == Product(id=MILK, name="again", stamp=b)

    # -- sizes and scripts ---------------------------------------------------------------------------------------

    def test_a_product_that_30_000_customers_bought_is_answered_in_order(self, graph: CustomerGraph) -> None:
        count = 30_000
        rows = [bought(f"{n}", CustomerId(f"user:{n:05}"), MILK, at=n) for n in range(count)]
        graph.apply([*rows, bought("again", CustomerId("user:29999"), MILK, at=count)])
        first = graph.neighbours(node(MILK), limit=3)
        assert [(row.node.id, row.times) for row in first] == [("user:29999", 2), ("user:00000", 1), ("user:00001", 1)]
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

    # -- erasure -------------------------------------------------------------------------------------------------

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
        assert graph.customer(ANN) is None and graph.product(ProductId("only hers")) is None
        assert graph.similar_customers(ANN) == []

    def test_an_erasure_counts_from_its_place_in_the_changes(self, graph: CustomerGraph) -> None:
        assert graph.apply([bought("1", ANN, MILK), Erasure(ANN), bought("2", ANN, MILK), bought("1", ANN, MILK)]) == 3
        assert [each.key for each in graph.export([Interaction]) if isinstance(each, Interaction)] == ["1", "2"]

    # -- what is beside what -------------------------------------------------------------------------------------

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

    def test_a_product_that_moves_leaves_no_empty_brand_behind(self, graph: CustomerGraph) -> None:
        graph.upsert_products(
            [Product(id=MILK, brand="Old"), Product(id=MILK, brand="New"), Product(id=EGGS, brand="Old")]
        )
        assert graph.neighbours(NodeRef(NodeKind.BRAND, "New")) == [Neighbour(node(MILK), "of_brand", 1, None)]
        assert graph.neighbours(NodeRef(NodeKind.BRAND, "Old")) == [Neighbour(node(EGGS), "of_brand", 1, None)]

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

    # -- arrays --------------------------------------------------------------------------------------------------

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


def _assert_edges_are_the_export(graph: CustomerGraph, kind: NodeKind) -> None:
    rows = [each for each in graph.export() if isinstance(each, Interaction) and each.target.kind == kind]
    rows.sort(key=lambda each: (each.at, each.key))
    orders: dict[tuple[str, str], int] = {}
    edges = graph.edges(targets=kind)
    kinds = list(InteractionKind)
    assert [
        (
            edges.customers[edges.customer[i]],
            edges.targets[edges.target[i]],
            kinds[edges.kind[i]],
            int(edges.at[i]),
            int(edges.day[i]),
            float(edges.quantity[i]),
            int(edges.value[i]),
            int(edges.order[i]),
        )
        for i in range(len(edges))
    ] == [
        (
            each.customer,
            each.target.id,
            each.kind,
            each.at,
            (each.at + each.utc_offset * MINUTE) // DAY,
            each.quantity,
            each.value,
            orders.setdefault((each.customer, each.order), len(orders)) if each.order else -1,
        )
        for each in rows
    ]
    assert edges.customers == sorted({each.customer for each in rows})
    assert edges.targets == sorted({each.target.id for each in rows})
