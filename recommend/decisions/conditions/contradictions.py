"""Contradictions: why no values can make a condition true, found before it is published."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from recommend.decisions.conditions.condition import Condition
from recommend.decisions.conditions.language.part import Knowing, Part
from recommend.decisions.conditions.language.tree import And, Either, Leaf, Not, Or, Tree
from recommend.decisions.conditions.names.variable import Variable
from recommend.decisions.conditions.possibility import possible, said_range

__all__ = ["MAX_BRANCHES", "impossible"]

MAX_BRANCHES = 256
"""In how many ways a condition may come true for this to look at it."""

_MOST_TOLD = 3

_Claim = tuple[Leaf, bool]
_Branch = tuple[_Claim, ...]


def impossible(condition: Condition) -> str | None:
    """Why no values within their variables' ranges make it true; None where some may.

    Looked at are the parts that read one name, and each part against itself; what a comparison of two names or a
    reckoning says of others is not. A condition that may come true in more than MAX_BRANCHES ways is let be.
    """
    try:
        branches = _branches(condition.tree, True)
    except _TooMany:
        return None
    conflicts: list[_Conflict] = []
    for branch in branches:
        conflict = _conflict(branch)
        if conflict is None:
            return None
        conflicts.append(conflict)
    told = dict.fromkeys(_said(conflict, condition.text) for conflict in conflicts[: _MOST_TOLD * _MOST_TOLD])
    return "; ".join(list(told)[:_MOST_TOLD])


class _TooMany(Exception):
    pass


_Conflict = tuple[Variable | None, list[_Claim]]
"""Claims that cannot all be, of a variable where they are of one."""


def _branches(tree: Tree, wanted: bool) -> list[_Branch]:
    """The ways in which a tree becomes `wanted`, each what must be true and false for it."""
    match tree:
        case Leaf():
            return [((tree, wanted),)]
        case Not(tree=negated):
            return _branches(negated, not wanted)
        case Either():
            then = _together([_branches(tree.when, True), _branches(tree.then, wanted)])
            return _few(then + _together([_branches(tree.when, False), _branches(tree.otherwise, wanted)]))
        case And() | Or():
            each = [_branches(joined, wanted) for joined in tree.trees]
            if isinstance(tree, And) is wanted:
                return _together(each)
            return _few([branch for branches in each for branch in branches])


def _together(each: Sequence[list[_Branch]]) -> list[_Branch]:
    found: list[_Branch] = [()]
    for branches in each:
        found = _few([(*before, *branch) for before in found for branch in branches])
    return found


def _few(branches: list[_Branch]) -> list[_Branch]:
    if len(branches) > MAX_BRANCHES:
        raise _TooMany
    return branches


def _conflict(branch: _Branch) -> _Conflict | None:
    wanted: dict[Part, _Claim] = {}
    by_variable: dict[Variable, list[_Claim]] = {}
    for leaf, true in branch:
        part = leaf.part
        before = wanted.setdefault(part, (leaf, true))
        if before[1] is not true:
            return None, [before, (leaf, true)]
        variables = part.variables
        if not variables and part.truth(lambda _: None) is not true:
            return None, [(leaf, true)]
        if len(variables) == 1 and before[0] is leaf:
            by_variable.setdefault(variables[0], []).append((leaf, true))
    for variable, claims in by_variable.items():
        if not _possible(variable, claims):
            return variable, claims
    return None


def _possible(variable: Variable, claims: Sequence[_Claim]) -> bool:
    return possible(variable, [(leaf.part, wanted) for leaf, wanted in claims])


def _said(conflict: _Conflict, text: str) -> str:
    variable, claims = conflict
    if variable is not None:
        claims = next(few for few in _subsets(claims) if not _possible(variable, few))
    words = [_cited(leaf, wanted, text) for leaf, wanted in claims]
    told = (
        f"{' and '.join(words)} cannot {'be' if len(words) == 1 else 'both be' if len(words) == 2 else 'all be'} true"
    )
    if variable is None:
        return told
    if any(isinstance(leaf.part, Knowing) and not wanted for leaf, wanted in claims):
        return f"{told}: {variable.name} always has a value" if len(claims) == 1 else told
    free = Variable(variable.name, variable.type, surely=variable.surely)
    return f"{told}: {variable.name} is {said_range(variable)}" if _possible(free, claims) else told


def _subsets(claims: list[_Claim]) -> Iterator[list[_Claim]]:
    """One, two and then all claims."""
    for size in (1, 2):
        yield from map(list, combinations(claims, size))
    yield claims


def _cited(leaf: Leaf, wanted: bool, text: str) -> str:
    words = " ".join(text[leaf.at : leaf.end].split())
    return words if wanted else f"!({words})"
