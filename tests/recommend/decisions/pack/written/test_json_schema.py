"""The published schemas: what an editor says of a pack's files is what reading them says."""

import datetime
import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from graph.files.yaml_text import parse_yaml
from recommend.decisions.pack.written.json_schema import json_schemas
from recommend.decisions.pack.written.reading import SHAPES, shape_of
from tests.recommend.decisions.pack.small_pack import SMALL
from tests.recommend.decisions.pack.written.mistakes_of_form import FORM

PACKS = Path(__file__).parents[5] / "packs"
NO_KEYS_OR_VALUES = (
    "no YAML",
    "a key twice",
    "a key that is no text",
    "a day there is not",
    "a number of thousands of digits",
    "an amount that is no number",
)


def as_editors_see(value: Any) -> Any:
    """Days as the texts they are written as."""
    if isinstance(value, dict):
        return {key: as_editors_see(inside) for key, inside in value.items()}
    if isinstance(value, list):
        return [as_editors_see(inside) for inside in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


def is_valid(file: str, text: str) -> bool:
    schema = jsonschema_rs.Draft202012Validator(json_schemas()[f"{shape_of(file)}.schema.json"])
    return schema.is_valid(as_editors_see(parse_yaml(text, file).value))


def test_the_schemas_published_are_those_of_the_code() -> None:
    schemas = json_schemas()
    assert (
        {path.name for path in (PACKS / "schemas").iterdir()}
        == set(schemas)
        == {f"{name}.schema.json" for name in SHAPES}
    )
    for name, schema in schemas.items():
        jsonschema_rs.meta.validate(schema)
        assert json.loads((PACKS / "schemas" / name).read_text(encoding="utf-8")) == json.loads(json.dumps(schema))


@pytest.mark.parametrize("pack", ["banking", "retail", "telecom"])
def test_the_files_shipped_name_their_schema_and_are_valid_by_it(pack: str) -> None:
    folder = PACKS / pack
    files = [path for path in folder.rglob("*.yaml") if shape_of(path.relative_to(folder).as_posix())]
    assert len(files) >= 6
    for path in files:
        text = path.read_text(encoding="utf-8")
        first = text.partition("\n")[0]
        named = (path.parent / first.removeprefix("# yaml-language-server: $schema=")).resolve()
        assert named == PACKS / "schemas" / f"{shape_of(path.relative_to(folder).as_posix())}.schema.json"
        assert is_valid(path.relative_to(folder).as_posix(), text), path


@pytest.mark.parametrize("mistake", [name for name in FORM if name not in NO_KEYS_OR_VALUES])
def test_an_editor_finds_the_same_mistakes_of_form(mistake: str) -> None:
    file, old, new, _ = FORM[mistake]
    assert is_valid(file, SMALL[file])
    assert not is_valid(file, SMALL[file].replace(old, new))
