"""What the explorer makes of amounts and of texts that a file's format has no room for."""

import csv
import io
import re
from typing import Any

import networkx as nx
import pytest
from playwright.sync_api import Route

from tests.pages.explored import Explored

PRODUCT = "product:dairy-00"
ODD = ["a\x01", "a\x02", "a\\u0001", "a\\x01", "\ufffe", "a\tb\r\n<&>\"'", "Ä 🜁"]
FORMULAS = ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1"]
WRITTEN = """async ([name, ids]) => {
  const written = await import("/explore/static/exports.js");
  const nodes = new Map(ids.map((id) => [`product:${id}`, { node: `product:${id}`, kind: "product", id, label: id }]));
  const joined = (id) => ({ source: `product:${id}`, target: `product:${ids[0]}`, relation: "similar" });
  const edges = new Map(ids.map((id) => [id, joined(id)]));
  return written[name]({ nodes, edges });
}"""


def written(exploring: Explored, name: str, ids: list[str]) -> str:
    exploring.page.goto("/explore")
    return str(exploring.page.evaluate(WRITTEN, [name, ids]))


def read(text: str) -> str:
    """What a GraphML file means by this text."""
    return re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)


@pytest.mark.parametrize(
    ("currency", "words"),
    [("USD", "15.00 USD"), ("JPY", "1500 JPY"), ("KWD", "1.500 KWD"), ("XYZ", "15.00 XYZ"), ("", "15.00")],
)
def test_a_price_has_the_digits_of_its_currency(exploring: Explored, currency: str, words: str) -> None:
    def priced(route: Route) -> None:
        answer: dict[str, Any] = route.fetch().json()
        route.fulfill(json=answer | {"entry": answer["entry"] | {"price": 1500, "currency": currency}})

    exploring.page.route("**/v1/graph/node?*", priced)
    exploring.view(f"do=near~{PRODUCT}~~~50&select={PRODUCT}")
    panel = exploring.panel("Dairy 00")
    assert panel.locator("dt:text-is('Price') + dd").inner_text() == words


def test_a_graph_file_keeps_every_id_apart_and_can_be_read_back(exploring: Explored) -> None:
    graph = nx.parse_graphml(written(exploring, "graphml", ODD))
    assert [read(data["id"]) for data in graph.nodes.values()] == ODD
    called = {name: read(data["node"]) for name, data in graph.nodes(data=True)}
    assert {called[source] for source, _ in graph.edges()} == {f"product:{text}" for text in ODD}


def test_a_table_holds_no_text_that_a_spreadsheet_would_compute(exploring: Explored) -> None:
    rows = list(csv.DictReader(io.StringIO(written(exploring, "nodesCsv", FORMULAS), newline="")))
    assert [row["id"] for row in rows] == [f"'{text}" for text in FORMULAS]
