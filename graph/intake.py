"""Intake: events become durable, refusals are kept, and the sender hears what became of each."""

import logging
from collections.abc import Sequence
from concurrent.futures import Future
from typing import NamedTuple

from graph.events.family import Linked
from graph.events.refusal import Parsed, Refusal
from graph.identity.marking import NOTHING_CHOSEN, Marking
from graph.instants import Instant
from graph.log.dead_letters import DeadLetters
from graph.log.event_log import Appended, EventLog
from graph.quality import Quality

__all__ = ["Intake", "IntakeResult"]


_logger = logging.getLogger(__name__)


class IntakeResult(NamedTuple):
    """What became of a body.

    accepted: events now in the log; duplicates: events the log knew whole; refused: messages that are no events;
    withheld: observations that their customers allow nobody to use, which are kept nowhere.
    """

    accepted: int
    duplicates: int
    refused: tuple[Refusal, ...] = ()
    withheld: int = 0


class Intake:
    """The one door into the log for every route and file."""

    def __init__(
        self,
        log: EventLog,
        dead_letters: DeadLetters,
        marking: Marking = NOTHING_CHOSEN,
        quality: Quality | None = None,
    ) -> None:
        """marking: what customers refuse. quality: where it is counted how good what comes in is."""
        self._log = log
        self._dead_letters = dead_letters
        self._marking = marking
        self._quality = quality

    def submit(self, parsed: Parsed, source: str, received: Instant) -> "Future[IntakeResult]":
        """The result once the events are durable, LogUnavailable where they cannot be.

        Then the refusals are kept as dead letters of `source`; the answer neither waits for that nor fails with it.
        """
        result: Future[IntakeResult] = Future()
        events, withheld = self._marking.admit(parsed.events)
        if not events:
            self._tell(parsed, [], source, received)
            result.set_result(IntakeResult(0, 0, parsed.refused, withheld))
            return result

        def finish(appended: Future[list[Appended]]) -> None:
            if not result.set_running_or_notify_cancel():
                return
            error = appended.exception()
            if error is not None:
                result.set_exception(error)
                return
            sent = [one for event, one in zip(events, appended.result(), strict=True) if not isinstance(event, Linked)]
            self._tell(parsed, sent, source, received)
            duplicates = sum(one.duplicate for one in sent)
            result.set_result(IntakeResult(len(sent) - duplicates, duplicates, parsed.refused, withheld))

        self._log.submit(events).add_done_callback(finish)
        return result

    def take(self, parsed: Parsed, source: str, received: Instant) -> IntakeResult:
        """`submit`, waited for: what files use."""
        return self.submit(parsed, source, received).result()

    def _tell(self, parsed: Parsed, appended: Sequence[Appended], source: str, received: Instant) -> None:
        """Keep what was refused and count what came; neither is a reason for an answer not to come."""
        self._keep(parsed.refused, source, received)
        if self._quality is not None:
            self._quality.count(source, parsed, appended)

    def _keep(self, refused: tuple[Refusal, ...], source: str, received: Instant) -> None:
        try:
            kept = self._dead_letters.keep(refused, source, received)
        except Exception:
            _logger.exception("refusals of %s were not kept", source)
        else:
            if kept < len(refused):
                _logger.warning("%d refusals of %s were not kept: too many are waiting", len(refused) - kept, source)
