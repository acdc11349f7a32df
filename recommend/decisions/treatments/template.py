"""Template: words with variables in them, checked when a pack is published so that filling them in cannot fail."""

import html
import re
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from urllib.parse import quote

from babel import Locale
from babel.numbers import NumberPattern, format_currency, format_decimal, format_percent

from graph import InvalidValue, Trait

__all__ = ["Medium", "Template", "Variable", "Voice"]

MAX_CHARACTERS = 20_000
UNKNOWN_CURRENCY = "XXX"
_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_VARIABLE = re.compile(r"\s*([A-Za-z_][\w.\-]*)\s*(?::\s*(\w+)\s*)?(?:\|(.*))?", re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
_EXPECTED = "text with variables such as {trait.first_name|there} or {profile.spent.30d:money}; '{{' for a bracket"


class Medium(StrEnum):
    """What a field becomes part of, which says how a value is made safe in it.

    LINE: one line, as a subject or a title. TEXT: plain text. HTML: a page. LINK: an address.
    """

    LINE = "line"
    TEXT = "text"
    HTML = "html"
    LINK = "link"


@dataclass(frozen=True)
class Voice:
    """Whose language numbers are written in, and in which currency money is."""

    locale: str = "en"
    currency: str = ""


def _plain(value: Trait, voice: Voice) -> str:
    if isinstance(value, bool | str):
        return str(value)
    return format_decimal(value, format="#,##0.###", locale=voice.locale)


def _whole(value: Trait, voice: Voice) -> str:
    return format_decimal(_number(value), format="#,##0", locale=voice.locale)


def _percent(value: Trait, voice: Voice) -> str:
    return format_percent(_number(value), locale=voice.locale)


def _money(value: Trait, voice: Voice) -> str:
    """Major units, whole ones without decimals."""
    amount, currency = _number(value), voice.currency or UNKNOWN_CURRENCY
    if not float(amount).is_integer():
        return format_currency(amount, currency, locale=voice.locale)
    return str(_whole_money(voice.locale).apply(amount, voice.locale, currency=currency, currency_digits=False))


@lru_cache(maxsize=64)
def _whole_money(locale: str) -> NumberPattern:
    pattern: NumberPattern = copy(Locale.parse(locale).currency_formats["standard"])
    pattern.frac_prec = (0, 0)
    return pattern


_FORMATS: dict[str, Callable[[Trait, Voice], str]] = {
    "": _plain,
    "whole": _whole,
    "percent": _percent,
    "money": _money,
}


@dataclass(frozen=True)
class Variable:
    """A value to be filled in. form: "", "whole", "percent" or "money". fallback: what stands there where the value is
    missing; None where nothing was written for that."""

    name: str
    form: str = ""
    fallback: str | None = None

    @property
    def of_number(self) -> bool:
        """Whether only a number can be written so."""
        return bool(self.form)


@dataclass(frozen=True)
class Template:
    """The parts of a text in order: what is written, and the variables."""

    parts: tuple[str | Variable, ...]
    medium: Medium = Medium.TEXT

    @classmethod
    def parse(cls, text: str, medium: Medium = Medium.TEXT, field: str = "text") -> "Template":
        """InvalidValue names `field`, what is wrong and where, for what is no template."""
        if len(text) > MAX_CHARACTERS:
            raise InvalidValue(field, text, f"at most {MAX_CHARACTERS} characters")
        if medium in (Medium.LINE, Medium.LINK) and _CONTROL.search(text):
            raise InvalidValue(field, text, "one line, without line breaks and control characters")
        template = cls(tuple(_parts(text, field)), medium)
        opening = template.parts[0] if template.parts else ""
        if medium is Medium.LINK and not (isinstance(opening, str) and _is_address(opening)):
            raise InvalidValue(field, text, "an address that begins with https://, http://, / or a name and a colon")
        return template

    @property
    def variables(self) -> tuple[Variable, ...]:
        return tuple(part for part in self.parts if isinstance(part, Variable))

    @property
    def shortest(self) -> int:
        """How many characters are written whatever the variables are."""
        return sum(len(part) for part in self.parts if isinstance(part, str))

    def render(self, values: Mapping[str, Trait], voice: Voice) -> str:
        """The text with its values, made safe for the medium; a missing one is its fallback, or nothing.

        A value that is no number where one is to be written counts as missing.
        """
        return "".join(part if isinstance(part, str) else self._filled(part, values, voice) for part in self.parts)

    def _filled(self, variable: Variable, values: Mapping[str, Trait], voice: Voice) -> str:
        value = values.get(variable.name)
        if value is None or (variable.of_number and isinstance(value, bool | str)):
            return variable.fallback or ""
        return _SAFE[self.medium](_FORMATS[variable.form](value, voice))


def _parts(text: str, field: str) -> Iterator[str | Variable]:
    written: list[str] = []
    at = 0
    for piece in _PIECE.finditer(text):
        written.append(text[at : piece.start()])
        at = piece.end()
        if piece.group() in ("{{", "}}"):
            written.append(piece.group()[0])
            continue
        if piece.group(1) is None:
            raise InvalidValue(field, text, f"{_EXPECTED}; column {piece.start() + 1}: a single {piece.group()!r}")
        if any(written):
            yield "".join(written)
        written = []
        yield _variable(piece.group(1), text, piece.start() + 1, field)
    written.append(text[at:])
    if any(written):
        yield "".join(written)


def _variable(told: str, text: str, column: int, field: str) -> Variable:
    found = _VARIABLE.fullmatch(told)
    if found is None:
        raise InvalidValue(field, text, f"{_EXPECTED}; column {column}: {{{told}}} names no variable")
    name, form, fallback = found.groups()
    if (form or "") not in _FORMATS:
        forms = ", ".join(filter(None, _FORMATS))
        raise InvalidValue(field, text, f"{_EXPECTED}; column {column}: the form {form!r} is none of {forms}")
    return Variable(name, form or "", fallback)


def _number(value: Trait) -> float:
    assert not isinstance(value, bool | str)
    return value


def _is_address(opening: str) -> bool:
    scheme = re.match(r"([a-z][a-z0-9+.\-]*):", opening)
    if scheme is None:
        return opening.startswith("/")
    return scheme[1] not in ("javascript", "data", "vbscript")


_SAFE: dict[Medium, Callable[[str], str]] = {
    Medium.LINE: lambda value: _CONTROL.sub(" ", value),
    Medium.TEXT: lambda value: value,
    Medium.HTML: lambda value: html.escape(value),
    Medium.LINK: lambda value: quote(value, safe=""),
}
