"""Reading a mapping file, and saying what is wrong with one: file, key, value, expected."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from graph.sources.column import Column
from graph.sources.errors import MappingError
from graph.sources.mapping import RECORDS, Mapping

__all__ = ["load_mapping", "parse_mapping"]


def load_mapping(path: Path) -> Mapping:
    """The mapping in a YAML file; MappingError where it is none."""
    try:
        return parse_mapping(path.read_text(encoding="utf-8"), path.name)
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError(path.name, "file", str(path), f"a readable UTF-8 file ({error})") from None


def parse_mapping(text: str, name: str = "mapping") -> Mapping:
    """The mapping in a YAML text; `name` is what errors call it. Every YAML scalar is read as the text it is."""
    try:
        told = yaml.load(text, Loader=_TextLoader)
    except yaml.YAMLError as error:
        raise MappingError(name, "file", text[:40], f"YAML ({' '.join(str(error).split())})") from None
    try:
        return Mapping.model_validate(told)
    except ValidationError as failed:
        first = failed.errors(include_url=False)[0]
        value = None if first["type"] == "missing" else first["input"]
        raise MappingError(name, _key(first["loc"]), value, _expected(first)) from None


class _TextLoader(yaml.BaseLoader):
    """YAML whose scalars stay texts (no: no, 2017-01-01: 2017-01-01) and whose keys may not repeat."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"key {key.value!r} stands twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def _key(location: tuple[int | str, ...]) -> str:
    """Where in the file, without the record name that pydantic puts behind the table's number."""
    inside_table = len(location) > 2 and location[0] == "tables" and location[2] in RECORDS
    return ".".join(str(part) for part in (location[:2] + location[3:] if inside_table else location)) or "file"


def _expected(error: Any) -> str:
    kind, location = error["type"], error["loc"]
    if kind == "extra_forbidden":
        return "one of " + ", ".join(_allowed(location))
    if kind == "union_tag_invalid" or kind == "union_tag_not_found":
        return "a record: one of " + ", ".join(RECORDS)
    if kind == "missing":
        return "a value: it must be given"
    message: str = error["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    return message[0].lower() + message[1:]


def _allowed(location: tuple[int | str, ...]) -> list[str]:
    """The keys that may stand where `location` names one that may not."""
    if len(location) < 4:
        return list(Mapping.model_fields)
    table: Any = RECORDS[str(location[2])]
    if len(location) == 4:
        return list(table.model_fields)
    columns: Any = table.model_fields["columns"].annotation
    if len(location) == 5:
        return list(columns.model_fields)
    return [field.alias or name for name, field in Column.model_fields.items()]
