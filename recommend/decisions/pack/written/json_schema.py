"""JSON schemas of a pack's files, by which an editor completes and underlines what is written in them."""

from typing import Any

from recommend.decisions.pack.written.reading import SHAPES

__all__ = ["json_schemas"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schemas() -> dict[str, dict[str, Any]]:
    """File name, such as ``policy.schema.json`` -> the schema of that file, or of those under `actions/`."""
    return {
        f"{name}.schema.json": {"$schema": DIALECT, **_only_names(shape.json_schema())}
        for name, shape in SHAPES.items()
    }


def _only_names(schema: Any) -> Any:
    """The schema with entries refused whose id is no name: the library says only what those are whose id is one."""
    if isinstance(schema, list):
        return [_only_names(inside) for inside in schema]
    if not isinstance(schema, dict):
        return schema
    told = {key: _only_names(inside) for key, inside in schema.items()}
    return {**told, "additionalProperties": False} if "patternProperties" in told else told
