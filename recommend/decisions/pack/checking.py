"""Checking: what every part of a pack is held against: its conditions, its expressions and the names it refers to."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

from graph.errors import InvalidValue
from graph.files.yaml_text import Place
from recommend.decisions.conditions import Condition, Reckoning, Vocabulary, impossible
from recommend.decisions.pack.faults import Faults
from recommend.decisions.pack.vocabularies import Vocabularies
from recommend.decisions.pack.written.reading import Written

__all__ = ["Checking"]


class Checking:
    """Compiles and looks up for one file after another; what is wrong is gathered, and None stands for it."""

    def __init__(self, written: Written, names: Vocabularies, faults: Faults) -> None:
        self.written, self.names, self.faults = written, names, faults

    def condition(self, file: str, place: Place, text: str, vocabulary: Vocabulary | None) -> Condition | None:
        """The compiled condition; None for no text, a wrong one, and one that can never be true."""
        if not text or vocabulary is None:
            return None
        try:
            condition = Condition(text, vocabulary, "")
        except InvalidValue as refused:
            self.faults.add(file, place, refused.value, refused.expected)
            return None
        never = impossible(condition)
        if never is not None:
            self.faults.add(file, place, text, f"a condition that can be true: {never}")
            return None
        return condition

    def together(self, file: str, place: Place, conditions: Sequence[Condition], vocabulary: Vocabulary) -> None:
        """Whether conditions that must all hold can: what is found in one alone is told already."""
        if len(conditions) < 2:
            return
        text = " && ".join(f"({condition.text})" for condition in conditions)
        try:
            never = impossible(Condition(text, vocabulary, ""))
        except InvalidValue:  # each is well, and only all of them are too long for one
            return
        if never is not None:
            self.faults.add(file, place, text, f"conditions that can hold together: {never}")

    def reckoning(self, file: str, place: Place, told: float | str | None, vocabulary: Vocabulary) -> Reckoning | None:
        """The compiled number; None for none and for a wrong one."""
        if told is None:
            return None
        try:
            return Reckoning(told, vocabulary, "")
        except InvalidValue as refused:
            self.faults.add(file, place, refused.value, refused.expected)
            return None

    def with_event(self, file: str, place: Place, base: Vocabulary, event: str) -> Vocabulary | None:
        """The names of `base` and an event's; None where there is no such event."""
        try:
            return self.names.with_event(base, event)
        except InvalidValue as refused:
            self.faults.add(file, place, refused.value, refused.expected)
            return None

    def event(self, file: str, place: Place, event: str) -> Vocabulary | None:
        """The names of an event alone."""
        try:
            return self.names.event(event)
        except InvalidValue as refused:
            self.faults.add(file, place, refused.value, refused.expected)
            return None

    def refer(self, file: str, place: Place, name: str, within: Iterable[str], what: str) -> bool:
        """Whether a name is one of those there are; "" refers to nothing, which is well."""
        known = sorted(within)
        if not name or name in known:
            return True
        close = get_close_matches(name, known, n=1, cutoff=0.5)
        said = f"; close to it: {close[0]}" if close else f": {', '.join(known[:10]) or 'there are none'}"
        self.faults.add(file, place, name, f"{what}{said}")
        return False

    def refer_all(self, file: str, place: Place, names: Iterable[str], within: Iterable[str], what: str) -> None:
        known = list(within)
        for number, name in enumerate(names):
            self.refer(file, (*place, number), name, known, what)

    def refuse(self, file: str, place: Place, value: Any, expected: str) -> None:
        self.faults.add(file, place, value, expected)
