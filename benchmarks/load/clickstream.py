"""A stream of what made-up shoppers do, as Segment's messages, and the plain sums that their profiles must show."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from graph import InteractionKind

__all__ = ["Clickstream", "Expected", "differences"]

NAMES = (
    "Product Viewed",
    "Product Clicked",
    "Product Added",
    "Order Completed",
    "Products Searched",
    "Data Limit Exceeded",
)
SHARES = (0.55, 0.15, 0.12, 0.08, 0.06, 0.04)
TYPES = dict(zip(NAMES, ("Viewed", "Clicked", "AddedToCart", "Purchased", "Searched", "AccountEvent"), strict=True))
EDGES = {
    "Product Viewed": InteractionKind.VIEWED,
    "Product Clicked": InteractionKind.CLICKED,
    "Product Added": InteractionKind.ADDED_TO_CART,
}
CHANNELS = ("web", "app", "store")


@dataclass
class Expected:
    """What must be known of one shopper: events by type, money by currency, times each product was bought, and the
    edges of the graph by kind and product."""

    counts: Counter[str] = field(default_factory=Counter)
    spent: Counter[str] = field(default_factory=Counter)
    bought: Counter[str] = field(default_factory=Counter)
    edges: Counter[tuple[InteractionKind, str]] = field(default_factory=Counter)


class Clickstream:
    """Messages of `shoppers` over `products`, some popular and most not; `expected` grows with what is drawn."""

    def __init__(self, prefix: str, shoppers: int, products: Sequence[str], rng: np.random.Generator) -> None:
        self._prefix, self._shoppers, self._products, self._rng = prefix, shoppers, products, rng
        self._drawn = 0
        self.expected: defaultdict[str, Expected] = defaultdict(Expected)

    def messages(self, number: int) -> Iterator[dict[str, Any]]:
        rng = self._rng
        names = rng.choice(len(NAMES), size=number, p=SHARES).tolist()
        shoppers = rng.integers(self._shoppers, size=number).tolist()
        products = (len(self._products) * rng.random((number, 3)) ** 3).astype(int).tolist()
        for name, shopper, rows in zip(names, shoppers, products, strict=True):
            self._drawn += 1
            yield self._message(NAMES[name], f"{self._prefix}-{shopper}", [self._products[row] for row in rows])

    def batches(self, number: int, size: int) -> list[bytes]:
        """`number` bodies of ``POST /v1/batch`` with `size` messages each."""
        return [json.dumps({"batch": list(self.messages(size))}).encode() for _ in range(number)]

    def _message(self, name: str, shopper: str, products: list[str]) -> dict[str, Any]:
        expected = self.expected[shopper]
        expected.counts[TYPES[name]] += 1
        if name in EDGES:
            expected.edges[EDGES[name], products[0]] += 1
        properties: dict[str, Any] = {"product_id": products[0]}
        if name == "Products Searched":
            properties = {"query": f"words {products[0]}"}
        elif name == "Data Limit Exceeded":
            properties = {"used": 1}
        elif name == "Order Completed":
            own = list(dict.fromkeys(products))
            lines = [{"product_id": product, "quantity": 1, "price": 2.5} for product in own]
            properties = {"order_id": f"{shopper}-{self._drawn}", "currency": "EUR", "products": lines}
            expected.spent["EUR"] += 250 * len(own)
            expected.bought.update(own)
            expected.edges.update((InteractionKind.PURCHASED, product) for product in own)
        return {
            "type": "track",
            "messageId": f"{self._prefix}-message-{self._drawn}",
            "userId": shopper,
            "event": name,
            "context": {"channel": CHANNELS[self._drawn % len(CHANNELS)]},
            "properties": properties,
        }


def differences(shopper: str, expected: Expected, answer: dict[str, Any]) -> list[str]:
    """What a profile's answer says otherwise than `expected`, a sentence each."""
    said = {
        "counts": (dict(expected.counts), answer.get("counts")),
        "spent": (dict(expected.spent), answer.get("spent")),
        "products_bought": (len(expected.bought), answer.get("products_bought")),
    }
    return [f"{shopper}: {what} is {got}, not {wanted}" for what, (wanted, got) in said.items() if wanted != got]
