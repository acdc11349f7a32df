"""The tables of a graph file, and the steps that bring an older file up to date."""

import sqlite3

from graph.errors import SchemaTooNew, StoreUnavailable
from graph.interactions import InteractionKind
from graph.nodes import Relation

__all__ = ["APPLICATION", "KINDS", "MIGRATIONS", "RELATIONS", "VERSION", "migrate"]

KINDS = tuple(InteractionKind)
"""`interaction.kind` is a position here. Files hold these numbers: new kinds go to the end."""
RELATIONS = tuple(Relation)
"""`relation.relation` is a position here, and the same holds."""

APPLICATION = 0x50_47_52_46
"""The `application_id` of a graph file, so that no other database is taken for one."""

_TABLES = (
    "CREATE TABLE position (id INTEGER PRIMARY KEY CHECK (id = 0), value TEXT NOT NULL) STRICT",
    "INSERT INTO position (id, value) VALUES (0, '')",
    "CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE CHECK (name <> ''), traits BLOB) STRICT",
    # Every node but the customers: products, campaigns, coupons, and what products have in common.
    """CREATE TABLE node (
        id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL CHECK (name <> ''), UNIQUE (kind, name)
    ) STRICT""",
    # A product or campaign as last stated, whole. A node without one is bare.
    "CREATE TABLE entry (node INTEGER PRIMARY KEY REFERENCES node, body BLOB NOT NULL) STRICT",
    """CREATE TABLE relation (
        source INTEGER NOT NULL REFERENCES node, relation INTEGER NOT NULL, target INTEGER NOT NULL REFERENCES node,
        PRIMARY KEY (source, relation, target)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX relation_by_target ON relation (target, relation)",
    # A key is kept as its stem (all up to the last slash, one an order) and the rest: half the size, and neighbours
    # in time are neighbours in the index.
    "CREATE TABLE stem (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT",
    # What the interactions of one order or session share.
    """CREATE TABLE occasion (
        id INTEGER PRIMARY KEY, customer INTEGER NOT NULL REFERENCES customer, "order" TEXT NOT NULL,
        place TEXT NOT NULL, channel TEXT NOT NULL, session TEXT NOT NULL, caused_by TEXT NOT NULL,
        currency TEXT NOT NULL, UNIQUE (customer, "order", session, place, channel, caused_by, currency)
    ) STRICT""",
    # `occasion` is not checked against its table, which would take one more index: both go with their customer.
    """CREATE TABLE interaction (
        id INTEGER PRIMARY KEY, stem INTEGER NOT NULL REFERENCES stem, suffix TEXT NOT NULL,
        customer INTEGER NOT NULL REFERENCES customer, kind INTEGER NOT NULL,
        target INTEGER NOT NULL REFERENCES node, at INTEGER NOT NULL, utc_offset INTEGER NOT NULL,
        quantity REAL NOT NULL, value INTEGER NOT NULL, discount INTEGER NOT NULL, rating REAL,
        occasion INTEGER NOT NULL, attributes BLOB, UNIQUE (stem, suffix)
    ) STRICT""",
    "CREATE INDEX interaction_by_customer ON interaction (customer, at)",
    "CREATE INDEX interaction_by_target ON interaction (target, at)",
)

_PURCHASES = (
    # Who bought what, once a pair: what similar customers are counted over. `customer` is unchecked, as above.
    """CREATE TABLE bought (
        product INTEGER NOT NULL REFERENCES node, customer INTEGER NOT NULL,
        PRIMARY KEY (product, customer)
    ) STRICT, WITHOUT ROWID""",
    """INSERT INTO bought (product, customer)
        SELECT DISTINCT i.target, i.customer FROM interaction i JOIN node n ON n.id = i.target
        WHERE i.kind = 4 AND n.kind = 'product' ORDER BY 1, 2""",
    "ALTER TABLE customer ADD COLUMN bought INTEGER NOT NULL DEFAULT 0",
    "UPDATE customer SET bought = counted.products FROM (SELECT customer, count(*) AS products FROM bought GROUP BY 1)"
    " AS counted WHERE counted.customer = customer.id",
)

_SEARCH = (
    "ALTER TABLE customer ADD COLUMN search TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE node ADD COLUMN search TEXT NOT NULL DEFAULT ''",
    "UPDATE customer SET search = search_text('customer', name, traits)",
    """UPDATE node SET search = search_text(kind, name, (SELECT body FROM entry WHERE node = id))""",
)

_COVERING = (
    # Neighbours are counted in the index alone, already grouped.
    "DROP INDEX interaction_by_customer",
    "DROP INDEX interaction_by_target",
    "CREATE INDEX interaction_by_customer ON interaction (customer, target, kind, at)",
    "CREATE INDEX interaction_by_target ON interaction (target, customer, kind, at)",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_TABLES, _PURCHASES, _SEARCH, _COVERING)
"""What makes version n + 1 of version n, as statements; a step once released is never edited."""
VERSION = len(MIGRATIONS)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file behind `connection` to `VERSION`, in one transaction; nothing where it is there already.

    Raises SchemaTooNew for a file of a newer Patron, StoreUnavailable for a database that is no customer graph.
    """
    if _version(connection) == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection)  # again: another process may have been faster
        for statements in MIGRATIONS[version:]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    [application] = connection.execute("PRAGMA application_id").fetchone()
    [version] = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION:
        [tables] = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if tables or version:
            raise StoreUnavailable("this is a database, but not a customer graph; choose another path")
    if version > VERSION:
        raise SchemaTooNew("graph schema", version, f"{VERSION} or older: a newer Patron wrote this file")
    return int(version)
