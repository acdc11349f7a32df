"""DeadLetters: what was refused and why, kept so that somebody can mend it."""

from collections.abc import Iterable
from typing import NamedTuple

from msgspec.msgpack import Decoder, Encoder

from graph.events.refusal import Refusal
from graph.instants import Instant
from graph.log.file_log import Aside, FileLog

__all__ = ["DeadLetter", "DeadLetters", "kept_row"]

_KEEP = (
    "INSERT INTO dead_letter (customer, source, received, payload) SELECT nullif(?1, ''), ?2, ?3, ?4 "
    "WHERE NOT EXISTS (SELECT 1 FROM erasure WHERE customer = ?1 AND at >= ?3)"
)

_encode = Encoder().encode
_decoder = Decoder(Refusal)


class DeadLetter(NamedTuple):
    """A refusal with where it came from and when, microseconds UTC."""

    number: int
    source: str
    received: Instant
    refusal: Refusal


def kept_row(refusal: Refusal, source: str, received: Instant) -> Aside:
    """A refusal as a row to be written beside the events."""
    return Aside(_KEEP, (refusal.customer, source, received, _encode(refusal)))


class DeadLetters:
    """Refusals in the log's file, written by its thread behind the events; `forget` covers them."""

    def __init__(self, log: FileLog) -> None:
        self._log = log

    def keep(self, refusals: Iterable[Refusal], source: str, received: Instant) -> int:
        """Queue refusals without waiting; how many there was room for."""
        kept = 0
        for refusal in refusals:
            kept += self._log.aside(kept_row(refusal, source, received))
        return kept

    def list(self, limit: int = 100) -> list[DeadLetter]:
        """The newest, newest first."""
        rows = self._log.select(
            "SELECT number, source, received, payload FROM dead_letter ORDER BY number DESC LIMIT ?", (limit,)
        )
        return [DeadLetter(number, source, at, _decoder.decode(payload)) for number, source, at, payload in rows]

    def counts(self) -> dict[str, int]:
        """How many are kept of each source."""
        return dict(self._log.select("SELECT source, count(*) FROM dead_letter GROUP BY source ORDER BY source"))
