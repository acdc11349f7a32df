"""A small shop whose right answers are obvious: three aisles, and customers who keep to one of them."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from api.learning.learning_data import LearningData
from api.settings import loaded_settings
from embeddings.intent.learning import IntentConfig, learn_intent
from embeddings.interaction_matrix import InteractionMatrix
from embeddings.predictions.learning import PredictionsConfig, learn_predictions
from embeddings.ranking.fitting import FitConfig
from embeddings.ranking.learning import RankingConfig, learn_ranking
from embeddings.registry import Registry
from embeddings.snapshot.builder import build_snapshot
from embeddings.spectral import spectral
from embeddings.vectors.embedding_set import CustomerFunction, EmbeddingSet, Manifest
from graph import DAY, HOUR, MINUTE, CustomerId, EventId, Instant, ProductId, known, parse_instant
from graph.data_folder import DataFolder
from graph.events.family import (
    CampaignChanged,
    Delivered,
    Event,
    OrderLine,
    ProductChanged,
    Purchased,
    TraitsChanged,
    Viewed,
)
from graph.log.sqlite_log import SqliteEventLog
from graph.profile.features.table_file import read_feature_table
from graph.profile.stores.sqlite import SqliteProfiles
from graph.projection.catch_up import catch_up
from graph.projection.graph_projection import GraphProjection
from graph.projection.serving_projection import ServingProjection
from graph.sources.history import import_history
from graph.stores.open import open_graph

__all__ = ["AISLES", "CUSTOMERS", "PRODUCTS", "aisle_of", "basket", "build_version", "make_shop", "take_in"]

AISLES = ("baby", "dairy", "party")
PRODUCTS = [f"{aisle}-{number:02d}" for aisle in AISLES for number in range(20)]
CUSTOMERS = [f"{aisle}-lover-{number}" for aisle in AISLES for number in range(10)]
ONLINE = [f"{aisle}-lover-{number}" for aisle in AISLES for number in range(7, 10)]
"""Who look at what they buy, and shop for a guest once, in another aisle: what is in the cart says more than habit."""
GUEST_BASKET = 2
BRANDS = ("Alpha", "Beta", "Gamma", "Delta")
OPENED = parse_instant("2024-03-01T09:00:00Z")[0]
DAYS = 60
BASKETS = 5
AS_OF = Instant(OPENED + DAYS * DAY)
DIM = 8
FIT = FitConfig(hidden=8, epochs=8, customers=5, learning_rate=0.02, weight_decay=0.5)
RANKING = RankingConfig(cuts=(30, 35, 40, 45), least=10, again=FIT, next=FIT)
INTENT = IntentConfig(least=20, bonded=20, alike=20, nearest=20, popular=20, seed=1)


def aisle_of(product: str) -> str:
    return product.partition("-")[0]


def make_shop(folder: Path, without: str = "") -> Path:
    """A data folder with the shop's history, and with version v0001 published, which has a ranking and an intent.

    without: a customer who never was there.
    """
    take_in(folder, (event for event in history() if getattr(event, "customer", None) != f"user:{without}"))
    Registry(DataFolder(folder).embeddings).publish(build_version(folder))
    return folder


def take_in(folder: Path, events: Iterable[Event] = ()) -> None:
    """Import history into a folder that no server has, and bring its profiles and its graph to the end of its log."""
    data = DataFolder(folder)
    log = SqliteEventLog(data.log)
    profiles, graph = SqliteProfiles(data.profiles), open_graph(f"sqlite:///{data.graph}")
    import_history(events, log)
    table = read_feature_table(loaded_settings(data=folder).profile_file)
    for projection in (GraphProjection(graph), ServingProjection(profiles, table=table)):
        catch_up(log, projection)
    graph.close()
    profiles.close()
    log.close()


def build_version(folder: Path, config: PredictionsConfig | None = None) -> str:
    """Learn once more from what may be learnt from: the name of the new version, which is not published.

    Vectors by the spectral solution, the ranking and the intent as `patron train` learns them, of fewer examples.
    config: with what predictions are learnt; none without it.
    """
    data = LearningData.read(loaded_settings(data=folder)).until(AS_OF)
    edges, products = data.edges, data.products
    today = int(edges.day.max())
    predictions = None if config is None else learn_predictions(edges, products, today=today, config=config)
    learnt = _learnt(InteractionMatrix.from_edges(edges, AS_OF))
    ranking = learn_ranking(edges, learnt.products, products, as_of=AS_OF, config=RANKING)
    assert ranking is not None
    intent = learn_intent(edges, learnt.products, products, ranking, as_of=AS_OF, config=INTENT)
    assert intent is not None
    into = DataFolder(folder).embeddings
    return build_snapshot(learnt, edges, into, ranking=ranking, intent=intent, predictions=predictions).name


def history() -> Iterator[Event]:
    """Products, customers, a campaign, and sixty days of looks and baskets, each basket from one aisle."""
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
        for place, day in enumerate(sorted(rng.choice(DAYS, size=BASKETS, replace=False).tolist())):
            guest = customer in ONLINE and place == GUEST_BASKET
            numbers = 20 * ((aisle + guest) % len(AISLES)) + rng.choice(20, size=3, replace=False)
            if rng.random() < 0.2:
                numbers = np.append(numbers, rng.integers(len(PRODUCTS)))
            bought = [PRODUCTS[number] for number in sorted(set(numbers.tolist()))]
            if customer in ONLINE:
                yield from (_look(customer, day, minute, product) for minute, product in enumerate(bought))
            yield basket(customer, day, bought)


def _look(customer: str, day: int, minute: int, product: str) -> Viewed:
    at = Instant(OPENED + day * DAY + 3 * HOUR - (10 - minute) * MINUTE)
    return Viewed(
        **(_head(f"look {customer} {day} {product}") | {"at": at}), customer=known(customer), product=ProductId(product)
    )


def basket(customer: str, day: int, products: list[str]) -> Purchased:
    """What a customer bought of these on a day of the shop's sixty, counted from 0."""
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
