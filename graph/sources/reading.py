"""Reading: what the readers of one history share."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from graph.events.derived_ids import content_id
from graph.ids import EventId
from graph.instants import Instant
from graph.sources.mapping import Mapping, Table
from graph.sources.rows.table_files import BATCH_ROWS
from graph.sources.rows.table_rows import Progress, TableRows

__all__ = ["Reading", "named"]

_encode = msgspec.msgpack.encode


@dataclass(frozen=True)
class Reading:
    """One pass over a shop's files. `starts` learns when each campaign begins, for receipts that do not say."""

    mapping: Mapping
    folder: Path
    received: Instant
    progress: Progress | None = None
    batch_rows: int = BATCH_ROWS
    starts: dict[str, Instant] = field(default_factory=dict)

    @property
    def source(self) -> str:
        return self.mapping.source

    def rows(self, table: Table) -> TableRows:
        """The rows of a table; times of things done must not lie after the receipt."""
        return TableRows(table, self.folder, self.received, self.progress, self.batch_rows)


def named(what: str, *parts: Any) -> EventId:
    """The id of an event whose row brings none: the same for the same content, so that a second import is known."""
    return EventId(f"{what}:{content_id(_encode(parts))}")
