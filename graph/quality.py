"""Quality: how good what came in was, by source."""

import re
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from graph.events.bots import is_bot
from graph.events.family import Event, Impression, ProductEvent, Purchased
from graph.events.refusal import Parsed
from graph.ids import ProductId
from graph.log.event_log import Appended

__all__ = ["MAX_FIELDS", "Quality", "SourceQuality"]

MAX_FIELDS = 100
"""Fields of refusals that are told apart, of each source; names may be a sender's own, so the rest is ``other``."""

MAX_EXAMPLES = 20

_PLACE = re.compile(r"^(?:batch|products|customers)?\[\d+\]\.?")
_POSITION = re.compile(r"\[\d+\]")


@dataclass
class SourceQuality:
    """What came from one source.

    accepted: events now in the log; duplicates: those it knew. Of the accepted: late, over a day after they happened;
    bots, of a user agent that says so; unknown_products, of a product not in the catalogue yet, the last of which are
    in `examples`. clocks_corrected: events whose sender's clock was over a minute off. refused: messages that are no
    events, by field.
    """

    accepted: int = 0
    duplicates: int = 0
    late: int = 0
    bots: int = 0
    unknown_products: int = 0
    clocks_corrected: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    examples: deque[ProductId] = field(default_factory=lambda: deque(maxlen=MAX_EXAMPLES))


class Quality:
    """Counts since it was made; `knows` says whether a product is in the catalogue."""

    def __init__(self, knows: Callable[[ProductId], bool]) -> None:
        self.sources: dict[str, SourceQuality] = {}
        self._knows = knows

    def count(self, source: str, parsed: Parsed, appended: Sequence[Appended]) -> None:
        """Take a body into account: what it held, and what became of each event in it."""
        counts = self.sources.setdefault(source, SourceQuality())
        counts.clocks_corrected += parsed.corrected
        for refusal in parsed.refused:
            name = _field(refusal.field)
            known = name in counts.refused or len(counts.refused) < MAX_FIELDS
            counts.refused[name if known else "other"] += 1
        for one in appended:
            if one.logged is None:
                counts.duplicates += 1
                continue
            event = one.logged.event
            counts.accepted += 1
            counts.late += event.history
            counts.bots += event.context.internal and is_bot(event.context.user_agent)
            for product in _products(event):
                if not self._knows(product):
                    counts.unknown_products += 1
                    if product not in counts.examples:
                        counts.examples.append(product)
                    break


def _field(place: str) -> str:
    """Where in a message a fault is, wherever the message was: ``properties.products[].price``."""
    return _POSITION.sub("[]", _PLACE.sub("", place)) or "message"


def _products(event: Event) -> Iterator[ProductId]:
    if isinstance(event, ProductEvent):
        yield event.product
    elif isinstance(event, Purchased):
        yield from (line.product for line in event.lines)
    elif isinstance(event, Impression):
        yield from event.products
