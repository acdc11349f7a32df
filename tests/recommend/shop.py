"""A shop of six customers and ten products whose right answers are obvious."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from msgspec.structs import replace

from embeddings.index import ExactIndex
from embeddings.snapshot.serving_snapshot import Adjacency, ServingSnapshot
from embeddings.vectors.embedding_set import CustomerFunction, EmbeddingSet, Manifest
from graph import (
    DAY,
    HOUR,
    SECOND,
    Catalogue,
    CustomerId,
    Instant,
    InteractionKind,
    Product,
    ProductId,
    Profile,
    Recent,
    Stamp,
)
from graph.profile.day_counts import DayCounts
from graph.profile.profile import Dated
from graph.profile.recent_rows import RecentRows
from graph.profile.sealed import Sealed
from recommend.answers import Item, PlacementRequest, Recommendation, RecommendationRequest, Trace
from recommend.placements import Placements
from recommend.recommender import Recommender

TODAY = 20_000
AS_OF = Instant((TODAY + 1) * DAY)
NOW = Instant(AS_OF + 10 * HOUR)

DAIRY, PARTY, BABY = (1.0, 0.1, 0.0), (0.0, 1.0, 0.1), (0.1, 0.0, 1.0)

# id: (category, subcategory, brand, price in cents, vector)
PRODUCTS: dict[str, tuple[str, str, str, int | None, tuple[float, float, float]]] = {
    "beer": ("DRINKS", "BEER", "Hops", 199, PARTY),
    "butter": ("DAIRY", "BUTTER", "Farm", 250, DAIRY),
    "cheese": ("DAIRY", "CHEESE", "Farm", 500, DAIRY),
    "chips": ("SNACKS", "CHIPS", "Crisp", 149, PARTY),
    "milk": ("DAIRY", "MILK", "Farm", 120, DAIRY),
    "nappies": ("BABY", "NAPPIES", "Soft", 999, BABY),
    "tea": ("DRINKS", "TEA", "Leaf", 300, (0.9, 0.1, 0.0)),  # retired
    "wine": ("DRINKS", "WINE", "Hops", 899, (0.0, 0.9, 0.1)),
    "wipes": ("BABY", "WIPES", "Soft", 299, BABY),
    "yoghurt": ("DAIRY", "YOGHURT", "Alpine", None, (0.8, 0.1, 0.1)),  # nobody bought it yet
}

# customer: day before today -> basket
BASKETS: dict[str, dict[int, list[str]]] = {
    "anna": {20: ["milk", "butter"], 10: ["milk"], 3: ["milk", "butter"]},
    "ben": {15: ["milk", "butter", "cheese"]},
    "cara": {9: ["milk", "cheese"], 2: ["milk"]},
    "dan": {8: ["beer", "chips"], 1: ["beer"]},
    "eva": {5: ["beer", "chips", "wine"]},
    "finn": {6: ["nappies", "wipes"], 4: ["nappies"]},
}

PLACEMENTS = """
customers: households
placements:
  homepage:
    k: 4
    sources: {buy_again: 10, neighbours: 10, similar_customers: 10, bought_together: 10, popular: 10, same_content: 10}
    weights: {buy_again: 1, long_term: 0.5, session: 2, similar_customers: 0.4, bought_together: 0.3, popular: 0.1}
  discover:
    k: 4
    sources: {neighbours: 10, similar_customers: 10, popular: 10}
    weights: {long_term: 1, session: 1, similar_customers: 0.5, popular: 0.1}
    filters: {bought: true}
  product_page:
    k: 4
    sources: {bought_together: 10, same_content: 10}
    weights: {bought_together: 1, same_content: 0.2}
