"""Tree: a condition as parts joined by and, or, not and either-or, true, false or not known."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from recommend.decisions.conditions.language.expression import Binary, Choice, Expression, Unary
from recommend.decisions.conditions.language.part import Part, part_of

__all__ = ["And", "Either", "Leaf", "Not", "Or", "Tree", "leaves", "tree_of", "truth"]


@dataclass(frozen=True)
class And:
    trees: tuple["Tree", ...]


@dataclass(frozen=True)
class Or:
    trees: tuple["Tree", ...]


@dataclass(frozen=True)
class Not:
    """at, end: where it stands in the author's text."""

    tree: "Tree"
    at: int = field(compare=False)
    end: int = field(compare=False)


@dataclass(frozen=True)
class Either:
    """``when ? then : otherwise``"""

    when: "Tree"
    then: "Tree"
    otherwise: "Tree"


@dataclass(frozen=True)
class Leaf:
    """A part, and where it stands in the author's text; two that ask the same are equal."""

    part: Part
    at: int = field(compare=False)
    end: int = field(compare=False)


Tree = And | Or | Not | Either | Leaf


def tree_of(expression: Expression) -> Tree:
    """The tree of an expression that is true or false."""
    match expression:
        case Binary(operator="&&"):
            return And(tuple(map(tree_of, _joined(expression, "&&"))))
        case Binary(operator="||"):
            return Or(tuple(map(tree_of, _joined(expression, "||"))))
        case Unary(operator="!", of=of, at=at, end=end):
            return Not(tree_of(of), at, end)
        case Choice(when=when, then=then, otherwise=otherwise):
            return Either(tree_of(when), tree_of(then), tree_of(otherwise))
    return Leaf(part_of(expression), expression.at, expression.end)


def truth(tree: Tree, told: Callable[[Part], bool | None]) -> bool | None:
    """Whether the tree is true by what its parts are told to be; looks at no more parts than it must."""
    match tree:
        case Leaf(part=part):
            return told(part)
        case Not(tree=negated):
            held = truth(negated, told)
            return None if held is None else not held
        case Either():
            when = truth(tree.when, told)
            return None if when is None else truth(tree.then if when else tree.otherwise, told)
        case And() | Or():
            settles = isinstance(tree, Or)
            result: bool | None = not settles
            for joined in tree.trees:
                held = truth(joined, told)
                if held is settles:
                    return settles
                if held is None:
                    result = None
            return result


def leaves(tree: Tree) -> Iterator[Leaf]:
    """The parts where they stand, in the text's order."""
    match tree:
        case Leaf():
            yield tree
        case Not(tree=negated):
            yield from leaves(negated)
        case Either():
            for joined in (tree.when, tree.then, tree.otherwise):
                yield from leaves(joined)
        case And() | Or():
            for joined in tree.trees:
                yield from leaves(joined)


def _joined(expression: Expression, operator: str) -> Iterator[Expression]:
    if isinstance(expression, Binary) and expression.operator == operator:
        yield from _joined(expression.left, operator)
        yield from _joined(expression.right, operator)
    else:
        yield expression
