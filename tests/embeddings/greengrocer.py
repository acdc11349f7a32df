"""A shop small enough that what its graph says is obvious: fruit buyers, bread buyers, and one who buys nothing."""

import numpy as np

from embeddings.vectors.embedding_set import CustomerFunction, EmbeddingSet, Manifest
from graph import DAY, CustomerId, EdgeArrays, InteractionKind, ProductId

__all__ = ["AS_OF", "CUSTOMERS", "PRODUCTS", "greengrocer", "purchases_of"]

AS_OF = 1000 * DAY
PRODUCTS = [ProductId(name) for name in ("apple", "bread", "butter", "käse", "pear")]
CUSTOMERS = [CustomerId(f"user:{name}") for name in ("ann", "bob", "cid", "dee", "eve")]

Line = tuple[str, str, int, int]  # customer, product, days before AS_OF, order (-1: none)

LINES: tuple[Line, ...] = (
    *((name, product, 60, order) for order, name in enumerate(("ann", "bob", "cid")) for product in ("apple", "pear")),
    ("ann", "apple", 0, 3),  # ann buys apples again
    *((name, product, 120, 4 + order) for order, name in enumerate(("bob", "cid", "dee")) for product in ("bread",)),
    *((name, "butter", 118, 7 + order) for order, name in enumerate(("bob", "cid", "dee"))),  # two days after the bread
)


def purchases_of(lines: tuple[Line, ...] = LINES) -> EdgeArrays:
    """Purchases as a graph store hands them out: ids sorted and only those that occur, rows by time."""
    lines = tuple(sorted(lines, key=lambda line: -line[2]))
    customers = sorted({CustomerId(f"user:{name}") for name, _, _, _ in lines})
    targets = sorted({product for _, product, _, _ in lines})
    at = np.array([AS_OF - days * DAY for _, _, days, _ in lines], dtype=np.int64)
    size = len(lines)
    return EdgeArrays(
        customers=customers,
        targets=targets,
        customer=np.array([customers.index(CustomerId(f"user:{name}")) for name, _, _, _ in lines], dtype=np.int32),
        target=np.array([targets.index(product) for _, product, _, _ in lines], dtype=np.int32),
        kind=np.full(size, list(InteractionKind).index(InteractionKind.PURCHASED), dtype=np.int8),
        at=at,
        day=(at // DAY).astype(np.int32),
        quantity=np.ones(size),
        value=np.full(size, 100, dtype=np.int64),
        order=np.array([order for _, _, _, order in lines], dtype=np.int32),
    )


def greengrocer(version: str = "") -> EmbeddingSet:
    """Two dimensions, fruit and bread; eve has no history and so no vector."""
    products = np.array([[2, 0], [0, 1], [0, 2], [0, 3], [1, 0]], dtype=np.float32)
    customers = np.array([[1, 0], [0.6, 0.8], [0.8, 0.6], [0, 1], [0, 0]], dtype=np.float32)
    return EmbeddingSet(
        manifest=Manifest(
            version=version,
            model="by hand",
            parameters={"dim": 2, "nested": {"epochs": [1, 2]}},
            customer_function=CustomerFunction(kind_weights={"purchased": 1.0, "viewed": 0.25}, half_life_days=30.0),
            dim=2,
            as_of=AS_OF,
            metrics={"ndcg@20": 0.5},
        ),
        customers=CUSTOMERS,
        products=PRODUCTS,
        customer_vectors=customers,
        product_vectors=products,
        input_vectors=products,
        input_weights=np.ones(5, dtype=np.float32),
    )
