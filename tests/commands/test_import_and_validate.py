from collections.abc import Callable
from pathlib import Path

from graph import iso
from graph.stores.open import open_graph
from tests.commands.called import Called

Patron = Callable[..., Called]


def test_validate_says_what_import_does(patron: Patron, tmp_path: Path, bookshop: Path) -> None:
    said = patron("validate", "--json", "--mapping", bookshop / "mapping.yaml")
    done = patron("import", "--json", "--mapping", bookshop / "mapping.yaml", "--data", tmp_path / "data")
    assert (said.code, done.code) == (1, 0)
    assert done.json["accepted"] == sum(said.json["events"].values())
    assert done.json["by_type"] == said.json["events"]
    assert done.json["refused"] == said.json["refused"] == 19
    assert said.json["until"] == "2026-01-05T10:00:00Z"


def test_import_brings_the_graph(patron: Patron, tmp_path: Path, bookshop: Path) -> None:
    called = patron("import", "--mapping", bookshop / "mapping.yaml", "--data", tmp_path / "data")
    assert called.out.startswith("16 events imported, 0 known already, 19 rows refused\n")
    graph = open_graph(f"sqlite:///{tmp_path / 'data' / 'graph.db'}")
    assert graph.counts().interactions == 12
    assert iso(min(edge for edge in graph.edges().at.tolist())) == "2025-12-31T16:45:00Z"
    graph.close()


def test_importing_again_changes_nothing(patron: Patron, tmp_path: Path, bookshop: Path) -> None:
    arguments = ("import", "--json", "--mapping", bookshop / "mapping.yaml", "--data", tmp_path / "data")
    first, second = patron(*arguments).json, patron(*arguments).json
    assert (second["accepted"], second["duplicates"]) == (0, first["accepted"])


def test_validate_keeps_nothing_and_names_rows(patron: Patron, tmp_path: Path, bookshop: Path) -> None:
    called = patron("validate", "--mapping", bookshop / "mapping.yaml")
    assert "19 rows would be refused" in called.out
    assert "books.jsonl row 4: price: got '24.5', expected a whole number of minor units, 0 or more" in called.out
    assert list(tmp_path.iterdir()) == []
