"""YamlText: a YAML file as it was written: its values, and the line that each of them stands on."""

import re
from collections.abc import Hashable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from graph.errors import InvalidValue

__all__ = ["Place", "YamlText", "parse_yaml", "read_text"]

Place = tuple[str | int, ...]
"""Where in the file: the keys and list positions that lead there."""

MAX_PLACES = 200_000


_READ_ANEW = {
    "tag:yaml.org,2002:bool": "true|True|TRUE|false|False|FALSE",
    "tag:yaml.org,2002:int": r"[-+]?[0-9]+",
    "tag:yaml.org,2002:float": (
        r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)(?:[eE][-+]?[0-9]+)?|[-+]?[0-9]+[eE][-+]?[0-9]+"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
    ),
}
"""What YAML 1.1 reads more into than people mean who write it: ``18:00``, ``1_000``, ``010`` are 1080, 1000 and 8."""


class YamlText(NamedTuple):
    """value: None for an empty file. lines: counted from 1, of every key and list entry; () is the file's first."""

    value: Any
    lines: Mapping[Place, int]

    def line(self, place: Place) -> int:
        """The line of a place, or of the nearest thing around it that is written."""
        while place not in self.lines:
            place = place[:-1]
        return self.lines[place]


def read_text(path: Path, field: str) -> str:
    """The text of a file; InvalidValue naming it where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidValue(field, str(path), f"a readable UTF-8 file: {error}") from None


def parse_yaml(text: str, file: str) -> YamlText:
    """Read strictly: a key may stand once, an anchor may not hold itself; InvalidValue names file, line and column."""
    try:
        loader = _StrictLoader(text)
        node = loader.get_single_node()
        lines: dict[Place, int] = {(): 1}
        if node is None:
            return YamlText(None, lines)
        lines.update(_lines(node, (), (), [MAX_PLACES]))
        return YamlText(loader.construct_document(node), lines)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = "" if mark is None else f", line {mark.line + 1}, column {mark.column + 1}"
        raise InvalidValue(f"{file}{where}", getattr(error, "problem", None) or str(error), "valid YAML") from None
    except RecursionError:
        raise InvalidValue(file, "values within values", "YAML that is not nested so deeply") from None


def _lines(
    node: yaml.Node, place: Place, around: tuple[yaml.Node, ...], left: list[int]
) -> Iterator[tuple[Place, int]]:
    left[0] -= 1
    if left[0] < 0:
        raise yaml.constructor.ConstructorError(None, None, f"over {MAX_PLACES} values", node.start_mark)
    if any(node is other for other in around):
        raise yaml.constructor.ConstructorError(None, None, "an anchor that holds itself", node.start_mark)
    within = (*around, node)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                yield (*place, key.value), key.start_mark.line + 1
                yield from _lines(value, (*place, key.value), within, left)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield (*place, number), value.start_mark.line + 1
            yield from _lines(value, (*place, number), within, left)


class _StrictLoader(yaml.SafeLoader):
    """YAML in which a key may stand only once, and whose plain scalars are read as YAML 1.2 does: ``no`` is a text."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - as the library has it
        first: [(tag, pattern) for tag, pattern in resolvers if tag not in _READ_ANEW]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except ValueError as error:  # a day there is not, a number of thousands of digits
            raise yaml.constructor.ConstructorError(None, None, str(error), node.start_mark) from None

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for place, key in enumerate(keys):
            if key in keys[:place]:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key!r} stands twice", node.value[place][0].start_mark
                )
        return super().construct_mapping(node, deep)


for _tag, _pattern in _READ_ANEW.items():
    _StrictLoader.add_implicit_resolver(_tag, re.compile(f"^(?:{_pattern})$"), None)
_StrictLoader.add_constructor("tag:yaml.org,2002:int", lambda _, node: int(node.value))
