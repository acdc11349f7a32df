"""patron graph copy: one store into another, and no password in what it says."""

from collections.abc import Callable
from pathlib import Path

import pytest

from graph.stores.open import open_graph
from tests.commands.called import Called

Patron = Callable[..., Called]


@pytest.fixture
def urls(data: Path, tmp_path: Path) -> tuple[str, str]:
    """Those of the shop's graph and of a store that is not there yet."""
    return f"sqlite:///{data / 'graph.db'}", f"sqlite:///{tmp_path / 'copy.db'}"


def test_a_copy_holds_what_its_source_holds(patron: Patron, urls: tuple[str, str]) -> None:
    source, target = (open_graph(url) for url in urls)
    called = patron("graph", "copy", *urls, "--verify", "--json")
    assert called.code == 0
    assert list(target.export()) == list(source.export())
    records = len(list(source.export()))
    assert called.json == {
        "from": urls[0],
        "to": urls[1],
        "verified": True,
        "records": records,
        "written": records,
        "position": source.position(),
        "counts": source.counts()._asdict(),
    }
    assert patron("graph", "copy", *urls).out.startswith(f"0 of {records:,} records copied")
    source.close()
    target.close()


def test_a_source_that_is_not_there_is_not_made(patron: Patron, urls: tuple[str, str], tmp_path: Path) -> None:
    called = patron("graph", "copy", f"sqlite:///{tmp_path / 'typo.db'}", urls[1])
    assert called.code == 1 and "FROM" in called.err and "expected the URL of a graph that is there" in called.err
    assert not (tmp_path / "typo.db").exists()


def test_a_store_is_not_copied_into_itself(patron: Patron, urls: tuple[str, str]) -> None:
    called = patron("graph", "copy", urls[0], urls[0])
    assert called.code == 1 and "another store than FROM" in called.err


@pytest.mark.parametrize("verb", ["graph copy", "import", "train", "evaluate"])
def test_no_error_shows_a_password(
    patron: Patron,
    urls: tuple[str, str],
    data: Path,
    bookshop: Path,
    verb: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    away = "neo4j://ann:s3cret@127.0.0.1:1/shop"
    monkeypatch.setenv("PATRON_GRAPH", away)
    options = {
        "graph copy": (urls[0], away),
        "import": ("--mapping", bookshop / "mapping.yaml", "--data", data),
    }.get(verb, ("--data", data))
    called = patron(*verb.split(), *options)
    assert called.code == 1
    assert "cannot be reached" in called.err and "127.0.0.1:1" in called.err
    assert "s3cret" not in called.err + called.out
    monkeypatch.setenv("PATRON_GRAPH", "neo5j://ann:s3cret@127.0.0.1:1/shop")
    assert "s3cret" not in patron("train", "--data", data).err
