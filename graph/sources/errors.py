"""The errors of files and their mapping.

PatronError
├── InvalidValue
│   └── MappingError    a mapping says what it must not: names file, key, value, expected
└── UnreadableFile      a file of the mapping cannot be read as what it is said to be
"""

from typing import Any

from graph.errors import InvalidValue, PatronError

__all__ = ["MappingError", "UnreadableFile"]


class MappingError(InvalidValue):
    """A mapping file that cannot be used.

    >>> str(MappingError("shop.yaml", "tables.0.columns.time", "Datum", "a column of orders.csv"))
    "shop.yaml: tables.0.columns.time: got 'Datum', expected a column of orders.csv"
    """

    def __init__(self, file: str, key: str, value: Any, expected: str) -> None:
        self.file = file
        self.key = key
        super().__init__(f"{file}: {key}", value, expected)


class UnreadableFile(PatronError):
    """A file broken beyond its rows: cut short, not of its format, or with a quote that never ends."""

    def __init__(self, file: str, reason: str) -> None:
        self.file = file
        super().__init__(f"{file}: cannot be read: {reason}")
