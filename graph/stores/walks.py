"""Walks: the shortest simple paths between two nodes, searched from both ends over any store's neighbours."""

from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import product

from graph.customer_graph import Neighbour, Path
from graph.errors import InvalidValue
from graph.interactions import InteractionKind
from graph.nodes import NodeRef, Relation

__all__ = ["MAX_LENGTH", "shortest_paths"]

MAX_LENGTH = 6
"""The longest path that is searched for: half of it from each end."""

_FOLLOWED: tuple[str, ...] = (*InteractionKind, Relation.COVERS, Relation.PART_OF)

Beside = Callable[[Collection[NodeRef], Collection[str]], Mapping[NodeRef, list[Neighbour]]]
Nodes = tuple[NodeRef, ...]
Relations = tuple[str, ...]
Half = dict[Nodes, list[Relations]]
"""Simple walks of one length from one end, by their nodes; each with all the relations that join them."""


def shortest_paths(
    beside: Beside, start: NodeRef, end: NodeRef, relations: Collection[str] | None, max_length: int, limit: int
) -> list[Path]:
    """The first `limit` paths as `GraphReader.paths` defines them; `beside` answers the first neighbours of nodes."""
    if not 1 <= max_length <= MAX_LENGTH:
        raise InvalidValue("max_length", max_length, f"an integer of 1 to {MAX_LENGTH}")
    followed = _FOLLOWED if relations is None else tuple(relations)
    seen: dict[NodeRef, list[Neighbour]] = {}

    def steps(half: Half) -> dict[NodeRef, list[Neighbour]]:
        reached = dict.fromkeys(nodes[-1] for nodes in half)
        seen.update(beside([node for node in reached if node not in seen], followed))
        return {node: seen.get(node, []) for node in reached}

    found: list[Path] = []
    fore: Half = {(start,): [()]}
    back: Half = {(end,): [()]}
    for length in range(1, max_length + 1):
        if length % 2:
            fore = _longer(fore, steps(fore))
        else:
            back = _longer(back, steps(back))
        for path in _joined(fore, back):
            if len(found) == max(limit, 0):
                return found
            found.append(path)
    return found


def _longer(half: Half, steps: Mapping[NodeRef, list[Neighbour]]) -> Half:
    """Every walk one step further, to nodes it has not seen."""
    longer: Half = {}
    for nodes, relations in half.items():
        for neighbour in steps[nodes[-1]]:
            if neighbour.node not in nodes:
                walks = longer.setdefault((*nodes, neighbour.node), [])
                walks.extend((*each, neighbour.relation) for each in relations)
    return longer


def _joined(fore: Half, back: Half) -> Iterator[Path]:
    """The simple paths two sets of half walks make where they meet, by their nodes, then by their relations."""
    meeting: dict[NodeRef, list[Nodes]] = {}
    for nodes in back:
        meeting.setdefault(nodes[-1], []).append(nodes[::-1])
    for rests in meeting.values():
        rests.sort()
    for nodes in sorted(fore):
        for rest in meeting.get(nodes[-1], ()):
            if set(nodes).isdisjoint(rest[1:]):
                joins = product(fore[nodes], (each[::-1] for each in back[rest[::-1]]))
                for relations in sorted(first + second for first, second in joins):
                    yield Path(nodes + rest[1:], relations)
