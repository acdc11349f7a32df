"""Description: the explorer's questions with their parameters, as `/openapi.json` tells of them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from msgspec import Struct

from api.explorer.answers import (
    Central,
    Communities,
    Comparison,
    Found,
    NodeAnswer,
    Overview,
    PathsAnswer,
    SimilarNodes,
    View,
)
from api.explorer.parameters import DEFAULT_NODES, MAX_NODES, MAX_STARTS, RELATIONS
from graph import NodeKind

__all__ = ["ANSWERS", "DESCRIBED", "Described"]


class Described(NamedTuple):
    summary: str
    answer: type[Struct]
    parameters: tuple[Mapping[str, Any], ...]


def _parameter(name: str, schema: Mapping[str, Any], description: str, *, required: bool = False) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": dict(schema), "required": required}


def _node(name: str, description: str = "A node as `kind:id`, such as `product:1082185`.") -> dict[str, Any]:
    return _parameter(name, {"type": "string", "minLength": 3, "maxLength": 1024}, description, required=True)


def _count(name: str, default: int, most: int, description: str = "How many.", least: int = 1) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": least, "maximum": most, "default": default}
    return _parameter(name, schema, description)


def _among(name: str, known: frozenset[str], description: str) -> dict[str, Any]:
    return _parameter(name, {"type": "array", "items": {"enum": sorted(known)}}, description)


_RELATION = _among("relation", RELATIONS, "Only these relations; may be repeated.")
_KIND = _among("kind", frozenset(NodeKind), "Only nodes of these kinds; may be repeated.")
_TIME = {"type": "string", "format": "date-time"}
_WINDOW = (
    _parameter("since", _TIME, "Only what happened then or later; ISO 8601 with its zone."),
    _parameter("as_of", _TIME, "Only what happened before; ISO 8601 with its zone."),
)
_STARTS = {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": MAX_STARTS}

DESCRIBED: dict[str, Described] = {
    "overview": Described(
        "A map of the whole graph: the most central customers and products, their strongest edges, the communities.",
        Overview,
        (_count("limit", DEFAULT_NODES, MAX_NODES, "How many nodes."),),
    ),
    "search": Described(
        "Nodes by id, name or trait.",
        Found,
        (
            _parameter("q", {"type": "string", "minLength": 1, "maxLength": 256}, "What to look for.", required=True),
            _KIND,
            _count("limit", 20, 200),
        ),
    ),
    "node": Described("One node: what is stated of it, and what it is joined to.", NodeAnswer, (_node("node"),)),
    "neighbours": Described(
        "A node and the first ones beside it, most joined first.",
        View,
        (_node("node"), _RELATION, _KIND, *_WINDOW, _count("limit", 50, 1000)),
    ),
    "view": Described(
        "What lies within some steps of some nodes.",
        View,
        (
            _parameter("node", _STARTS, "A node as `kind:id`; may be repeated.", required=True),
            _count("depth", 1, 3, "How many steps.", least=0),
            _count("limit", 500, MAX_NODES, "How many nodes."),
            _RELATION,
            _KIND,
            *_WINDOW,
        ),
    ),
    "paths": Described(
        "The shortest paths between two nodes.",
        PathsAnswer,
        (
            _node("from"),
            _node("to"),
            _count("max_length", 4, 6, "The longest path, in edges."),
            _count("limit", 5, 50),
            _RELATION,
            *_WINDOW,
        ),
    ),
    "compare": Described(
        "Two nodes of one kind: what they share, what one has that the other lacks, how near they are.",
        Comparison,
        (
            _node("a"),
            _node("b", "A node of the same kind."),
            *_WINDOW,
            _count("limit", 50, 1000, "How many of each list."),
        ),
    ),
    "similar": Described(
        "The customers whose purchases overlap most with one's.",
        SimilarNodes,
        (
            _parameter(
                "customer",
                {"type": "string", "minLength": 1, "maxLength": 256},
                "A customer's id, or the node.",
                required=True,
            ),
            _count("k", 10, 200),
        ),
    ),
    "communities": Described("The communities of the graph, the largest first.", Communities, ()),
    "central": Described(
        "The most central products or customers.",
        Central,
        (
            _parameter("kind", {"enum": [NodeKind.CUSTOMER.value, NodeKind.PRODUCT.value]}, "Product if unsaid."),
            _count("limit", 20, 1000),
        ),
    ),
}

ANSWERS = tuple(sorted({described.answer for described in DESCRIBED.values()}, key=lambda answer: answer.__name__))
"""The bodies they are answered with, each once, by name."""
