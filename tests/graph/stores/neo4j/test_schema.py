import threading
from collections.abc import Iterator

import pytest
from neo4j import Driver

from graph import (
    Change,
    Customer,
    CustomerGraph,
    Erasure,
    NodeKind,
    NodeRef,
    Product,
    SchemaTooNew,
    StoreUnavailable,
)
from graph.stores import open_graph
from graph.stores.neo4j.schema import LABELS, MIGRATIONS, VERSION
from tests.graph.stores.changes import bought, node
from tests.graph.stores.graph_model import GraphModel
from tests.graph.stores.neo4j.neo4j_server import WIPE, Servers, opened
from tests.graph.stores.opened_graph import ANN, BOB, BREAD, EGGS, MILK

NAMES = "SHOW CONSTRAINTS YIELD name RETURN 'CONSTRAINT ' + name AS name"
TEXT_INDEXES = "SHOW INDEXES YIELD name, type WHERE type = 'TEXT' RETURN 'INDEX ' + name AS name"


class Database:
    """An empty database without a schema, and what an analyst at it says."""

    def __init__(self, url: str, driver: Driver) -> None:
        self.url = url
        self._driver = driver

    def run(self, statement: str, **parameters: object) -> list[list[object]]:
        with self._driver.session() as session:
            return session.run(statement, parameters).values()

    def schema(self) -> list[str]:
        return sorted(str(name) for query in (NAMES, TEXT_INDEXES) for (name,) in self.run(query))

    def clear(self) -> None:
        self.run(WIPE)
        for name in self.schema():
            self.run(f"DROP {name}")

    def content(self) -> list[list[object]]:
        return self.run("MATCH (n) RETURN labels(n), properties(n) ORDER BY elementId(n)")


@pytest.fixture(scope="module")
def place(neo4j_servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    url = neo4j_servers.url_for(tmp_path_factory.mktemp("schema"))
    with opened(url) as driver:
        yield Database(url, driver)


@pytest.fixture
def database(place: Database) -> Iterator[Database]:
    place.clear()
    yield place
    place.clear()


def _shop(graph: CustomerGraph) -> None:
    graph.apply([Customer(id=ANN, traits={"age": 40}), Product(id=MILK, brand="Farm"), bought("1", ANN, MILK)])


def test_a_schema_that_is_there_is_left_as_it_is(database: Database) -> None:
    graph = open_graph(database.url)
    _shop(graph)
    before, held = database.schema(), database.content()
    graph.close()
    again = open_graph(database.url)
    assert again.counts().interactions == 1
    again.close()
    assert (database.schema(), database.content()) == (before, held)
    assert len(before) == sum(map(len, MIGRATIONS))


def test_handles_that_make_the_schema_at_once_all_work(database: Database) -> None:
    graphs = [open_graph(database.url) for _ in range(4)]
    failed: list[Exception] = []

    def write(number: int) -> None:
        try:
            graphs[number].apply([bought(str(number), ANN, MILK)])
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(len(graphs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert graphs[0].counts().interactions == len(graphs)
    assert database.run("MATCH (g:Patron) RETURN g.id, g.schema") == [["graph", VERSION]]
    for graph in graphs:
        graph.close()


def test_a_graph_of_a_newer_patron_is_refused_and_left_alone(database: Database) -> None:
    database.run("CREATE (:Patron {id: 'graph', schema: $version, position: '7'})", version=VERSION + 1)
    held = database.content()
    graph = open_graph(database.url)
    for _ in range(2):
        with pytest.raises(SchemaTooNew, match=f"graph schema: got {VERSION + 1}, expected {VERSION} or older"):
            graph.upsert_customers([Customer(id=ANN)])
    graph.close()
    assert (database.schema(), database.content()) == ([], held)


@pytest.mark.parametrize("label", sorted(LABELS.values()))
def test_a_database_with_nodes_of_somebody_else_is_refused_and_left_alone(database: Database, label: str) -> None:
    database.run(f"CREATE (:{label} {{id: 'theirs', name: 'Ann'}})")
    held = database.content()
    graph = open_graph(database.url)
    with pytest.raises(StoreUnavailable, match=rf"not Patron's, labelled .*{label}.*choose another"):
        graph.counts()
    graph.close()
    assert (database.schema(), database.content()) == ([], held)


@pytest.mark.parametrize("done", [1, 12, len(MIGRATIONS[0])])
def test_an_interrupted_migration_is_completed(database: Database, done: int) -> None:
    for statement in MIGRATIONS[0][:done]:
        database.run(statement)
    graph = open_graph(database.url)
    _shop(graph)
    assert graph.counts().interactions == 1
    graph.close()
    assert len(database.schema()) == sum(map(len, MIGRATIONS))
    assert database.run("MATCH (g:Patron) RETURN g.schema") == [[VERSION]]


def test_what_an_analyst_keeps_beside_the_graph_is_in_no_answer_and_stays(database: Database) -> None:
    ann, bob = NodeRef(NodeKind.CUSTOMER, ANN), NodeRef(NodeKind.CUSTOMER, BOB)
    graph, model = open_graph(database.url), GraphModel()
    changes: list[Change] = [
        Customer(id=ANN, traits={"age": 40}),
        Product(id=MILK, brand="Farm"),
        bought("1", ANN, MILK),
        bought("2", BOB, MILK),
        bought("3", BOB, BREAD),
    ]
    graph.apply(changes)
    model.apply(changes)
    database.run(
        """MATCH (c:Customer {id: $ann}), (d:Customer {id: $bob}), (p:Product {id: $milk}), (q:Product {id: $bread})
        SET c:VIP:AAA
        CREATE (n:Note {id: 'user:ann', text: 'likes milk', search: 'milk'})-[:ABOUT {at: 1, key: '1'}]->(c),
            (n)-[:ABOUT]->(p), (n)-[:ABOUT]->(q), (c)-[:KNOWS]->(d), (d)-[:KNOWS]->(c),
            (:Aisle {id: 'milk'})<-[:STANDS_IN]-(p)""",
        ann=ANN,
        bob=BOB,
        milk=MILK,
        bread=BREAD,
    )

    def agree() -> None:
        assert list(graph.export()) == model.export()
        assert graph.counts() == model.counts()
        beside = model.neighbours()
        for each in (ann, bob, node(MILK), node(BREAD), NodeRef(NodeKind.BRAND, "Farm")):
            assert graph.neighbours(each) == beside.get(each, [])
        assert graph.search("milk") == [node(MILK)]
        assert len(graph.edges()) == len(model.interactions)
        assert [path.nodes for path in graph.paths(ann, bob, max_length=2)] == [
            (ann, node(MILK), bob) for _ in range(bob.id in model.customers)
        ]

    agree()
    later: list[list[Change]] = [
        [bought("4", ANN, EGGS), Customer(id=ANN, traits={"age": 41}), Product(id=MILK, brand="Farm", name="Fresh")],
        [Erasure(BOB)],
    ]
    for more in later:
        graph.apply(more)
        model.apply(more)
        agree()
    graph.close()
    assert database.run("MATCH (c:VIP:AAA)<-[:ABOUT]-(n:Note) RETURN c.id, n.text") == [[ANN, "likes milk"]]
    assert database.run("MATCH (:Product {id: 'milk'})-[:STANDS_IN]->(a:Aisle) RETURN a.id") == [["milk"]]
