"""The questions of docs/analyst.md on a whole shop: whether two stores agree, and how many ms each takes in Neo4j."""

import argparse
import os
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import neo4j

from benchmarks.customer_graph.analyst import ANSWERS, DOCUMENT, asked, questions, shop_of, shown, with_rows
from benchmarks.machine import machine, printed
from graph.copying import copy_graph
from graph.data_folder import DataFolder
from graph.stores import SqliteGraph, open_graph
from graph.stores.neo4j.address import Address
from graph.stores.neo4j.local import find_neo4j


def main(arguments: list[str] | None = None) -> int:
    """``python -m benchmarks.customer_graph.analyst_questions [--data data] [--neo4j URL] [--json FILE] [--write]``

    The exit code is 1 where stores disagree or the document shows other rows.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks.customer_graph.analyst_questions", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"), help="the folder that `make demo` made (data)")
    parser.add_argument("--neo4j", help="the URL of a Neo4j that holds the same graph (else one is started and filled)")
    parser.add_argument("--json", type=Path, help="write the object here as well")
    parser.add_argument("--write", action="store_true", help="put the rows into the document")
    options = parser.parse_args(arguments)
    with closing(SqliteGraph(DataFolder(options.data).graph)) as embedded:
        if options.neo4j:
            answer = compared(embedded, options.neo4j, write=options.write)
        else:
            with find_neo4j(os.environ) as server, closing(open_graph(server.url)) as filled:
                copy_graph(embedded, filled)
                answer = compared(embedded, server.url, write=options.write)
    printed({"benchmark": "analyst_questions", "machine": machine(), **answer}, options.json)
    return 0 if all(each["agree"] and each["as_documented"] for each in answer["questions"]) else 1


def compared(embedded: SqliteGraph, url: str, *, write: bool) -> dict[str, Any]:
    """Both answers to each question; `write` puts those of Neo4j into the document."""
    shop, address, text = shop_of(embedded), Address.parse(url), DOCUMENT.read_text(encoding="utf-8")
    found, tables = [], {}
    with neo4j.GraphDatabase.driver(address.uri, auth=(address.user, address.password)) as driver:
        for question in questions(text):
            asked(driver, question.statement, address.database)  # plans it and warms the pages
            started = time.perf_counter()
            columns, rows = asked(driver, question.statement, address.database)
            elapsed = time.perf_counter() - started
            tables[question.number] = shown(columns, rows)
            found.append(
                {
                    "question": question.number,
                    "title": question.title,
                    "rows": len(rows),
                    "agree": rows == ANSWERS[question.number](shop),
                    "as_documented": write or tables[question.number] == question.rows,
                    "neo4j_ms": round(elapsed * 1000),
                }
            )
    if write:
        DOCUMENT.write_text(with_rows(text, tables), encoding="utf-8")
    return {"purchases": len(shop.purchases), "questions": found}


if __name__ == "__main__":
    raise SystemExit(main())
