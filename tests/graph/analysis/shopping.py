"""Edges to analyse: from rows in a line each, and a strategy that draws small ones."""

from collections.abc import Iterable

import numpy as np
from hypothesis import strategies as st

from graph import CustomerId, EdgeArrays, InteractionKind

KINDS = list(InteractionKind)

Row = tuple[str, str, InteractionKind, int]  # customer, product, kind, at


def edges_of(rows: Iterable[Row]) -> EdgeArrays:
    """The interactions as a store gives them: by time, ids sorted."""
    ordered = sorted(rows, key=lambda row: row[3])
    customers = sorted({row[0] for row in ordered})
    products = sorted({row[1] for row in ordered})
    size = len(ordered)
    return EdgeArrays(
        customers=[CustomerId(customer) for customer in customers],
        targets=products,
        customer=np.array([customers.index(row[0]) for row in ordered], dtype=np.int32),
        target=np.array([products.index(row[1]) for row in ordered], dtype=np.int32),
        kind=np.array([KINDS.index(row[2]) for row in ordered], dtype=np.int8),
        at=np.array([row[3] for row in ordered], dtype=np.int64),
        day=np.zeros(size, dtype=np.int32),
        quantity=np.ones(size),
        value=np.zeros(size, dtype=np.int64),
        order=np.full(size, -1, dtype=np.int32),
    )


def bought(customer: str, product: str, times: int = 1) -> list[Row]:
    return [(customer, product, InteractionKind.PURCHASED, at) for at in range(times)]


def checkerboard(groups: int = 4, customers: int = 12, products: int = 15, noise: int = 10) -> EdgeArrays:
    """Groups that buy their own products, and some pairs across: ``u<group>.<n>`` buys ``p<group>.<n>``."""
    rng = np.random.default_rng(7)
    rows = [
        row
        for group in range(groups)
        for customer in range(customers)
        for product in range(products)
        if rng.random() < 0.6
        for row in bought(f"u{group}.{customer:02}", f"p{group}.{product:02}", int(rng.integers(1, 4)))
    ]
    for _ in range(noise):
        one, other = rng.integers(groups, size=2)
        rows += bought(f"u{one}.{rng.integers(customers):02}", f"p{other}.{rng.integers(products):02}")
    return edges_of(rows)


@st.composite
def any_edges(draw: st.DrawFn) -> EdgeArrays:
    """Up to 60 interactions of up to 8 customers with up to 10 products."""
    row = st.tuples(
        st.integers(0, 7).map(lambda n: f"user:{n}"),
        st.integers(0, 9).map(lambda n: f"p{n}"),
        st.sampled_from([InteractionKind.PURCHASED, InteractionKind.VIEWED, InteractionKind.RATED]),
        st.integers(0, 50),
    )
    return edges_of(draw(st.lists(row, max_size=60)))
