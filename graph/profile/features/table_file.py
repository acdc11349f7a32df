"""The file of a pack's features, read strictly: what is wrong in it is told by file, place, value and expectation."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct, ValidationError, convert

from graph.errors import InvalidValue
from graph.files.yaml_text import parse_yaml, read_text
from graph.instants import Instant
from graph.profile.features.calendar import zone_offset
from graph.profile.features.expansion import expanded
from graph.profile.features.feature import Feature
from graph.profile.features.kinds import Kind
from graph.profile.features.table import FeatureTable
from graph.profile.features.tastes import Tastes

__all__ = ["parse_feature_table", "read_feature_table"]


_SAID = {
    "Expected ": "",
    "Object contains unknown field ": "no field ",
    "Object missing required field ": "a field ",
    "Invalid enum value ": "a day, week, month, quarter or year, not ",
    "Invalid value ": "count, sum, mean, distinct, rate, streak, periods, recency, last or first, not ",
}


class _File(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """windows, segments: names for several windows, and for what features are narrowed to."""

    features: dict[str, Any]
    timezone: str = "UTC"
    currency: str = ""
    windows: dict[str, list[str]] = {}
    segments: dict[str, dict[str, Any]] = {}
    tastes: dict[str, Any] = {}


def read_feature_table(path: Path) -> FeatureTable:
    """The table of a YAML file; InvalidValue names the file, the place in it, the value and what was expected."""
    return parse_feature_table(read_text(path, "profile"), path.name)


def parse_feature_table(text: str, file: str = "profile.yaml") -> FeatureTable:
    """The table of a YAML text; InvalidValue as `read_feature_table` says."""
    raw = parse_yaml(text, file).value
    try:
        content = _converted(raw, _File, "")
        if zone_offset(Instant(0), content.timezone) is None:
            raise InvalidValue("timezone", content.timezone, "the name of a time zone, such as Europe/Amsterdam")
        tastes = _converted(content.tastes, Tastes, "tastes")
        for name, days in ((name, getattr(tastes, name)) for name in Tastes.__struct_fields__ if name != "weights"):
            if not 0 <= days <= 10_000:
                raise InvalidValue(f"tastes.{name}", days, "a half-life of 0 to 10000 days")
        features = list(_features(content))
        return FeatureTable.of(features, timezone=content.timezone, currency=content.currency, tastes=tastes)
    except InvalidValue as refused:
        raise InvalidValue(f"{file}: {refused.field}", refused.value, refused.expected) from None


def _features(content: _File) -> Iterator[Feature]:
    for name, told in content.features.items():
        field = f"features.{name}"
        if not name or not name.replace("_", "").isalnum():
            raise InvalidValue("features", name, "names of letters, digits and _")
        yield from expanded(name, _converted(told, Kind, field), content.segments, content.windows, field)


def _converted(raw: Any, kind: Any, field: str) -> Any:
    try:
        return convert(raw, kind)
    except ValidationError as error:
        told, _, inside = str(error).partition(" - at `$")
        parts = [part for part in inside.rstrip("`").split(".") if part]
        place = ".".join(filter(None, (field, *parts))) or "the file"
        raise InvalidValue(place, _at(raw, parts), _expected(told)) from None


def _expected(told: str) -> str:
    """What msgspec says was wrong, as what was expected."""
    for beginning, said in _SAID.items():
        if told.startswith(beginning):
            return said + told.removeprefix(beginning).partition(", got")[0]
    return "another value"


def _at(raw: Any, parts: list[str]) -> Any:
    for part in parts:
        if not isinstance(raw, dict) or part not in raw:
            return raw
        raw = raw[part]
    return raw
