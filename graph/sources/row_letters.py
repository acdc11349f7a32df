"""RowLetters: the refused rows of a shop's files as dead letters."""

from graph.errors import shown
from graph.events.refusal import MAX_CUT
from graph.instants import Instant
from graph.log.dead_letters import DeadLetters, RowRefusal, Selection
from graph.sources.rows.refused_row import RefusedRow, Tally

__all__ = ["MAX_LETTERS", "MAX_LETTERS_A_REASON", "RowLetters"]

MAX_LETTERS = 5_000
"""Rows of an import that are kept: a mapping gone wrong is not to push out what other sources were refused."""

MAX_LETTERS_A_REASON = 1_000


class RowLetters:
    """What an import refuses of its files, in place of what earlier imports refused of them.

    A file is known by the shop's `source` and its name. `received` is when the import began; `keep` is how many rows
    there is room for.
    """

    def __init__(
        self, letters: DeadLetters, source: str, files: frozenset[str], received: Instant, keep: int = MAX_LETTERS
    ) -> None:
        self._letters = letters
        self._source = source
        self._files = files
        self._received = received
        self._refused = Tally(min(keep, MAX_LETTERS), MAX_LETTERS_A_REASON)

    def add(self, row: RefusedRow) -> None:
        """Take a refused row into account."""
        self._refused.add(row)

    def settle(self) -> int:
        """Queue the letters of the rows that were added and the removal of those of rows that are right now; how many
        letters the files have. A row refused for what it was refused for before keeps the letter it has."""
        refused = {_refusal(row): None for row in self._refused.first}
        chosen = Selection(self._source)
        held = {
            letter.refusal: letter.number
            for letter in self._letters.newest(self._letters.count(chosen), chosen)
            if isinstance(letter.refusal, RowRefusal) and letter.refusal.file in self._files
        }
        self._letters.drop([number for refusal, number in held.items() if refusal not in refused])
        missing = [refusal for refusal in refused if refusal not in held]
        return len(refused) - len(missing) + self._letters.keep(missing, self._source, self._received)


def _refusal(row: RefusedRow) -> RowRefusal:
    return RowRefusal(
        index=row.row - 1,
        field=f"{row.file} row {row.row}: {row.field}",
        value=shown(row.value),
        expected=row.expected,
        raw=row.text[:MAX_CUT],
        customer=row.customer,
        file=row.file,
        row=row.row,
    )
