"""The schema of a graph in Neo4j: labels, relationship types, and the steps that bring an older database up to date."""

from typing import TYPE_CHECKING

from neo4j.exceptions import ClientError

from graph.errors import SchemaTooNew, StoreUnavailable
from graph.interactions import InteractionKind
from graph.nodes import NodeKind, Relation

if TYPE_CHECKING:
    from neo4j import Session

__all__ = ["CATALOGUE_TYPES", "INTERACTION_TYPES", "LABELS", "LISTED", "MIGRATIONS", "VERSION", "migrate", "type_of"]

LABELS = {kind: kind.value.capitalize() for kind in NodeKind}
"""The label of each kind of node."""
LISTED = "Listed"
"""The second label of products and campaigns something is stated of; one without was only met."""


def type_of(relation: InteractionKind | Relation) -> str:
    """The relationship type of a relation: its value in capitals."""
    return relation.value.upper()


INTERACTION_TYPES = tuple(type_of(kind) for kind in InteractionKind)
CATALOGUE_TYPES = tuple(type_of(relation) for relation in Relation)

_CONSTRAINTS = (
    "CREATE CONSTRAINT patron_id IF NOT EXISTS FOR (n:Patron) REQUIRE n.id IS UNIQUE",
    *(
        f"CREATE CONSTRAINT {kind.value}_id IF NOT EXISTS FOR (n:{label}) REQUIRE n.id IS UNIQUE"
        for kind, label in LABELS.items()
    ),
    *(
        f"CREATE CONSTRAINT {type_.lower()}_key IF NOT EXISTS FOR ()-[r:{type_}]-() REQUIRE r.key IS UNIQUE"
        for type_ in INTERACTION_TYPES
    ),
    *(
        f"CREATE TEXT INDEX {kind.value}_search IF NOT EXISTS FOR (n:{label}) ON (n.search)"
        for kind, label in LABELS.items()
    ),
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_CONSTRAINTS,)
"""What makes version n + 1 of version n, as statements that may run twice; a step once released is never edited."""
VERSION = len(MIGRATIONS)

FIND_STATE = "MATCH (g:Patron {id: 'graph'}) RETURN coalesce(g.schema, 0) AS schema"
FIND_STRANGERS = f"RETURN {' OR '.join(f'EXISTS {{ (:{label}) }}' for label in LABELS.values())} AS found"
AWAIT_INDEXES = "CALL db.awaitIndexes(600)"
PUT_STATE = """MERGE (g:Patron {id: 'graph'}) ON CREATE SET g.position = '', g.writes = 0
    SET g.schema = CASE WHEN coalesce(g.schema, 0) > $version THEN g.schema ELSE $version END"""


_THERE = ("EquivalentSchemaRuleAlreadyExists", "ConstraintAlreadyExists", "IndexAlreadyExists")


def migrate(session: "Session") -> None:
    """Bring a database to `VERSION`: its constraints first, then the node that says so; nothing where it is there.

    Raises SchemaTooNew for a graph of a newer Patron, StoreUnavailable for one whose customers are not ours.
    """
    found = session.run(FIND_STATE).single()
    version = 0 if found is None else found["schema"]
    if version > VERSION:
        raise SchemaTooNew("graph schema", version, f"{VERSION} or older: a newer Patron wrote this database")
    if found is None and session.run(FIND_STRANGERS).single(strict=True)["found"]:
        if session.run(FIND_STATE).single() is not None:  # another handle made the graph just now
            return migrate(session)
        raise StoreUnavailable(
            f"this database holds nodes that are not Patron's, labelled {' or '.join(LABELS.values())}; choose another"
        )
    if version == VERSION:
        return
    for statements in MIGRATIONS[version:]:
        for statement in statements:
            _applied(session, statement)
    session.run(AWAIT_INDEXES).consume()
    session.run(PUT_STATE, version=VERSION).consume()


def _applied(session: "Session", statement: str) -> None:
    """Run a statement of the schema; one that another handle ran at the same moment is done."""
    try:
        session.run(statement).consume()
    except ClientError as error:
        if not str(error.code).endswith(_THERE):
            raise
