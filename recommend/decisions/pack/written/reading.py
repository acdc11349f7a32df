"""Reading: the files of a pack's folder as typed values, with every mistake of form in them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from graph.errors import InvalidValue
from graph.files.yaml_text import Place, YamlText, parse_yaml, read_text
from recommend.decisions.pack.faults import Faults
from recommend.decisions.pack.written.about import About
from recommend.decisions.pack.written.action import Action
from recommend.decisions.pack.written.journey import Journey
from recommend.decisions.pack.written.policy import Policy
from recommend.decisions.pack.written.slot import Slot
from recommend.decisions.pack.written.state import State
from recommend.decisions.pack.written.values import Name

__all__ = ["SHAPES", "Written", "line_of", "read_files", "shape_of", "texts_of"]

ACTIONS = "actions"
SHAPES: Mapping[str, TypeAdapter[Any]] = {
    "pack": TypeAdapter(About),
    "policy": TypeAdapter(Policy),
    "states": TypeAdapter(dict[Name, State]),
    "slots": TypeAdapter(dict[Name, Slot]),
    "journeys": TypeAdapter(dict[Name, Journey]),
    ACTIONS: TypeAdapter(dict[Name, Action]),
}
"""What each file holds, by its name without `.yaml`; those under `actions/` hold actions."""

ASIDE = ("profile.yaml", "placements.yaml")
"""Files of a pack that are read elsewhere."""

BESIDE = ("import", "scenarios")
"""Folders of a pack that hold no part of what it says."""

MAX_FILES, MAX_BYTES = 500, 2**20
_SHAPES = {
    "string_pattern_mismatch": "a name that begins with a letter, then letters, digits, _ and -, 64 at most",
    "dataclass_type": "keys with values",
    "dict_type": "keys with values",
    "tuple_type": "a list",
}
_LINE = re.compile(r", line (\d+)")


@dataclass(frozen=True)
class Written:
    """What the files say, by kind of file. files: where each entry stands: (kind, id) -> file."""

    about: About | None
    policy: Policy
    states: Mapping[str, State]
    slots: Mapping[str, Slot]
    journeys: Mapping[str, Journey]
    actions: Mapping[str, Action]
    files: Mapping[tuple[str, str], str]


def shape_of(file: str) -> str | None:
    """Which of SHAPES a file of a pack has; None for one that no pack has."""
    path = Path(file)
    if path.suffix == ".yaml" and path.parent == Path(ACTIONS):
        return ACTIONS
    return path.stem if path.suffix == ".yaml" and path.parent == Path() and path.stem in SHAPES else None


def read_files(texts: Mapping[str, str], faults: Faults) -> Written:
    """The files of a pack, file name -> text; what is wrong with their form goes to `faults`, and is left out."""
    read: dict[str, dict[str, Any]] = {kind: {} for kind in SHAPES}
    files: dict[tuple[str, str], str] = {}
    whole: dict[str, Any] = {}
    for file in sorted(texts):
        kind = shape_of(file)
        if kind is None:
            if file not in ASIDE:
                expected = (
                    f"one of {', '.join(f'{name}.yaml' for name in SHAPES if name != ACTIONS)}, {', '.join(ASIDE)}"
                )
                faults.add_at(file, 1, "the file", file, f"{expected} or a file under {ACTIONS}/")
            continue
        value = _read(file, texts[file], SHAPES[kind], faults)
        if value is None:
            continue
        if not isinstance(value, dict):
            whole[kind] = value
            continue
        for name, entry in value.items():
            if (kind, name) in files:
                faults.add(file, (name,), name, f"an id that stands once; it stands in {files[kind, name]} too")
            read[kind][name], files[kind, name] = entry, file
    if "pack.yaml" not in texts:
        faults.add_at("pack.yaml", 1, "the file", None, "the file that names the pack's title and channels")
    return Written(
        about=whole.get("pack"),
        policy=whole.get("policy", Policy()),
        states=read["states"],
        slots=read["slots"],
        journeys=read["journeys"],
        actions=read[ACTIONS],
        files=files,
    )


def line_of(field: str) -> int:
    """The line that `parse_yaml` names in a refusal."""
    found = _LINE.search(field)
    return int(found[1]) if found else 1


def texts_of(folder: Path) -> dict[str, str]:
    """The YAML files of a pack's folder, those too that no pack has, lest one that is misnamed goes unnoticed.

    InvalidValue for no folder, an unreadable file, one too many or too long.
    """
    if not folder.is_dir():
        raise InvalidValue("pack", str(folder), "a folder with a pack.yaml")
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in (".yaml", ".yml")]
    paths = [path for path in paths if path.relative_to(folder).parts[0] not in BESIDE]
    if len(paths) > MAX_FILES:
        raise InvalidValue("pack", str(folder), f"at most {MAX_FILES} files")
    for path in paths:
        if not path.is_file():
            raise InvalidValue("pack", str(path), "a file, or another name: it is none")
        if path.stat().st_size > MAX_BYTES:
            raise InvalidValue("pack", str(path), f"a file of at most {MAX_BYTES} bytes")
    return {path.relative_to(folder).as_posix(): read_text(path, "pack") for path in paths}


def _read(file: str, text: str, shape: TypeAdapter[Any], faults: Faults) -> Any:
    try:
        written = parse_yaml(text, file)
    except InvalidValue as refused:
        faults.add_at(file, line_of(refused.field), "the file", refused.value, refused.expected)
        return None
    faults.reading(file, written)
    if written.value is None:
        if shape is SHAPES["pack"]:
            faults.add(file, (), None, "the pack's title and channels")
        return None
    odd = list(_odd_keys(written.value, ()))
    for place, key in odd:
        faults.add(file, (*place, str(key)), key, "a key that is a text: in quotes where it looks like something else")
    if odd:
        return None
    try:
        return shape.validate_python(written.value)
    except ValidationError as error:
        for place, value, expected in _mistakes(error, written, shape):
            faults.add(file, place, value, expected)
        return None


def _odd_keys(value: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    """The keys that YAML reads as no text, such as ``null`` or ``2026-01-01``, and where they stand."""
    if isinstance(value, dict):
        for key, inside in value.items():
            if not isinstance(key, str):
                yield place, key
            yield from _odd_keys(inside, (*place, str(key)))
    elif isinstance(value, list):
        for number, inside in enumerate(value):
            yield from _odd_keys(inside, (*place, number))


def _mistakes(error: ValidationError, written: YamlText, shape: TypeAdapter[Any]) -> Iterator[tuple[Place, Any, str]]:
    """(where, what stands there, what was expected), the deepest of those that one value of several kinds gives."""
    found: list[tuple[Place, Any, str]] = []
    for one in error.errors(include_url=False):
        place = _place(one["loc"], written)
        kind = one["type"]
        if kind == "missing":
            found.append((place, None, f"the key {one['loc'][-1]}"))
        elif kind in ("unexpected_keyword_argument", "extra_forbidden"):
            found.append((place, place[-1], _other_key(str(place[-1]), _keys(shape.json_schema(), place[:-1]))))
        else:
            found.append((place, one["input"], _SHAPES.get(kind) or _expected(one["msg"])))
    places = [place for place, _, _ in found]
    for place, value, expected in found:
        if not any(other != place and other[: len(place)] == place for other in places):
            yield place, value, expected


def _place(location: tuple[int | str, ...], written: YamlText) -> Place:
    """The part of where pydantic says it is that is written in the file."""
    place: Place = ()
    value: Any = written.value
    for part in location:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            continue  # the name of a type, "[key]", or a key that is missing
        place = (*place, part)
    return place


def _expected(message: str) -> str:
    for beginning in ("Value error, ", "Input should be "):
        if message.startswith(beginning):
            return message.removeprefix(beginning)
    return message[:1].lower() + message[1:]


def _other_key(key: str, keys: list[str]) -> str:
    close = get_close_matches(key, keys, n=1)
    return f"the key {close[0]}" if close else f"one of the keys {', '.join(keys)}"


def _keys(schema: Mapping[str, Any], place: Place) -> list[str]:
    """The keys that may stand at a place, by the JSON schema."""
    found = [schema]
    for part in (None, *place):
        if part is not None:
            found = [inner for one in found for inner in _inside(one, part)]
        found = [inner for one in found for inner in _resolved(one, schema)]
    return sorted({key for one in found for key in one.get("properties", ())})


def _inside(schema: Mapping[str, Any], part: int | str) -> Iterator[Mapping[str, Any]]:
    if isinstance(part, int):
        yield schema.get("items", {})
    elif part in schema.get("properties", {}):
        yield schema["properties"][part]
    else:
        yield from (one for one in (schema.get("additionalProperties"),) if isinstance(one, dict))
        yield from schema.get("patternProperties", {}).values()


def _resolved(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "$ref" in schema:
        yield from _resolved(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    for one in schema.get("anyOf", ()):
        yield from _resolved(one, root)
    yield schema
