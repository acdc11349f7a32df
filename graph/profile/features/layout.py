"""Layouts: which fields of an event its fact keeps, by type of event, and what the fact then feeds."""

from collections.abc import Callable, Iterable, Mapping
from hashlib import blake2b
from operator import attrgetter
from typing import Any

from graph.events.family import AccountEvent, CustomerEvent, Event
from graph.profile.features.event_fields import ATTRIBUTE, CONTEXT_FIELDS, DERIVED_FIELDS, LINE_FIELDS, MONEY
from graph.profile.features.fact import Fact, Fields
from graph.profile.features.feed import Feed, MarkFeed, SeriesFeed
from graph.profile.features.plan import MarkPlan, SeriesPlan

__all__ = ["Layout", "Layouts"]

Plan = SeriesPlan | MarkPlan
Taken = Callable[[Any], Fields]


class Layout:
    """One type of event, or one name of account events. number: names what a fact of it holds, in which order."""

    def __init__(self, name: str, plans: Mapping[int, Plan], currency: str) -> None:
        held = {field for plan in plans.values() for field in _held(plan)}
        fields = sorted({field for field, in_line in held if not in_line})
        line_fields = sorted({field for field, in_line in held if in_line})
        told = repr((name, fields, line_fields))
        self.number = int.from_bytes(blake2b(told.encode(), digest_size=4).digest())
        self._of_event, self._of_line = _taken(fields), _taken(line_fields)
        self._has_lines = any(plan.subject.name in ("OrderLine", "Purchased") for plan in plans.values())
        self.series_feeds = {
            number: SeriesFeed(number, plan, fields, line_fields, currency)
            for number, plan in plans.items()
            if isinstance(plan, SeriesPlan)
        }
        self.mark_feeds = {
            number: MarkFeed(number, plan, fields, line_fields, currency)
            for number, plan in plans.items()
            if isinstance(plan, MarkPlan)
        }
        self.feeds: tuple[Feed, ...] = (*self.series_feeds.values(), *self.mark_feeds.values())

    def fact(self, event: Any, key: str) -> Fact:
        """What is kept of an event."""
        lines = tuple(map(self._of_line, event.lines)) if self._has_lines else ()
        return Fact(event.at, key, self.number, event.utc_offset, self._of_event(event), lines)


class Layouts:
    """The layouts of a table by type of event, of account events by name: what no feature asks for costs nothing."""

    def __init__(self, plans: Mapping[int, Plan], currency: str) -> None:
        self._by_type: dict[type[Event], Layout] = {}
        self._by_name: dict[str, Layout] = {}
        for kind in {kind: None for plan in plans.values() for kind in plan.subject.types}:
            wanted = {number: plan for number, plan in plans.items() if kind in plan.subject.types}
            if kind is AccountEvent:
                for name in {name: None for plan in wanted.values() for name in _names(plan) or ()}:
                    of_name = {
                        n: plan for n, plan in wanted.items() if (names := _names(plan)) is None or name in names
                    }
                    self._by_name[name] = Layout(f"{kind.__name__} {name}", of_name, currency)
                wanted = {number: plan for number, plan in wanted.items() if _names(plan) is None}
            if wanted:
                self._by_type[kind] = Layout(kind.__name__, wanted, currency)
        every = [*self._by_type.values(), *self._by_name.values()]
        self.by_number = {layout.number: layout for layout in every}

    def of(self, event: CustomerEvent) -> Layout | None:
        """The layout of an event; None where no feature needs anything of it."""
        kind = type(event)
        if kind is AccountEvent and self._by_name:
            named = self._by_name.get(event.name)  # type: ignore[attr-defined]
            if named is not None:
                return named
        return self._by_type.get(kind)


def _held(plan: Plan) -> Iterable[tuple[str, bool]]:
    """The fields a plan needs of a fact, and whether of its lines."""
    subject = plan.subject
    names = [condition.field for condition in plan.where]
    names += [plan.group, *plan.measures] if isinstance(plan, SeriesPlan) else [plan.value]
    for name in names:
        if not name or name in DERIVED_FIELDS or name == "lines":
            continue
        in_line = name in LINE_FIELDS and (subject.by_line or subject.name == "Purchased")
        yield name, in_line
        if name in MONEY:
            yield "currency", False


def _taken(fields: list[str]) -> Taken:
    """A function that takes these fields of an event, or of a line."""
    if len(fields) > 1 and not any(field == "discount" or field.startswith(ATTRIBUTE) for field in fields):
        return attrgetter(*map(_path, fields))  # all at once: this is for every event
    single = [_one(field) for field in fields]
    return lambda event: tuple([get(event) for get in single])


def _one(field: str) -> Callable[[Any], Any]:
    if field == "discount":
        return lambda line: sum(line.discounts.values())
    if field.startswith(ATTRIBUTE):
        name = field.removeprefix(ATTRIBUTE)
        return lambda event: event.attributes.get(name)
    return attrgetter(_path(field))


def _path(field: str) -> str:
    return f"context.{field}" if field in CONTEXT_FIELDS else field


def _names(plan: Plan) -> tuple[str, ...] | None:
    """The account events' names it is only for; None where it is for all."""
    for condition in plan.where:
        if condition.field == "name":
            return tuple(map(str, condition.values))
    return None
