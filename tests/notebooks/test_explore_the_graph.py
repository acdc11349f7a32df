import json
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest

from tests.api.shop import make_shop

ROOT = Path(__file__).parents[2]
read: Any = nbformat.read  # which has no types
NOTEBOOK = ROOT / "notebooks" / "02_explore_the_graph.ipynb"


def cells_of_code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def test_the_notebook_answers_five_questions_of_the_graph_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = make_shop(tmp_path / "data")
    monkeypatch.setenv("PATRON_DATA", str(tmp_path))
    monkeypatch.setenv("PATRON_GRAPH", f"sqlite:///{shop / 'graph.db'}")
    notebook = read(NOTEBOOK, as_version=4)
    run = nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(ROOT)}}).execute()
    outputs = [output for cell in cells_of_code(run) for output in cell.outputs]
    assert [output.text for output in outputs if output.get("name") == "stderr"] == []
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 5
    said = "".join(output.text for output in outputs if output.get("name") == "stdout")
    assert "similarity" in said
    assert "→" in said
    assert "campaign 1: " in said


def test_the_outputs_kept_in_it_are_small_and_say_nothing_of_the_machine() -> None:
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert len(text) < 300_000
    for told in ("/home/", "/root/", "/tmp/", "Warning", "Traceback"):
        assert told not in text
    cells = cells_of_code(json.loads(text))
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
