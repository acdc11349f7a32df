"""Page views: which products a page shows already, so that its lists stay as they are while it is looked at."""

import hashlib
from collections import Counter, OrderedDict
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from graph import MINUTE, CustomerId, Instant, ProductId
from recommend.answers import Recommendation, RecommendationRequest

__all__ = ["PageView", "PageViews"]

MAX_LISTS = 20_000
"""How many lists are remembered, those shown last."""

HELD = 30 * MINUTE
"""How long a list is remembered after it was shown."""

Products = tuple[ProductId, ...]


class PageView(NamedTuple):
    """The lists of one request that a page shows already.

    keys: by which each is remembered, one a placement. shown: their products, () where it is the first time.
    read: the leaves whose state may be read now.
    """

    keys: tuple[bytes, ...]
    shown: tuple[Products, ...]
    read: frozenset[CustomerId]


class _List(NamedTuple):
    """The products of a list, the leaves that were read to make it, and when it was shown last."""

    products: Products
    read: frozenset[CustomerId]
    at: Instant


class PageViews:
    """Lists by page view, whom they are for, and what was asked (placement, k, page product, seeds, filter)."""

    def __init__(self, size: int = MAX_LISTS) -> None:
        self._size = size
        self._lists: OrderedDict[bytes, _List] = OrderedDict()  # shown longest ago first

    def __len__(self) -> int:
        return len(self._lists)

    def look(self, request: RecommendationRequest, read: frozenset[CustomerId], now: Instant) -> PageView:
        """What the request's page shows already.

        A list that was made of what may not be read any more (consent withdrawn, links undone) is passed over.
        """
        keys = tuple(_keys(request))
        return PageView(keys, tuple(self._shown(key, read, now) for key in keys), read)

    def keep(self, page: PageView, answer: Recommendation, now: Instant) -> None:
        """Remember the lists of the answer to that request; one that is empty says nothing."""
        for key, placement in zip(page.keys, answer.placements, strict=True):
            if placement.items:
                products = tuple(ProductId(item.product_id) for item in placement.items)
                self._lists[key] = _List(products, page.read, now)
                self._lists.move_to_end(key)
        while self._lists and (len(self._lists) > self._size or self._oldest() <= now - HELD):
            self._lists.popitem(last=False)

    def forget(self, customer: CustomerId) -> None:
        """Let go of all lists that were made of what this leaf did."""
        for key in [key for key, held in self._lists.items() if customer in held.read]:
            del self._lists[key]

    def _shown(self, key: bytes, read: frozenset[CustomerId], now: Instant) -> Products:
        held = self._lists.get(key)
        return held.products if held is not None and held.at > now - HELD and held.read <= read else ()

    def _oldest(self) -> Instant:
        return next(iter(self._lists.values())).at


def _keys(request: RecommendationRequest) -> Iterator[bytes]:
    """A key a placement: equal ones of one request are told apart by which of them it is."""
    asker = (request.page_view_id, request.customer_id, request.anonymous_id)
    met: Counter[bytes] = Counter()
    for wanted in request.placements:
        asked = msgspec.msgpack.encode((asker, wanted.name, wanted.k, wanted.product_id, wanted.seeds, wanted.filter))
        met[asked] += 1
        yield hashlib.blake2b(asked + bytes((met[asked],)), digest_size=16).digest()
