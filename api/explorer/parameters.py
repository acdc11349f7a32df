"""Parameters: what a query string says, each value checked and named where it cannot be used."""

from collections.abc import Collection
from urllib.parse import parse_qsl

from api.explorer.node_text import node_of
from graph import Instant, InteractionKind, InvalidValue, NodeKind, NodeRef, parse_instant
from graph.nodes import Relation

__all__ = ["DEFAULT_NODES", "MAX_NODES", "MAX_STARTS", "Parameters"]

DEFAULT_NODES = 2_000
"""How many nodes the overview has unless said."""
MAX_NODES = 10_000
"""No view holds more nodes."""
MAX_STARTS = 50
MAX_TEXT = 256
RELATIONS = frozenset({*InteractionKind, *Relation})


class Parameters:
    """A query string, percent-encoded as it came; a name that nobody asks for is passed over."""

    def __init__(self, query: bytes) -> None:
        self._given: dict[str, list[str]] = {}
        try:
            for name, value in parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict"):
                self._given.setdefault(name, []).append(value)
        except (UnicodeDecodeError, ValueError):
            raise InvalidValue("query", query[:80].decode("latin-1"), "percent-encoded UTF-8") from None

    def text(self, name: str) -> str:
        """A text that must be there, of at most 256 characters."""
        value = self._one(name)
        if value is None or not value.strip() or len(value) > MAX_TEXT or "\x00" in value:
            raise InvalidValue(name, value, f"a text of 1 to {MAX_TEXT} characters, none of them a null")
        return value

    def node(self, name: str) -> NodeRef:
        return node_of(self._one(name) or "", name)

    def nodes(self, name: str) -> list[NodeRef]:
        """One to fifty nodes, each once."""
        given = list(dict.fromkeys(node_of(value, name) for value in self._given.get(name, ())))
        if not 1 <= len(given) <= MAX_STARTS:
            raise InvalidValue(name, len(given), f"1 to {MAX_STARTS} nodes")
        return given

    def count(self, name: str, default: int, most: int, least: int = 1) -> int:
        value = self._one(name)
        if value is None:
            return default
        if not value.isascii() or not value.isdecimal() or len(value) > 9 or not least <= int(value) <= most:
            raise InvalidValue(name, value, f"a whole number from {least} to {most}")
        return int(value)

    def relations(self) -> list[str] | None:
        return self._among("relation", RELATIONS)

    def kinds(self) -> list[NodeKind] | None:
        named = self._among("kind", frozenset(NodeKind))
        return None if named is None else [NodeKind(kind) for kind in named]

    def kind(self, default: NodeKind, among: Collection[NodeKind]) -> NodeKind:
        value = self._one("kind")
        if value is None:
            return default
        if value not in among:
            raise InvalidValue("kind", value, f"one of {', '.join(sorted(among))}")
        return NodeKind(value)

    def window(self) -> tuple[Instant | None, Instant | None]:
        """(since, as_of): half open, each None where it is not given."""
        since, as_of = (self._instant(name) for name in ("since", "as_of"))
        return since, as_of

    def _instant(self, name: str) -> Instant | None:
        value = self._one(name)
        return None if value is None else parse_instant(value, name)[0]

    def _among(self, name: str, known: frozenset[str]) -> list[str] | None:
        given = list(dict.fromkeys(self._given.get(name, ())))
        for value in given:
            if value not in known:
                raise InvalidValue(name, value, f"one of {', '.join(sorted(known))}")
        return given or None

    def _one(self, name: str) -> str | None:
        given = self._given.get(name)
        return None if given is None else given[-1]
