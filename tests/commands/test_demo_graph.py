"""patron demo --graph: the graph in a file, at a URL, or in a Neo4j of the demo's own, one after the other."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from graph import StoreUnavailable
from graph.stores.neo4j.local import find_neo4j
from graph.stores.open import open_graph
from tests.commands.called import Called

Patron = Callable[..., Called]


@pytest.fixture
def prepared(data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which the demo finds what it would have imported and trained."""
    (data / "complete-journey.imported").touch()
    monkeypatch.setenv("PATRON_EXPLORE", "false")
    monkeypatch.delenv("NEO4J_URI", raising=False)
    return data


def test_without_any_way_to_a_neo4j_the_three_ways_are_named(
    patron: Patron, prepared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(prepared))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    called = patron("demo", "--graph", "neo4j", "--once", "--data", prepared)
    assert called.code == 1
    assert all(way in called.err for way in ("NEO4J_URI", "Java", "Maven", "Docker"))


def test_a_graph_in_another_store_is_built_from_the_log(patron: Patron, prepared: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'other.db'}"
    called = patron("demo", "--graph", url, "--once", "--data", prepared, "--port", 0)
    assert called.code == 0, called.err
    assert "building the customer graph" in called.err
    here, there = open_graph(f"sqlite:///{prepared / 'graph.db'}"), open_graph(url)
    assert there.counts().products == here.counts().products == 60
    here.close()
    there.close()


def test_the_demos_own_neo4j_keeps_its_graph_beside_the_file(patron: Patron, prepared: Path) -> None:
    try:
        find_neo4j(os.environ)
    except StoreUnavailable as missing:
        pytest.skip(f"THE DEMO ON NEO4J WAS NOT TESTED: {missing}")
    first = patron("demo", "--graph", "neo4j", "--json", "--data", prepared, "--port", 0)
    assert first.code == 0, first.err
    (said,) = [line for line in first.err.splitlines() if line.startswith("the graph is in a Neo4j of the demo's own")]
    assert "/browser/" in said and (prepared / "neo4j" / "password").read_text() not in first.err
    assert "building the customer graph" in first.err and first.json["looked_at"]
    beside = patron("demo", "--once", "--data", prepared, "--port", 0)
    assert beside.code == 0 and "reading the files" not in first.err + beside.err
