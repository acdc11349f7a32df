"""What goes wrong with a server: all of it is told in words, in bounded time, and leaves whole batches only."""

import os
import random
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from neo4j import Driver, ManagedTransaction
from neo4j.exceptions import TransientError

from graph import Change, Customer, CustomerGraph, CustomerId, InvalidValue, Position, StoreUnavailable
from graph.stores import open_graph
from graph.stores.neo4j.address import Address
from graph.stores.neo4j.database import Database
from graph.stores.neo4j.graph import Neo4jGraph
from graph.stores.neo4j.local import LocalNeo4j, ServerSettings, find_neo4j
from tests.graph.stores.changes import bought
from tests.graph.stores.crash_writer import BATCH, batch
from tests.graph.stores.graph_model import GraphModel
from tests.graph.stores.neo4j.neo4j_server import WIPE, opened
from tests.graph.stores.neo4j.slow_network import Network
from tests.graph.stores.opened_graph import ANN, BOB, MILK

PASSWORD = "a-password-nobody-may-see"
OWN = {name: value for name, value in os.environ.items() if not name.startswith("NEO4J_")}


class Strict(ServerSettings):
    """A server that soon calls a silent connection dead and gives a transaction little memory."""

    def configuration(self) -> dict[str, str]:
        return super().configuration() | {
            "server.bolt.connection_keep_alive": "4s",
            "db.memory.transaction.max": "24m",
        }


@pytest.fixture(scope="module")
def server() -> Iterator[LocalNeo4j]:
    try:
        found = find_neo4j(OWN, settings=Strict(heap="512m", page_cache="128m", quick_start=True))
    except StoreUnavailable as missing:
        pytest.skip(f"NO FAULT OF NEO4J WAS TESTED: {missing}")
    assert isinstance(found, LocalNeo4j)
    with found:
        yield found


@pytest.fixture
def url(server: LocalNeo4j) -> str:
    """That of an empty graph."""
    with opened(server.url) as driver, driver.session() as session:
        session.run(WIPE).consume()
    return server.url


@pytest.fixture
def graph(url: str) -> Iterator[CustomerGraph]:
    graph = open_graph(url)
    yield graph
    graph.close()


def _port(url: str) -> int:
    port = urlsplit(url).port
    assert port is not None
    return port


def _through(url: str, port: int) -> str:
    """`url` by way of another port; ``bolt``, since the server would name its own port to ``neo4j``."""
    parts = urlsplit(url)
    return f"bolt://{parts.username}:{parts.password}@127.0.0.1:{port}{parts.path}"


def _refusal(url: str) -> str:
    graph = Neo4jGraph(url)
    started = time.monotonic()
    with pytest.raises(StoreUnavailable) as refused:
        graph.apply([bought("1", ANN, MILK)])
    assert time.monotonic() - started < 25, "the driver's own default is a minute"
    graph.close()
    assert PASSWORD not in "".join(traceback.format_exception(refused.value))
    return str(refused.value)


def test_a_wrong_password_is_told_without_showing_it(url: str) -> None:
    wrong = f"neo4j://neo4j:{PASSWORD}@127.0.0.1:{_port(url)}"
    assert _refusal(wrong) == (
        f"graph store neo4j://127.0.0.1:{_port(url)}/: the server refuses this user name and password"
    )


