"""Search: nodes by their id, name or traits."""

import json
import sqlite3
from collections.abc import Collection

from graph.nodes import NodeKind, NodeRef
from graph.stores.search_text import MIN_CHARACTERS, folded, whole_ids

__all__ = ["search"]

_ALL = """SELECT 'customer' AS kind, name, search FROM customer UNION ALL SELECT kind, name, search FROM node"""
_HOLDING = f"""SELECT kind, name FROM ({_ALL}) WHERE instr(search, :folded) > 0
        AND kind IN (SELECT value FROM json_each(:kinds))
    ORDER BY CASE WHEN name = :text OR instr(search, :folded || char(10)) = 1 THEN 0
        WHEN instr(search, :folded) = 1 THEN 1 ELSE 2 END, kind, name
    LIMIT :limit"""
_WHOLE = """SELECT 'customer' AS kind, name FROM customer WHERE name IN (SELECT value FROM json_each(:ids))
        AND 'customer' IN (SELECT value FROM json_each(:kinds))
    UNION ALL SELECT kind, name FROM node WHERE name = :text AND kind IN (SELECT value FROM json_each(:kinds))
    ORDER BY 1, 2 LIMIT :limit"""


def search(connection: sqlite3.Connection, text: str, kinds: Collection[NodeKind] | None, limit: int) -> list[NodeRef]:
    """The first `limit` nodes as `GraphReader.search` orders them; the tables are read through."""
    sought = {
        "text": text.strip(),
        "folded": folded(text),
        "ids": json.dumps(whole_ids(text.strip())),
        "kinds": json.dumps([kind.value for kind in (NodeKind if kinds is None else kinds)]),
        "limit": max(limit, 0),
    }
    query = _HOLDING if len(folded(text)) >= MIN_CHARACTERS else _WHOLE
    return [NodeRef(NodeKind(kind), name) for kind, name in connection.execute(query, sought)]
