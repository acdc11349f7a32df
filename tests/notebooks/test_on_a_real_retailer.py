"""Notebooks 03 to 05 run on real households from their first cell to the last, and leave the folder as it was."""

import json
import re
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest

from embeddings.registry import Registry
from tests.notebooks.retailer import make_retailer

ROOT = Path(__file__).parents[2]
FIGURES = {"03_train_and_publish": 3, "04_new_customers_and_products": 2, "05_similar_customers": 4}
read: Any = nbformat.read  # which has no types
PROGRESS = re.compile(r".+(: done in [0-9.]+ s|: [0-9,]+( %)?, .+|: [0-9]+ %| …)")


@pytest.fixture(scope="module")
def retailer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_retailer(tmp_path_factory.mktemp("retailer"))


def path_of(name: str) -> Path:
    return ROOT / "notebooks" / f"{name}.ipynb"


def cells_of_code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def ran(name: str, retailer: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the notebook prints; its figures are counted, and on stderr is nothing but progress."""
    monkeypatch.setenv("PATRON_DATA", str(retailer))
    notebook = read(path_of(name), as_version=4)
    run = nbclient.NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(ROOT)}}).execute()
    outputs = [output for cell in cells_of_code(run) for output in cell.outputs]
    told = "".join(output.text for output in outputs if output.get("name") == "stderr")
    assert [line for line in told.splitlines() if line and not PROGRESS.fullmatch(line)] == []
    assert sum("image/png" in output.get("data", {}) for output in outputs) == FIGURES[name]
    registry = Registry(retailer / "embeddings")
    assert (registry.versions(), registry.current()) == (["v0001"], "v0001")
    return "".join(output.text for output in outputs if output.get("name") == "stdout")


def test_what_is_published_answers_in_the_running_server(retailer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = ran("03_train_and_publish", retailer, monkeypatch)
    assert re.search(r"^v0001 answers, for household", said, re.MULTILINE)
    assert re.search(r"^v0002 answers [0-9.]+ s after it was published$", said, re.MULTILINE)
    changed = re.search(r"^(\d+) of 10 places changed", said, re.MULTILINE)
    assert changed is not None
    assert int(changed[1]) >= 1


def test_what_nobody_bought_and_who_was_not_there_are_served(retailer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = ran("04_new_customers_and_products", retailer, monkeypatch)
    found = dict(re.findall(r"^  (.+): ([0-9.]+)$", said, re.MULTILINE))
    assert float(found["vectors of attributes"]) > 1.5 * float(found["by chance"])
    assert said.count("not in the training less in it") == 2
    assert "after 10, the last of them" in said


def test_why_two_households_are_alike_adds_up(retailer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = ran("05_similar_customers", retailer, monkeypatch)
    off = re.search(r"the vectors that serve: (\S+)", said)
    assert off is not None
    assert float(off[1]) <= 1e-5
    sums = re.search(r"cosine with \S+: ([0-9.]+), the sum of \d+ products: ([0-9.]+)", said)
    assert sums is not None
    assert float(sums[1]) == pytest.approx(float(sums[2]), abs=2e-4)


@pytest.mark.parametrize("name", FIGURES)
def test_the_outputs_kept_are_small_and_say_nothing_of_the_machine(name: str) -> None:
    text = path_of(name).read_text(encoding="utf-8")
    assert len(text) < 400_000
    for told in ("/home/", "/root/", "/tmp/", "/work/", "Warning", "Traceback"):
        assert told not in text
    cells = cells_of_code(json.loads(text))
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
