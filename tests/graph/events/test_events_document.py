"""docs/events.md names what there is."""

import re
from pathlib import Path

from graph.events.family import EVENT_TYPES, Event, ProductChanged
from graph.events.segment.tracks import TRACKS

TEXT = (Path(__file__).parents[3] / "docs" / "events.md").read_text()
HEAD = {"id", "source", "at", "received", "utc_offset", "context", "history"}
SHARED = HEAD | {"customer", "session", "caused_by", "rank", "denied"}


def test_every_event_has_its_row_with_its_own_fields() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \|(.*)\|$", TEXT.partition("## Segment")[0], re.MULTILINE))
    assert list(rows) == [kind.__name__ for kind in EVENT_TYPES]
    for kind in EVENT_TYPES:
        for name in _own(kind):
            assert f"`{name}`" in rows[kind.__name__], f"{kind.__name__}.{name}"


def test_every_track_name_is_there() -> None:
    assert {name.lower() for name in re.findall(r"`(\w+(?: \w+){1,4})`", TEXT)} >= set(TRACKS)


def _own(kind: type[Event]) -> set[str]:
    return set(kind.__struct_fields__) - SHARED


def test_the_shared_fields_are_told_once() -> None:
    assert _own(ProductChanged) >= {"product", "price"}
    for name in SHARED:
        assert f"`{name}`" in TEXT.partition("| event |")[0]
