"""Purchases written as a table of numbers: which customer, which product, which day."""

from collections.abc import Sequence

import numpy as np

from graph import DAY, CustomerId, EdgeArrays, InteractionKind

__all__ = ["purchase_table"]


def purchase_table(rows: Sequence[tuple[int, int, int]], num_customers: int, num_products: int) -> EdgeArrays:
    """(customer, product, day) purchases of one unit, a basket each; customers are user:00, products p0 and so on."""
    customer, product, day = np.array(rows, dtype=np.int32).T
    return EdgeArrays(
        customers=[CustomerId(f"user:{row:02}") for row in range(num_customers)],
        targets=[f"p{column}" for column in range(num_products)],
        customer=customer,
        target=product,
        kind=np.full(len(rows), list(InteractionKind).index(InteractionKind.PURCHASED), dtype=np.int8),
        at=day.astype(np.int64) * DAY,
        day=day,
        quantity=np.ones(len(rows)),
        value=np.zeros(len(rows), dtype=np.int64),
        order=np.arange(len(rows), dtype=np.int32),
    )
