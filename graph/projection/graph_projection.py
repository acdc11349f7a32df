"""GraphProjection: events as changes of the customer graph."""

from collections.abc import Iterable, Iterator, Sequence

from graph.catalogue import product_of
from graph.customer_graph import Change, Erasure, GraphWriter
from graph.events.family import (
    AddedToCart,
    CampaignChanged,
    CustomerEvent,
    Delivered,
    Erased,
    Grouped,
    ProductChanged,
    ProductEvent,
    Purchased,
    Rated,
    Redeemed,
    RemovedFromCart,
    Returned,
    TraitsChanged,
    Viewed,
)
from graph.identity.consent import Purpose, is_withheld
from graph.identity.groups import group_traits
from graph.interactions import Interaction, InteractionKind, event_key, line_key
from graph.log.event_log import LoggedEvent, Position
from graph.nodes import Campaign, Customer, NodeKind, NodeRef, Stamp, Trait
from graph.profile.fold import PRODUCT_EVENT_KINDS

__all__ = ["GRAPH_BATCH", "GraphProjection", "changes_of"]

GRAPH_BATCH = 1_000
"""How many events a graph takes in one transaction: few enough that those who wait for it wait a moment."""


class GraphProjection:
    """A customer graph as a Projection."""

    def __init__(self, graph: GraphWriter) -> None:
        self._graph = graph

    def position(self) -> Position:
        return self._graph.position()

    def apply(self, logged: Sequence[LoggedEvent], position: Position) -> None:
        self._graph.apply(changes_of(logged), position)


def changes_of(logged: Iterable[LoggedEvent]) -> Iterator[Change]:
    """What these events change, in order. What is internal, was merely shown or was searched for leaves no edge.

    Analysts read the graph and training does, so what was refused for either purpose leaves none.
    """
    for _, event in logged:
        if isinstance(event, CustomerEvent):
            if isinstance(event, Erased):
                yield Erasure(event.customer)
            elif not event.context.internal and not is_withheld(event, Purpose.ANALYTICS, Purpose.PERSONALIZATION):
                yield from _of_customer(event)
        elif isinstance(event, ProductChanged):
            yield product_of(event)
        elif isinstance(event, CampaignChanged):
            yield Campaign(
                id=event.campaign,
                kind=event.kind,
                starts=event.starts,
                ends=event.ends,
                coupons=event.coupons,
                stamp=Stamp(event.at, event_key(event.source, event.id)),
            )


def _of_customer(event: CustomerEvent) -> Iterator[Change]:
    if isinstance(event, Purchased):
        yield from _lines(event)
    elif isinstance(event, ProductEvent):
        yield _with_product(event)
    elif isinstance(event, Redeemed):
        yield _bare(event, InteractionKind.REDEEMED, NodeRef(NodeKind.COUPON, event.coupon))
    elif isinstance(event, Delivered):
        if event.campaign:
            yield _bare(event, InteractionKind.RECEIVED, NodeRef(NodeKind.CAMPAIGN, event.campaign))
    elif isinstance(event, TraitsChanged | Grouped):
        traits = event.traits if isinstance(event, TraitsChanged) else group_traits(event)
        stamp = Stamp(event.at, event_key(event.source, event.id))
        yield Customer(id=event.customer, traits=traits, stamps=dict.fromkeys(traits, stamp))


def _lines(event: Purchased) -> Iterator[Interaction]:
    for line in event.lines:
        saved: dict[str, Trait] = {kind: amount for kind, amount in line.discounts.items() if amount}
        yield Interaction(
            key=line_key(event.source, event.order, line.line),
            customer=event.customer,
            kind=InteractionKind.PURCHASED,
            target=NodeRef(NodeKind.PRODUCT, line.product),
            at=event.at,
            utc_offset=event.utc_offset,
            quantity=line.quantity,
            value=line.value,
            discount=sum(line.discounts.values()),
            currency=event.currency,
            order=event.order,
            place=event.context.place,
            channel=event.context.channel,
            session=event.session,
            caused_by=event.caused_by,
            attributes=saved,
        )


def _with_product(event: ProductEvent) -> Interaction:
    returned = event if isinstance(event, Returned) else None
    attributes: dict[str, Trait] = {}
    if event.rank is not None:
        attributes["rank"] = event.rank
    if isinstance(event, Viewed) and event.seconds is not None:
        attributes["seconds"] = event.seconds
    return Interaction(
        key=event_key(event.source, event.id),
        customer=event.customer,
        kind=PRODUCT_EVENT_KINDS[type(event)],
        target=NodeRef(NodeKind.PRODUCT, event.product),
        at=event.at,
        utc_offset=event.utc_offset,
        quantity=event.quantity if isinstance(event, AddedToCart | RemovedFromCart | Returned) else 1.0,
        value=returned.value if returned else 0,
        currency=returned.currency if returned else "",
        rating=event.rating if isinstance(event, Rated) else None,
        order=returned.order if returned else "",
        place=event.context.place,
        channel=event.context.channel,
        session=event.session,
        caused_by=event.caused_by,
        attributes=attributes,
    )


def _bare(event: CustomerEvent, kind: InteractionKind, target: NodeRef) -> Interaction:
    return Interaction(
        key=event_key(event.source, event.id),
        customer=event.customer,
        kind=kind,
        target=target,
        at=event.at,
        utc_offset=event.utc_offset,
        place=event.context.place,
        channel=event.context.channel,
        session=event.session,
        caused_by=event.caused_by,
    )
