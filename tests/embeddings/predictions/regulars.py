"""Customers who buy bread every week, and customers who buy wine every three, each on days of their own."""

import numpy as np

from graph import DAY, CustomerId, EdgeArrays, InteractionKind, Product, ProductId

__all__ = ["PRODUCTS", "TODAY", "regulars"]

TODAY = 20_000
EVERY = {"bread": 7, "wine": 21}
PRODUCTS = [Product(id=ProductId(name), category=name.upper()) for name in EVERY]
EACH = 30


def regulars(days: int = 300) -> EdgeArrays:
    """Of either thirty customers, in turn; every one bought within `days` up to TODAY and most of them not today."""
    rows = [
        (customer, customer % 2, TODAY - ago)
        for customer in range(2 * EACH)
        for ago in range((customer // 2) % list(EVERY.values())[customer % 2], days, list(EVERY.values())[customer % 2])
    ]
    customer, target, day = np.array(sorted(rows, key=lambda row: row[2])).T
    return EdgeArrays(
        customers=[CustomerId(f"user:{number:02d}") for number in range(2 * EACH)],
        targets=list(EVERY),
        customer=customer.astype(np.int32),
        target=target.astype(np.int32),
        kind=np.full(len(day), list(InteractionKind).index(InteractionKind.PURCHASED), dtype=np.int8),
        at=day * DAY + DAY // 2,
        day=day.astype(np.int32),
        quantity=np.ones(len(day)),
        value=np.full(len(day), 100),
        order=np.full(len(day), -1, dtype=np.int32),
    )
