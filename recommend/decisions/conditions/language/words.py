"""Words: a condition's text read as words, and the first of them that no condition may use."""

import math
import re
from typing import NamedTuple

from recommend.decisions.conditions.names.variable import ValueType
from recommend.decisions.conditions.names.vocabulary import METHODS, Vocabulary

__all__ = ["MAX_CHARACTERS", "MAX_DEPTH", "MAX_OPERATORS", "MAX_PATTERN", "Word", "refusal", "where", "words_of"]

MAX_CHARACTERS = 2000
MAX_DEPTH = 16
MAX_OPERATORS = 100
MAX_PATTERN = 100

_WORD = re.compile(
    r"""(?P<space>[ \t\r\n\f]+)
    |(?P<text>"(?:[^"\\\r\n]|\\[^\r\n])*"|'(?:[^'\\\r\n]|\\[^\r\n])*')
    |(?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![\w]))
    |(?P<word>[^\W\d]\w*(?:\.\w+)*)
    |(?P<operator>&&|\|\||[=!<>]=|[<>!?*/+-])
    |(?P<mark>[()\[\].,:])
    |(?P<other>[0-9]\w*|.)""",
    re.VERBOSE | re.DOTALL,
)
_LITERALS = ("text", "number", "truth")


class Word(NamedTuple):
    """kind: text, number, truth, name (of a variable), word, operator, mark, or other for what no condition has."""

    kind: str
    text: str
    at: int

    @property
    def end(self) -> int:
        return self.at + len(self.text)


_NONE = Word("", "", -1)


def words_of(text: str, vocabulary: Vocabulary) -> list[Word]:
    """The words of a text; what lies beyond MAX_CHARACTERS is not read."""
    text = text[: MAX_CHARACTERS + 1]
    found: list[Word] = []
    at = 0
    while at < len(text):
        name = vocabulary.name_at(text, at)
        word = _word(text, at) if name is None else Word("name", name, at)
        if word.kind != "space":
            found.append(word)
        at = word.end
    return found


def _word(text: str, at: int) -> Word:
    match = _WORD.match(text, at)
    assert match is not None
    kind, told = str(match.lastgroup), match.group()
    before, dot, last = told.rpartition(".")
    if kind == "word" and dot and last in METHODS and text[match.end() :].lstrip()[:1] == "(":
        told = before
    return Word("truth" if told in ("true", "false") else kind, told, at)


def refusal(text: str, words: list[Word], vocabulary: Vocabulary) -> tuple[int, str] | None:
    """(offset, what is allowed there instead) of the first thing that no condition may use; None where all is well."""
    depth = operators = 0
    for place, word in enumerate(words):
        depth += (word.text in ("(", "[")) - (word.text in (")", "]"))
        operators += word.kind == "operator"
        if word.at >= MAX_CHARACTERS:
            break
        if depth > MAX_DEPTH:
            return word.at, f"brackets at most {MAX_DEPTH} deep"
        if operators > MAX_OPERATORS:
            return word.at, f"at most {MAX_OPERATORS} operators"
        why = _refusal(words, place, vocabulary)
        if why is not None:
            return word.at, why
    return (MAX_CHARACTERS, f"at most {MAX_CHARACTERS} characters") if len(text) > MAX_CHARACTERS else None


def _refusal(words: list[Word], place: int, vocabulary: Vocabulary) -> str | None:
    word, before, after = words[place], _at(words, place - 1), _at(words, place + 1)
    match word.kind, word.text:
        case "other", "=":
            return "'==' for is equal to"
        case "other", "&" | "|" as told:
            return f"{told * 2!r} for {'and' if told == '&' else 'or'}"
        case "other", "'" | '"' as told:
            return f"a text that ends with {told} on its own line"
        case "other", _:
            numeric = word.text[0].isdigit()
            return "numbers as in 3, 0.5 or 2e6" if numeric else f"{word.text!r} is none of names, literals, operators"
        case "number", told if not math.isfinite(float(told)):
            return "a number that a double can hold"
        case "text", _ if before.kind in ("text", "name") or (before.kind == "word" and before.text != "in"):
            return "texts in one pair of quotes, without a prefix"
        case "text", told if "\0" in told or any("\ud800" <= letter <= "\udfff" for letter in told):
            return "a text that can be written as UTF-8, without the zero character"
        case "operator", "/" if after.text == "/":
            return "no comments"
        case "word", _:
            return _word_refusal(word, before, after, vocabulary)
        case "name", name if vocabulary.variables[name].type is ValueType.TEXTS:
            known = before.text == "(" and _at(words, place - 2) == Word("word", "known", _at(words, place - 2).at)
            return None if before.text == "in" or known else "a list of texts only after 'in', or known(…) of it"
        case "mark", "." if after.kind != "word" or after.text not in METHODS:
            return f"a dot only in a name, a number or before {', '.join(METHODS)}"
        case "mark", "(":
            return _bracket_refusal(words, place)
        case "mark", "[":
            return _list_refusal(words, place)
    return None


def _word_refusal(word: Word, before: Word, after: Word, vocabulary: Vocabulary) -> str | None:
    if word.text == "in":
        return None
    if word.text in METHODS:
        return None if before.text == "." and after.text == "(" else f"{word.text!r} only as in name.{word.text}(…)"
    if word.text == "known":
        return None if before.text != "." and after.text == "(" else "known as in known(trait.income)"
    if after.text == "(":
        return f"{word.text!r} cannot be called, only known, {', '.join(METHODS)}"
    return f"{vocabulary.expected(word.text)}; {word.text!r} is none"


def _bracket_refusal(words: list[Word], place: int) -> str | None:
    called, inside, closing = _at(words, place - 1), _at(words, place + 1), _at(words, place + 2)
    if called.kind in ("name", *_LITERALS) or called.text in (")", "]"):
        return f"{called.text!r} cannot be called, only known, {', '.join(METHODS)}"
    if called.text == "known":
        unknown = inside.kind == "word"  # whose own refusal says more
        return None if unknown or (inside.kind == "name" and closing.text == ")") else "known of one name"
    if called.text == "matches":
        plain = inside.kind == "text" and len(inside.text) <= MAX_PATTERN + 2 and not set("{\\") & set(inside.text)
        if not plain or closing.text != ")":
            return f"matches of one literal pattern of at most {MAX_PATTERN} characters, without braces and backslashes"
    return None


def _list_refusal(words: list[Word], place: int) -> str | None:
    if _at(words, place - 1).text != "in":
        return "a list only after 'in'"
    kinds: set[str] = set()
    place += 1
    while (word := _at(words, place)).kind in _LITERALS or word.text in (",", "-"):
        if word.text == "-" and _at(words, place - 1).kind in _LITERALS:  # a subtraction, not a sign
            break
        kinds |= {word.kind} & set(_LITERALS)
        place += 1
    if word.text not in ("]", ""):
        return "only literals in a list"
    return "literals of one type in a list" if len(kinds) > 1 else None


def _at(words: list[Word], place: int) -> Word:
    return words[place] if 0 <= place < len(words) else _NONE


def where(text: str, at: int) -> str:
    """The place of an offset, as its author counts: from 1, with the line where there are several."""
    before = text[:at].split("\n")
    return f"{f'line {len(before)}, ' if len(before) > 1 else ''}column {len(before[-1]) + 1}"
