-- A graph file as version 1 wrote it.
PRAGMA application_id = 1346851398;
PRAGMA user_version = 1;
CREATE TABLE position (id INTEGER PRIMARY KEY CHECK (id = 0), value TEXT NOT NULL) STRICT;
INSERT INTO position (id, value) VALUES (0, '41');
CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE CHECK (name <> ''), traits BLOB) STRICT;
CREATE TABLE node (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL CHECK (name <> ''), UNIQUE (kind, name)
) STRICT;
CREATE TABLE entry (node INTEGER PRIMARY KEY REFERENCES node, body BLOB NOT NULL) STRICT;
CREATE TABLE relation (
    source INTEGER NOT NULL REFERENCES node, relation INTEGER NOT NULL, target INTEGER NOT NULL REFERENCES node,
    PRIMARY KEY (source, relation, target)
) STRICT, WITHOUT ROWID;
CREATE INDEX relation_by_target ON relation (target, relation);
CREATE TABLE stem (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE occasion (
    id INTEGER PRIMARY KEY, customer INTEGER NOT NULL REFERENCES customer, "order" TEXT NOT NULL,
    place TEXT NOT NULL, channel TEXT NOT NULL, session TEXT NOT NULL, caused_by TEXT NOT NULL,
    currency TEXT NOT NULL, UNIQUE (customer, "order", session, place, channel, caused_by, currency)
) STRICT;
CREATE TABLE interaction (
    id INTEGER PRIMARY KEY, stem INTEGER NOT NULL REFERENCES stem, suffix TEXT NOT NULL,
    customer INTEGER NOT NULL REFERENCES customer, kind INTEGER NOT NULL,
    target INTEGER NOT NULL REFERENCES node, at INTEGER NOT NULL, utc_offset INTEGER NOT NULL,
    quantity REAL NOT NULL, value INTEGER NOT NULL, discount INTEGER NOT NULL, rating REAL,
    occasion INTEGER NOT NULL, attributes BLOB, UNIQUE (stem, suffix)
) STRICT;
CREATE INDEX interaction_by_customer ON interaction (customer, at);
CREATE INDEX interaction_by_target ON interaction (target, at);
INSERT INTO customer (id, name) VALUES (1, 'user:ann'), (2, 'user:bob');
INSERT INTO node (id, kind, name) VALUES (1, 'product', 'a'), (2, 'product', 'b');
INSERT INTO entry (node, body) VALUES (1, x'82a26964a161a46e616d65a141');
INSERT INTO stem (id, text) VALUES (1, 'o/');
INSERT INTO occasion VALUES (1, 1, '', '', '', '', '', ''), (2, 2, '', '', '', '', '', '');
INSERT INTO interaction VALUES
    (1, 1, '1', 1, 4, 1, 1, 0, 1.0, 0, 0, NULL, 1, NULL),
    (2, 1, '2', 1, 4, 2, 1, 0, 1.0, 0, 0, NULL, 1, NULL),
    (3, 1, '3', 2, 4, 2, 1, 0, 1.0, 0, 0, NULL, 2, NULL),
    (4, 1, '4', 2, 4, 2, 1, 0, 1.0, 0, 0, NULL, 2, NULL);
