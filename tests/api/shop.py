"""A small shop whose right answers are obvious: three aisles, and customers who keep to one of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from api.settings import loaded_settings
from embeddings.interaction_matrix import InteractionMatrix
from embeddings.predictions.learning import PredictionsConfig, learn_predictions
from embeddings.registry import Registry
from embeddings.snapshot.builder import build_snapshot
from embeddings.spectral import spectral
from embeddings.vectors.embedding_set import CustomerFunction, EmbeddingSet, Manifest
from graph import DAY, HOUR, CustomerId, EventId, Instant, Product, ProductId, known, parse_instant
from graph.data_folder import DataFolder
from graph.events.family import CampaignChanged, Delivered, Event, OrderLine, ProductChanged, Purchased, TraitsChanged
from graph.log.sqlite_log import SqliteEventLog
from graph.profile.features.table_file import read_feature_table
from graph.profile.stores.sqlite import SqliteProfiles
from graph.projection.catch_up import catch_up
from graph.projection.graph_projection import GraphProjection
from graph.projection.serving_projection import ServingProjection
from graph.sources.history import import_history
from graph.stores.open import open_graph

__all__ = ["AISLES", "CUSTOMERS", "PRODUCTS", "aisle_of", "build_version", "make_shop"]

AISLES = ("baby", "dairy", "party")
PRODUCTS = [f"{aisle}-{number:02d}" for aisle in AISLES for number in range(20)]
CUSTOMERS = [f"{aisle}-lover-{number}" for aisle in AISLES for number in range(10)]
BRANDS = ("Alpha", "Beta", "Gamma", "Delta")
OPENED = parse_instant("2024-03-01T09:00:00Z")[0]
DAYS = 60
BASKETS = 5
AS_OF = Instant(OPENED + DAYS * DAY)
DIM = 8


def aisle_of(product: str) -> str:
    return product.partition("-")[0]


def make_shop(folder: Path) -> Path:
    """A data folder with the shop's history, and with version v0001 published."""
    data = DataFolder(folder)
    log = SqliteEventLog(data.log)
    profiles, graph = SqliteProfiles(data.profiles), open_graph(f"sqlite:///{data.graph}")
    import_history(history(), log)
    table = read_feature_table(loaded_settings(data=folder).profile_file)
    for projection in (GraphProjection(graph), ServingProjection(profiles, table=table)):
        catch_up(log, projection)
    graph.close()
    profiles.close()
    log.close()
    Registry(data.embeddings).publish(build_version(folder))
    return folder


def build_version(folder: Path, config: PredictionsConfig | None = None) -> str:
    """Learn once more from the graph, by the spectral solution: the name of the new version, which is not published.

    config: with what predictions are learnt; none without it.
    """
    data = DataFolder(folder)
    graph = open_graph(f"sqlite:///{data.graph}")
    edges = graph.edges(as_of=AS_OF)
    products = [record for record in graph.export((Product,)) if isinstance(record, Product)]
    graph.close()
    today = int(edges.day.max())
    predictions = None if config is None else learn_predictions(edges, products, today=today, config=config)
    learnt = _learnt(InteractionMatrix.from_edges(edges, AS_OF))
    return build_snapshot(learnt, edges, data.embeddings, predictions=predictions).name


def history() -> Iterator[Event]:
    """Products, customers, a campaign, and sixty days of baskets, each from one aisle."""
    for number, product in enumerate(PRODUCTS):
        yield ProductChanged(
            **_head(f"product {product}"),
            product=ProductId(product),
            name=product.replace("-", " ").title(),
            department="GROCERY",
            category=aisle_of(product).upper(),
            subcategory=f"{aisle_of(product).upper()} {number % 4}",
            brand=BRANDS[number % len(BRANDS)],
            price=100 + 10 * number,
            currency="USD",
        )
    yield CampaignChanged(**_head("campaign 1"), campaign="1", kind="TypeA", starts=OPENED, ends=AS_OF)
    for number, customer in enumerate(CUSTOMERS):
        yield TraitsChanged(**_head(f"traits {customer}"), customer=known(customer), traits={"size": number % 5})
        yield Delivered(**_head(f"delivered {customer}"), customer=known(customer), campaign="1")
    rng = np.random.default_rng(7)
    for customer in CUSTOMERS:
        aisle = AISLES.index(aisle_of(customer))
        for day in sorted(rng.choice(DAYS, size=BASKETS, replace=False).tolist()):
            numbers = 20 * aisle + rng.choice(20, size=3, replace=False)
            if rng.random() < 0.2:
                numbers = np.append(numbers, rng.integers(len(PRODUCTS)))
            yield _basket(customer, day, [PRODUCTS[number] for number in sorted(set(numbers.tolist()))])


def _basket(customer: str, day: int, products: list[str]) -> Purchased:
    order = f"{customer} {day}"
    lines = tuple(OrderLine(line=f"{product}#1", product=ProductId(product), value=250) for product in products)
    at = Instant(OPENED + day * DAY + 3 * HOUR)
    return Purchased(
        **(_head(f"order {order}") | {"at": at}), customer=known(customer), order=order, lines=lines, currency="USD"
    )


def _head(name: str) -> dict[str, Any]:
    return {"id": EventId(name), "source": "shop", "at": OPENED, "received": OPENED, "history": True}


def _learnt(matrix: InteractionMatrix) -> EmbeddingSet:
    bought = matrix.purchases()
    solution = spectral(bought, DIM, np.random.default_rng(1))
    vectors = (solution.products * np.sqrt(solution.strengths)).astype(np.float32)
    weights = np.ones(len(matrix.products), dtype=np.float32)
    sums = bought @ vectors
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    return EmbeddingSet(
        manifest=Manifest(
            version="",
            model="spectral",
            parameters={"dim": DIM},
            customer_function=CustomerFunction(
                kind_weights={"purchased": 1.0, "viewed": 0.5, "added_to_cart": 0.8}, half_life_days=30.0
            ),
            dim=DIM,
            as_of=AS_OF,
        ),
        customers=[CustomerId(customer) for customer in matrix.customers],
        products=matrix.products,
        customer_vectors=np.ascontiguousarray(sums / np.where(lengths > 0, lengths, 1.0), dtype=np.float32),
        product_vectors=vectors,
        input_vectors=vectors,
        input_weights=weights,
    )
