"""Events as rows of the log."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph import InvalidValue, SchemaTooNew
from graph.events.codec import decode, encode
from graph.events.family import EVENT_TYPES, SCHEMA, Event, Viewed
from graph.events.money import MAX_MINOR
from graph.nodes import LinkKind

GOLDEN = Path(__file__).parent / "golden"
TYPES = [kind.__name__ for kind in EVENT_TYPES]


def test_there_is_an_example_of_every_type(examples: dict[str, Event]) -> None:
    assert list(examples) == TYPES and len(TYPES) == 29


@pytest.mark.parametrize("name", TYPES)
def test_the_examples_leave_no_field_at_its_default(examples: dict[str, Event], name: str) -> None:
    assert set(msgspec.to_builtins(examples[name])) == {"type", *examples[name].__struct_fields__}


@pytest.mark.parametrize("name", TYPES)
def test_an_event_is_the_same_after_storing(examples: dict[str, Event], name: str) -> None:
    decoded = decode(SCHEMA, encode(examples[name]))
    assert decoded == examples[name] and type(decoded) is type(examples[name])


@pytest.mark.parametrize("name", [name for name in TYPES if name != "Linked"])
def test_rows_of_schema_1_are_still_read(examples: dict[str, Event], name: str) -> None:
    rows = json.loads((GOLDEN / "schema_1.json").read_text())
    since = {"denied": (), "left": False, "regions": ()}
    missing = {field: value for field, value in since.items() if hasattr(examples[name], field)}
    assert decode(1, bytes.fromhex(rows[name])) == msgspec.structs.replace(examples[name], **missing)


@pytest.mark.parametrize("name", TYPES)
def test_rows_of_schema_2_are_still_read(examples: dict[str, Event], name: str) -> None:
    rows = json.loads((GOLDEN / "schema_2.json").read_text())
    missing = {"regions": ()} if hasattr(examples[name], "regions") else {}
    assert decode(2, bytes.fromhex(rows[name])) == msgspec.structs.replace(examples[name], **missing)


@pytest.mark.parametrize("name", TYPES)
def test_rows_of_schema_3_are_read(examples: dict[str, Event], name: str) -> None:
    rows = json.loads((GOLDEN / "schema_3.json").read_text())
    assert decode(3, bytes.fromhex(rows[name])) == examples[name]


def test_every_schema_so_far_has_its_golden_file() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == {f"schema_{n}.json" for n in range(1, SCHEMA + 1)}


def test_a_row_of_a_newer_schema_is_refused(examples: dict[str, Event]) -> None:
    with pytest.raises(SchemaTooNew, match="schema: got 4, expected at most 3"):
        decode(SCHEMA + 1, encode(examples["Viewed"]))


def test_an_older_row_is_brought_up_step_by_step(examples: dict[str, Event]) -> None:
    old = msgspec.to_builtins(examples["Viewed"])
    old["item"] = old.pop("product")

    def renamed(row: dict[str, Any]) -> dict[str, Any]:
        return {**{key: value for key, value in row.items() if key != "item"}, "product": row["item"]}

    def unchanged(row: dict[str, Any]) -> dict[str, Any]:
        return row

    assert (
        decode(-1, msgspec.msgpack.encode(old), {-1: unchanged, 0: renamed, 1: unchanged, 2: unchanged})
        == examples["Viewed"]
    )


@pytest.mark.parametrize("payload", [b"", b"\xc1", b"\x80", b"\xa1\xff", b"\x91" * 5000])
def test_a_row_nobody_can_read_says_so(payload: bytes) -> None:
    with pytest.raises(InvalidValue, match="payload: got"):
        decode(SCHEMA, payload)


def test_a_schema_nobody_knows_says_so(examples: dict[str, Event]) -> None:
    with pytest.raises(InvalidValue, match="schema: got 0, expected a schema this version knows: 1, 2, 3"):
        decode(0, encode(examples["Viewed"]))


def test_an_upcaster_that_makes_no_event_says_so(examples: dict[str, Event]) -> None:
    with pytest.raises(InvalidValue, match="payload: got"):
        decode(
            0, encode(examples["Viewed"]), {0: lambda row: {"type": "Viewed"}, 1: lambda row: row, 2: lambda row: row}
        )


@pytest.mark.parametrize("kind", EVENT_TYPES, ids=TYPES)
@settings(max_examples=15)
@given(data=st.data())
def test_whatever_the_family_holds_is_the_same_after_storing(kind: type[Event], data: st.DataObject) -> None:
    event = data.draw(_events(kind))
    assert decode(SCHEMA, encode(event)) == event


def test_unicode_and_long_texts_are_kept(examples: dict[str, Event]) -> None:
    viewed = examples["Viewed"]
    assert isinstance(viewed, Viewed)
    long = msgspec.structs.replace(viewed, session="ﷺ🥛\x00" * 1250)
    assert decode(SCHEMA, encode(long)) == long


_TEXT = st.text(max_size=20)
_NAME = st.text(min_size=1, max_size=20)
_INT = st.integers(0, 2**53)
_MINOR = st.integers(-MAX_MINOR, MAX_MINOR)
_TRAIT = st.one_of(_TEXT, st.integers(-(2**53), 2**53), st.floats(allow_nan=False), st.booleans())
_VALUES: dict[str, st.SearchStrategy[Any]] = {
    "at": st.integers(-(2**50), 2**53),
    "utc_offset": st.integers(-1080, 1080),
    "rank": st.none() | st.integers(1, 1_000_000),
    "history": st.booleans(),
    "left": st.booleans(),
    "denied": st.lists(_TEXT, max_size=3),
    "by": st.sampled_from([kind.value for kind in LinkKind]),
    "in_stock": st.booleans(),
    "retired": st.booleans(),
    "regions": st.lists(_NAME, max_size=3),
    "quantity": st.floats(0, 1e12),
    "rating": st.floats(0, 5),
    "seconds": st.none() | st.floats(0, allow_infinity=False),
    "currency": st.sampled_from(["", "EUR"]),
    "price": st.none() | _INT,
    "value": _MINOR,
    "received": _INT,
    "starts": st.none() | _INT,
    "ends": st.none() | _INT,
    "products": st.lists(_NAME, max_size=3),
    "actions": st.lists(_TEXT, max_size=3),
    "traits": st.dictionaries(_TEXT, _TRAIT, max_size=3),
    "attributes": st.dictionaries(_TEXT, _TRAIT, max_size=3),
    "consents": st.dictionaries(_TEXT, st.booleans(), max_size=3),
    "preferences": st.dictionaries(_TEXT, _TRAIT | st.lists(_TEXT, max_size=2), max_size=3),
    "context": st.fixed_dictionaries({"channel": _TEXT, "internal": st.booleans()}),
    "coupons": st.lists(st.fixed_dictionaries({"id": _TEXT, "products": st.lists(_NAME, max_size=2)}), max_size=2),
    "lines": st.lists(
        st.fixed_dictionaries({"line": _NAME, "product": _NAME, "quantity": st.floats(0, 1e12), "value": _MINOR}),
        min_size=1,
        max_size=3,
    ),
}


def _events(kind: type[Event]) -> st.SearchStrategy[Event]:
    values = {name: _VALUES.get(name, _NAME) for name in kind.__struct_fields__}
    return st.fixed_dictionaries({"type": st.just(kind.__name__), **values}).map(lambda row: msgspec.convert(row, kind))
