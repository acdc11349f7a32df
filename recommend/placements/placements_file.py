"""Placements: the file of placements, read strictly."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked

from graph import InvalidValue
from recommend.placements.placement import Place
from recommend.placements.product_filter import ProductFilter

__all__ = ["Placements"]


@checked(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class _Content:
    customers: str = Field(default="customers", min_length=1)
    placements: dict[str, Place] = Field(min_length=1)


_CONTENT = TypeAdapter(_Content)


@dataclass(frozen=True)
class Placements:
    """Placements by name. version: the hash of the file's text. customers: what reasons call many of them."""

    places: Mapping[str, Place]
    customers: str = "customers"
    version: str = ""

    @classmethod
    def read(cls, path: Path) -> "Placements":
        """The placements of a YAML file; InvalidValue names the file, the key, the value and what was expected."""
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidValue("placements", str(path), f"a readable UTF-8 file: {error}") from None
        return cls.parse(text, path.name)

    @classmethod
    def parse(cls, text: str, file: str = "placements.yaml") -> "Placements":
        """The placements of a YAML text; InvalidValue as `read` says."""
        try:
            content = _CONTENT.validate_python(yaml.load(text, Loader=_StrictLoader))
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            where = "" if mark is None else f", line {mark.line + 1}, column {mark.column + 1}"
            raise InvalidValue(f"{file}{where}", getattr(error, "problem", str(error)), "valid YAML") from None
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            key = ".".join(str(part) for part in first["loc"] if part != "[key]")
            raise InvalidValue(f"{file}: {key or 'the file'}", first["input"], first["msg"]) from None
        for name, place in content.placements.items():
            _compile(f"{file}: placements.{name}", place)
        return cls(content.placements, content.customers, sha256(text.encode()).hexdigest()[:12])

    def place(self, name: str, field: str = "placements.name") -> Place:
        """A placement by its name; InvalidValue where the file has none of that name."""
        found = self.places.get(name)
        if found is None:
            raise InvalidValue(field, name, f"one of {', '.join(sorted(self.places))}")
        return found


def _compile(key: str, place: Place) -> None:
    if place.filters.where is not None:
        ProductFilter.of(place.filters.where, f"{key}.filters.where")
    for number, rule in enumerate(place.rules):
        if rule.where is not None:
            ProductFilter.of(rule.where, f"{key}.rules.{number}.where")


class _StrictLoader(yaml.SafeLoader):
    """YAML in which a key may stand only once."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for place, key in enumerate(keys):
            if key in keys[:place]:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key!r} stands twice", node.value[place][0].start_mark
                )
        return super().construct_mapping(node, deep)
