"""PageRank against networkx."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from scipy import sparse

from graph import EdgeArrays
from graph.analysis.centrality import pagerank
from graph.analysis.pairs import Pairs
from tests.graph.analysis.shopping import any_edges


@settings(deadline=None)
@given(any_edges())
def test_it_is_that_of_networkx(edges: EdgeArrays) -> None:
    pairs = Pairs.from_edges(edges)
    graph = pairs.symmetric(np.log1p(pairs.times))
    expected = nx.pagerank(nx.from_scipy_sparse_array(graph), tol=1e-12, max_iter=1000)
    found = pagerank(graph)
    assert found.tolist() == pytest.approx([expected[row] for row in range(pairs.num_nodes)], abs=1e-8)


def test_a_node_without_edges_passes_its_rank_on() -> None:
    graph = sparse.csr_array(np.array([[0.0, 2, 0], [2, 0, 0], [0, 0, 0]]))
    expected = nx.pagerank(nx.from_scipy_sparse_array(graph), tol=1e-12)
    assert pagerank(graph).tolist() == pytest.approx(list(expected.values()), abs=1e-8)
    assert pagerank(graph).sum() == pytest.approx(1)
