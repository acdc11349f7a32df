"""The tables of log.db."""

__all__ = ["LOG_SCHEMA"]

_FIRST = """
CREATE TABLE event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    customer TEXT,
    source TEXT NOT NULL,
    id TEXT NOT NULL,
    at INTEGER NOT NULL,
    schema INTEGER NOT NULL,
    payload BLOB NOT NULL,
    UNIQUE (source, id)
);
CREATE INDEX event_customer ON event (customer) WHERE customer IS NOT NULL;
CREATE TABLE order_event (
    source TEXT NOT NULL,
    order_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (source, order_id, seq)
) WITHOUT ROWID;
CREATE TABLE erasure (
    customer TEXT PRIMARY KEY,
    at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE answer (
    id TEXT NOT NULL PRIMARY KEY,
    customer TEXT,
    at INTEGER NOT NULL,
    payload BLOB NOT NULL
);
CREATE INDEX answer_customer ON answer (customer) WHERE customer IS NOT NULL;
CREATE TABLE dead_letter (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    customer TEXT,
    source TEXT NOT NULL,
    received INTEGER NOT NULL,
    payload BLOB NOT NULL
);
CREATE INDEX dead_letter_customer ON dead_letter (customer) WHERE customer IS NOT NULL
"""

LOG_SCHEMA: tuple[str, ...] = (_FIRST,)
"""One script a schema number; the lines of an order are those of the events that `order_event` names."""
