"""validate: what an import of a shop's files would do, said in advance."""

from collections import Counter
from pathlib import Path

from msgspec import Struct

from graph.events.family import (
    BehaviourEvent,
    CampaignChanged,
    Delivered,
    Event,
    ProductChanged,
    ProductEvent,
    Purchased,
    Returned,
)
from graph.instants import Instant
from graph.sources.history_files import read_history
from graph.sources.mapping import Mapping
from graph.sources.rows.refused_row import Reason, RefusedRow, Tally
from graph.sources.rows.table_rows import Progress

__all__ = ["Report", "validate"]

_SHOWN_PRODUCTS = 10


class Report(Struct, frozen=True, kw_only=True):
    """What `read_history` found.

    rows: file -> rows read, once for each table it is in. events: type -> how many.
    refused: rows that would be refused; reasons: how often for what, the most frequent first; examples: some of them.
    since, until: when the first and the last thing was done, microseconds UTC; None where nothing was.
    currencies: of all money, sorted. undescribed: products met that no products table describes, and a few of them.
    """

    rows: dict[str, int]
    events: dict[str, int]
    order_lines: int
    refused: int
    reasons: list[Reason]
    examples: list[RefusedRow]
    since: Instant | None
    until: Instant | None
    currencies: list[str]
    undescribed: int
    undescribed_examples: list[str]


def validate(mapping: Mapping, folder: Path, received: Instant, progress: Progress | None = None) -> Report:
    """Read everything as an import would and keep nothing. Errors as `read_history` raises them."""
    rows: Counter[str] = Counter()

    def count(file: str, read: int) -> None:
        rows[file] += read
        if progress is not None:
            progress(file, read)

    found = _Found()
    for item in read_history(mapping, folder, received, count):
        found.add(item)
    return found.report(dict(rows))


class _Found:
    def __init__(self) -> None:
        self.events: Counter[str] = Counter()
        self.tally = Tally()
        self.since: Instant | None = None
        self.until: Instant | None = None
        self.lines = 0
        self.currencies: set[str] = set()
        self.described: set[str] = set()
        self.met: set[str] = set()

    def add(self, item: Event | RefusedRow) -> None:
        if isinstance(item, RefusedRow):
            self.tally.add(item)
            return
        self.events[type(item).__name__] += 1
        if isinstance(item, BehaviourEvent | Delivered):
            self.since = item.at if self.since is None else min(self.since, item.at)
            self.until = item.at if self.until is None else max(self.until, item.at)
        match item:
            case Purchased(lines=lines, currency=currency):
                self.lines += len(lines)
                self.currencies.add(currency)
                self.met.update([line.product for line in lines])
            case ProductChanged(product=product, currency=currency):
                self.described.add(product)
                self.currencies.add(currency)
            case ProductEvent(product=product):
                self.met.add(product)
                if isinstance(item, Returned):
                    self.currencies.add(item.currency)
            case CampaignChanged(coupons=coupons):
                self.met.update(product for coupon in coupons for product in coupon.products)

    def report(self, rows: dict[str, int]) -> Report:
        undescribed = self.met - self.described
        return Report(
            rows=rows,
            events=dict(self.events),
            order_lines=self.lines,
            refused=self.tally.total,
            reasons=self.tally.reasons(),
            examples=self.tally.first,
            since=self.since,
            until=self.until,
            currencies=sorted(self.currencies - {""}),
            undescribed=len(undescribed),
            undescribed_examples=sorted(undescribed)[:_SHOWN_PRODUCTS],
        )
