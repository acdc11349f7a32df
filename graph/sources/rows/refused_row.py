"""RefusedRow: a row that was not taken, and why."""

from collections import Counter

from msgspec import Struct

__all__ = ["Reason", "RefusedRow", "Tally"]


class RefusedRow(Struct, frozen=True):
    """A row of a file that says something no event can be made of. Rows count from 1, the header aside.

    customer: the leaf identity it is about, "" where that cannot be told. text: the fields of the row as JSON.
    """

    file: str
    row: int
    field: str
    value: str | None
    expected: str
    customer: str = ""
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file} row {self.row}: {self.field}: got {self.value!r}, expected {self.expected}"


class Reason(Struct, frozen=True):
    """How many rows of a file were refused for the same thing."""

    file: str
    field: str
    expected: str
    rows: int


class Tally:
    """Counts refusals by reason and keeps the first few of each to show."""

    def __init__(self, keep: int = 20, keep_each: int = 3) -> None:
        self.first: list[RefusedRow] = []
        self._keep = keep
        self._keep_each = keep_each
        self._counts: Counter[tuple[str, str, str]] = Counter()

    def add(self, refusal: RefusedRow) -> None:
        reason = (refusal.file, refusal.field, refusal.expected)
        self._counts[reason] += 1
        if len(self.first) < self._keep and self._counts[reason] <= self._keep_each:
            self.first.append(refusal)

    @property
    def total(self) -> int:
        return self._counts.total()

    def reasons(self) -> list[Reason]:
        """The most frequent first, then by file and field."""
        ordered = sorted(self._counts.items(), key=lambda counted: (-counted[1], counted[0]))
        return [Reason(*reason, rows) for reason, rows in ordered]
