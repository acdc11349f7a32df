"""Two crowds of customers who share no product, and a catalogue that says of both what they are."""

import numpy as np

from graph import DAY, Campaign, Coupon, CustomerId, EdgeArrays, Instant, InteractionKind, Product, ProductId

__all__ = ["AS_OF", "CAMPAIGNS", "CATALOGUE", "Line", "edges_of", "two_crowds"]

AS_OF = Instant(1000 * DAY)
KINDS = list(InteractionKind)
Line = tuple[int, int, InteractionKind, int]  # customer, product, kind, days before AS_OF


def edges_of(lines: list[Line], num_customers: int, num_products: int) -> EdgeArrays:
    lines = sorted(lines, key=lambda line: -line[3])
    columns = np.array([(c, p, KINDS.index(kind), days) for c, p, kind, days in lines], dtype=np.int64).reshape(-1, 4)
    at = AS_OF - columns[:, 3] * DAY
    return EdgeArrays(
        customers=[CustomerId(f"user:{n:03}") for n in range(num_customers)],
        targets=[f"p{n:03}" for n in range(num_products)],
        customer=columns[:, 0].astype(np.int32),
        target=columns[:, 1].astype(np.int32),
        kind=columns[:, 2].astype(np.int8),
        at=at,
        day=(at // DAY).astype(np.int32),
        quantity=np.ones(len(lines)),
        value=np.zeros(len(lines), dtype=np.int64),
        order=np.full(len(lines), -1, dtype=np.int32),
    )


def two_crowds() -> EdgeArrays:
    """Customers 0-9 take from products 0-9 and 10-19 from 10-19, two thirds of them each; customer 20 does nothing."""
    rng = np.random.default_rng(0)
    lines: list[Line] = []
    for customer in range(20):
        crowd = 10 * (customer // 10)
        for product in rng.choice(10, size=7, replace=False):
            kind = InteractionKind.PURCHASED if product % 2 else InteractionKind.VIEWED
            lines.append((customer, crowd + int(product), kind, int(rng.integers(90))))
    return edges_of(lines, 21, 20)


CATALOGUE = [
    *(Product(id=ProductId(f"p{n:03}"), department="FRUIT" if n < 10 else "BREAD") for n in range(20)),
    Product(id=ProductId("unbought-fruit"), department="FRUIT"),
    Product(id=ProductId("unheard-of")),
]
CAMPAIGNS = [Campaign(id="1", coupons=(Coupon(id="1/a", products=(ProductId("p001"), ProductId("p002"))),))]
