"""Checking: what every part of a pack is held against: its conditions, its expressions and the names it refers to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from graph.errors import InvalidValue
from graph.files.yaml_text import Place
from recommend.decisions.conditions import Condition, Reckoning, Vocabulary, impossible
from recommend.decisions.pack.faults import Faults
from recommend.decisions.pack.vocabularies import Vocabularies
from recommend.decisions.pack.written.about import About
from recommend.decisions.pack.written.event_pattern import EventPattern
from recommend.decisions.pack.written.reading import Written

__all__ = ["NO_NAMES", "Checking", "EventRule", "Spot"]

NO_NAMES = Vocabulary.of([])


@dataclass(frozen=True)
class EventRule:
    """An event that is waited for. when: None for any of that name."""

    event: str
    when: Condition | None


@dataclass(frozen=True)
class Checking:
    """A pack while it is compiled: what its files say, which names its rules may read, and what is wrong so far."""

    about: About
    written: Written
    names: Vocabularies
    faults: Faults
    _joined: dict[tuple[int, str], Vocabulary] = field(default_factory=dict)

    def spot(self, file: str, *place: str) -> "Spot":
        return Spot(self, file, place)

    def entry(self, kind: str, name: str) -> "Spot":
        """Where an action, a slot, a state or a journey stands."""
        return Spot(self, self.written.files[kind, name], (name,))

    def with_event(self, base: Vocabulary, event: str) -> Vocabulary:
        """The names of `base`, one that lives as long as this, and an event's; InvalidValue where there is none."""
        key = id(base), event
        if key not in self._joined:
            self._joined[key] = self.names.with_event(base, event)
        return self._joined[key]


@dataclass(frozen=True)
class Spot:
    """A place in a file of a pack: what is wrong there is gathered, and None stands for it."""

    pack: Checking
    file: str
    place: Place

    def within(self, *parts: str | int) -> "Spot":
        return Spot(self.pack, self.file, (*self.place, *parts))

    def refuse(self, value: Any, expected: str) -> None:
        self.pack.faults.add(self.file, self.place, value, expected)

    def condition(self, text: str, vocabulary: Vocabulary) -> Condition | None:
        """The compiled condition; None for no text, a wrong one, and one that can never be true."""
        if not text:
            return None
        try:
            condition = Condition(text, vocabulary, "")
        except InvalidValue as refused:
            self.refuse(refused.value, refused.expected)
            return None
        never = impossible(condition)
        if never is not None:
            self.refuse(text, f"a condition that can be true: {never}")
            return None
        return condition

    def together(self, conditions: Sequence[Condition], vocabulary: Vocabulary) -> None:
        """Whether conditions that must all hold can: what is found in one alone is told already."""
        if len(conditions) < 2:
            return
        text = " && ".join(f"({condition.text})" for condition in conditions)
        try:
            never = impossible(Condition(text, vocabulary, ""))
        except InvalidValue:  # each is well, and only all of them are too long for one
            return
        if never is not None:
            self.refuse(text, f"conditions that can hold together: {never}")

    def reckoning(self, told: float | str | None, vocabulary: Vocabulary) -> Reckoning | None:
        """The compiled number; None for none and for a wrong one."""
        if told is None:
            return None
        try:
            return Reckoning(told, vocabulary, "")
        except InvalidValue as refused:
            self.refuse(refused.value, refused.expected)
            return None

    def event_rule(self, pattern: EventPattern, base: Vocabulary = NO_NAMES) -> EventRule:
        """The event of a pattern that stands here, its condition over the names of `base` and of the event."""
        try:
            names = self.pack.with_event(base, pattern.event)
        except InvalidValue as refused:
            self.within("event").refuse(refused.value, refused.expected)
            return EventRule(pattern.event, None)
        return EventRule(pattern.event, self.within("when").condition(pattern.when, names))

    def refer(self, name: str, within: Iterable[str], what: str) -> None:
        """Refuse a name that is none of those there are; "" refers to nothing, which is well."""
        known = sorted(within)
        if not name or name in known:
            return
        close = get_close_matches(name, known, n=1, cutoff=0.5)
        said = f"; close to it: {close[0]}" if close else f": {', '.join(known[:10]) or 'there are none'}"
        self.refuse(name, f"{what}{said}")

    def refer_all(self, names: Iterable[str], within: Iterable[str], what: str) -> None:
        known = list(within)
        for number, name in enumerate(names):
            self.within(number).refer(name, known, what)
