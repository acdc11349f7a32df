"""The JSON Schema of the family."""

from typing import Any

import jsonschema_rs
import msgspec
import pytest

from graph.events.family import EVENT_TYPES, Event
from graph.events.json_schema import DIALECT, event_schema

TYPES = [kind.__name__ for kind in EVENT_TYPES]


@pytest.fixture(scope="module")
def schema() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(event_schema())


def test_the_schema_is_a_valid_schema_of_2020_12() -> None:
    assert event_schema()["$schema"] == DIALECT
    jsonschema_rs.meta.validate(event_schema())


@pytest.mark.parametrize("name", TYPES)
def test_an_event_of_every_type_fits(
    schema: jsonschema_rs.Draft202012Validator, examples: dict[str, Event], name: str
) -> None:
    schema.validate(msgspec.to_builtins(examples[name]))


@pytest.mark.parametrize("name", TYPES)
def test_an_event_without_its_id_does_not_fit(
    schema: jsonschema_rs.Draft202012Validator, examples: dict[str, Event], name: str
) -> None:
    row = msgspec.to_builtins(examples[name])
    del row["id"]
    assert not schema.is_valid(row)


@pytest.mark.parametrize(
    "fault",
    [
        {"type": "Bought"},
        {"id": ""},
        {"product": 3},
        {"customer": None},
        {"rank": 0},
        {"utc_offset": 2000},
        {"seconds": -1},
        {"at": "2026-05-01"},
        {"context": {"internal": "no"}},
    ],
    ids=str,
)
def test_a_wrong_field_does_not_fit(
    schema: jsonschema_rs.Draft202012Validator, examples: dict[str, Event], fault: dict[str, Any]
) -> None:
    assert not schema.is_valid({**msgspec.to_builtins(examples["Viewed"]), **fault})
