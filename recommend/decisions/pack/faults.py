"""Faults: everything that is wrong with a pack at once, each by file, line, key, value and what was expected."""

from dataclasses import dataclass
from typing import Any

from graph.errors import PatronError, shown
from graph.files.yaml_text import Place, YamlText

__all__ = ["Fault", "Faults", "PackRefused"]


@dataclass(frozen=True, order=True)
class Fault:
    """One mistake.

    >>> str(Fault("actions/savings.yaml", 14, "savings.worth", "'much'", "an amount in major units such as 12.50"))
    "actions/savings.yaml:14: savings.worth: got 'much', expected an amount in major units such as 12.50"
    """

    file: str
    line: int
    key: str
    value: str
    expected: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key}: got {self.value}, expected {self.expected}"


class PackRefused(PatronError):
    """A pack that cannot be published, and why: all its faults, by file and line."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        self.faults = faults
        super().__init__("\n".join(map(str, faults)))


class Faults:
    """Gathers what is wrong while a pack is read."""

    def __init__(self) -> None:
        self._found: list[Fault] = []
        self._texts: dict[str, YamlText] = {}

    def reading(self, file: str, text: YamlText) -> None:
        """From now on the lines of this file are known."""
        self._texts[file] = text

    def add(self, file: str, place: Place, value: Any, expected: str) -> None:
        """A mistake at a place of a file."""
        text = self._texts.get(file)
        line = 1 if text is None else text.line(place)
        key = ".".join(map(str, place)) or "the file"
        self._found.append(Fault(file, line, key, shown(value), expected))

    def add_at(self, file: str, line: int, key: str, value: Any, expected: str) -> None:
        """A mistake on a line, where the file cannot be read further."""
        self._found.append(Fault(file, line, key, shown(value), expected))

    def __bool__(self) -> bool:
        return bool(self._found)

    @property
    def found(self) -> tuple[Fault, ...]:
        """By file and line; what was found twice stands once."""
        return tuple(sorted(set(self._found)))
