"""The analysis of a shop whose four groups of customers are known, and of nothing at all."""

from collections import Counter

import numpy as np
import pytest

from graph import Instant, InvalidValue, NodeKind, NodeRef, Position, Product, ProductId
from graph.analysis import GraphAnalysis, analyse
from tests.graph.analysis.shopping import bought, checkerboard, edges_of

GROUPS = {"0": "DAIRY", "1": "BOOKS", "2": "TOYS", "3": "WINE"}


def analysed(noise: int = 10) -> GraphAnalysis:
    edges = checkerboard(noise=noise)
    catalogue = [
        Product(id=ProductId(product), department=GROUPS[product[1]], category=f"{GROUPS[product[1]]} {product[-1]}")
        for product in edges.targets
    ]
    catalogue.append(Product(id=ProductId("never bought"), department="GARDEN"))
    return analyse(edges, catalogue, Position("17"), Instant(5))


@pytest.fixture(scope="module")
def analysis() -> GraphAnalysis:
    return analysed()


def refs(analysis: GraphAnalysis) -> list[NodeRef]:
    return [analysis.node(row) for row in range(len(analysis))]


def test_a_row_is_found_by_its_node(analysis: GraphAnalysis) -> None:
    assert [analysis.of(ref) for ref in refs(analysis)] == list(range(len(analysis)))
    assert len(analysis) == 4 * (12 + 15)
    for ref in (
        NodeRef(NodeKind.PRODUCT, "never bought"),
        NodeRef(NodeKind.CUSTOMER, "p0.00"),
        NodeRef(NodeKind.DEPARTMENT, "DAIRY"),
    ):
        assert analysis.of(ref) is None


def test_communities_are_told_by_their_departments_and_products(analysis: GraphAnalysis) -> None:
    assert {each.label for each in analysis.communities} == set(GROUPS.values())
    for each in analysis.communities:
        assert (each.customers, each.products) == (12, 15)
        assert each.themes[0].share > 0.9
        assert each.themes[0].lift == pytest.approx(4, abs=0.5)
        assert [GROUPS[product[1]] for product in each.top_products] == [each.label] * 8


def test_numbers_agree_with_the_arrays(analysis: GraphAnalysis) -> None:
    counted = Counter(analysis.community[: len(analysis.customers)].tolist())
    assert [counted[each.community] for each in analysis.communities] == [
        each.customers for each in analysis.communities
    ]
    assert analysis.centrality.sum() == pytest.approx(1)
    assert (analysis.position, analysis.analysed_at) == ("17", 5)
    assert 0.6 < analysis.modularity < 0.75


def test_the_same_graph_gives_the_same_analysis(analysis: GraphAnalysis) -> None:
    again = analysed()
    assert np.array_equal(again.community, analysis.community)
    assert again.communities == analysis.communities
    one, other = again.overview(40), analysis.overview(40)
    assert all(np.array_equal(getattr(one, name), getattr(other, name)) for name in vars(one))


def test_the_most_central_come_first(analysis: GraphAnalysis) -> None:
    for kind in (NodeKind.CUSTOMER, NodeKind.PRODUCT):
        rows = analysis.most_central(kind, 100)
        assert {analysis.node(int(row)).kind for row in rows} == {kind}
        assert (np.diff(analysis.centrality[rows]) <= 0).all()
        assert analysis.most_central(kind, 3).tolist() == rows[:3].tolist()
    assert analysis.most_central(NodeKind.BRAND).tolist() == []


def test_an_overview_has_its_share_of_both_kinds(analysis: GraphAnalysis) -> None:
    for limit, customers, products in ((1, 1, 0), (2, 1, 1), (40, 20, 20), (100, 48, 52), (5000, 48, 60)):
        view = analysis.overview(limit)
        kinds = [analysis.node(int(row)).kind for row in view.rows]
        assert kinds == [NodeKind.CUSTOMER] * customers + [NodeKind.PRODUCT] * products
        assert view.rows[:customers].tolist() == analysis.most_central(NodeKind.CUSTOMER, customers).tolist()
        assert len(view.x) == len(view.y) == len(view.rows)
        assert np.isfinite(view.x).all()
    with pytest.raises(InvalidValue, match="limit: got 0, expected an integer of 1 or more"):
        analysis.overview(0)


def test_an_overview_joins_customers_to_products_they_bought(analysis: GraphAnalysis) -> None:
    edges = checkerboard()
    times = Counter(zip(edges.customer.tolist(), edges.target.tolist(), strict=True))
    view = analysis.overview(60)
    first = len(analysis.customers)
    found = list(zip(view.rows[view.source].tolist(), (view.rows[view.target] - first).tolist(), strict=True))
    assert len(found) == len(set(found)) > 30
    assert view.times.tolist() == [times[pair] for pair in found]
    assert set(view.source.tolist()) | set(view.target.tolist()) == set(range(60))


def test_who_is_named_is_left_out(analysis: GraphAnalysis) -> None:
    whole = analysis.overview(40)
    gone = [analysis.node(int(row)) for row in (*whole.rows[:3], *whole.rows[-2:])]
    unknown = NodeRef(NodeKind.CUSTOMER, "nobody")
    view = analysis.overview(40, without=[*gone, unknown])
    assert not {analysis.node(int(row)) for row in view.rows} & set(gone)
    assert len(view.rows) == 40
    assert view.source.max() < 20 <= view.target.min()
    rows = analysis.most_central(NodeKind.CUSTOMER, 5, without=gone)
    assert rows.tolist() == analysis.most_central(NodeKind.CUSTOMER, 8)[3:].tolist()


def test_nothing_can_be_analysed() -> None:
    analysis = analyse(edges_of([]), [], Position(""), Instant(0))
    assert (len(analysis), analysis.communities, analysis.modularity) == (0, (), 0)
    assert len(analysis.overview(10).rows) == 0
    assert analysis.most_central(NodeKind.CUSTOMER).tolist() == []


def test_products_nobody_describes_have_no_label() -> None:
    rows = [*bought("user:1", "a"), *bought("user:2", "a")]
    (only,) = analyse(edges_of(rows), [], Position("1"), Instant(1)).communities
    assert (only.label, only.themes, only.customers, only.products) == ("", (), 2, 1)
    assert only.top_products == ("a",)
