"""DeadLetters: what was refused and why, kept so that somebody can mend it."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Protocol

from msgspec import Struct, json
from msgspec.msgpack import Decoder, Encoder

from graph.errors import NotFound
from graph.events.refusal import Refusal
from graph.instants import DAY, Instant
from graph.log.file_log import Aside

__all__ = ["DeadLetter", "DeadLetters", "Retention", "RowRefusal", "Selection", "decode_refusal", "kept_row"]

_KEEP = (
    "INSERT INTO dead_letter (customer, source, received, payload) SELECT nullif(?1, ''), ?2, ?3, ?4 "
    "WHERE NOT EXISTS (SELECT 1 FROM erasure WHERE customer = ?1 AND at >= ?3)"
)
_COLUMNS = "SELECT number, source, received, payload FROM dead_letter"
_CHOSEN = "(?1 = '' OR source = ?1) AND received >= ?2 AND number > ?3"
_DROP = "DELETE FROM dead_letter WHERE number IN (SELECT value FROM json_each(?))"
_AGAIN = "UPDATE dead_letter SET payload = ?2 WHERE number = ?1"
_TOO_OLD = "DELETE FROM dead_letter WHERE received < ?"
_TOO_MANY = (
    "DELETE FROM dead_letter WHERE number <= (SELECT number FROM dead_letter ORDER BY number DESC LIMIT 1 OFFSET ?)"
)


class RowRefusal(Refusal, frozen=True):
    """A refused row of a file that was imported, read again when the file is. `raw` holds its fields.

    file: as the import names it. row: counted from 1, the header aside.
    """

    file: str = ""
    row: int = 0


_encode = Encoder().encode
decode_refusal = Decoder(Refusal).decode
_decode_row = Decoder(RowRefusal).decode


class DeadLetter(NamedTuple):
    """A refusal with where it came from and when, microseconds UTC."""

    number: int
    source: str
    received: Instant
    refusal: Refusal


def kept_row(refusal: Refusal, source: str, received: Instant) -> Aside:
    """A refusal as a row to be written beside the events."""
    return Aside(_KEEP, (refusal.customer, source, received, _encode(refusal)))


class Selection(Struct, frozen=True):
    """Which letters are meant: those of one source ("" for all), received at `since` or later."""

    source: str = ""
    since: Instant = Instant(0)


class Retention(NamedTuple):
    """How many letters are kept, the newest, and for how many days; what is beyond either goes."""

    letters: int
    days: float


class LetterFile(Protocol):
    """The log's file, of the server that writes the events or of anybody else."""

    def select(self, statement: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]: ...

    def aside(self, row: Aside) -> bool:
        """Write a row, or queue it behind the events; False where there is no room."""
        ...


class DeadLetters:
    """Refusals in the log's file, beside the events; `forget` covers them."""

    def __init__(self, log: LetterFile) -> None:
        self._log = log

    def keep(self, refusals: Iterable[Refusal], source: str, received: Instant) -> int:
        """Queue refusals without waiting; how many there was room for."""
        kept = 0
        for refusal in refusals:
            kept += self._log.aside(kept_row(refusal, source, received))
        return kept

    def newest(self, limit: int = 100, chosen: Selection | None = None) -> list[DeadLetter]:
        """The newest of those chosen, newest first."""
        return self._select(f"{_COLUMNS} WHERE {_CHOSEN} ORDER BY number DESC LIMIT ?4", limit, chosen)

    def oldest(self, limit: int, chosen: Selection | None = None, *, after: int = 0) -> list[DeadLetter]:
        """The oldest of those chosen whose number is above `after`, oldest first."""
        return self._select(f"{_COLUMNS} WHERE {_CHOSEN} ORDER BY number LIMIT ?4", limit, chosen, after)

    def get(self, number: int) -> DeadLetter:
        """NotFound where there is none of this number (any more)."""
        found = self._log.select(f"{_COLUMNS} WHERE number = ?", (number,))
        if not found:
            raise NotFound("dead letter", str(number))
        return _letter(found[0])

    def count(self, chosen: Selection | None = None) -> int:
        chosen = chosen or Selection()
        statement = f"SELECT count(*) FROM dead_letter WHERE {_CHOSEN}"
        return int(self._log.select(statement, (chosen.source, chosen.since, 0))[0][0])

    def counts(self) -> dict[str, int]:
        """How many are kept of each source."""
        return dict(self._log.select("SELECT source, count(*) FROM dead_letter GROUP BY source ORDER BY source"))

    def drop(self, numbers: Sequence[int]) -> int:
        """Queue the letters' removal without waiting; how many they are, 0 where there was no room."""
        return len(numbers) if self._log.aside(Aside(_DROP, (json.encode(numbers).decode(),))) else 0

    def drop_all(self, chosen: Selection) -> bool:
        """Queue the removal of all those chosen; False where there was no room."""
        return self._log.aside(Aside(f"DELETE FROM dead_letter WHERE {_CHOSEN}", (chosen.source, chosen.since, 0)))

    def refuse_again(self, number: int, refusal: Refusal) -> bool:
        """Queue a letter's newer reason; False where there was no room."""
        return self._log.aside(Aside(_AGAIN, (number, _encode(refusal))))

    def prune(self, retention: Retention, now: Instant) -> None:
        """Queue the removal of what is kept for too long or is too many."""
        self._log.aside(Aside(_TOO_OLD, (int(now - retention.days * DAY),)))
        self._log.aside(Aside(_TOO_MANY, (retention.letters,)))

    def _select(self, statement: str, limit: int, chosen: Selection | None, after: int = 0) -> list[DeadLetter]:
        chosen = chosen or Selection()
        return [_letter(row) for row in self._log.select(statement, (chosen.source, chosen.since, after, limit))]


def _letter(row: tuple[int, str, Instant, bytes]) -> DeadLetter:
    number, source, received, payload = row
    refused = _decode_row(payload)
    return DeadLetter(number, source, received, refused if refused.file else decode_refusal(payload))
