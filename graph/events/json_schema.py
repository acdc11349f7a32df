"""The JSON Schema of the family of events, generated from its types."""

from typing import Any, Union

from msgspec.json import schema

from graph.events.family import EVENT_TYPES

__all__ = ["DIALECT", "event_schema"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def event_schema() -> dict[str, Any]:
    """The schema (2020-12) of one event as JSON; times are microseconds UTC, money is in minor units."""
    family: Any = Union[EVENT_TYPES]  # noqa: UP007 - the types are only known as a tuple
    return {"$schema": DIALECT, "title": "Event", **schema(family)}
