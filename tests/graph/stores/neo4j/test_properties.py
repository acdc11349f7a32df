from collections.abc import Iterator
from datetime import date

import pytest

from graph import (
    DAY,
    Campaign,
    Change,
    Customer,
    CustomerGraph,
    CustomerId,
    Instant,
    Interaction,
    InvalidValue,
    NodeKind,
    NodeRef,
    Product,
    ProductId,
    parse_instant,
)
from graph.nodes import Trait
from graph.stores import open_graph
from graph.stores.neo4j.properties import MAX_INDEXED_BYTES
from tests.graph.stores.changes import bought, node
from tests.graph.stores.neo4j.neo4j_server import Servers, opened
from tests.graph.stores.opened_graph import ANN, BREAD, MILK

TAKEN = (
    "key",
    "at",
    "on",
    "id",
    "search",
    "entry",
    "order",
    "rest",
    "value",
    "price",
    "name",
    "products_bought",
    "kind",
    "regions",
)
ODD_NAMES = ("", "\0", "a\0b", " ", "a`b", "$x", "naïve 🥣", "n" * 5_000)
INF = float("inf")


class Opened:
    """A graph and what an analyst reads beside it."""

    def __init__(self, url: str) -> None:
        self.graph = open_graph(url)
        self._driver = opened(url)

    def rows(self, statement: str, **parameters: object) -> list[list[object]]:
        with self._driver.session() as session:
            return session.run(statement, parameters).values()

    def close(self) -> None:
        self.graph.close()
        self._driver.close()


