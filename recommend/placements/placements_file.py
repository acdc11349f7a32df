"""Placements: the file of placements, read strictly."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked

from graph import InvalidValue
from graph.files.yaml_text import parse_yaml, read_text
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
        return cls.parse(read_text(path, "placements"), path.name)

    @classmethod
    def parse(cls, text: str, file: str = "placements.yaml") -> "Placements":
        """The placements of a YAML text; InvalidValue as `read` says."""
        try:
            content = _CONTENT.validate_python(parse_yaml(text, file).value)
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
