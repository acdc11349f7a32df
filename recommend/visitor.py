"""Visitor: the asker as one answer sees them: history, session, cart and stated dislikes."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypedDict

import numpy as np

from graph import CustomerId, Instant, InteractionKind, ProductId, Profile, Recent
from graph.catalogue import folded
from recommend.assortment import Assortment, Rows
from recommend.history import NO_HISTORY, History, Rhythm, history_of

__all__ = ["NOBODY", "Anchor", "Histories", "Visitor", "dislikes", "visitor_of"]

MAX_ANCHORS = 12
RECENCY = 0.85
"""How much less each product counts than the one met after it."""

SESSION_WEIGHTS = {
    InteractionKind.VIEWED: 1.0,
    InteractionKind.CLICKED: 1.0,
    InteractionKind.ADDED_TO_CART: 2.0,
    InteractionKind.PURCHASED: 2.0,
    InteractionKind.RATED: 1.0,
}

HOW = {
    InteractionKind.VIEWED: "which you looked at just now",
    InteractionKind.CLICKED: "which you clicked just now",
    InteractionKind.ADDED_TO_CART: "which you put in your cart just now",
    InteractionKind.PURCHASED: "which you bought just now",
    InteractionKind.RATED: "which you rated just now",
}


@dataclass(frozen=True)
class Anchor:
    """A product to start from. how: what joins it to the asker, as a reason says it after the product's name.

    weight: in the session's vector. kind: what was done with it, which says how sure it is that it is wanted.
    """

    row: int
    weight: float
    how: str
    kind: InteractionKind


class Dislikes(TypedDict):
    """The fields of a Visitor that are stated and not inferred; brands and categories are `folded`."""

    disliked_products: frozenset[str]
    disliked_brands: frozenset[str]
    disliked_categories: frozenset[str]


@dataclass(frozen=True)
class Visitor:
    """Whoever asks. `profile` is None for somebody unknown and for one who does not permit personalization.

    anchors: the session's products and the cart's, newest first. cart, dismissed: rows. disliked_brands,
    disliked_categories: `folded`.
    """

    profile: Profile | None = None
    customer_row: int = -1
    history: History = NO_HISTORY
    anchors: tuple[Anchor, ...] = ()
    cart: Rows = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    dismissed: Rows = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    disliked_products: frozenset[str] = frozenset()
    disliked_brands: frozenset[str] = frozenset()
    disliked_categories: frozenset[str] = frozenset()

    @property
    def customer(self) -> CustomerId | None:
        return None if self.profile is None else self.profile.customer


NOBODY = Visitor()


class Histories:
    """The histories of the customers who asked last over one assortment, so that columns are made once a profile."""

    def __init__(self, size: int = 4096) -> None:
        self._size = size
        self._held: OrderedDict[CustomerId, tuple[Profile, int, Instant, History]] = OrderedDict()

    def newest(self, count: int) -> list[Profile]:
        """The profiles of up to so many who asked last, in that order."""
        held = list(self._held.values())  # at once: requests go on in another thread
        return [profile for profile, *_ in held[-count:]]

    def of(self, profile: Profile, assortment: Assortment, as_of: Instant, rhythm: Rhythm) -> History:
        generation = assortment.generation
        held = self._held.get(profile.customer)
        before = NO_HISTORY
        # The profile itself is compared, not its number: a visitor joined to a customer has the number of one of them.
        if held is not None and held[1] == generation and held[2] == as_of:
            before = held[3]
            if held[0] is profile:
                self._held.move_to_end(profile.customer)
                return before
        history = history_of(profile, assortment, as_of, rhythm, before)
        self._held[profile.customer] = (profile, generation, as_of, history)
        self._held.move_to_end(profile.customer)
        if len(self._held) > self._size:
            self._held.popitem(last=False)
        return history


def visitor_of(profile: Profile, assortment: Assortment, now: Instant, histories: Histories, rhythm: Rhythm) -> Visitor:
    """Everything an answer reads of a profile; long-term ages are counted from min(now, the snapshot's as_of)."""
    as_of = Instant(min(now, assortment.snapshot.set.manifest.as_of))
    session = profile.session(now)
    cart = profile.cart(now) if profile.cart_rows else {}
    return Visitor(
        profile=profile,
        customer_row=assortment.snapshot.customer_rows.get(profile.customer, -1),
        history=histories.of(profile, assortment, as_of, rhythm),
        anchors=_anchors(session, cart, assortment) if session or cart else (),
        cart=assortment.rows(cart),
        dismissed=assortment.rows(row.product for row in session if row.kind is InteractionKind.DISMISSED),
        **dislikes(profile),
    )


def dislikes(profile: Profile) -> Dislikes:
    """What somebody said they do not want to see, which holds whatever else may be read of them."""
    return Dislikes(
        disliked_products=profile.wishes("disliked_products"),
        disliked_brands=frozenset(map(folded, profile.wishes("disliked_brands"))),
        disliked_categories=frozenset(map(folded, profile.wishes("disliked_categories"))),
    )


def _anchors(session: tuple[Recent, ...], cart: Iterable[ProductId], assortment: Assortment) -> tuple[Anchor, ...]:
    """The products of the session, newest first, then what lies in the cart, each product once.

    What lies in the cart counts as put there, whatever was done with it since; what was taken out again, as looked at;
    what was dismissed, as nothing.
    """
    anchors: dict[int, Anchor] = {}
    added, held = InteractionKind.ADDED_TO_CART, frozenset(cart)
    dismissed = {recent.product for recent in session if recent.kind is InteractionKind.DISMISSED}
    taken_out: set[ProductId] = set()
    for recent in reversed(session):
        product, kind = recent.product, recent.kind
        if kind is InteractionKind.REMOVED_FROM_CART:
            taken_out.add(product)
        weight = SESSION_WEIGHTS.get(kind, 0.0)
        row = assortment.row(product) if weight and (product in held or product not in dismissed) else -1
        if row >= 0 and row not in anchors:
            if product in held:
                kind = added
            elif kind is added and product in taken_out:
                kind = InteractionKind.VIEWED
            anchors[row] = Anchor(row, SESSION_WEIGHTS[kind] * RECENCY ** len(anchors), HOW[kind], kind)
            if len(anchors) == MAX_ANCHORS:
                return tuple(anchors.values())
    for product in cart:
        row = assortment.row(product)
        if row >= 0 and row not in anchors:
            anchors[row] = Anchor(row, SESSION_WEIGHTS[added], "which lies in your cart", added)
    return tuple(anchors.values())[:MAX_ANCHORS]
