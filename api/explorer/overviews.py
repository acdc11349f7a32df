"""Overviews: the map of the whole graph, its communities, and what is central in it, all from the last analysis."""

import threading
from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from api.explorer.answers import Central, Communities, Community, Edge, Overview, TopProduct
from api.explorer.node_text import node_text
from api.explorer.parameters import DEFAULT_NODES, MAX_NODES, Parameters
from api.explorer.reach import Reach
from graph import Customer, CustomerId, InteractionKind, NodeKind, NodeRef, PatronError, Position, Product, iso
from graph.analysis import GraphAnalysis

__all__ = ["RETRY_SECONDS", "NotAnalysed", "Overviews", "central", "communities"]

RETRY_SECONDS = 5
MAX_COMMUNITIES = 200
HELD = 4
KINDS = list(InteractionKind)
_encode = msgspec.json.Encoder(order="deterministic").encode


class NotAnalysed(PatronError):
    """A question about the whole graph before it has been analysed for the first time."""


class _Made(NamedTuple):
    """An overview as bytes, and what it was made of."""

    analysis: GraphAnalysis
    erased: frozenset[NodeRef]
    state: tuple[Position, Position, frozenset[CustomerId]]
    hidden: frozenset[NodeRef]
    body: bytes


class Overviews:
    """Overviews already made, by how many nodes they have; any thread may ask."""

    def __init__(self) -> None:
        self._made: OrderedDict[int, _Made] = OrderedDict()
        self._turn = threading.Lock()

    def answer(self, asked: Parameters, reach: Reach) -> bytes:
        """The most central customers and products with their strongest edges, as JSON.

        The same analysis is drawn once, and again only when somebody in it may not be shown any more, or may be again.
        """
        limit = asked.count("limit", DEFAULT_NODES, MAX_NODES)
        analysis = _analysis(reach)
        if analysis is None:
            return _encode(EMPTY)
        state = reach.state()
        made = self._made.get(limit)
        if made is not None and (made.analysis is not analysis or made.erased != reach.erased):
            made = None
        if made is not None and made.state == state:
            return made.body
        hidden = _hidden(analysis, reach, limit)
        body = (
            made.body if made is not None and made.hidden == hidden else _encode(_drawn(analysis, reach, limit, hidden))
        )
        with self._turn:
            self._made[limit] = _Made(analysis, reach.erased, state, hidden, body)
            self._made.move_to_end(limit)
            if len(self._made) > HELD:
                self._made.popitem(last=False)
        return body


def communities(asked: Parameters, reach: Reach) -> Communities:
    """The communities, the largest first."""
    analysis = _analysis(reach)
    if analysis is None:
        return Communities([], None)
    return Communities(_communities(analysis, reach), iso(analysis.analysed_at))


def central(asked: Parameters, reach: Reach) -> Central:
    """The most central products or customers."""
    kind = asked.kind(NodeKind.PRODUCT, (NodeKind.CUSTOMER, NodeKind.PRODUCT))
    limit = asked.count("limit", 20, 1000)
    analysis = _analysis(reach)
    if analysis is None:
        return Central([])
    hidden = _hidden(analysis, reach, limit) if kind is NodeKind.CUSTOMER else ()
    rows = analysis.most_central(kind, limit, without=hidden)
    return Central(reach.nodes(analysis.node(row) for row in rows.tolist()))


def _analysis(reach: Reach) -> GraphAnalysis | None:
    """The last analysis; None for a graph without anything in it, NotAnalysed before the first of another."""
    if reach.analysis is None and not reach.empty():
        raise NotAnalysed("the graph is being analysed for the first time: ask again in a few seconds")
    return reach.analysis


def _hidden(analysis: GraphAnalysis, reach: Reach, limit: int) -> frozenset[NodeRef]:
    """Who among the `limit` most central customers may not be shown: erased, gone, or refusing; and those before."""
    hidden: frozenset[NodeRef] = reach.erased
    looked_at: set[NodeRef] = set()
    while True:
        rows = analysis.most_central(NodeKind.CUSTOMER, limit, without=hidden)
        fresh = {analysis.node(row) for row in rows.tolist()} - looked_at
        found = reach.hidden(fresh) | (fresh - reach.entries(fresh).keys())
        if not found:
            return hidden
        hidden |= found
        looked_at |= fresh


def _drawn(analysis: GraphAnalysis, reach: Reach, limit: int, hidden: frozenset[NodeRef]) -> Overview:
    drawn = analysis.overview(limit, without=hidden)
    nodes = [analysis.node(row) for row in drawn.rows.tolist()]
    entries = reach.entries(nodes)
    texts = [node_text(node) for node in nodes]
    said = entries.values()
    return Overview(
        nodes=[
            reach.drawn(node, entries.get(node), round(x, 3), round(y, 3))
            for node, x, y in zip(nodes, drawn.x.tolist(), drawn.y.tolist(), strict=True)
        ],
        edges=[
            Edge(texts[source], texts[target], KINDS[kind].value, times, iso(last))
            for source, target, kind, times, last in zip(
                drawn.source.tolist(),
                drawn.target.tolist(),
                drawn.kind.tolist(),
                drawn.times.tolist(),
                drawn.last.tolist(),
                strict=True,
            )
        ],
        truncated=len(nodes) < len(analysis) - len(hidden),
        communities=_communities(analysis, reach),
        traits=sorted({name for entry in said if isinstance(entry, Customer) for name in entry.traits}),
        departments=sorted({entry.department for entry in said if isinstance(entry, Product) and entry.department}),
        analysed_at=iso(analysis.analysed_at),
    )


def _communities(analysis: GraphAnalysis, reach: Reach) -> list[Community]:
    shown = analysis.communities[:MAX_COMMUNITIES]
    named = _named((product for one in shown for product in one.top_products), reach)
    told = []
    for one in shown:
        top = [TopProduct(f"{NodeKind.PRODUCT}:{product}", named[product]) for product in one.top_products]
        told.append(
            Community(
                community=one.community,
                customers=one.customers,
                products=one.products,
                label=one.label or (top[0].label if top else ""),
                top_products=top,
            )
        )
    return told


def _named(products: Iterable[str], reach: Reach) -> dict[str, str]:
    """What each of these products is called."""
    nodes = [NodeRef(NodeKind.PRODUCT, product) for product in dict.fromkeys(products)]
    return {node.id: shown.label for node, shown in zip(nodes, reach.nodes(nodes), strict=True)}


EMPTY = Overview(nodes=[], edges=[], truncated=False, communities=[], traits=[], departments=[], analysed_at=None)
