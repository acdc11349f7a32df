"""Every statement the store can send, planned by a real server: none reads more than it must."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import pytest
from neo4j import Driver, GraphDatabase

import graph.stores.neo4j
from graph import (
    Campaign,
    Change,
    Coupon,
    Customer,
    CustomerId,
    Instant,
    Interaction,
    InteractionKind,
    NodeKind,
    NodeRef,
    Product,
    ProductId,
)
from graph.stores import open_graph
from graph.stores.neo4j.address import Address
from graph.stores.neo4j.neighbours import statement
from graph.stores.neo4j.schema import CATALOGUE_TYPES, INTERACTION_TYPES, MIGRATIONS
from tests.graph.stores.neo4j.neo4j_server import Servers

PARAMETERS: dict[str, Any] = {
    "id": "user:1",
    "ids": ["user:1", "user:2"],
    "keys": ["a", "b"],
    "key": "a",
    "coupons": ["c1/x"],
    "nodes": [["user:1", "user:1\n"]],
    "customers": [["user:1", [["p1", {"key": "a", "at": 1}]]]],
    "since": -(2**63),
    "until": 2**63 - 1,
    "labels": ["Customer", "Product"],
    "limit": 10,
    "k": 10,
    "folded": "milk",
    "text": "Milk",
    "version": 1,
    "position": "1",
}
ROWS = {"row.id": [{"id": "p1", "name": "Milk"}], "row[0]": [["c1/x", "p1"]]}
_CLAUSE = re.compile(r"\b(MATCH|MERGE|UNWIND|CALL|RETURN)\b")
_LOOKUP = re.compile(r"\{(?:id|key): ")
_REFUSED = re.compile(r"AllNodesScan|CartesianProduct|AllRelationshipsScan")
_SCAN = re.compile(r"NodeByLabels?Scan|RelationshipTypes?Scan|IndexScan")
_SEEK = re.compile(r"IndexSeek")


def statements() -> dict[str, str]:
    """All texts of Cypher that the store's modules hold, by where they stand."""
    found: dict[str, str] = {}
    for module in pkgutil.iter_modules(graph.stores.neo4j.__path__, "graph.stores.neo4j."):
        if module.ispkg:
            continue
        short = module.name.rpartition(".")[2]
        for name, value in vars(importlib.import_module(module.name)).items():
            members = value.items() if isinstance(value, dict) else [("", value)]
            for key, text in members:
                if isinstance(text, str) and name.isupper() and _CLAUSE.search(text):
                    shown = key if isinstance(key, str) else "/".join(map(str, key))
                    found[f"{short}.{name}{f'[{shown}]' if shown else ''}"] = text
    for kind in (NodeKind.CUSTOMER, NodeKind.PRODUCT, NodeKind.DEPARTMENT):
        for types in (INTERACTION_TYPES, CATALOGUE_TYPES, INTERACTION_TYPES[:1], (*INTERACTION_TYPES, "COVERS")):
            for timed in (True, False):
                name = f"neighbours.statement[{kind}, {len(types)} types from {types[0]}, timed={timed}]"
                found[name] = statement(kind, types, timed=timed)
    return found


def objections(driver: Driver, text: str) -> list[str]:
    """What is wrong with the plan of a statement."""
    names = set(re.findall(r"\$(\w+)", text))
    parameters = {name: PARAMETERS[name] for name in names if name != "rows"}
    if "rows" in names:
        parameters["rows"] = next(rows for use, rows in ROWS.items() if use in text)
    with driver.session() as session:
        plan = session.run(f"EXPLAIN {text}", parameters).consume().plan
    assert plan is not None
    operators = [operator.partition("@")[0] for operator in _operators(plan)]
    wrong = [operator for operator in operators if _REFUSED.search(operator)]
    if _LOOKUP.search(text):
        wrong += [operator for operator in operators if _SCAN.search(operator)]
        if not any(_SEEK.search(operator) for operator in operators):
            wrong.append("no index is asked")
    if "CONTAINS" in text and "NodeIndexContainsScan" not in operators:
        wrong.append("no text index is asked")
    return wrong


def _operators(plan: dict[str, Any]) -> Iterator[str]:
    yield plan["operatorType"]
    for child in plan.get("children", ()):
        yield from _operators(child)


