"""Communities: modularity against networkx, and groups that were planted."""

from random import Random

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from graph import EdgeArrays
from graph.analysis.communities import find_communities, modularity, telling_weights
from graph.analysis.pairs import Pairs
from tests.graph.analysis.shopping import any_edges, bought, checkerboard, edges_of


def graph_of(edges: EdgeArrays) -> sparse.csr_array:
    pairs = Pairs.from_edges(edges)
    return pairs.symmetric(telling_weights(pairs))


def sets_of(community: np.ndarray) -> list[set[int]]:
    return [set(np.flatnonzero(community == number).tolist()) for number in np.unique(community)]


@settings(deadline=None)
@given(any_edges(), st.randoms(use_true_random=False))
def test_modularity_is_that_of_networkx(edges: EdgeArrays, random: Random) -> None:
    graph = graph_of(edges)
    community = np.array([random.randint(0, 3) for _ in range(graph.shape[0])], dtype=np.int32)
    if not graph.nnz:
        assert modularity(graph, community) == 0
        return
    expected = nx.community.modularity(nx.from_scipy_sparse_array(graph), sets_of(community))
    assert modularity(graph, community) == pytest.approx(expected, abs=1e-9)


@settings(deadline=None)
@given(any_edges())
def test_communities_beat_all_in_one_and_each_alone_and_hang_together(edges: EdgeArrays) -> None:
    graph = graph_of(edges)
    community = find_communities(graph)
    assert sorted(set(community.tolist())) == list(range(int(community.max(initial=-1)) + 1))
    found = modularity(graph, community)
    nodes = np.arange(graph.shape[0], dtype=np.int32)
    assert found >= modularity(graph, nodes) - 1e-9
    assert found >= modularity(graph, nodes * 0) - 1e-9
    whole = nx.from_scipy_sparse_array(graph)
    assert all(nx.is_connected(whole.subgraph(members)) for members in sets_of(community))


def test_planted_groups_are_found_whole() -> None:
    edges = checkerboard()
    community = find_communities(graph_of(edges))
    names = [*edges.customers, *edges.targets]
    groups = {
        frozenset(name[1] for name, number in zip(names, community, strict=True) if number == each) for each in range(4)
    }
    assert groups == {frozenset(str(group)) for group in range(4)}
    assert community.max() == 3


def test_networkx_finds_no_better_ones() -> None:
    graph = graph_of(checkerboard(groups=6, noise=400))
    theirs = nx.community.louvain_communities(nx.from_scipy_sparse_array(graph), seed=0)
    best = nx.community.modularity(nx.from_scipy_sparse_array(graph), theirs)
    assert modularity(graph, find_communities(graph)) >= best - 0.005


def test_a_seed_names_one_answer() -> None:
    graph = graph_of(checkerboard(groups=6, noise=600))
    first = find_communities(graph, seed=3)
    assert all(np.array_equal(first, find_communities(graph, seed=3)) for _ in range(3))


def test_the_largest_is_0_and_ties_go_by_the_first_node() -> None:
    rows = [*bought("a", "w"), *bought("b", "x"), *bought("c", "y"), *bought("c", "z")]
    assert find_communities(graph_of(edges_of(rows))).tolist() == [1, 2, 0, 1, 2, 0, 0]


def test_weights_damp_what_everybody_takes() -> None:
    rows = [row for n in range(20) for row in bought(f"u{n:02}", "milk", 5)]
    rows += bought("u00", "drill")
    pairs = Pairs.from_edges(edges_of(rows))
    weights = telling_weights(pairs)
    assert (weights > 0).all()
    milk, drill = weights[pairs.customer == 0][::-1]
    assert drill > 100 * milk
