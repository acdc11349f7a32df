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

_TOPIC_AND_RETENTION = """
CREATE TABLE topic (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    name TEXT NOT NULL,
    id TEXT NOT NULL,
    partitions INTEGER NOT NULL
);
CREATE TABLE topic_offset (
    partition INTEGER PRIMARY KEY,
    next INTEGER NOT NULL
);
CREATE TABLE seen (
    source TEXT NOT NULL,
    id TEXT NOT NULL,
    customer TEXT,
    removed INTEGER NOT NULL,
    PRIMARY KEY (source, id)
) WITHOUT ROWID;
CREATE INDEX seen_customer ON seen (customer) WHERE customer IS NOT NULL;
CREATE TABLE seen_line (
    source TEXT NOT NULL,
    order_id TEXT NOT NULL,
    line TEXT NOT NULL,
    customer TEXT,
    removed INTEGER NOT NULL,
    PRIMARY KEY (source, order_id, line)
) WITHOUT ROWID;
CREATE INDEX seen_line_customer ON seen_line (customer) WHERE customer IS NOT NULL;
CREATE TABLE retention (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    before INTEGER NOT NULL,
    removed INTEGER NOT NULL
)
"""

LOG_SCHEMA: tuple[str, ...] = (_FIRST, _TOPIC_AND_RETENTION)
"""One script a schema number.

The lines of an order are those of the events that `order_event` names, and `seen_line`. `topic` has a row where the
file is the replica of a Kafka topic, `topic_offset` the offset to be read next of each partition. `seen` and
`seen_line` keep known for a while what retention has removed, `retention` says what that was.
"""
