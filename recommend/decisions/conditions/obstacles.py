"""Obstacles: the parts that keep a condition from being true, in the author's words with what was found."""

import json
from collections.abc import Mapping

from recommend.decisions.conditions.language.part import Look, Part
from recommend.decisions.conditions.language.tree import And, Either, Leaf, Not, Or, Tree, truth
from recommend.decisions.conditions.names.variable import Value

__all__ = ["obstacles", "shown_value"]

_LONGEST = 80

_Truths = Mapping[Part, bool | None]
_Blamed = dict[Part, tuple[int, int]]
"""Parts, and from where to where in the text each is cited."""


def obstacles(tree: Tree, text: str, truths: _Truths, look: Look) -> list[str]:
    """The fewest parts that keep the tree from being true, in the text's order; none where it is true."""
    if truth(tree, truths.__getitem__) is True:
        return []
    blamed = sorted(_against(tree, True, truths).items(), key=lambda cited: cited[1])
    return [" ".join(text[at:end].split()) + _found(part, truths[part], look) for part, (at, end) in blamed]


def _against(tree: Tree, wanted: bool, truths: _Truths) -> _Blamed:
    """The fewest parts of a tree that is not `wanted` that alone keep it from that."""
    match tree:
        case Leaf(part=part):
            return {part: (tree.at, tree.end)}
        case Not(tree=Leaf(part=part)):
            return {part: (tree.at, tree.end)}
        case Not():
            return _against(tree.tree, not wanted, truths)
        case Either():
            return _against_either(tree, wanted, truths)
        case And() | Or():
            held = [(joined, truth(joined, truths.__getitem__)) for joined in tree.trees]
            against = [(_against(joined, wanted, truths), so) for joined, so in held if so is not wanted]
            if isinstance(tree, And) is wanted:  # one of them is enough
                return min(against, key=lambda blamed: (len(blamed[0]), blamed[1] is None))[0]
            return _all([blamed for blamed, _ in against])


def _against_either(tree: Either, wanted: bool, truths: _Truths) -> _Blamed:
    when = truth(tree.when, truths.__getitem__)
    if when is None:
        return _against(tree.when, True, truths)
    taken, other = (tree.then, tree.otherwise) if when else (tree.otherwise, tree.then)
    blamed = _against(taken, wanted, truths)
    ways = [_all([_against(tree.when, not when, truths), blamed])]
    if truth(other, truths.__getitem__) is not wanted:
        ways.append(_all([blamed, _against(other, wanted, truths)]))
    return min(ways, key=len)


def _all(blamed: list[_Blamed]) -> _Blamed:
    found: _Blamed = {}
    for one in blamed:
        for part, place in one.items():
            found[part] = min(place, found.get(part, place))
    return found


def _found(part: Part, so: bool | None, look: Look) -> str:
    found = {variable.name: look(variable) for variable in part.variables}
    told = [("not known" if value is None else f"it is {shown_value(value)}") for value in found.values()]
    if len(found) > 1:
        told = [f"{name}: {said.removeprefix('it is ')}" for name, said in zip(found, told, strict=True)]
    if so is None and None not in found.values():
        told.append("which cannot be reckoned")
    return f" ({', '.join(told)})" if told else ""


def shown_value(value: Value) -> str:
    """A value as an author would write it."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    told = json.dumps(value, ensure_ascii=False)
    return told if len(told) <= _LONGEST else f"{told[: _LONGEST - 1]}…"
