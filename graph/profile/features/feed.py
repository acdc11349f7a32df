"""Feeds: what a fact adds to the series and marks of a table."""

from collections.abc import Callable, Iterator
from typing import Protocol

from graph.instants import day_of
from graph.profile.features.condition import Condition
from graph.profile.features.event_fields import Subject
from graph.profile.features.fact import Fact, Fields
from graph.profile.features.fact_fields import Text, number_in, scale_of, text_in
from graph.profile.features.plan import MarkPlan, SeriesPlan
from graph.profile.features.series import GrowingSeries, Mark, Values

__all__ = ["Feed", "MarkFeed", "SeriesFeed", "State"]

Test = Callable[[Fact, Fields], bool]
ONE = (1,)


class State(Protocol):
    """What is fed: the series and marks of a profile."""

    def series(self, number: int, width: int, horizon: int) -> GrowingSeries:
        """The series of a number, to be added to."""
        ...

    def mark(self, number: int, mark: Mark, latest: bool) -> None:
        """Move a mark, where this one is earlier or later than it."""
        ...


class SeriesFeed:
    """What a fact adds to one series. fields, line_fields: what facts of the layout hold, in order."""

    def __init__(self, number: int, plan: SeriesPlan, fields: list[str], line_fields: list[str], currency: str) -> None:
        self.number, self.plan = number, plan
        subject = plan.subject
        self._by_line = subject.by_line
        self._tests = [_test(condition, subject, fields, line_fields, currency) for condition in plan.where]
        self._group = text_in(subject, plan.group, fields, line_fields) if plan.group else None
        self._values = [number_in(subject, measure, fields, line_fields, currency) for measure in plan.measures]

    def amounts(self, fact: Fact) -> list[tuple[str, Values]]:
        """What a fact adds: the group and the numbers of it, or of each of its lines, that counts."""
        group, values, tests = self._group, self._values, self._tests
        return [
            (
                "" if group is None else str(group(fact, row) or ""),
                (1, *[value(fact, row) or 0 for value in values]) if values else ONE,
            )
            for row in (fact.lines if self._by_line else (fact.fields,))
            if not tests or _meets(tests, fact, row)
        ]

    def feed(self, state: State, fact: Fact) -> None:
        amounts = self.amounts(fact)
        if amounts:
            series = state.series(self.number, self.plan.width, self.plan.horizon)
            day = day_of(fact.at, fact.utc_offset)
            for group, values in amounts:
                series.add(day, group, values)


class MarkFeed:
    """What a fact moves one mark to."""

    def __init__(self, number: int, plan: MarkPlan, fields: list[str], line_fields: list[str], currency: str) -> None:
        self.number, self.plan = number, plan
        subject = plan.subject
        self._by_line, self._latest = subject.by_line, plan.latest
        self._tests = [_test(condition, subject, fields, line_fields, currency) for condition in plan.where]
        self._value = _shown(subject, plan.value, fields, line_fields, currency) if plan.value else None

    def marks(self, fact: Fact) -> Iterator[Mark]:
        """Where the mark would stand for this fact alone."""
        for row in fact.lines if self._by_line else (fact.fields,):
            if self._tests and not _meets(self._tests, fact, row):
                continue
            value = "" if self._value is None else self._value(fact, row)
            if self._value is None or (value is not None and value != ""):
                yield Mark(fact.at, fact.key, value)

    def feed(self, state: State, fact: Fact) -> None:
        for mark in self.marks(fact):
            state.mark(self.number, mark, self._latest)


Feed = SeriesFeed | MarkFeed


def _test(condition: Condition, subject: Subject, fields: list[str], line_fields: list[str], currency: str) -> Test:
    if condition.values:
        text, allowed = text_in(subject, condition.field, fields, line_fields), frozenset(condition.values)
        return lambda fact, row: text(fact, row) in allowed
    number, scale = number_in(subject, condition.field, fields, line_fields, currency), scale_of(condition.field)
    least = None if condition.least is None else condition.least * scale
    most = None if condition.most is None else condition.most * scale

    def within(fact: Fact, row: Fields) -> bool:
        found = number(fact, row)
        return found is not None and (least is None or found >= least) and (most is None or found <= most)

    return within


def _shown(subject: Subject, name: str, fields: list[str], line_fields: list[str], currency: str) -> Text:
    if name not in subject.numbers:
        return text_in(subject, name, fields, line_fields)
    number, scale = number_in(subject, name, fields, line_fields, currency), scale_of(name)

    def shown(fact: Fact, row: Fields) -> int | float | None:
        found = number(fact, row)
        return found if found is None or scale == 1 else found / scale

    return shown


def _meets(tests: list[Test], fact: Fact, row: Fields) -> bool:
    for test in tests:  # noqa: SIM110  a generator takes twice as long, and this is for every event
        if not test(fact, row):
            return False
    return True
