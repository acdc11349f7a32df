"""AnswerLedger: what was answered to whom, kept beside the events."""

from graph.ids import CustomerId
from graph.instants import Instant
from graph.log.file_log import Aside, FileLog

__all__ = ["AnswerLedger"]

# An answer that waited while its customer was erased is not kept.
_RECORD = (
    "INSERT OR IGNORE INTO answer (id, customer, at, payload) SELECT ?1, ?2, ?3, ?4 "
    "WHERE NOT EXISTS (SELECT 1 FROM erasure WHERE customer = ?2 AND at >= ?3)"
)


class AnswerLedger:
    """Recorded answers, in the log's file and written by its thread, behind the events; `forget` covers them."""

    def __init__(self, log: FileLog) -> None:
        self._log = log

    def record(self, id: str, customer: CustomerId | None, at: Instant, payload: bytes) -> bool:
        """Queue an answer, without waiting; False where there is no room. The first answer of an id stays."""
        return self._log.aside(Aside(_RECORD, (id, customer, at, payload)))

    def get(self, id: str) -> bytes | None:
        """An answer that has reached the file, which it does a moment after `record`."""
        rows = self._log.select("SELECT payload FROM answer WHERE id = ?", (id,))
        return bytes(rows[0][0]) if rows else None