"""


def product(identifier: str, **changes: Any) -> Product:
    category, subcategory, brand, price, _ = PRODUCTS[identifier]
    entry = {
        "id": ProductId(identifier),
        "name": identifier.title(),
        "category": category,
        "subcategory": subcategory,
        "brand": brand,
        "price": price,
        "retired": identifier == "tea",
    }
    return Product(**(entry | changes))


def catalogue() -> Catalogue:
    """The ten products, and one that came after the training: it has no vector."""
    entries = [product(identifier) for identifier in PRODUCTS]
    oat = Product(id=ProductId("oat milk"), name="Oat Milk", category="DAIRY", subcategory="MILK", price=180)
    return Catalogue([*entries, oat])


def profile(customer: str, **changes: Any) -> Profile:
    """A customer as their baskets have it."""
    days: dict[ProductId, dict[int, int]] = defaultdict(dict)
    for ago, basket in BASKETS[customer].items():
        for bought in basket:
            days[ProductId(bought)][TODAY - ago] = 1
    last = {key: Instant((max(held) * DAY) + 12 * HOUR) for key, held in days.items()}
    held = Profile(
        customer=CustomerId(f"user:{customer}"),
        seq=1,
        days={InteractionKind.PURCHASED: DayCounts.of(days)},
        bought=Sealed(last),
        last_seen=max(last.values()),
    )
    return replace(held, **({"last_seen": NOW} | changes if "recent" in changes else changes))


def recent(*products: str, kind: InteractionKind = InteractionKind.VIEWED) -> RecentRows:
    """Live interactions of the last minutes, the last one newest."""
    count = len(products)
    return RecentRows.of(
        Recent(Instant(NOW - (count - place) * 20 * SECOND), f"web/{place}", kind, ProductId(key))
        for place, key in enumerate(products)
    )


def visitor(*products: str) -> Profile:
    """Somebody unknown who looked at these products just now."""
    return Profile(customer=CustomerId("anon:phone"), seq=9, last_seen=NOW, recent=recent(*products))


def said(value: Any) -> Dated:
    return Dated(Stamp(NOW, "web/said"), value)


def together() -> Counter[tuple[str, str]]:
    """(product, other) → distinct customers with a basket that holds both, counted from the baskets."""
    counts: Counter[tuple[str, str]] = Counter()
    for baskets in BASKETS.values():
        pairs = {(a, b) for basket in baskets.values() for a in basket for b in basket if a != b}
        counts.update(pairs)
    return counts


def buyers(identifier: str) -> set[str]:
    return {
        customer for customer, baskets in BASKETS.items() if any(identifier in basket for basket in baskets.values())
    }


def snapshot() -> ServingSnapshot:
    products = [ProductId(identifier) for identifier in PRODUCTS]
    customers = [CustomerId(f"user:{customer}") for customer in BASKETS]
    row = {key: place for place, key in enumerate(products)}
    vectors = np.array([values[-1] for values in PRODUCTS.values()], dtype=np.float32)
    manifest = Manifest(
        version="v0001",
        model="literal",
        parameters={},
        customer_function=CustomerFunction(kind_weights={"purchased": 1.0}, half_life_days=60.0),
        dim=3,
        as_of=AS_OF,
    )
    ones = np.ones(len(products), dtype=np.float32)
    bare = EmbeddingSet(manifest, customers, products, np.zeros((6, 3), np.float32), vectors, vectors, ones)
    bought: dict[int, dict[int, tuple[int, float]]] = {}
    customer_vectors = np.zeros((len(customers), 3), dtype=np.float32)
    for place, customer in enumerate(BASKETS):
        held = dict(profile(customer).days[InteractionKind.PURCHASED].items())
        rows = [row[key] for key, days in held.items() for _ in days]
        ages = [TODAY + 1 - day for days in held.values() for day in days]
        size = len(rows)
        customer_vectors[place] = bare.customer_vector(
            np.array(rows, dtype=np.int32),
            np.full(size, list(InteractionKind).index(InteractionKind.PURCHASED), dtype=np.int8),
            np.array(ages, dtype=np.float32),
            np.ones(size, dtype=np.float32),
        )
        bought[place] = {
            row[key]: (len(days), sum(2.0 ** (-(TODAY + 1 - day) / 60) for day in days)) for key, days in held.items()
        }
    beside: dict[int, dict[int, tuple[int, float]]] = defaultdict(dict)
    for (one, other), count in together().items():
        beside[row[ProductId(one)]][row[ProductId(other)]] = (count, float(count))
    by_product: dict[int, dict[int, tuple[int, float]]] = defaultdict(dict)
    for customer_row, kept in bought.items():
        for product_row, entry in kept.items():
            by_product[product_row][customer_row] = entry
    likeness = customer_vectors @ customer_vectors.T
    alike = {one: {other: (0, float(likeness[one, other])) for other in range(6) if other != one} for one in range(6)}
    return ServingSnapshot(
        set=EmbeddingSet(manifest, customers, products, customer_vectors, vectors, vectors, ones),
        index=ExactIndex(vectors),
        customer_index=ExactIndex(customer_vectors),
        bought_together=adjacency(len(products), beside),
        purchases=adjacency(len(customers), bought),
        buyers=adjacency(len(products), by_product),
        similar_customers=adjacency(len(customers), alike),
        popularity=np.array([len(buyers(key)) for key in products], dtype=np.float32),
        product_rows=row,
        customer_rows={key: place for place, key in enumerate(customers)},
    )


def adjacency(size: int, entries: Mapping[int, Mapping[int, tuple[int, float]]]) -> Adjacency:
    """row → {column: (count, strength)} as arrays, strongest first, ties by column."""
    offsets, columns, counts, strengths = [0], [], [], []
    for row in range(size):
        for column, (count, strength) in sorted(
            entries.get(row, {}).items(), key=lambda entry: (-entry[1][1], entry[0])
        ):
            columns.append(column)
            counts.append(count)
            strengths.append(strength)
        offsets.append(len(columns))
    return Adjacency(
        np.array(offsets, dtype=np.int64),
        np.array(columns, dtype=np.int32),
        np.array(counts, dtype=np.int32),
        np.array(strengths, dtype=np.float32),
    )


@dataclass
class Shop:
    """The shop with a Recommender."""

    placements: Placements = field(default_factory=lambda: Placements.parse(PLACEMENTS))
    snapshot: ServingSnapshot = field(default_factory=snapshot)
    catalogue: Catalogue = field(default_factory=catalogue)
    options: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.recommender = Recommender(self.placements, **self.options)

    def answer(
        self,
        asker: Profile | None,
        *wanted: PlacementRequest,
        now: Instant = NOW,
        held: Sequence[Sequence[ProductId]] = (),
        **asked: Any,
    ) -> Recommendation:
        return self.recommender.recommend(
            RecommendationRequest(placements=wanted, **asked),
            profile=asker,
            snapshot=self.snapshot,
            catalogue=self.catalogue,
            now=now,
            recommendation_id="r1",
            held=held,
        )

    def items(
        self, asker: Profile | None, name: str = "homepage", now: Instant = NOW, **wanted: Any
    ) -> tuple[Item, ...]:
        return self.answer(asker, PlacementRequest(name=name, **wanted), now=now).placements[0].items

    def ids(self, asker: Profile | None, name: str = "homepage", now: Instant = NOW, **wanted: Any) -> list[str]:
        return [item.product_id for item in self.items(asker, name, now, **wanted)]

    def trace(self, asker: Profile | None, name: str = "homepage", **wanted: Any) -> Trace:
        trace = self.answer(asker, PlacementRequest(name=name, **wanted), explain=True).placements[0].trace
        assert trace is not None
        return trace


def shop_with(placement: str) -> Shop:
    """The shop with one more placement, ``place``, given as YAML."""
    lines = "\n".join("    " + line for line in placement.strip().splitlines())
    return Shop(Placements.parse(f"{PLACEMENTS}\n  place:\n{lines}\n"))


def categories(identifiers: Iterable[str]) -> set[str]:
    return {PRODUCTS[identifier][0] for identifier in identifiers}
