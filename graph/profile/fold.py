"""fold: a profile and the events after it become the next profile."""

from collections.abc import Iterable
from operator import itemgetter

from graph.events.family import (
    AddedToCart,
    Aliased,
    BehaviourEvent,
    Clicked,
    ConsentChanged,
    CustomerEvent,
    Dismissed,
    Erased,
    Grouped,
    Identified,
    Linked,
    PreferenceChanged,
    ProductEvent,
    Purchased,
    Rated,
    RemovedFromCart,
    Returned,
    TraitsChanged,
    Unmerged,
    Unsubscribed,
    Viewed,
)
from graph.identity.consent import Purpose, is_withheld
from graph.identity.groups import group_traits
from graph.identity.wish_shapes import topic_wish
from graph.ids import CustomerId, is_anonymous
from graph.instants import day_of
from graph.interactions import InteractionKind, event_key, line_key
from graph.log.event_log import LoggedEvent
from graph.nodes import LinkKind, Stamp
from graph.profile.features.table import FeatureTable
from graph.profile.growing import Growing
from graph.profile.profile import Profile, Seen, Turn
from graph.profile.recent_rows import Recent

__all__ = ["PRODUCT_EVENT_KINDS", "fold"]

PRODUCT_EVENT_KINDS: dict[type[ProductEvent], InteractionKind] = {
    Viewed: InteractionKind.VIEWED,
    Clicked: InteractionKind.CLICKED,
    Dismissed: InteractionKind.DISMISSED,
    AddedToCart: InteractionKind.ADDED_TO_CART,
    RemovedFromCart: InteractionKind.REMOVED_FROM_CART,
    Rated: InteractionKind.RATED,
    Returned: InteractionKind.RETURNED,
}
"""The interaction each event about one product is."""

STATED = (ConsentChanged, PreferenceChanged, Unsubscribed)
"""What a customer says of themselves is heard through whatever browser: a bot's, a colleague's or a test's."""

_by_seq = itemgetter(0)


def fold(
    profile: Profile | None, customer: CustomerId, logged: Iterable[LoggedEvent], table: FeatureTable | None = None
) -> Profile:
    """The profile of `customer` after `logged`, events of theirs in any order, with what `table` needs of them.

    Only events numbered after ``profile.seq`` count, each once, so folding the same events again changes nothing.
    Between erasures the state is the same whatever numbers the same events have. `profile` is left as it is.
    """
    events = sorted(logged, key=_by_seq)
    growing = Growing(profile if profile is not None else Profile(customer=customer))
    for seq, event in events:
        if seq <= growing.seq or not isinstance(event, CustomerEvent):
            continue
        if isinstance(event, Erased):
            growing = Growing(Profile(customer=customer, seq=seq))
            continue
        growing.seq = seq
        if (isinstance(event, STATED) or not event.context.internal) and not is_withheld(
            event, Purpose.PERSONALIZATION
        ):
            key = event_key(event.source, event.id)
            _add(growing, event, key)
            layout = None if table is None else table.layouts.of(event)
            if layout is not None:
                growing.note(layout.fact(event, key))
    if table is not None:
        growing.settle(table)
    return growing.profile()


def _add(growing: Growing, event: CustomerEvent, key: str) -> None:
    if isinstance(event, Linked):
        _link(growing, event.other, event.by, Stamp(event.at, event.evidence))
        return
    growing.count(type(event).__name__)
    if isinstance(event, BehaviourEvent):
        context = event.context
        seen = Seen(event.at, key, context.channel, context.device, context.place, context.locale, event.utc_offset)
        growing.see(event.at, seen)
        if isinstance(event, ProductEvent):
            _add_product_event(growing, event, key)
        elif isinstance(event, Purchased):
            _add_order(growing, event)
        return
    stamp = Stamp(event.at, key)
    match event:
        case TraitsChanged():
            growing.state("traits", event.traits, stamp)
        case PreferenceChanged():
            growing.state("preferences", event.preferences, stamp)
        case ConsentChanged():
            growing.state("consents", event.consents, stamp)
        case Identified():
            growing.see(event.at)
            if event.anonymous is not None:
                _link(growing, event.anonymous, LinkKind.IDENTIFIED, stamp)
        case Aliased():
            _link(growing, event.previous, LinkKind.ALIASED, stamp)
        case Unmerged():
            _link(growing, event.previous, LinkKind.UNMERGED, stamp)
        case Grouped():
            growing.state("traits", group_traits(event), stamp)
        case Unsubscribed():
            _unsubscribe(growing, event.topic, stamp)


def _link(growing: Growing, other: CustomerId, by: LinkKind, stamp: Stamp) -> None:
    if other == growing.customer:
        return
    growing.state("linked", {other: by.value if by is not LinkKind.UNMERGED else False}, stamp)
    if by is not LinkKind.UNMERGED and is_anonymous(growing.customer) and not is_anonymous(other):
        growing.turns.append(Turn(*stamp, other))


def _unsubscribe(growing: Growing, topic: str, stamp: Stamp) -> None:
    if topic:
        growing.state("preferences", {topic_wish(topic): False}, stamp)
    else:
        growing.state("consents", {Purpose.MARKETING: False}, stamp)


def _add_product_event(growing: Growing, event: ProductEvent, key: str) -> None:
    kind = PRODUCT_EVENT_KINDS[type(event)]
    quantity = float(event.quantity) if isinstance(event, AddedToCart | RemovedFromCart | Returned) else 1.0
    row = Recent(event.at, key, kind, event.product, quantity, event.session, live=not event.history)
    if isinstance(event, Returned):
        row = row._replace(order=event.order)
        growing.spend(event.currency, -event.value)
    elif isinstance(event, AddedToCart | RemovedFromCart):
        growing.cart_rows.append(row)
    growing.recent.append(row)
    growing.tally(kind, (event.product,), day_of(event.at, event.utc_offset))


def _add_order(growing: Growing, event: Purchased) -> None:
    kind = InteractionKind.PURCHASED
    source, order, at, session, live = event.source, event.order, event.at, event.session, not event.history
    growing.recent += [
        Recent(at, line_key(source, order, line.line), kind, line.product, float(line.quantity), session, order, live)
        for line in event.lines
    ]
    products = [line.product for line in event.lines]
    growing.tally(kind, products, day_of(at, event.utc_offset))
    growing.buy(products, at)
    growing.spend(event.currency, sum([line.value for line in event.lines]))
