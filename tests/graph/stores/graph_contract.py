"""The facts every customer graph must show; a store's own test module subclasses CustomerGraphContract in one line."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph import (
    DAY,
    MINUTE,
    Change,
    CustomerGraph,
    CustomerId,
    Erasure,
    Instant,
    Interaction,
    InteractionKind,
    NodeKind,
    NodeRef,
    Position,
)
from graph.stores import open_graph
from tests.graph.stores.changes import CHANGES, bought
from tests.graph.stores.crash_writer import BATCH, KILLS, batch
from tests.graph.stores.graph_model import GraphModel
from tests.graph.stores.opened_graph import ANN, BOB, BREAD, MILK
from tests.graph.stores.reader_contract import GraphReaderContract
from tests.graph.stores.writer_contract import GraphWriterContract

ROOT = Path(__file__).parents[3]
UNHURRIED = [HealthCheck.too_slow, HealthCheck.data_too_large]


class CustomerGraphContract(GraphReaderContract, GraphWriterContract):
    """All of it: the two halves, any sequence of changes against a plain model, crashes and company.

    Subclasses say, by `url`, where a new, empty store is.
    """

    examples: ClassVar[int] = 60
    """How many sequences of changes are tried; a store beyond a network tries fewer."""

    def test_any_sequence_of_changes_leaves_what_the_plain_model_holds(self) -> None:
        @settings(max_examples=self.examples, deadline=None, suppress_health_check=UNHURRIED)
        @given(batches=st.lists(st.lists(CHANGES, max_size=12), max_size=5), replayed=st.integers(0, 4))
        def holds(batches: list[list[Change]], replayed: int) -> None:
            model = GraphModel()
            with self.fresh() as graph:
                for number, changes in enumerate([*batches, *batches[replayed : replayed + 1]]):
                    assert graph.apply(changes, Position(str(number))) == model.apply(changes)
                    assert graph.position() == str(number)
                    assert list(graph.export()) == model.export()
                    assert graph.counts() == model.counts()
                _assert_answers_are_the_models(graph, model)

        holds()

    def test_an_export_applied_to_an_empty_store_gives_the_same_store(self) -> None:
        @settings(max_examples=self.examples // 2, deadline=None, suppress_health_check=UNHURRIED)
        @given(changes=st.lists(CHANGES.filter(lambda change: not isinstance(change, Erasure)), max_size=12))
        def holds(changes: list[Change]) -> None:
            with self.fresh() as graph, self.fresh() as copy:
                graph.apply(changes)
                copy.apply(graph.export())
                assert list(copy.export()) == list(graph.export())
                assert copy.counts() == graph.counts()

        holds()

    def test_killing_the_writer_twenty_times_leaves_whole_batches_only(self, tmp_path: Path) -> None:
        url = self.url(tmp_path)
        open_graph(url).close()
        run = [sys.executable, "-m", "tests.graph.stores.crash_writer", url]
        lines = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True, timeout=600).stdout.split(
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
        assert done > KILLS // 2
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


def _assert_answers_are_the_models(graph: CustomerGraph, model: GraphModel) -> None:
    for since, as_of in ((None, None), (Instant(2), Instant(4))):
        beside = model.neighbours() if since is None or as_of is None else model.neighbours(since, as_of)
        for each in {*beside, *model.nodes}:
            assert graph.neighbours(each, since=since, as_of=as_of) == beside.get(each, []), each
    for text in ("user:a", "anon:c", "c1/", "p/4", "true", "0.0"):
        assert graph.search(text, limit=1000) == model.search(text)
    for customer in model.customers:
        similar = model.similar(customer)
        found = graph.similar_customers(CustomerId(customer))
        assert [(row.customer, row.shared) for row in found] == [(row[0], row[2]) for row in similar]
        assert [row.similarity for row in found] == pytest.approx([row[1] for row in similar])
    for kind in (NodeKind.PRODUCT, NodeKind.CAMPAIGN, NodeKind.COUPON):
        _assert_edges_are_the_export(graph, kind)


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
