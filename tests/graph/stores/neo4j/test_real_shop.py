"""A part of a real shop in Neo4j: it is what SQLite holds, and docs/analyst.md's questions have SQLite's answers."""

from collections.abc import Iterator
from contextlib import closing
from itertools import zip_longest
from pathlib import Path

import neo4j
import pytest

from benchmarks.customer_graph.analyst import (
    ANSWERS,
    DOCUMENT,
    Question,
    Shop,
    asked,
    operators,
    questions,
    shop_of,
    shown,
    with_rows,
)
from graph import CustomerGraph
from graph.copying import copy_graph
from graph.stores import open_graph
from graph.stores.neo4j.address import Address
from tests.graph.stores.neo4j.slice_of_a_retailer import copy_with_a_stop

QUESTIONS = questions(DOCUMENT.read_text(encoding="utf-8"))
EACH = pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: str(question.number))


@pytest.fixture(scope="module")
def shop_and_database(retailer: CustomerGraph, retailer_url: str) -> Iterator[tuple[Shop, neo4j.Driver, str | None]]:
    """The slice as tables out of SQLite, and the database that holds the same, its indexes counted.

    Until the server has counted an index it takes it for empty, and reads the whole of it as readily as one entry.
    """
    address = Address.parse(retailer_url)
    with neo4j.GraphDatabase.driver(address.uri, auth=(address.user, address.password)) as driver:
        driver.execute_query("CALL db.prepareForReplanning(60)", database_=address.database)
        yield shop_of(retailer), driver, address.database


def test_a_part_of_a_real_shop_comes_back_from_neo4j_as_it_was(
    retailer: CustomerGraph, retailer_url: str, tmp_path: Path
) -> None:
    counts = retailer.counts()
    assert counts.interactions > 15_000 and counts.campaigns == 27 and counts.coupons > 100
    with closing(open_graph(retailer_url)) as there, closing(open_graph(f"sqlite:///{tmp_path / 'back.db'}")) as back:
        copy_with_a_stop(there, back)
        assert all(ours == theirs for ours, theirs in zip_longest(retailer.export(), back.export()))
        assert copy_graph(retailer, there).written == 0


def test_there_are_twenty_each_with_a_bounded_statement_and_its_rows() -> None:
    assert [question.number for question in QUESTIONS] == list(range(1, 21)) == sorted(ANSWERS)
    assert [question.number for question in QUESTIONS if " LIMIT " not in question.statement.splitlines()[-1]] == []
    assert [question.number for question in QUESTIONS if question.rows.count("\n") < 3] == []


@EACH
def test_the_answer_is_the_one_worked_out_without_cypher(
    question: Question, shop_and_database: tuple[Shop, neo4j.Driver, str | None]
) -> None:
    shop, driver, database = shop_and_database
    columns, rows = asked(driver, question.statement, database)
    assert rows == ANSWERS[question.number](shop)
    assert rows
    assert shown(columns, rows).splitlines()[0] == question.rows.splitlines()[0]


@EACH
def test_no_plan_reads_every_node_or_multiplies_rows(
    question: Question, shop_and_database: tuple[Shop, neo4j.Driver, str | None]
) -> None:
    _, driver, database = shop_and_database
    used = operators(driver, question.statement, database)
    assert any("Seek" in name or name == "NodeByLabelScan" for name in used), used
    assert not used & {"AllNodesScan", "CartesianProduct"}


def test_rows_are_put_under_their_question_and_replace_those_that_stood_there() -> None:
    text = "# Q\n\n### 1. How many?\n\n```cypher\nRETURN 1 AS n LIMIT 1\n```\n\nRead it.\n"
    once = with_rows(text, {1: shown(["n"], [(1.0,)])})
    assert questions(once) == [Question(1, "How many?", "RETURN 1 AS n LIMIT 1\n", "| n |\n| --- |\n| 1 |\n")]
    assert with_rows(once, {1: shown(["n"], [(None,), (["a", "b"],)])}) == once.replace("| 1 |", "|  |\n| a → b |")
    assert once.endswith("| 1 |\n\nRead it.\n")