@pytest.fixture(scope="module")
def shared(neo4j_servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    place = Opened(neo4j_servers.url_for(tmp_path_factory.mktemp("properties")))
    yield place
    place.close()


@pytest.fixture
def place(shared: Opened) -> Opened:
    shared.rows("MATCH (n) WHERE NOT n:Patron DETACH DELETE n")
    return shared


def _relationship(place: Opened, key: str) -> dict[str, object]:
    [[held]] = place.rows("MATCH ()-[r:PURCHASED {key: $key}]->() RETURN properties(r)", key=key)
    assert isinstance(held, dict)
    return held


@pytest.mark.parametrize("names", [TAKEN, ODD_NAMES], ids=["taken", "odd"])
def test_traits_and_attributes_of_any_name_come_back_and_overwrite_nothing(
    place: Opened, names: tuple[str, ...]
) -> None:
    values: dict[str, Trait] = {name: f"value {number}" for number, name in enumerate(names)} | {"plain": 7}
    records: list[Change] = [
        Customer(id=ANN, traits=values),
        Product(id=MILK, name="Milk", price=5, regions=("north", "south"), attributes=values),
        bought("1", ANN, MILK, at=DAY, order="o/1", value=3, attributes=values),
    ]
    place.graph.apply(records)
    assert list(place.graph.export()) == records
    assert place.graph.entries([node(MILK)]) == {node(MILK): records[1]}
    held = _relationship(place, "1")
    assert (held["key"], held["at"], held["on"], held["order"], held["value"], held["plain"]) == (
        "1",
        DAY,
        date(1970, 1, 2),
        "o/1",
        3,
        7,
    )
    assert place.rows(
        "MATCH (n) WHERE n:Customer OR n:Product RETURN n.id, n.name, n.price, n.regions, n.plain ORDER BY n.id"
    ) == [
        [MILK, "Milk", 5, ["north", "south"], 7],
        [ANN, values.get("name"), values.get("price"), values.get("regions"), 7],
    ]
    assert place.graph.search("user:ann") == [NodeRef(NodeKind.CUSTOMER, ANN)]


@pytest.mark.parametrize(
    "value", [2**63 - 1, -(2**63), 2**63, 2**64 - 1, INF, -INF, -0.0, 5e-324, True, "x" * 5_000, ""]
)
def test_values_at_the_edge_come_back_with_their_type(place: Opened, value: Trait) -> None:
    records: list[Change] = [
        Customer(id=ANN, traits={"edge": value}),
        Product(id=MILK, attributes={"edge": value}),
        bought("1", ANN, MILK, attributes={"edge": value}),
    ]
    place.graph.apply(records)
    exported = list(place.graph.export())
    assert exported == records
    assert repr(exported[-1]) == repr(records[-1])
    fits = not isinstance(value, int) or -(2**63) <= value < 2**63
    shown = place.rows("MATCH (c:Customer)-[r]->(p:Product) RETURN c.edge, r.edge, p.edge")
    assert shown == [[value if fits else None] * 3]


def test_what_is_not_a_number_comes_back_as_it_went_in(place: Opened) -> None:
    place.graph.apply([bought("1", ANN, MILK, attributes={"edge": float("nan")})])
    [row] = place.graph.export([Interaction])
    assert isinstance(row, Interaction)
    [(name, value)] = row.attributes.items()
    assert name == "edge" and value != value


@pytest.mark.parametrize("at", [-(2**62), 2**62, -(2**63), 2**63 - 1, 0])
def test_instants_beyond_the_calendar_come_back_without_a_date(place: Opened, at: int) -> None:
    records: list[Change] = [Campaign(id="c1", starts=Instant(at), ends=Instant(at)), bought("1", ANN, MILK, at=at)]
    place.graph.apply(records)
    exported = list(place.graph.export())
    assert exported[-2:] == records
    assert place.graph.edges().at.tolist() == [at]
    assert _relationship(place, "1").get("on") == (date(1970, 1, 1) if at == 0 else None)
    assert [row.last for row in place.graph.neighbours(node(MILK))] == [at]


def test_the_date_is_the_day_on_the_clock_there(place: Opened) -> None:
    for number, (moment, day) in enumerate(
        [
            ("2026-11-23T23:30:00-05:00", date(2026, 11, 23)),
            ("2026-11-24T00:30:00+14:00", date(2026, 11, 24)),
            ("1969-12-31T23:59:59+00:00", date(1969, 12, 31)),
        ]
    ):
        at, offset = parse_instant(moment)
        place.graph.record_interactions([bought(str(number), ANN, MILK, at=at, utc_offset=offset)])
        assert _relationship(place, str(number))["on"] == day
    assert place.rows("MATCH (:Customer)-[r:PURCHASED]->() WHERE r.on.month = 11 RETURN count(r)") == [[2]]


def test_names_too_long_for_an_index_are_refused_in_words_and_leave_nothing(place: Opened) -> None:
    fits, long = "k" * MAX_INDEXED_BYTES, "ü" * (MAX_INDEXED_BYTES // 2 + 1)
    place.graph.apply([bought(fits, ANN, fits)])
    held = list(place.graph.export())
    assert place.graph.neighbours(node(fits))[0].node == NodeRef(NodeKind.CUSTOMER, ANN)
    refused: list[Change] = [
        bought(long, ANN, MILK),
        bought("2", CustomerId(long), MILK),
        bought("2", ANN, long),
        Campaign(id=long),
    ]
    for bad in refused:
        with pytest.raises(InvalidValue, match="at most 8000 bytes, which is what the graph store can index"):
            place.graph.apply([bought("before", ANN, BREAD), bad])
        assert list(place.graph.export()) == held


@pytest.mark.parametrize(
    "text", ["x" * 1_500, "".join(chr(0x4E00 + n) for n in range(3_000)), "🥣" * 900, "a\0b", "\\n\\n\\n"]
)
def test_a_search_for_any_text_answers(place: Opened, text: str) -> None:
    place.graph.apply([Product(id=MILK, name=f"some {text[:400]} more")])
    found = [node(MILK)] if len(text) <= 400 else []
    assert place.graph.search(text) == found
    assert place.graph.search(text[:400].upper()) == [node(MILK)]


ODD_IDS = ("a\U00010000", "a\uffee", "a\ud7ff", "a", "a\U0001f963b", "a\uffeeb", "z", "ab", "Z", "é", "e\u0301")


@pytest.mark.parametrize("limit", range(1, len(ODD_IDS) + 1))
def test_ties_go_by_code_points_as_in_sqlite_wherever_a_limit_cuts(both: list[CustomerGraph], limit: int) -> None:
    ours, plain = both
    ids = sorted(ODD_IDS)
    asked = [node(MILK), NodeRef(NodeKind.CUSTOMER, f"user:{ids[3]}"), node(ids[4])]
    for each in asked:
        assert ours.neighbours(each, limit=limit) == plain.neighbours(each, limit=limit)
    assert [row.node.id for row in ours.neighbours(node(MILK), limit=limit)] == [f"user:{each}" for each in ids[:limit]]
    for text in ("user:", "shared", "a\uffee", "a"):
        assert ours.search(text, limit=limit) == plain.search(text, limit=limit)
    who = CustomerId(f"user:{ids[0]}")
    assert ours.similar_customers(who, limit) == plain.similar_customers(who, limit)
    ends = (asked[1], NodeRef(NodeKind.CUSTOMER, f"user:{ids[-1]}"))
    assert ours.paths(*ends, limit=limit, fan_out=limit) == plain.paths(*ends, limit=limit, fan_out=limit)


def test_edges_and_exports_are_in_the_order_of_sqlite(both: list[CustomerGraph]) -> None:
    ours, plain = both
    assert list(ours.export()) == list(plain.export())
    edges, others = ours.edges(), plain.edges()
    assert edges.customers == others.customers and edges.targets == others.targets
    assert edges.customer.tolist() == others.customer.tolist() and edges.target.tolist() == others.target.tolist()


@pytest.fixture(scope="module")
def both(shared: Opened, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[CustomerGraph]]:
    shared.rows("MATCH (n) WHERE NOT n:Patron DETACH DELETE n")
    plain = open_graph(f"sqlite:///{tmp_path_factory.mktemp('plain') / 'graph.db'}")
    changes: list[Change] = [
        *(bought(f"{each}/milk", CustomerId(f"user:{each}"), MILK, at=5) for each in ODD_IDS),
        *(bought(f"{each}/{other}", CustomerId(f"user:{each}"), other, at=5) for each in ODD_IDS for other in ODD_IDS),
        *(Product(id=ProductId(each), name="shared", brand=each) for each in ODD_IDS),
    ]
    for graph in (shared.graph, plain):
        graph.apply(changes)
    yield [shared.graph, plain]
    plain.close()
