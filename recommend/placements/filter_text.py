"""Filter text: the part of CEL that a condition may use, read before anything is compiled."""

import re
from typing import NamedTuple

__all__ = ["CALLS", "Comparison", "Token", "comparisons", "refusal", "tokens"]

CALLS = ("contains", "double", "endsWith", "has", "int", "matches", "size", "startsWith", "string")
"""What a condition may call; nothing of it loops over a list or makes a greater value of a small one."""

MAX_CHARACTERS = 2000
MAX_DEPTH = 16
MAX_OPERATORS = 100
MAX_PATTERN = 100

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n\f]+)
    |(?P<text>"(?:[^"\\\r\n]|\\[^\r\n])*"|'(?:[^'\\\r\n]|\\[^\r\n])*')
    |(?P<number>0[xX][0-9a-fA-F]+[uU]?|[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?[uU]?)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<operator>&&|\|\||[=!<>]=|[<>!?*/%+-])
    |(?P<mark>[()\[\].,:])
    |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
_MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_LITERALS = ("text", "number")


class Token(NamedTuple):
    """kind: text, number, name, operator, mark, or other for what no condition has. at: its offset."""

    kind: str
    text: str
    at: int


class Comparison(NamedTuple):
    """``column operator values``, which must hold for the whole condition to be true; several values with ``in``.

    ``regions in values`` is ``"north" in regions || "south" in regions``: it has any of them.
    """

    column: str
    operator: str
    values: tuple[str | int | bool, ...]


def tokens(expression: str) -> list[Token]:
    """The words of an expression; what lies beyond MAX_CHARACTERS is not read."""
    found = _TOKEN.finditer(expression[: MAX_CHARACTERS + 1])
    return [Token(str(one.lastgroup), one.group(), one.start()) for one in found if one.lastgroup != "space"]


def refusal(expression: str, words: list[Token]) -> tuple[int, str] | None:
    """(offset, what is allowed there instead) of the first thing that no condition may use; None where all is well."""
    if len(expression) > MAX_CHARACTERS:
        return MAX_CHARACTERS, f"at most {MAX_CHARACTERS} characters"
    depth = operators = 0
    for place, word in enumerate(words):
        before, after = _at(words, place - 1), _at(words, place + 1)
        depth += (word.text in ("(", "[")) - (word.text in (")", "]"))
        operators += word.kind == "operator"
        why = None
        if depth > MAX_DEPTH:
            why = f"brackets at most {MAX_DEPTH} deep"
        elif operators > MAX_OPERATORS:
            why = f"at most {MAX_OPERATORS} operators"
        elif word.kind == "other":
            why = f"{word.text!r} is none of columns, literals, operators, round brackets and lists after 'in'"
        elif word.text == after.text == "/":
            why = "no comments"
        elif word.kind == "text" and (before.kind == "text" or (before.kind == "name" and before.text != "in")):
            why = "texts in one pair of quotes, without a prefix"
        elif word.text == "+" and not (_is_number(words, place - 1) or _is_number(words, place + 1)):
            why = "'+' only beside a number or the price"
        elif word.text == "regions" and word.kind == "name" and before.text != ".":
            named = _at(words, place - 2)
            if before.text != "in" or named.kind != "text" or "\\" in named.text:
                why = "regions only as in '\"north\" in regions', the text without backslashes"
        elif word.text == "(":
            why = _call_refusal(words, place)
        elif word.text == "[":
            why = _list_refusal(words, place)
        if why is not None:
            return word.at, why
    return None


def comparisons(words: list[Token]) -> tuple[list[Comparison], list[Token]]:
    """(the plain comparisons among the parts joined by ``&&``, the words of all other parts)."""
    either = _regions(words)
    if either is not None:
        return [either], []
    parts: list[list[Token]] = [[]]
    depth = 0
    for word in words:
        depth += (word.text in ("(", "[")) - (word.text in (")", "]"))
        if not depth and word.text in ("||", "?"):
            return [], words
        if not depth and word.text == "&&":
            parts.append([])
        else:
            parts[-1].append(word)
    plain, left = [], []
    for part in parts:
        comparison = _comparison(part)
        if comparison is None:
            left += part
        else:
            plain.append(comparison)
    return plain, left


def _comparison(part: list[Token]) -> Comparison | None:
    regions = _regions(part)
    if regions is not None:
        return regions
    texts = [word.text for word in part]
    if texts == ["in_stock"] or texts == ["!", "in_stock"]:
        return Comparison("in_stock", "==", (len(texts) == 1,))
    if len(part) == 3 and texts[1] in _MIRRORED:
        for one, operator, other in ((part[0], texts[1], part[2]), (part[2], _MIRRORED[texts[1]], part[0])):
            value = _value(other)
            if one.kind == "name" and value is not None:
                return Comparison(one.text, operator, (value,))
    if len(part) > 4 and part[0].kind == "name" and texts[1:3] == ["in", "["]:
        held = [_value(word) for word in part[3:-1:2]]
        values = tuple(value for value in held if value is not None)
        if len(values) == len(held) and set(texts[4:-1:2]) <= {","} and texts[-1] == "]":
            return Comparison(texts[0], "in", values)
    return None


def _regions(part: list[Token]) -> Comparison | None:
    """What ``"a" in regions || "b" in regions``, in brackets or not, asks of them; None for anything else."""
    if len(part) > 2 and part[0].text == "(" and part[-1].text == ")":
        part = part[1:-1]
    between = [word.text for place, word in enumerate(part) if place % 4]
    values = tuple(str(_value(word)) for word in part[::4] if word.kind == "text")
    if not values or between != [*["in", "regions", "||"] * (len(values) - 1), "in", "regions"]:
        return None
    return Comparison("regions", "in", values)


def _value(word: Token) -> str | int | bool | None:
    """What a literal says; None for one that is not plain."""
    if word.text in ("true", "false"):
        return word.text == "true"
    if word.kind == "number" and word.text.isdecimal():
        return int(word.text)
    return word.text[1:-1] if word.kind == "text" and "\\" not in word.text else None


def _call_refusal(words: list[Token], place: int) -> str | None:
    called = _at(words, place - 1)
    if called.kind != "name" or called.text == "in":
        return None
    if called.text not in CALLS:
        return f"{called.text!r} cannot be called, only {', '.join(CALLS)}"
    if called.text != "matches":
        return None
    pattern = _at(words, place + 1)
    plain = pattern.kind == "text" and len(pattern.text) <= MAX_PATTERN + 2 and "{" not in pattern.text
    if _at(words, place - 2).text == "." and plain and "\\" not in pattern.text and _at(words, place + 2).text == ")":
        return None
    return f"matches of one literal pattern of at most {MAX_PATTERN} characters, without braces and backslashes"


def _list_refusal(words: list[Token], place: int) -> str | None:
    before = _at(words, place - 1)
    if before.text == "in":
        end = place + 1
        while _at(words, end).kind in _LITERALS or _at(words, end).text in (",", "-", "true", "false"):
            end += 1
        return None if _at(words, end).text in ("]", "") else "only literals in a list"
    if before.kind != "name" and before.text not in ("]", ")"):
        return "a list only after 'in'"
    literal = _at(words, place + 1).kind in _LITERALS and _at(words, place + 2).text == "]"
    return None if literal else "a literal as the key"


def _is_number(words: list[Token], place: int) -> bool:
    word = _at(words, place)
    return word.kind == "number" or (word.text == "price" and _at(words, place - 1).text != ".")


def _at(words: list[Token], place: int) -> Token:
    return words[place] if 0 <= place < len(words) else Token("", "", -1)
