"""ProductFilter: a CEL condition over a product, compiled once and type-checked."""

import re
from functools import lru_cache
from itertools import pairwise
from typing import Any

from cel_expr_python import cel

from graph import InvalidValue, Product
from recommend.placements.filter_text import Token, comparisons, refusal, tokens

__all__ = ["COLUMNS", "ProductFilter"]

COLUMNS: dict[str, Any] = {
    "id": cel.Type.STRING,
    "name": cel.Type.STRING,
    "department": cel.Type.STRING,
    "category": cel.Type.STRING,
    "subcategory": cel.Type.STRING,
    "brand": cel.Type.STRING,
    "manufacturer": cel.Type.STRING,
    "package_size": cel.Type.STRING,
    "price": cel.Type.INT,
    "currency": cel.Type.STRING,
    "in_stock": cel.Type.BOOL,
    "regions": cel.Type.List(cel.Type.STRING),
    "attributes": cel.Type.Map(cel.Type.STRING, cel.Type.DYN),
}
"""What a condition may name. `price` is in minor units: ``price < 500`` is everything under 5.00.

Of a product that names no regions, `regions` are all that the condition asks about: it is available everywhere.
"""

MAX_REMEMBERED = 5_000
"""How many verdicts of each kind a condition remembers."""

MAX_SHARED = 128
"""How many conditions of requests are held compiled."""

_ENVIRONMENT = cel.NewEnv(variables=COLUMNS)
_PLACE = re.compile(r"<input>:(\d+):(\d+): ([^\n]*)")


class ProductFilter:
    """A condition such as ``price < 500 && category == "DAIRY"``.

    A product for which it cannot be answered (an attribute or a price it does not have) is not let through.
    columns: which of COLUMNS the condition names. comparisons: what must hold of single columns for it to be true.
    unsettled: the columns that the rest of it names.
    """

    def __init__(self, expression: str, field: str = "filter") -> None:
        """Compile; InvalidValue naming `field`, the expression and the column where it is no condition or one that
        could cost more than its length lets expect."""
        self.expression = expression
        words = tokens(expression)
        refused = refusal(expression, words)
        if refused is not None:
            at, why = refused
            raise InvalidValue(field, expression, f"a CEL condition over the product; {_where(expression, at)}: {why}")
        try:
            self._compiled = _ENVIRONMENT.compile(expression)
        except RuntimeError as error:
            raise InvalidValue(field, expression, f"a CEL condition over the product; {_place(str(error))}") from None
        result = self._compiled.return_type().name()
        if result != "BOOL":
            raise InvalidValue(field, expression, f"a CEL condition that is true or false; column 1: it is {result}")
        self.columns = _columns(words)
        plain, left = comparisons(words)
        self.comparisons, self.unsettled = tuple(plain), _columns(left)
        self._regions = [
            word.text[1:-1] for word, after in pairwise(words) if after.text == "in" and word.kind == "text"
        ]
        self._remembered: dict[tuple[Any, ...], bool] = {}
        self._settled: dict[tuple[str, str], bool] = {}

    @staticmethod
    def of(expression: str, field: str = "filter") -> "ProductFilter":
        """The compiled filter of a request, shared with all the requests that say the same."""
        return _shared(expression, field)

    def allows(self, product: Product) -> bool:
        """Whether the condition is true of a product; remembered by the values it names."""
        return self.check(product)[0]

    def check(self, product: Product) -> tuple[bool, bool]:
        """(whether the condition is true of the product, whether that had to be evaluated)."""
        values = tuple([getattr(product, column) for column in self.columns])
        try:
            return self._remembered[values], False
        except KeyError:
            verdict = self._remember(values)
        except TypeError:  # attributes are a dictionary, which cannot be remembered by
            verdict = self._true({name: value for name, value in zip(self.columns, values, strict=True)})
        return verdict, True

    def possible(self, column: str, text: str) -> tuple[bool, bool]:
        """(whether it can be true of a product with this text in a column, whether that had to be evaluated):
        CEL says false as soon as the column settles it."""
        held = self._settled.get((column, text))
        if held is not None:
            return held, False
        if len(self._settled) >= MAX_REMEMBERED:
            self._settled.clear()
        verdict = self._settled[column, text] = self._result({column: text}) is not False
        return verdict, True

    def _remember(self, values: tuple[Any, ...]) -> bool:
        verdict = self._true(dict(zip(self.columns, values, strict=True)))
        if len(self._remembered) >= MAX_REMEMBERED:
            self._remembered.clear()
        self._remembered[values] = verdict
        return verdict

    def _true(self, values: dict[str, Any]) -> bool:
        if values.get("price", 0) is None:
            del values["price"]
        if "regions" in values:
            values["regions"] = list(values["regions"]) or self._regions
        return self._result(values) is True

    def _result(self, values: dict[str, Any]) -> Any:
        """What CEL says; None where it gives up."""
        try:
            return self._compiled.eval(data=values).value()
        except Exception:  # the library names no errors of its own, and an unanswered condition is not true
            return None


@lru_cache(maxsize=MAX_SHARED)
def _shared(expression: str, field: str) -> ProductFilter:
    return ProductFilter(expression, field)


def _columns(words: list[Token]) -> tuple[str, ...]:
    """Which columns are named, a field of an attribute not counted."""
    named = {
        word.text
        for before, word in zip([None, *words], words, strict=False)
        if word.kind == "name" and (before is None or before.text != ".")
    }
    return tuple(column for column in COLUMNS if column in named)


def _place(message: str) -> str:
    found = _PLACE.search(message)
    if found is None:
        return f"column 1: {message.splitlines()[0]}"
    line, column, what = found.groups()
    return f"{'' if line == '1' else f'line {line}, '}column {column}: {what}"


def _where(expression: str, at: int) -> str:
    before = expression[:at].split("\n")
    return f"{f'line {len(before)}, ' if len(before) > 1 else ''}column {len(before[-1]) + 1}"
