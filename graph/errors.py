"""The errors of the graph layer, and the root all of Patron's errors hang from.

PatronError
├── InvalidValue        a field holds what it must not: says field, value, expected
│   └── SchemaTooNew    a stored row was written by a newer Patron
├── FileBroken          a file is missing, changed, or not what it should be
├── NotFound            a customer, product or version nobody knows
├── DataFolderLocked    another process owns this data folder
├── CopyDiffers         a copied graph does not hold what its source holds
└── StoreUnavailable    a store cannot be reached or refuses to write now; trying again may help
    └── LogUnavailable  the event log cannot make an event durable
"""

from pathlib import Path
from typing import Any

__all__ = [
    "CopyDiffers",
    "DataFolderLocked",
    "FileBroken",
    "InvalidValue",
    "LogUnavailable",
    "NotFound",
    "PatronError",
    "SchemaTooNew",
    "StoreUnavailable",
]


class PatronError(Exception):
    """Anything Patron refuses or fails at, told in words a caller can act on."""


class InvalidValue(PatronError):
    """A value that cannot be accepted.

    >>> str(InvalidValue("quantity", -1, "an integer of 0 or more"))
    'quantity: got -1, expected an integer of 0 or more'
    """

    def __init__(self, field: str, value: Any, expected: str) -> None:
        self.field = field
        self.value = value
        self.expected = expected
        super().__init__(f"{field}: got {shown(value)}, expected {expected}")


class SchemaTooNew(InvalidValue):
    """A stored row or file carries a schema number this version cannot read."""


class FileBroken(PatronError):
    """A file cannot be used: which one, what was found there, what was expected.

    >>> str(FileBroken(Path("v0002/products.npy"), "no such file", "float32 of shape (3, 2)"))
    'v0002/products.npy: found no such file, expected float32 of shape (3, 2)'
    """

    def __init__(self, path: Path, found: str, expected: str) -> None:
        self.path = path
        self.found = found
        self.expected = expected
        super().__init__(f"{path}: found {found}, expected {expected}")


class NotFound(PatronError):
    """Something was asked for by an id nobody knows."""

    def __init__(self, noun: str, identifier: str) -> None:
        self.noun = noun
        self.identifier = identifier
        super().__init__(f"no {noun} with id {shown(identifier)}")


class DataFolderLocked(PatronError):
    """Another Patron process holds the data folder."""


class CopyDiffers(PatronError):
    """A copy of a graph is not what it was copied from."""


class StoreUnavailable(PatronError):
    """A store cannot be used at the moment."""


class LogUnavailable(StoreUnavailable):
    """The event log cannot accept events at the moment; nothing of the call was kept."""


def shown(value: Any, limit: int = 80) -> str:
    """A value as a message shows it: its repr, cut to `limit` characters."""
    try:
        text = repr(value)
    except (RecursionError, ValueError):  # nested too deeply, or an integer of thousands of digits
        text = f"<{type(value).__name__} too large to show>"
    return text if len(text) <= limit else text[: limit - 1] + "…"
