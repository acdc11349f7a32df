"""Mirroring: an event that says something of two leaves becomes one of each, so that both ends know of the link."""

from collections.abc import Iterable, Iterator

from graph.events.derived_ids import suffixed
from graph.events.family import Aliased, CustomerEvent, Event, Identified, Linked, Unmerged
from graph.ids import CustomerId, EventId
from graph.interactions import event_key
from graph.nodes import LinkKind

__all__ = ["with_both_ends"]


def with_both_ends(events: Iterable[Event]) -> Iterator[Event]:
    """These events, each that links two leaves or takes a link back followed by what it says of the other one.

    Each event stays about one leaf: logs, stores and erasures need to know no more. The added one is the same each
    time, so that it is known again as its event is.
    """
    for event in events:
        yield event
        if isinstance(event, Identified):
            if event.anonymous is not None:
                yield from _mirrored(event, event.anonymous, LinkKind.IDENTIFIED)
        elif isinstance(event, Aliased):
            yield from _mirrored(event, event.previous, LinkKind.ALIASED)
        elif isinstance(event, Unmerged):
            yield from _mirrored(event, event.previous, LinkKind.UNMERGED)


def _mirrored(event: CustomerEvent, end: CustomerId, by: LinkKind) -> Iterator[Linked]:
    if end == event.customer:
        return
    yield Linked(
        id=EventId(suffixed(event.id, "linked")),
        source=event.source,
        at=event.at,
        received=event.received,
        utc_offset=event.utc_offset,
        context=event.context,
        history=event.history,
        customer=end,
        other=event.customer,
        by=by,
        evidence=event_key(event.source, event.id),
    )
