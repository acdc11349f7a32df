"""Parser: the expression of words that CEL has found to be well-formed."""

from collections.abc import Callable, Sequence

from recommend.decisions.conditions.language.expression import (
    Binary,
    Call,
    Choice,
    Expression,
    Known,
    Literal,
    Many,
    Name,
    Unary,
)
from recommend.decisions.conditions.language.words import Word
from recommend.decisions.conditions.names.vocabulary import Vocabulary

__all__ = ["parsed"]

_LEVELS = (("||",), ("&&",), ("==", "!=", "<", "<=", ">", ">=", "in"), ("+", "-"), ("*", "/"))


def parsed(words: Sequence[Word], vocabulary: Vocabulary, text_of: Callable[[str], str]) -> Expression:
    """What the words say. text_of: what a literal with backslashes in it says."""
    return _Parser(words, vocabulary, text_of).expression()


class _Parser:
    """Reads by descent; each method reads one thing, beginning at the next word."""

    def __init__(self, words: Sequence[Word], vocabulary: Vocabulary, text_of: Callable[[str], str]) -> None:
        self._words, self._variables, self._text_of = words, vocabulary.variables, text_of
        self._place = 0

    def expression(self) -> Expression:
        at = self._at
        when = self._joined(0)
        if not self._took("?"):
            return when
        then = self._joined(0)
        self._take()  # the colon
        otherwise = self.expression()
        return Choice(at, self._end, when, then, otherwise)

    def _joined(self, level: int) -> Expression:
        """Operands joined by the operators of a level, from the left."""
        if level == len(_LEVELS):
            return self._unary()
        at = self._at
        found = self._joined(level + 1)
        while self._next in _LEVELS[level]:
            operator = self._take().text
            right = self._joined(level + 1)
            found = Binary(at, self._end, operator, found, right)
        return found

    def _unary(self) -> Expression:
        at = self._at
        if self._next not in ("!", "-"):
            return self._member()
        operator = self._take().text
        of = self._unary()
        if operator == "-" and isinstance(of, Literal) and not isinstance(of.value, str | bool):
            return Literal(at, self._end, -of.value)
        return Unary(at, self._end, operator, of)

    def _member(self) -> Expression:
        at = self._at
        found = self._primary()
        while self._took("."):
            method = self._take().text
            self._take()
            argument = self.expression()
            self._take()
            found = Call(at, self._end, method, found, argument)
        return found

    def _primary(self) -> Expression:
        word = self._take()
        match word.kind, word.text:
            case "mark", "(":
                inside = self.expression()
                self._take()
                return inside
            case "mark", "[":
                values: list[float | str | bool] = []
                while not self._took("]"):
                    self._took(",")
                    if self._took("]"):  # CEL lets a comma stand last
                        break
                    literal = self._unary()
                    assert isinstance(literal, Literal)
                    values.append(literal.value)
                return Many(word.at, self._end, tuple(values))
            case "word", _:  # known
                self._take()
                name = self._take()
                self._take()
                return Known(word.at, self._end, self._variables[name.text])
            case "name", name_text:
                return Name(word.at, word.end, self._variables[name_text])
        return Literal(word.at, word.end, self._value(word))

    def _value(self, word: Word) -> float | str | bool:
        if word.kind == "truth":
            return word.text == "true"
        if word.kind == "number":
            return float(word.text)
        return self._text_of(word.text) if "\\" in word.text else word.text[1:-1]

    @property
    def _next(self) -> str:
        return self._words[self._place].text if self._place < len(self._words) else ""

    @property
    def _at(self) -> int:
        return self._words[self._place].at

    @property
    def _end(self) -> int:
        return self._words[self._place - 1].end

    def _take(self) -> Word:
        self._place += 1
        return self._words[self._place - 1]

    def _took(self, text: str) -> bool:
        took = self._next == text
        self._place += took
        return took
