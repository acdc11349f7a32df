"""CEL: the one environment that conditions are compiled in, and what it finds wrong in the author's text."""

import re
from functools import lru_cache
from typing import Any

from cel_expr_python import cel

from recommend.decisions.conditions.language.words import MAX_CHARACTERS, Word
from recommend.decisions.conditions.names.variable import ValueType
from recommend.decisions.conditions.names.vocabulary import Vocabulary

__all__ = ["MAX_COMPILED", "TOO_DEEP", "TooDeep", "compiled", "fault", "identifier", "literal_text"]

MAX_COMPILED = 4096
"""How many compiled parts are held; one is shared by all that say the same of other names."""

_TYPES = {
    ValueType.NUMBER: ("n", cel.Type.DOUBLE),
    ValueType.TEXT: ("t", cel.Type.STRING),
    ValueType.BOOL: ("b", cel.Type.BOOL),
    ValueType.TEXTS: ("l", cel.Type.List(cel.Type.STRING)),
}
TOO_DEEP = "fewer operators in one chain, or fewer brackets: it is nested too deeply"

_KNOWN = ("k", cel.Type.BOOL)
_MAX_NAMES = MAX_CHARACTERS // len("trait.x")
_ENVIRONMENT = cel.NewEnv(
    variables={f"{letter}{number}": kind for letter, kind in (*_TYPES.values(), _KNOWN) for number in range(_MAX_NAMES)}
)
_PLACE = re.compile(r"<input>:(\d+):(\d+): ([^\n]*)")
_OVERLOAD = re.compile(r"found no matching overload for '(\S+)' applied to '\((.*)\)'")
_SAID = {
    "double": "a number",
    "string": "a text",
    "bool": "true or false",
    "list(double)": "a list of numbers",
    "list(string)": "a list of texts",
    "list(bool)": "a list of true or false",
    "BOOL": "true or false",
    "DOUBLE": "a number",
    "STRING": "a text",
    "LIST": "a list",
}


class TooDeep(Exception):
    """CEL reads no text nested so deeply."""


@lru_cache(maxsize=MAX_COMPILED)
def compiled(text: str) -> Any:
    """A compiled expression of identifiers, one that is well; TooDeep where CEL does not read so far down."""
    try:
        return _ENVIRONMENT.compile(text)
    except RuntimeError as error:
        if _too_deep(error):
            raise TooDeep from None
        raise


def _too_deep(error: RuntimeError) -> bool:
    return "recursion" in str(error)


def identifier(kind: ValueType | None, number: int) -> str:
    """What a variable is called in CEL; with no kind, whether it is known."""
    return f"{(_KNOWN if kind is None else _TYPES[kind])[0]}{number}"


def literal_text(told: str) -> str:
    """What a literal in quotes says, its backslashes read by CEL."""
    return str(_ENVIRONMENT.compile(told).eval(data={}).value())


def fault(
    text: str, words: list[Word], vocabulary: Vocabulary, wanted: ValueType = ValueType.BOOL
) -> tuple[int, str] | None:
    """(offset in the author's text, what is wrong there) where CEL finds it none that gives `wanted`; None where it is.

    CEL is given whole numbers as doubles and names under identifiers, all else as it stands.
    """
    cel_text, places, names = _written(text, words, vocabulary)
    try:
        checked = _ENVIRONMENT.compile(cel_text)
    except RuntimeError as error:
        found = _PLACE.search(str(error))
        if _too_deep(error):
            return words[0].at, TOO_DEEP
        if found is None:
            return 0, str(error).splitlines()[0]
        line, column, told = int(found[1]), int(found[2]), found[3]
        offset = sum(len(before) + 1 for before in cel_text.split("\n")[: line - 1]) + column - 1
        return places[min(offset, len(places) - 1)], _said(told, names)
    result, kind = checked.return_type().name(), _TYPES[wanted][1].name()
    return None if result == kind else (words[0].at, f"the whole is {_SAID.get(result, result)}, not {_SAID[kind]}")


def _written(text: str, words: list[Word], vocabulary: Vocabulary) -> tuple[str, list[int], dict[str, str]]:
    """(the text for CEL, where each of its characters stands in the author's, identifier -> name)."""
    parts: list[str] = []
    places: list[int] = []
    names: dict[str, str] = {}
    known, at = False, 0
    for word in words:
        told = word.text
        if word.kind == "name":
            kind = None if known else vocabulary.variables[told].type
            told = identifier(kind, len(names))
            names[told] = word.text
        elif word.kind == "number":
            told = _double(told)
        known = word.text == "known" or (known and word.text == "(")
        told = "" if word.text == "known" else told
        parts += text[at : word.at], told
        places += range(at, word.at)
        places += [min(word.at + place, word.end - 1) for place in range(len(told))]
        at = word.end
    return "".join(parts) + text[at:], [*places, *range(at, len(text) + 1)], names


def _double(told: str) -> str:
    told = f"0{told}" if told.startswith(".") else told
    return told if set(".eE") & set(told) else f"{told}.0"


def _said(told: str, names: dict[str, str]) -> str:
    """What CEL says, in the author's words."""
    overload = _OVERLOAD.search(told)
    if overload is not None:
        operator, types = overload.groups()
        kinds = [_SAID.get(kind, kind) for kind in types.split(", ")]
        return f"{operator.strip('_@').replace('_', '')!r} does not go with {' and '.join(kinds)}"
    if told.startswith("Syntax error: mismatched input '<EOF>'"):
        return "it ends where more was expected"
    told = told.partition(" expecting ")[0].replace("'<EOF>'", "the end")
    return re.sub(r"\b[ntblk]\d+\b", lambda found: names.get(found[0], found[0]), told)
