from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from graph import (
    START,
    Campaign,
    Change,
    Coupon,
    Customer,
    Erasure,
    Instant,
    Interaction,
    InteractionKind,
    NodeKind,
    NodeRef,
    Position,
    Product,
    ProductId,
    Stamp,
)
from graph.events.family import (
    AddedToCart,
    CampaignChanged,
    Context,
    Delivered,
    Erased,
    Event,
    Impression,
    OrderLine,
    ProductChanged,
    Purchased,
    Rated,
    Redeemed,
    Returned,
    Searched,
    TraitsChanged,
)
from graph.projection.graph_projection import GraphProjection, changes_of
from graph.stores.verbs import Verbs
from tests.graph.profile.some_events import ANN, NOON, named, numbered, view

MILK = NodeRef(NodeKind.PRODUCT, "milk")


class Written(Verbs):
    """A graph writer that keeps what it was told, batch by batch."""

    def __init__(self) -> None:
        self.batches: list[list[Change]] = []
        self.reached = START

    def apply(self, changes: Iterable[Change], position: Position | None = None) -> int:
        self.batches.append(list(changes))
        self.reached = self.reached if position is None else position
        return len(self.batches[-1])

    def position(self) -> Position:
        return self.reached


def changes(*events: Event) -> list[Change]:
    return list(changes_of(numbered(list(events))))


def test_an_order_becomes_one_interaction_a_line() -> None:
    lines = (
        OrderLine(
            line="milk#1",
            product=ProductId("milk"),
            quantity=2.5,
            value=200,
            discounts={"retail": 39, "coupon": 0, "match": 11},
        ),
        OrderLine(line="milk#2", product=ProductId("milk"), quantity=0.0),
    )
    order = Purchased(
        **named(1, order="o/7", lines=lines, currency="USD", session="s", caused_by="r1", utc_offset=60),
        context=Context(place="store 4", channel="till"),
    )
    first = Interaction(
        key="web/o%2F7/milk#1",
        customer=ANN,
        kind=InteractionKind.PURCHASED,
        target=MILK,
        at=NOON,
        utc_offset=60,
        quantity=2.5,
        value=200,
        discount=50,
        currency="USD",
        order="o/7",
        place="store 4",
        channel="till",
        session="s",
        caused_by="r1",
        attributes={"retail": 39, "match": 11},
    )
    second = replace(first, key="web/o%2F7/milk#2", quantity=0.0, value=0, discount=0, attributes={})
    assert changes(order) == [first, second]


def test_what_is_done_with_a_product_becomes_an_interaction() -> None:
    bare = Interaction(key="web/e1", customer=ANN, kind=InteractionKind.VIEWED, target=MILK, at=NOON)
    milk = ProductId("milk")
    assert changes(
        view(1, seconds=2.5, rank=3),
        AddedToCart(**named(1, product=milk, quantity=4.0)),
        Rated(**named(1, product=milk, rating=4.5)),
        Returned(**named(1, product=milk, quantity=2.0, value=70, currency="USD", order="7")),
    ) == [
        replace(bare, attributes={"rank": 3, "seconds": 2.5}),
        replace(bare, kind=InteractionKind.ADDED_TO_CART, quantity=4.0),
        replace(bare, kind=InteractionKind.RATED, rating=4.5),
        replace(bare, kind=InteractionKind.RETURNED, quantity=2.0, value=70, currency="USD", order="7"),
    ]


def test_coupons_and_campaigns_are_targets_too() -> None:
    received = Interaction(
        key="web/e1", customer=ANN, kind=InteractionKind.RECEIVED, target=NodeRef(NodeKind.CAMPAIGN, "18"), at=NOON
    )
    redeemed = replace(
        received, key="web/e2", kind=InteractionKind.REDEEMED, target=NodeRef(NodeKind.COUPON, "18/10000085364")
    )
    assert changes(
        Delivered(**named(1, campaign="18")),
        Redeemed(**named(2, coupon="18/10000085364")),
        Delivered(**named(3)),
    ) == [received, redeemed]


def test_statements_carry_the_stamp_of_their_event() -> None:
    stamp = Stamp(NOON, "web/e1")
    base: dict[str, Any] = {"id": view(1).id, "source": "web", "at": NOON, "received": NOON}
    coupons = (Coupon(id="18/1", products=(ProductId("milk"),)),)
    assert changes(
        TraitsChanged(**named(1, traits={"age": 40, "kids": 2})),
        ProductChanged(**base, product=ProductId("milk"), brand="Acme", price=99, attributes={"organic": True}),
        CampaignChanged(**base, campaign="18", kind="Type A", starts=Instant(1), ends=Instant(2), coupons=coupons),
    ) == [
        Customer(id=ANN, traits={"age": 40, "kids": 2}, stamps={"age": stamp, "kids": stamp}),
        Product(id=ProductId("milk"), brand="Acme", price=99, attributes={"organic": True}, stamp=stamp),
        Campaign(id="18", kind="Type A", starts=Instant(1), ends=Instant(2), coupons=coupons, stamp=stamp),
    ]


def test_an_erasure_keeps_its_place_among_the_changes() -> None:
    erased = Erased(**named(2))
    assert [type(change) for change in changes(view(1), erased, view(3))] == [Interaction, Erasure, Interaction]


def test_internal_traffic_searches_and_impressions_leave_no_edge() -> None:
    staff = Context(internal=True)
    shown = Impression(**named(2, products=(ProductId("milk"),)))
    assert changes(view(1, context=staff), shown, Searched(**named(3, query="milk"))) == []
    assert changes(Erased(**named(4, context=staff))) == [Erasure(ANN)]


def test_a_batch_and_its_position_go_to_the_graph_together() -> None:
    graph = Written()
    projection = GraphProjection(graph)
    assert projection.position() == START
    projection.apply(numbered([view(1)]), Position("1"))
    assert projection.position() == "1"
    assert graph.batches == [changes(view(1))]
