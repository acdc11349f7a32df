"""Clauses: many conditions over the same values, each thing that they ask looked at once."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from recommend.decisions.conditions.condition import Condition
from recommend.decisions.conditions.language.part import Comparison, Part
from recommend.decisions.conditions.language.tree import And, Either, Leaf, Not, Or, Tree
from recommend.decisions.conditions.names.variable import Value, Variable

__all__ = ["Clauses", "Judged"]

_UNTOLD: Any = object()

_Judge = Callable[["Judged"], bool | None]


class Clauses:
    """Conditions by their place; those that say the same, and the parts that do, are one."""

    def __init__(self, conditions: Sequence[Condition]) -> None:
        self._judges: list[_Judge] = []
        self._variables: dict[Variable, int] = {}
        self._parts: dict[Part, tuple[int, _Judge]] = {}
        numbers: dict[Tree, int] = {}
        self._numbers: list[int] = []
        for condition in conditions:
            number = numbers.setdefault(condition.tree, len(numbers))
            if number == len(self._judges):
                self._judges.append(self._judge_of(condition.tree))
            self._numbers.append(number)

    def __len__(self) -> int:
        return len(self._numbers)

    def judge(self, values: Mapping[str, Any]) -> "Judged":
        """The conditions over these values by full name, each value read at most once, and only if it is asked for."""
        return Judged(values, self._numbers, self._judges, list(self._variables), len(self._parts))

    def _judge_of(self, tree: Tree) -> _Judge:
        match tree:
            case Leaf(part=part):
                if part not in self._parts:
                    self._parts[part] = len(self._parts), self._part_judge(part, len(self._parts))
                return self._parts[part][1]
            case Not(tree=negated):
                return _negated(self._judge_of(negated))
            case Either():
                return _either(*map(self._judge_of, (tree.when, tree.then, tree.otherwise)))
            case And() | Or():
                return _joined(isinstance(tree, Or), tuple(map(self._judge_of, tree.trees)))

    def _part_judge(self, part: Part, number: int) -> _Judge:
        places = {variable: self._variables.setdefault(variable, len(self._variables)) for variable in part.variables}
        if isinstance(part, Comparison):
            return _compared(number, places[part.variable], part.test())

        def judge(judged: Judged) -> bool | None:
            held = judged.told[number]
            if held is _UNTOLD:
                held = judged.told[number] = part.truth(lambda variable: judged.found(places[variable]))
            return held  # type: ignore[no-any-return]

        return judge


class Judged:
    """Conditions over the values of one moment. For one thread."""

    __slots__ = ("_judges", "_numbers", "_truths", "_values", "_variables", "read", "told")

    def __init__(
        self,
        values: Mapping[str, Any],
        numbers: list[int],
        judges: list[_Judge],
        variables: list[Variable],
        parts: int,
    ) -> None:
        self._values, self._numbers, self._judges, self._variables = values, numbers, judges, variables
        self._truths = [_UNTOLD] * len(judges)
        self.told: list[Any] = [_UNTOLD] * parts
        self.read: list[Any] = [_UNTOLD] * len(variables)

    def truth(self, index: int) -> bool | None:
        """Whether the condition at a place is true; None where it cannot be told."""
        number = self._numbers[index]
        held = self._truths[number]
        if held is _UNTOLD:
            held = self._truths[number] = self._judges[number](self)
        return held  # type: ignore[no-any-return]

    def found(self, place: int) -> Value | None:
        """The value of a variable by its place among those of the clauses."""
        held = self.read[place]
        if held is _UNTOLD:
            variable = self._variables[place]
            try:
                held = variable.value(self._values[variable.name])
            except KeyError:
                held = None
            self.read[place] = held
        return held  # type: ignore[no-any-return]


def _compared(number: int, place: int, test: Callable[[Any], bool]) -> _Judge:
    def judge(judged: Judged) -> bool | None:
        held = judged.told[number]
        if held is _UNTOLD:
            value = judged.read[place]
            if value is _UNTOLD:
                value = judged.found(place)
            held = judged.told[number] = None if value is None else test(value)
        return held  # type: ignore[no-any-return]

    return judge


def _negated(inner: _Judge) -> _Judge:
    def judge(judged: Judged) -> bool | None:
        held = inner(judged)
        return None if held is None else not held

    return judge


def _either(when: _Judge, then: _Judge, otherwise: _Judge) -> _Judge:
    def judge(judged: Judged) -> bool | None:
        held = when(judged)
        return None if held is None else then(judged) if held else otherwise(judged)

    return judge


def _joined(settles: bool, inner: tuple[_Judge, ...]) -> _Judge:
    """Of an Or `settles` is True: one that is so settles the whole."""

    def judge(judged: Judged) -> bool | None:
        result: bool | None = not settles
        for one in inner:
            held = one(judged)
            if held is settles:
                return settles
            if held is None:
                result = None
        return result

    return judge
