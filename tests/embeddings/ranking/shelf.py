"""Customers who buy every product of their own every forty days, and one new product now and then."""

from collections.abc import Sequence

import numpy as np

from graph import DAY, CustomerId, EdgeArrays, Instant, InteractionKind, Product, ProductId

AS_OF = Instant(20_000 * DAY)
EVERY = 40
NUM_CUSTOMERS, NUM_PRODUCTS, OWN = 60, 24, 8

PRODUCTS = [ProductId(f"p{number:02d}") for number in range(NUM_PRODUCTS)]
CUSTOMERS = [CustomerId(f"user:{number:02d}") for number in range(NUM_CUSTOMERS)]
DESCRIBED = [
    Product(
        id=product, department="shelf", category=f"c{row % 4}", subcategory=f"s{row % 8}", manufacturer=f"m{row % 3}"
    )
    for row, product in enumerate(PRODUCTS)
]

Line = tuple[int, int, int, int]  # customer, product, days before AS_OF, minor units


def forty_days(seed: int = 0) -> list[Line]:
    """Half a customer's products since a year, the other half met for the first time on some day of it."""
    rng = np.random.default_rng(seed)
    lines = []
    for customer in range(NUM_CUSTOMERS):
        for number, product in enumerate(rng.choice(NUM_PRODUCTS, size=OWN, replace=False).tolist()):
            begun = int(rng.integers(300, 300 + EVERY)) if number < OWN // 2 else int(rng.integers(1, 300))
            lines += [(customer, product, ago, 100) for ago in range(begun, 0, -EVERY)]
    return lines


def edges_of(lines: Sequence[Line]) -> EdgeArrays:
    """Purchases at noon, one a line, ordered by time."""
    ordered = sorted(lines, key=lambda line: -line[2])
    customer, product, ago, value = (np.array(column, dtype=np.int64) for column in zip(*ordered, strict=True))
    at = AS_OF - ago * DAY + DAY // 2
    return EdgeArrays(
        customers=CUSTOMERS,
        targets=list(PRODUCTS),
        customer=customer.astype(np.int32),
        target=product.astype(np.int32),
        kind=np.full(len(at), list(InteractionKind).index(InteractionKind.PURCHASED), dtype=np.int8),
        at=at,
        day=(at // DAY).astype(np.int32),
        quantity=np.ones(len(at)),
        value=value,
        order=np.full(len(at), -1, dtype=np.int32),
    )
