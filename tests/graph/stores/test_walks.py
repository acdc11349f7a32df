from collections.abc import Collection

from hypothesis import given
from hypothesis import strategies as st

from graph import Neighbour, NodeKind, NodeRef, Path
from graph.stores.walks import shortest_paths

NODES = [NodeRef(NodeKind.PRODUCT, name) for name in "abcdef"]
EDGES = st.sets(st.tuples(st.sampled_from(NODES), st.sampled_from(NODES), st.sampled_from(["viewed", "clicked"])))


@given(edges=EDGES, max_length=st.integers(1, 6), limit=st.integers(0, 400))
def test_they_are_the_first_of_all_simple_paths_there_are(
    edges: set[tuple[NodeRef, NodeRef, str]], max_length: int, limit: int
) -> None:
    both = {(a, b, relation) for a, b, relation in edges} | {(b, a, relation) for a, b, relation in edges}

    def beside(nodes: Collection[NodeRef], relations: Collection[str]) -> dict[NodeRef, list[Neighbour]]:
        return {
            node: [Neighbour(b, relation, 1, None) for a, b, relation in sorted(both) if a == node] for node in nodes
        }

    grown = [Path((NODES[0],), ())]
    every: list[Path] = []
    for _ in range(max_length):
        grown = [
            Path((*path.nodes, row.node), (*path.relations, row.relation))
            for path in grown
            for row in beside([path.nodes[-1]], ())[path.nodes[-1]]
            if row.node not in path.nodes
        ]
        every += sorted(path for path in grown if path.nodes[-1] == NODES[1])
    assert shortest_paths(beside, NODES[0], NODES[1], None, max_length, limit) == every[:limit]


def test_a_node_is_asked_for_its_neighbours_once() -> None:
    asked: list[NodeRef] = []

    def beside(nodes: Collection[NodeRef], relations: Collection[str]) -> dict[NodeRef, list[Neighbour]]:
        asked.extend(nodes)
        return {node: [Neighbour(other, "viewed", 1, None) for other in NODES[:4] if other != node] for node in nodes}

    assert len(shortest_paths(beside, NODES[0], NODES[1], None, 4, 100)) == 5
    assert sorted(asked) == NODES[:4]
