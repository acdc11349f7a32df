"""Copying: everything of one customer graph into another store, whichever two they are."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from typing import TypeVar

import msgspec

from graph.customer_graph import CustomerGraph, Erasure, GraphCounts, Record
from graph.errors import CopyDiffers, InvalidValue, StoreUnavailable, shown
from graph.ids import CustomerId
from graph.log.event_log import START, Position
from graph.nodes import Campaign, Customer, Product
from graph.stores.merging import is_bare

__all__ = ["BATCH", "Copied", "Progress", "copy_graph"]

BATCH = 10_000
"""How many records are written in one transaction."""
TRIES = 3
ERASED_AT_ONCE = 100
_MARK = "copy:"

T = TypeVar("T")

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many records it has reached, and of how many."""


@dataclass(frozen=True)
class Copied:
    """records: how many the source holds. written: how many of them this call wrote; the others were there already.
    position: what both graphs include of the event log."""

    records: int
    written: int
    position: Position
    counts: GraphCounts


@dataclass(frozen=True)
class Moment:
    """A graph as it was at one moment; `records` is read once."""

    position: Position
    counts: GraphCounts
    records: Iterator[Record]

    @classmethod
    def of(cls, graph: CustomerGraph) -> "Moment":
        """StoreUnavailable where somebody writes to the graph faster than it can be looked at."""
        for _ in range(TRIES):
            position, counts, records = graph.position(), graph.counts(), graph.export()
            first = list(islice(records, 1))
            if graph.position() == position:
                return cls(position, counts, chain(first, records))
        raise StoreUnavailable("somebody writes to this graph all the time: stop its worker, then try again")

    @property
    def total(self) -> int:
        return sum(self.counts) - self.counts.coupons

    @property
    def mark(self) -> str:
        """What the position of an unfinished copy of this begins with; how far it is comes after it."""
        return f"{_MARK}{self.position}:{','.join(map(str, self.counts))}:"


def copy_graph(
    source: CustomerGraph,
    target: CustomerGraph,
    *,
    batch: int = BATCH,
    verify: bool = False,
    progress: Progress = lambda what, done, total: None,
) -> Copied:
    """Bring all of `source` into `target`, which is empty or holds an unfinished copy; the counts of both are compared,
    with `verify` also every record.

    Every `batch` records are one transaction that says how far the copy is: one that was stopped at any moment goes on
    there, or, where the source has changed since, starts over (a product or campaign that the source has no more stays,
    and the two differ in the end). The target has the position of the source once all is
    there and compared. One that stands there already, with the same counts, is left as it is.

    Raises InvalidValue for a source that is an unfinished copy itself, and for a target with a graph of its own;
    CopyDiffers where the two differ in the end.
    """
    moment = Moment.of(source)
    if moment.position.startswith(_MARK):
        raise InvalidValue("from", "an unfinished copy", "a whole graph")
    there = target.position()
    finished = there == moment.position and target.counts() == moment.counts
    done = moment.total if finished else _resumed(target, there, moment, progress)
    written = moment.total - done
    if not finished:
        _write(moment, target, done, batch, progress)
    try:
        if target.counts() != moment.counts:
            raise CopyDiffers(
                f"the copy has {_told(target.counts())}, its source {_told(moment.counts)}; "
                "where the target held a copy of another graph before, empty it and copy again"
            )
        if verify:
            _compare(source, target, moment, progress)
    except CopyDiffers:
        if not finished:
            target.apply((), Position(_MARK))  # the next call starts over
        raise
    if not finished:
        target.apply((), moment.position)
    return Copied(moment.total, written, moment.position, moment.counts)


def _resumed(target: CustomerGraph, there: Position, moment: Moment, progress: Progress) -> int:
    """How many records of `moment` the target holds; what it holds of another copy is removed."""
    if there == START and not any(target.counts()):
        return 0
    if not there.startswith(_MARK):
        raise InvalidValue("to", f"a graph with {_told(target.counts())}", "an empty store, or an unfinished copy")
    done = there.removeprefix(moment.mark)
    if there.startswith(moment.mark) and done.isdecimal():
        return int(done)
    target.apply((), Position(_MARK))
    customers = [CustomerId(record.id) for record in target.export((Customer,)) if isinstance(record, Customer)]
    for number, some in enumerate(_batched(iter(customers), ERASED_AT_ONCE)):
        progress("removing an older copy", number * ERASED_AT_ONCE, len(customers))
        target.apply(Erasure(customer) for customer in some)
    return 0  # products and campaigns never go from a graph: those of the source replace what is left


def _write(moment: Moment, target: CustomerGraph, done: int, batch: int, progress: Progress) -> None:
    records = islice(_bare_last(moment.records), done, None)
    for some in _batched(records, batch):
        progress("copying", done, moment.total)
        done += len(some)
        target.apply(some, Position(f"{moment.mark}{done}"))


def _bare_last(records: Iterator[Record]) -> Iterator[Record]:
    """The records with bare nodes at the end: before what names them they would outlive it, were the copy stopped."""
    bare: list[Record] = []
    for record in records:
        if isinstance(record, Product | Campaign) and is_bare(record):
            bare.append(record)
        else:
            yield record
    yield from bare


def _compare(source: CustomerGraph, target: CustomerGraph, moment: Moment, progress: Progress) -> None:
    again = Moment.of(source)
    if again.position != moment.position:
        raise StoreUnavailable("the source has changed while it was copied: stop its worker, then try again")
    encode = msgspec.msgpack.Encoder(order="deterministic").encode
    for number, (ours, theirs) in enumerate(zip_longest(again.records, target.export())):
        if number % BATCH == 0:
            progress("comparing", number, moment.total)
        if encode(ours) != encode(theirs):
            raise CopyDiffers(f"record {number + 1} of the copy is {shown(theirs)}, of its source {shown(ours)}")


def _batched(records: Iterator[T], size: int) -> Iterator[list[T]]:
    while some := list(islice(records, size)):
        yield some


def _told(counts: GraphCounts) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts._asdict().items())
