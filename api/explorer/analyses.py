"""Analyses: the last analysis of the graph, made again in a thread of its own once the graph has moved on."""

import logging
import threading
import time
from collections.abc import Callable, Iterator

from graph import (
    MINUTE,
    CustomerGraph,
    Instant,
    NodeKind,
    NodeRef,
    Position,
    Product,
    StoreUnavailable,
)
from graph.analysis import AnalysisFolder, GraphAnalysis, analyse
from graph.log.log_file import LogFile

__all__ = ["Analyses", "Upkeep"]

LONGEST_WAIT_SECONDS = 30.0
REST = 3.0
"""After an analysis it rests so many times as long as that took, whatever is erased meanwhile."""
_log = logging.getLogger("patron.explorer")


class Analyses:
    """The last analysis, and who in it must not be seen any more; any thread may read both, one replaces them."""

    def __init__(self, folder: AnalysisFolder) -> None:
        self._folder = folder
        self.current: GraphAnalysis | None = folder.latest()
        self.erased: frozenset[NodeRef] = frozenset()

    def replace(self, analysis: GraphAnalysis) -> None:
        """Keep a new analysis, on disk first."""
        self._folder.publish(analysis)
        self.current, self.erased = self._folder.latest(), frozenset()


class Upkeep:
    """Analyses anew at first, when somebody in the analysis was erased, and when the graph has moved and it is old.

    caught_up: whether the graph has been brought to the end of the log since this process began: before that nothing
    is analysed. prepare: what is done in this thread with the analysis there was and with each new one.
    """

    def __init__(
        self,
        analyses: Analyses,
        opened: Callable[[], CustomerGraph],
        log: LogFile,
        *,
        minutes: float,
        poll_seconds: float,
        now: Callable[[], Instant],
        caught_up: Callable[[], bool],
        prepare: Callable[[], None] = lambda: None,
    ) -> None:
        self._analyses, self._opened, self._log = analyses, opened, log
        self._minutes, self._poll, self._now, self._caught_up = minutes, poll_seconds, now, caught_up
        self._prepare, self._prepared = prepare, False
        self._looked_at: Position | None = None
        self._rests_until = 0.0

    def start(self) -> None:
        """Go on until the process ends."""
        threading.Thread(target=self._go_on, daemon=True, name="analysis").start()

    def _go_on(self) -> None:
        graph: CustomerGraph | None = None
        wait = self._poll
        while True:
            try:
                if self._caught_up():
                    graph = graph or self._opened()
                    if self.look(graph) or not self._prepared:
                        self._prepare()
                        self._prepared = True
                wait = self._poll
            except StoreUnavailable as error:
                wait = min(2 * wait, LONGEST_WAIT_SECONDS)
                _log.warning("the graph cannot be analysed now, will try again: %s", error)
            except Exception:
                wait = min(max(2 * wait, 1.0), LONGEST_WAIT_SECONDS)
                _log.exception("analysing the graph failed, will try again")
            time.sleep(wait)

    def look(self, graph: CustomerGraph) -> bool:
        """Analyse the graph where that is due; whether it was."""
        analysis = self._analyses.current
        if analysis is not None:
            self._look_for_erased(graph, analysis)
            old = self._now() - analysis.analysed_at >= self._minutes * MINUTE
            moved = old and graph.position() != analysis.position
            if not moved and (not self._analyses.erased or time.monotonic() < self._rests_until):
                return False
        elif not any(graph.counts()):
            return False
        begun, started = time.monotonic(), self._now()
        position = graph.position()
        fresh = analyse(graph.edges(), _products(graph), position, started)
        self._analyses.replace(fresh)
        took = time.monotonic() - begun
        self._rests_until, self._looked_at = time.monotonic() + REST * took, None
        _log.info("analysed %d customers and products in %.1f s", len(fresh), took)
        return True

    def _look_for_erased(self, graph: CustomerGraph, analysis: GraphAnalysis) -> None:
        """Find who was erased since; the graph may have learnt of an erasure a moment later than the log."""
        end = self._log.end()
        if end == self._looked_at:
            return
        named = {
            NodeRef(NodeKind.CUSTOMER, customer): at
            for customer, at in self._log.erasures().items()
            if analysis.of(NodeRef(NodeKind.CUSTOMER, customer)) is not None
        }
        there = graph.entries(named)
        self._analyses.erased = frozenset(
            node for node, at in named.items() if at >= analysis.analysed_at - MINUTE or node not in there
        )
        self._looked_at = end


def _products(graph: CustomerGraph) -> Iterator[Product]:
    return (record for record in graph.export([Product]) if isinstance(record, Product))
