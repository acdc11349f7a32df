"""Pairs against a count by hand."""

from collections import defaultdict

from hypothesis import given, settings

from graph import EdgeArrays, InteractionKind
from graph.analysis.pairs import Pairs
from tests.graph.analysis.shopping import KINDS, any_edges, edges_of

VIEWED, PURCHASED = InteractionKind.VIEWED, InteractionKind.PURCHASED


@settings(deadline=None)
@given(any_edges())
def test_a_pair_is_told_by_its_leading_kind(edges: EdgeArrays) -> None:
    at: dict[tuple[int, int], dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for customer, product, kind, time in zip(edges.customer, edges.target, edges.kind, edges.at, strict=True):
        at[int(customer), int(product)][int(kind)].append(int(time))
    expected = []
    for (customer, product), kinds in sorted(at.items()):
        kind = min(kinds, key=lambda each: (KINDS[each] is not PURCHASED, -len(kinds[each]), each))
        expected.append((customer, product, kind, len(kinds[kind]), max(kinds[kind])))
    pairs = Pairs.from_edges(edges)
    assert len(pairs) == len(expected)
    assert list(zip(pairs.customer, pairs.product, pairs.kind, pairs.times, pairs.last, strict=True)) == expected


def test_one_purchase_leads_before_many_views() -> None:
    pairs = Pairs.from_edges(
        edges_of([("user:1", "p", VIEWED, 1), ("user:1", "p", VIEWED, 9), ("user:1", "p", PURCHASED, 5)])
    )
    assert (KINDS[pairs.kind[0]], pairs.times[0], pairs.last[0]) == (PURCHASED, 1, 5)


@settings(deadline=None)
@given(any_edges())
def test_the_graph_is_symmetric_and_its_degrees_count_distinct_partners(edges: EdgeArrays) -> None:
    pairs = Pairs.from_edges(edges)
    graph = pairs.symmetric(pairs.times.astype(float))
    assert graph.shape == (pairs.num_nodes, pairs.num_nodes)
    assert (graph != graph.T).nnz == 0
    partners = [set(graph.indices[graph.indptr[row] : graph.indptr[row + 1]]) for row in range(pairs.num_nodes)]
    assert pairs.degree().tolist() == [len(each) for each in partners]
