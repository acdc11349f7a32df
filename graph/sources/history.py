"""import_history: events of history into the log, in batches, and what became of them."""

import gc
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import Future

from msgspec import Struct

from graph.events.family import Event
from graph.identity.marking import NOTHING_CHOSEN, Marking
from graph.log.event_log import Appended, EventLog
from graph.sources.row_letters import RowLetters
from graph.sources.rows.refused_row import Reason, RefusedRow, Tally

__all__ = ["ImportReport", "import_history"]


class ImportReport(Struct, frozen=True, kw_only=True):
    """What an import did.

    accepted: events now in the log that were not before, by_type: of which type. duplicates: events the log knew whole.
    withheld: observations that their customers allow nobody to use.
    refused, reasons, examples: rows no event could be made of, as in Report; letters: how many of these are kept as
    dead letters.
    """

    accepted: int
    duplicates: int
    refused: int
    by_type: dict[str, int]
    reasons: list[Reason]
    examples: list[RefusedRow]
    withheld: int = 0
    letters: int = 0


def import_history(
    events: Iterable[Event | RefusedRow],
    log: EventLog,
    *,
    marking: Marking = NOTHING_CHOSEN,
    letters: RowLetters | None = None,
    batch: int = 5000,
    progress: Callable[[int], None] | None = None,
) -> ImportReport:
    """Append what `read_history` yields; rerun after a failure, it goes on where the log stands.

    While one batch becomes durable the next is read. `letters` keeps the rows that were refused, `progress` hears how
    many events each batch had. LogUnavailable where a batch could not be kept; those before it are.
    """
    imported = _Imported(progress)
    waiting: list[Event] = []
    under_way: Future[list[Appended]] | None = None
    collecting = gc.isenabled()
    gc.disable()  # events hold no cycles, but are so many that looking for some takes a quarter of the time
    try:
        for item in events:
            if isinstance(item, RefusedRow):
                imported.tally.add(item)
                if letters is not None:
                    letters.add(item)
                continue
            waiting.append(item)
            if len(waiting) >= batch:
                imported.add(under_way)
                under_way, waiting = log.submit(imported.admitted(waiting, marking)), []
        imported.add(under_way)
        imported.add(log.submit(imported.admitted(waiting, marking)) if waiting else None)
    finally:
        if collecting:
            gc.enable()
    return imported.report(0 if letters is None else letters.settle())


class _Imported:
    def __init__(self, progress: Callable[[int], None] | None) -> None:
        self.tally = Tally()
        self._by_type: Counter[str] = Counter()
        self._duplicates = 0
        self._withheld = 0
        self._progress = progress

    def admitted(self, events: list[Event], marking: Marking) -> tuple[Event, ...]:
        """The events of a batch that may be kept, with their marks."""
        admitted = marking.admit(events)
        self._withheld += admitted.withheld
        return admitted.events

    def add(self, batch: "Future[list[Appended]] | None") -> None:
        """Wait for a batch and count what became of it."""
        if batch is None:
            return
        appended = batch.result()
        for one in appended:
            if one.logged is None:
                self._duplicates += 1
            else:
                self._by_type[type(one.logged.event).__name__] += 1
        if self._progress is not None:
            self._progress(len(appended))

    def report(self, letters: int) -> ImportReport:
        return ImportReport(
            accepted=self._by_type.total(),
            duplicates=self._duplicates,
            refused=self.tally.total,
            by_type=dict(self._by_type),
            reasons=self.tally.reasons(),
            examples=self.tally.first,
            withheld=self._withheld,
            letters=letters,
        )
