"""Which edges are kept for drawing, and which are drawn."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import EdgeArrays
from graph.analysis.centrality import pagerank
from graph.analysis.pairs import Pairs
from graph.analysis.strongest import KEPT, StrongestEdges
from tests.graph.analysis.shopping import any_edges, bought, edges_of


def ranked(edges: EdgeArrays) -> tuple[Pairs, np.ndarray, StrongestEdges]:
    pairs = Pairs.from_edges(edges)
    centrality = pagerank(pairs.symmetric(np.log1p(pairs.times)))
    return pairs, centrality, StrongestEdges.from_pairs(pairs, centrality)


def partners(edges: StrongestEdges, node: int) -> list[int]:
    return [int(partner) for partner in edges.partner[edges.offsets[node] : edges.offsets[node + 1]]]


def test_the_most_often_joined_come_first_and_the_most_central_last() -> None:
    rows = [row for n in range(12) for row in bought("user:1", f"p{n:02}", 20 - n)]
    rows += [row for n in range(2, 5) for row in bought(f"user:{n}", "p11", 9)]
    _, _, edges = ranked(edges_of(rows))
    first = 4
    assert partners(edges, 0) == [first + n for n in (0, 1, 2, 3, 4, 5, 6, 11)]
    assert edges.times[: edges.offsets[1]].tolist() == [20, 19, 18, 17, 16, 15, 14, 9]


@settings(deadline=None)
@given(any_edges())
def test_all_edges_of_a_node_with_few_are_kept(edges: EdgeArrays) -> None:
    pairs, _, strongest = ranked(edges)
    graph = pairs.symmetric(pairs.times.astype(float))
    for node in range(pairs.num_nodes):
        theirs = set(graph.indices[graph.indptr[node] : graph.indptr[node + 1]].tolist())
        found = partners(strongest, node)
        assert len(found) == len(set(found)) == min(len(theirs), KEPT)
        assert set(found) <= theirs


@settings(deadline=None)
@given(any_edges(), st.integers(1, 8), st.integers(1, 10))
def test_a_node_is_alone_only_where_it_has_nobody(edges: EdgeArrays, customers: int, products: int) -> None:
    pairs, centrality, strongest = ranked(edges)
    first = pairs.num_customers
    drawn = np.zeros(pairs.num_nodes, dtype=np.bool_)
    drawn[np.argsort(-centrality[:first], kind="stable")[:customers]] = True
    drawn[np.argsort(-centrality[first:], kind="stable")[:products] + first] = True
    rows = strongest.among(drawn)
    node = np.searchsorted(strongest.offsets, rows, side="right") - 1
    partner = strongest.partner[rows]
    assert drawn[node].all()
    assert drawn[partner].all()
    assert len({frozenset(ends) for ends in zip(node.tolist(), partner.tolist(), strict=True)}) == len(rows)
    joined = set(node.tolist()) | set(partner.tolist())
    both = drawn[pairs.customer] & drawn[pairs.product + first]
    assert joined == set(pairs.customer[both].tolist()) | set((pairs.product[both] + first).tolist())