@pytest.fixture(scope="module")
def url(neo4j_servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> str:
    return neo4j_servers.url_for(tmp_path_factory.mktemp("statements"))


@pytest.fixture(scope="module")
def planner(url: str) -> Iterator[Driver]:
    graph = open_graph(url)
    graph.counts()  # the schema is there
    graph.close()
    address = Address.parse(url)
    sign_in = (address.user, address.password)
    with GraphDatabase.driver(address.uri, auth=sign_in, notifications_min_severity="OFF") as driver:
        yield driver


def _shop(size: int) -> list[Change]:
    """Something of every kind, `size` of each."""
    changes: list[Change] = []
    for n in range(size):
        changes += [
            Customer(id=CustomerId(f"user:{n}"), traits={"age": n}),
            Product(
                id=ProductId(f"p{n}"),
                department="D",
                category=f"c{n % 9}",
                subcategory="s",
                brand=f"b{n}",
                manufacturer="m",
            ),
            *(_done(f"{n}/{kind}", kind, f"user:{n}", f"p{n % 7}") for kind in InteractionKind),
        ]
    coupons = tuple(Coupon(id=f"c1/{n}", products=(ProductId(f"p{n}"),)) for n in range(size))
    return [*changes, Campaign(id="c1", kind="A", coupons=coupons)]


def _done(key: str, kind: InteractionKind, customer: str, product: str) -> Interaction:
    target = NodeRef(NodeKind.PRODUCT, product)
    return Interaction(key=key, customer=CustomerId(customer), kind=kind, target=target, at=Instant(1))


@pytest.fixture(params=[0, 10, 50])
def sized(planner: Driver, url: str, request: pytest.FixtureRequest) -> Driver:
    """The planner where the graph holds so many of everything: a plan is chosen by how many there are, and kept."""
    graph = open_graph(url)
    graph.apply(_shop(request.param))
    graph.close()
    with planner.session() as session:
        session.run("CALL db.clearQueryCaches()").consume()
    return planner


def test_no_statement_scans_all_nodes_multiplies_rows_or_looks_up_without_an_index(sized: Driver) -> None:
    held = statements()
    assert {name.partition(".")[0] for name in held} >= {
        "campaigns",
        "database",
        "edges",
        "entries",
        "erasure",
        "export",
        "graph",
        "neighbours",
        "recording",
        "schema",
        "search",
        "similarity",
    }
    assert {name: wrong for name, text in held.items() if (wrong := objections(sized, text))} == {}


@pytest.mark.parametrize(
    ("text", "objection"),
    [
        ("MATCH (n) RETURN count(n.id)", "AllNodesScan"),
        ("MATCH (n {id: $id}) RETURN n", "AllNodesScan"),
        ("MATCH (c:Customer), (p:Product) RETURN c.id, p.id", "CartesianProduct"),
        ("MATCH ()-[r]->() RETURN r.key", "DirectedAllRelationshipsScan"),
        ("UNWIND $ids AS id MATCH (n:Patron:Listed) WHERE n.id + '' = id RETURN n {id: id}", "NodeByLabelScan"),
        ("MATCH (c:Customer)-[r:PURCHASED]->() WHERE toLower(r.key) = $key RETURN c {key: r.key}", "no index is asked"),
        ("MATCH (n:Customer) WHERE toLower(n.search) CONTAINS $folded RETURN n.id", "no text index is asked"),
    ],
)
def test_a_bad_statement_is_refused(planner: Driver, text: str, objection: str) -> None:
    assert any(objection in each for each in objections(planner, text))


def test_every_label_and_every_interaction_has_the_index_that_finds_it(planner: Driver) -> None:
    with planner.session() as session:
        held = {
            (row["type"], *row["labelsOrTypes"], *row["properties"])
            for row in session.run("SHOW INDEXES YIELD type, labelsOrTypes, properties, state WHERE state = 'ONLINE'")
            if row["labelsOrTypes"]
        }
    labels = [kind.value.capitalize() for kind in NodeKind]
    assert held == {
        ("RANGE", "Patron", "id"),
        *(("RANGE", label, "id") for label in labels),
        *(("TEXT", label, "search") for label in labels),
        *(("RANGE", type_, "key") for type_ in INTERACTION_TYPES),
    }
    assert sum(map(len, MIGRATIONS)) == len(held)