@pytest.mark.parametrize("scheme", ["neo4j", "bolt"])
@pytest.mark.parametrize("host", ["127.0.0.1", "nobody.invalid"])
def test_where_nobody_listens_is_told_soon(scheme: str, host: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        said = _refusal(f"{scheme}://neo4j:{PASSWORD}@{host}:{port}")
    assert said.startswith(f"graph store {scheme}://{host}:{port}/: the server cannot be reached")


@pytest.mark.parametrize("scheme", ["neo4j", "bolt"])
def test_a_database_that_is_not_there_is_told(url: str, scheme: str) -> None:
    parts = urlsplit(url)
    said = _refusal(f"{scheme}://{parts.netloc}/nowhere")
    assert said.endswith("/nowhere: the server has no database of that name")


@pytest.mark.parametrize(
    "tail",
    [f"12/{PASSWORD}@host", f"12?{PASSWORD}@host", f"12#{PASSWORD}@host", f"{PASSWORD}/x@host", f"1/2/{PASSWORD}@h"],
)
def test_a_password_that_is_not_encoded_is_not_shown(tail: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        open_graph(f"neo4j://neo4j:{tail}")
    assert PASSWORD not in "".join(traceback.format_exception(refused.value))


def test_a_closed_handle_says_so(url: str) -> None:
    graph = open_graph(url)
    graph.close()
    with pytest.raises(StoreUnavailable, match="it is closed"):
        graph.counts()


class Writer(threading.Thread):
    """Writes batch after batch, from `done` on, until the graph cannot be reached; `failed` says how it was told."""

    def __init__(self, graph: CustomerGraph, done: int) -> None:
        super().__init__()
        self.done = done
        self.failed = ""
        self.wrote = threading.Event()
        self._graph = graph

    def run(self) -> None:
        try:
            while True:
                self._graph.apply(batch(self.done), Position(str(self.done + 1)))
                self.done += 1
                self.wrote.set()
        except StoreUnavailable as error:
            self.failed = str(error)


def test_killing_the_server_three_times_leaves_whole_batches_only(server: LocalNeo4j, graph: CustomerGraph) -> None:
    rng, model, found = random.Random(7), GraphModel(), 0
    for _ in range(3):
        writer = Writer(graph, found)
        writer.start()
        assert writer.wrote.wait(120)
        time.sleep(rng.uniform(0, 0.5))
        server.kill()
        writer.join()
        assert "the server cannot be reached" in writer.failed or "doing the same again is safe" in writer.failed
        server.start()
        applied, found = found, int(graph.position())
        assert found in (writer.done, writer.done + 1)  # what was acknowledged, and at most the one in the air
        for number in range(applied, found):
            model.apply(batch(number))
        assert list(graph.export()) == model.export()
        assert graph.counts() == model.counts()
    assert graph.apply(batch(found - 1), Position(str(found))) == 0
    assert graph.apply(batch(found), Position(str(found + 1))) == model.apply(batch(found)) == BATCH
    assert list(graph.export()) == model.export()


def test_open_handles_work_again_after_the_server_was_restarted(server: LocalNeo4j, url: str) -> None:
    asking, idle = open_graph(url), open_graph(url)
    asking.apply([bought("1", ANN, MILK)], Position("1"))
    assert idle.position() == "1"
    server.stop()
    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        asking.position()
    server.start()
    for graph in (asking, idle):  # the first call already, though all connections of the second are broken
        assert graph.position() == "1"
    assert idle.apply([bought("2", ANN, MILK)]) == asking.counts().interactions - 1 == 1
    asking.close()
    idle.close()


def test_a_full_pool_is_told(url: str) -> None:
    database = Database(Address.parse(url), pool=1, acquire_seconds=0.2)
    count = "MATCH (n:Customer) RETURN count(n)"
    told = pytest.raises(StoreUnavailable, match="every connection is in use, and none became free in time")
    with database.undisturbed(), told:
        database.read(lambda tx: tx.run(count).value())
    assert database.read(lambda tx: tx.run(count).value()) == [0]
    database.close()


def test_a_transaction_larger_than_the_servers_memory_is_told_and_leaves_nothing(graph: CustomerGraph) -> None:
    graph.apply([bought("1", ANN, MILK)], Position("1"))
    large = [bought(f"large/{n}", BOB, MILK, attributes={"text": "x" * 1_000_000}) for n in range(40)]
    with pytest.raises(
        StoreUnavailable, match="too little memory for this transaction; nothing of this call was written"
    ):
        graph.apply(large, Position("2"))
    assert graph.counts().interactions == 1 and graph.position() == "1"
    assert graph.apply([bought("2", ANN, MILK)], Position("2")) == 1


def test_a_slow_network_changes_no_answer(url: str) -> None:
    model = GraphModel()
    model.apply(batch(0))
    with Network(_port(url)) as network:
        network.latency = 0.02
        graph = open_graph(_through(url, network.port))
        assert graph.apply(batch(0), Position("1")) == BATCH
        assert list(graph.export()) == model.export()
        graph.close()


def test_a_network_that_swallows_everything_is_told_in_bounded_time(url: str) -> None:
    with Network(_port(url)) as network:
        graph = Neo4jGraph(_through(url, network.port), acquire_seconds=5)
        graph.apply(batch(0), Position("1"))
        network.swallowing = True
        for ask in (graph.counts, lambda: graph.apply(batch(1), Position("2")), lambda: list(graph.export())):
            started = time.monotonic()
            with pytest.raises(StoreUnavailable, match=r"cannot be reached|every connection is in use"):
                ask()
            assert time.monotonic() - started < 60
        network.break_now()
        network.swallowing = False
        assert graph.position() == "1"
        assert graph.apply(batch(1), Position("2")) == BATCH
        graph.close()


def _once_it_is_back(ask: Callable[[], Position]) -> Position:
    """The answer, asked again while the broken network still ends new connections."""
    ends = time.monotonic() + 60
    while True:
        try:
            return ask()
        except StoreUnavailable:
            assert time.monotonic() < ends
            time.sleep(0.1)


def test_a_network_that_breaks_anywhere_in_a_batch_or_its_commit_leaves_all_or_nothing(url: str) -> None:
    with Network(_port(url)) as network:
        graph = open_graph(_through(url, network.port))
        model = GraphModel()
        before = network.said
        for number in range(2):
            before = network.said
            assert graph.apply(batch(number), Position(str(number + 1))) == BATCH
            model.apply(batch(number))
        length, words = network.said - before, set[str]()
        for number, part in enumerate((0.01, 0.2, 0.5, 0.9, 0.99, 1.0), start=2):
            network.break_after(round(part * length))
            try:
                graph.apply(batch(number), Position(str(number + 1)))
            except StoreUnavailable as error:
                words.add(str(error).rpartition(": ")[2])
            reached = _once_it_is_back(graph.position)
            assert reached in (str(number), str(number + 1))
            if reached == str(number):
                assert list(graph.export()) == model.export()
            graph.apply(batch(number), Position(str(number + 1)))
            model.apply(batch(number))
            assert list(graph.export()) == model.export()
        assert words <= {
            "the server cannot be reached; nothing of this call was written",
            "the connection was lost during a commit; doing the same again is safe",
        }
        assert words
        graph.close()


def test_an_analyst_who_updates_the_same_customers_the_other_way_round_loses_nothing_and_stops_nobody(
    url: str, graph: CustomerGraph
) -> None:
    customers = [CustomerId(f"user:{n:02}") for n in range(20)]
    graph.apply([Customer(id=each, traits={"round": -1}) for each in customers])
    over, failed = threading.Event(), list[Exception]()
    done = [0, 0]

    def analyse(number: int, driver: Driver) -> None:
        def mark(tx: ManagedTransaction) -> None:
            for each in reversed(customers):
                tx.run(
                    "MATCH (c:Customer {id: $id}) MERGE (n:Mark {id: $mark}) MERGE (n)-[m:ON]->(c) "
                    "SET m.times = coalesce(m.times, 0) + 1, c.marked = true",
                    id=each,
                    mark=number,
                ).consume()

        try:
            with driver.session() as session:
                while not over.is_set():
                    session.execute_write(mark)
                    done[number] += 1
        except Exception as error:
            failed.append(error)

    with opened(url) as driver:
        analysts = [threading.Thread(target=analyse, args=(number, driver)) for number in range(2)]
        for each in analysts:
            each.start()
        for number in range(10):
            changes: list[Change] = [Customer(id=each, traits={"round": number}) for each in customers]
            changes += [bought(f"{each}/{number}", each, MILK) for each in customers]
            assert graph.apply(changes, Position(str(number))) == len(customers)
        over.set()
        for each in analysts:
            each.join()
        assert failed == []
        with driver.session() as session:
            marks = session.run("MATCH (n:Mark)-[m:ON]->() RETURN DISTINCT n.id, m.times ORDER BY n.id").values()
    assert marks == [[number, times] for number, times in enumerate(done) if times]
    assert graph.counts().interactions == 10 * len(customers)
    assert [each.traits for each in graph.export([Customer]) if isinstance(each, Customer)] == [{"round": 9}] * 20


def test_a_deadlock_is_tried_again_soon_and_at_random_distances_until_the_time_is_over(url: str) -> None:
    database = Database(Address.parse(url), retry_seconds=1.0)
    database.write(lambda tx: tx.run("MERGE (:Customer {id: 'user:ann'})").consume())
    lock = "MATCH (c:Customer {id: 'user:ann'}) SET c.locked = true"
    held, asked = threading.Event(), threading.Event()
    attempts: list[float] = []
    met: list[TransientError] = []

    with opened(url) as driver:

        def analyse() -> None:
            with driver.session() as session, session.begin_transaction() as tx:
                tx.run(lock).consume()
                held.set()
                asked.wait()
                tx.run("MATCH (g:Patron {id: 'graph'}) SET g.seen = true").consume()  # Patron has it: wait
                tx.commit()

        def waits() -> bool:
            with driver.session() as session:
                return bool(session.run("SHOW TRANSACTIONS YIELD status WHERE status STARTS WITH 'Blocked'").values())

        def write(tx: ManagedTransaction) -> None:
            attempts.append(time.monotonic())
            asked.set()
            while len(attempts) == 1 and not waits():
                time.sleep(0.02)
            try:
                tx.run(lock).consume()
            except TransientError as error:
                met.append(error)
                raise

        analyst = threading.Thread(target=analyse)
        analyst.start()
        held.wait()
        database.write(write)
        analyst.join()
    assert [error.code for error in met] == ["Neo.TransientError.Transaction.DeadlockDetected"]
    assert len(attempts) == 2

    attempts.clear()

    def deadlocked(tx: ManagedTransaction) -> None:
        attempts.append(time.monotonic())
        raise met[0]

    with pytest.raises(StoreUnavailable, match=r"others kept changing the same nodes \(deadlock\)"):
        database.write(deadlocked)
    waits_between = [later - earlier for earlier, later in pairwise(attempts)]
    assert 2 <= len(attempts) <= 15
    assert min(waits_between) >= 0.025
    assert len({round(wait, 4) for wait in waits_between}) == len(waits_between)
    database.close()
